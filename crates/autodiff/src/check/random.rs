//! Random numbers for draws and fingerprints.

/// A generator of random numbers that needs no dependency; checks are all it is good for.
///
/// Source: Steele, Lea and Flood, *Fast splittable pseudorandom number generators* (2014).
pub(super) struct SplitMix64(pub(super) u64);

impl SplitMix64 {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        scramble(self.0)
    }

    /// Below `end`; the bias of the remainder is too small to matter here.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// A number between −1 and 1 from 64 random bits.
pub(super) fn uniform(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// `2⁶⁴` over the golden ratio: an odd number whose multiples lie far apart.
pub(super) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64: every bit of the result depends on every bit of `x`.
pub(super) fn scramble(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
