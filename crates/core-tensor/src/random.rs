//! Numbers drawn from a key and a place alone: whoever asks again, in whatever order, gets the same.

/// Random bits for one place of one key (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
///
/// ```
/// use core_tensor::random::bits;
/// assert_eq!(bits(7, 3), bits(7, 3));
/// assert_ne!(bits(7, 3), bits(7, 4));
/// assert_ne!(bits(7, 3), bits(8, 3));
/// ```
#[inline(always)]
pub const fn bits(key: u64, place: u64) -> u64 {
    let x = key.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 32 random bits for one place of one key: two places share the [`bits`] of one, which halves the work where so many will do.
///
/// ```
/// use core_tensor::random::{bits, half};
/// assert_eq!(half(7, 6), bits(7, 3) as u32);
/// assert_eq!(half(7, 7), (bits(7, 3) >> 32) as u32);
/// ```
#[inline(always)]
pub const fn half(key: u64, place: u64) -> u32 {
    (bits(key, place / 2) >> (place % 2 * 32)) as u32
}

/// The [`half`]s of 64 places from `2·pair` on, worked out side by side.
#[inline(always)]
pub fn halves(key: u64, pair: u64) -> [u32; 64] {
    let mut pairs = [0_u64; 32];
    for (j, pair_bits) in (0..).zip(&mut pairs) {
        *pair_bits = bits(key, pair + j).to_le();
    }
    let mut halves: [u32; 64] = bytemuck::cast(pairs);
    for half in &mut halves {
        *half = u32::from_le(*half);
    }
    halves
}

/// Uniform in `[0, 1)`, of random bits.
#[inline(always)]
pub fn uniform(bits: u64) -> f64 {
    // 2⁻⁵³
    (bits >> 11) as f64 * (f64::EPSILON / 2.0)
}
