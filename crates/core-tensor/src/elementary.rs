//! Elementary functions without branches or tables, so that the compiler finds the vectors.
//!
//! In `f32` the error is at most 2 units in the last place over the whole range, infinities, NaN and denormal results included; tests check
//! it against `f64`. In `f64`, exp, tanh and sigmoid are within 3 units of the standard library on a grid; the others are its own.

use num_traits::Float;

/// Functions of a float as straight-line code for vectors.
pub(crate) trait Elementary: Float {
    /// `eˣ`
    fn fast_exp(self) -> Self;

    /// `eˣ` for `x ≤ 0`
    #[inline(always)]
    fn fast_exp_below_one(self) -> Self {
        self.fast_exp()
    }

    /// `eˣ − 1`
    fn fast_exp_m1(self) -> Self;

    /// The error function, and `e^(−x²)`, which it is made of and its slope as well.
    fn fast_erf_exp(self) -> [Self; 2];

    /// `ln x`
    fn fast_ln(self) -> Self;

    /// The chance that a standard normal number is below `x`.
    fn fast_normal_cdf(self) -> Self;

    /// The same, and `e^(−x²/2)`, which is its slope but for a factor.
    fn fast_normal_cdf_exp(self) -> [Self; 2];

    /// `ln (1 + x) / x` for `x` between 0 and 1.
    fn ln_1p_share(x: Self) -> Self;

    /// `tanh x`
    fn fast_tanh(self) -> Self;

    /// `1 / ⁴√x` of a normal number above zero, or of infinity
    #[inline(always)]
    fn fast_inverse_root4(self) -> Self {
        self.sqrt().sqrt().recip()
    }

    /// `ln (1 + x)`: what rounding takes from `1 + x` is given back to first order.
    #[inline(always)]
    fn fast_ln_1p(self) -> Self {
        let one = Self::one();
        let u = one + self;
        let lost = self - (u - one);
        // infinity has lost itself, and zero has nothing to divide by
        let back = if u.is_finite() && u > Self::zero() {
            lost / u
        } else {
            Self::zero()
        };
        u.fast_ln() + back
    }

    /// `ln (1 + eˣ) = max(x, 0) + ln (1 + e^(−|x|))`
    #[inline(always)]
    fn fast_softplus(self) -> Self {
        let z = (-self.abs()).fast_exp_below_one();
        let line = if self > Self::zero() {
            self
        } else {
            Self::zero()
        };
        z.mul_add(Self::ln_1p_share(z), line)
    }

    /// `1 / (1 + e⁻ˣ)`, by the exponential that does not overflow.
    #[inline(always)]
    fn fast_sigmoid(self) -> Self {
        let one = Self::one();
        let z = (-self.abs()).fast_exp_below_one();
        (if self >= Self::zero() { one } else { z }) / (one + z)
    }

    /// The same, and its slope `σ(x)·σ(−x)`, for one division.
    #[inline(always)]
    fn fast_sigmoid_slope(self) -> [Self; 2] {
        let z = (-self.abs()).fast_exp_below_one();
        let large = (Self::one() + z).recip();
        let small = z * large;
        let value = if self >= Self::zero() { large } else { small };
        [value, large * small]
    }
}

/// `c[0] + z·(c[1] + z·(…))`
macro_rules! horner { ($z:expr; $first:expr $(, $c:expr)*) => { { let sum = $first; $(let sum = sum.mul_add($z, $c);)* sum } } }

/// Added to a number it rounds it to an integer, which is then in the low bits: 1.5 · 2²³.
const ROUND: f32 = 12_582_912.0;
/// The same, with the exponent of 1 in the low bits: shifted to its place there, they are a power of two.
const ROUND_TO_POWER: f32 = ROUND + 127.0;
/// What moves the exponents of denormal results to those of normal ones, and its power of two back.
const LIFT: f32 = 64.0;
const BACK: f32 = 1.0 / (1_u64 << 32) as f32 / (1_u64 << 32) as f32;

/// `x = n·ln 2 + r`: `r`, its square, a polynomial `q` with `eʳ − 1 = r + r²·q`, by its even and odd powers, which wait for one another less,
/// and `n` in the low bits of what begins with `round`.
#[inline(always)]
fn exp_parts(x: f32, round: f32) -> [f32; 4] {
    let shifted = x.mul_add(core::f32::consts::LOG2_E, round);
    let n = shifted - round;
    let r = n.mul_add(-1.428_606_8e-6, n.mul_add(-0.693_145_75, x));
    let z = r * r;
    let low = r.mul_add(1.666_652e-1, 4.999_999_3e-1);
    let high = z.mul_add(1.381_461e-3, r.mul_add(8.368_711e-3, 4.166_838_7e-2));
    [r, z, z.mul_add(high, low), shifted]
}

/// `2ⁿ` of what began with [`ROUND_TO_POWER`].
#[inline(always)]
fn power(shifted: f32) -> f32 {
    f32::from_bits(shifted.to_bits() << 23)
}

impl Elementary for f32 {
    /// The exponent in two steps, so that denormals round once: the first is moved away from the nearer end.
    #[inline(always)]
    fn fast_exp(self) -> f32 {
        let x = if self < -104.0 { -104.0 } else { self };
        let x = if x > 89.0 { 89.0 } else { x };
        let (lift, back) = if self < 0.0 {
            (LIFT, BACK)
        } else {
            (-1.0, 2.0)
        };
        let [r, z, q, shifted] = exp_parts(x, ROUND_TO_POWER + lift);
        let power = power(shifted);
        q.mul_add(z * power, r.mul_add(power, power)) * back
    }

    #[inline(always)]
    fn fast_exp_below_one(self) -> f32 {
        let x = if self < -104.0 { -104.0 } else { self };
        let [r, z, q, shifted] = exp_parts(x, ROUND_TO_POWER + LIFT);
        (q.mul_add(z, r) + 1.0) * power(shifted) * BACK
    }

    /// `2·(h·(eʳ − 1) + (h − ½))` for `h = 2ⁿ⁻¹`, which cancels nowhere and is finite wherever the result is.
    #[inline(always)]
    fn fast_exp_m1(self) -> f32 {
        let x = if self < -30.0 { -30.0 } else { self };
        let x = if x > 89.0 { 89.0 } else { x };
        let [r, z, q, shifted] = exp_parts(x, ROUND_TO_POWER - 1.0);
        let power = power(shifted);
        let half = q.mul_add(z * power, r.mul_add(power, power - 0.5));
        half + half
    }

    /// `(1 − z)/(1 + z)` for `z = e^(−2|x|)`, numerator and denominator from `z − 1`, which does not cancel near zero.
    #[inline(always)]
    fn fast_tanh(self) -> f32 {
        let x = self.abs() * -2.0;
        let x = if x < -30.0 { -30.0 } else { x };
        let [r, z, q, shifted] = exp_parts(x, ROUND_TO_POWER);
        let (p, power) = (q.mul_add(z, r), power(shifted));
        let above = p.mul_add(-power, 1.0 - power);
        (above / p.mul_add(power, 1.0 + power)).copysign(self)
    }

    /// Below 0.93 an odd polynomial, above it `1 − e^(−x²)·p(x)`.
    #[inline(always)]
    fn fast_erf_exp(self) -> [f32; 2] {
        let (z, size) = (self * self, self.abs());
        let near = horner!(z; -5.986_814_5e-4, 4.992_900_4e-3, -2.676_685_2e-2, 1.128_183_75e-1, -3.761_249_8e-1, 1.283_791_5e-1);
        let near = near.mul_add(self, self);
        let t = if size > 4.05 { 4.05 } else { size };
        let p = horner!(t; 1.306_850_1e-4, -2.260_443_5e-3, 1.748_498_1e-2, -8.040_189e-2, 2.469_455_1e-1, -5.408_509e-1, 8.808_065e-1,
            -1.088_177_4, 9.939_066e-1);
        let least = if z > 87.0 { 87.0 } else { z };
        let [r, square, q, shifted] = exp_parts(-least, ROUND_TO_POWER);
        let exp = if z > 87.0 {
            0.0
        } else {
            (q.mul_add(square, r) + 1.0) * power(shifted)
        };
        let far = (-p).mul_add(exp, 1.0).copysign(self);
        [if size > 0.927_734_4 { far } else { near }, exp]
    }

    /// `x = 2ᵏ·(1 + r)` with `1 + r` between √½ and √2, then a polynomial in `r`.
    #[inline(always)]
    fn fast_ln(self) -> f32 {
        const ROOT_HALF: u32 = 0x3f35_04f3;
        let tiny = self < f32::MIN_POSITIVE;
        let (x, less) = if tiny {
            (self * 8_388_608.0, 23.0)
        } else {
            (self, 0.0)
        };
        let exponent = (x.to_bits().wrapping_sub(ROOT_HALF) as i32) >> 23;
        let r = f32::from_bits(x.to_bits().wrapping_sub((exponent as u32) << 23)) - 1.0;
        let p = horner!(r; 6.746_684e-2, -1.167_577_2e-1, 1.188_820_9e-1, -1.240_557_36e-1, 1.421_954_5e-1, -1.666_799_6e-1,
            2.000_211_9e-1, -2.500_001e-1, 3.333_331_3e-1);
        let k = exponent as f32 - less;
        let z = r * r;
        let tail = k.mul_add(-2.121_944_4e-4, (z * r).mul_add(p, -0.5 * z));
        let y = k.mul_add(0.693_359_4, r + tail);
        let y = if self == f32::INFINITY { self } else { y };
        let y = if self < 0.0 { f32::NAN } else { y };
        let y = if self == 0.0 { f32::NEG_INFINITY } else { y };
        if self.is_nan() { self } else { y }
    }

    /// `½ + x·(a + (5.3² − x²)·p(x²)/q(x²))`: only positive coefficients, and little of the quotient left where its rounding would count most.
    /// Beyond 5.3 it is 0 or 1, which is less than a last place of 1 away.
    #[inline(always)]
    fn fast_normal_cdf(self) -> f32 {
        const END: f32 = 28.09;
        let z = self * self;
        let p = horner!(z; 9.236_34e-8, 2.948_762e-6, 9.588_891e-5, 7.212_377_4e-4, 1.084_381_1e-2);
        let q = horner!(z; 1.232_914_3e-6, 7.117_955e-5, 1.835_013_9e-3, 2.812_907_1e-2, 2.491_967_8e-1, 1.0);
        let share = (END - z) * p / q + 9.433_961e-2;
        let end = if self > 0.0 { 1.0 } else { 0.0 };
        if z > END {
            end
        } else {
            share.mul_add(self, 0.5)
        }
    }

    /// `1 − e^(−x²/2)·p(|x|)`, and above zero what is left of 1. Beyond 13 the exponential is 0; from 5.3 on the polynomial leaves its function,
    /// and is nothing beside 1 any more.
    #[inline(always)]
    fn fast_normal_cdf_exp(self) -> [f32; 2] {
        const END: f32 = 13.0;
        const HALF_LOG2_E: f32 = core::f32::consts::LOG2_E / 2.0;
        let size = self.abs();
        let t = if size > END { END } else { size };
        // e^(−t²/2) = 2ⁿ·2ʳ
        let z = t * t;
        let shifted = z.mul_add(-HALF_LOG2_E, ROUND_TO_POWER);
        let r = z.mul_add(-HALF_LOG2_E, ROUND_TO_POWER - shifted);
        let exp = horner!(r; 1.535_336_2e-4, 1.339_887_5e-3, 9.618_437e-3, 5.550_332_4e-2, 2.402_264_8e-1, 6.931_472e-1, 1.0);
        let exp = exp * power(shifted);
        let exp = if size > END { 0.0 } else { exp };
        let p = horner!(t; -3.238_490_6e-7, 7.879_624e-6, -8.627_022e-5, 5.710_074_3e-4, -2.612_296_5e-3, 9.046_672e-3, -2.552_481_7e-2,
            6.196_514_5e-2, -1.328_249_1e-1, 2.499_773_8e-1, -3.989_411_3e-1, 0.5);
        let above = (-p).mul_add(exp, 1.0);
        [if self > 0.0 { above } else { p * exp }, exp]
    }

    /// A quarter of the exponent and a line for the rest, then two steps of third order: what `x·r⁴` lacks of 1 tells how much `r` lacks. Two roots
    /// and a division take three times as long.
    #[inline(always)]
    fn fast_inverse_root4(self) -> f32 {
        const START: u32 = 0x4f58_cae5;
        let mut r = f32::from_bits(START.wrapping_sub(self.to_bits() >> 2));
        for _ in 0..2 {
            let square = r * r;
            let lack = (-self * square).mul_add(square, 1.0);
            r = (r * lack).mul_add(lack.mul_add(0.156_25, 0.25), r);
        }
        if self == f32::INFINITY { 0.0 } else { r }
    }

    #[inline(always)]
    fn ln_1p_share(x: f32) -> f32 {
        horner!(x; -3.244_024e-3, 1.985_145_7e-2, -5.695_952_5e-2, 1.060_365_4e-1, -1.530_559_2e-1, 1.967_594e-1, -2.495_413_4e-1,
            3.332_996e-1, -4.999_990_2e-1, 1.0)
    }
}

impl Elementary for f64 {
    /// As for `f32`, with the Taylor polynomial of degree 13: its remainder is below 4e-18 for `|r| ≤ ln 2 / 2`.
    #[inline(always)]
    fn fast_exp(self) -> f64 {
        const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
        let x = if self < -746.0 { -746.0 } else { self };
        let x = if x > 710.0 { 710.0 } else { x };
        let shifted = x.mul_add(core::f64::consts::LOG2_E, ROUND);
        let n = shifted - ROUND;
        let r = n.mul_add(
            -1.908_214_929_270_587_7e-10,
            n.mul_add(-6.931_471_803_691_238e-1, x),
        );
        let p = horner!(r;
            1.0 / 6_227_020_800.0, 1.0 / 479_001_600.0, 1.0 / 39_916_800.0, 1.0 / 3_628_800.0, 1.0 / 362_880.0, 1.0 / 40_320.0,
            1.0 / 5_040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5);
        let p = (r * r).mul_add(p, r) + 1.0;
        let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i64;
        let half = n >> 1;
        let power = |n: i64| f64::from_bits(((n.wrapping_add(1023)) as u64) << 52);
        p * power(half) * power(n.wrapping_sub(half))
    }

    #[inline(always)]
    fn fast_exp_m1(self) -> f64 {
        self.exp_m1()
    }

    #[inline(always)]
    fn fast_erf_exp(self) -> [f64; 2] {
        [libm::erf(self), (-self * self).fast_exp()]
    }

    #[inline(always)]
    fn fast_ln(self) -> f64 {
        self.ln()
    }

    #[inline(always)]
    fn fast_ln_1p(self) -> f64 {
        self.ln_1p()
    }

    #[inline(always)]
    fn fast_normal_cdf(self) -> f64 {
        0.5 * (1.0 + libm::erf(self * core::f64::consts::FRAC_1_SQRT_2))
    }

    #[inline(always)]
    fn fast_normal_cdf_exp(self) -> [f64; 2] {
        [self.fast_normal_cdf(), (-0.5 * self * self).fast_exp()]
    }

    #[inline(always)]
    fn ln_1p_share(x: f64) -> f64 {
        if x > 0.0 { x.ln_1p() / x } else { 1.0 }
    }

    /// Near zero the rational function of Cephes, since `1 − 2/(e²ˣ + 1)` would cancel.
    #[inline(always)]
    fn fast_tanh(self) -> f64 {
        let (size, z) = (self.abs(), self * self);
        let p = horner!(z; -9.643_991_794_250_523e-1, -9.928_772_310_019_186e1, -1.614_687_684_417_084_5e3);
        let q = horner!(z; 1.0, 1.128_116_784_916_329_3e2, 2.235_488_390_601_004_5e3, 4.844_063_053_251_255e3);
        let near = (self * z).mul_add(p / q, self);
        let far = (1.0 - 2.0 / ((size + size).fast_exp() + 1.0)).copysign(self);
        if z < 0.390625 { near } else { far }
    }
}
