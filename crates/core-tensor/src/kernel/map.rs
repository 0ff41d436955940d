//! Element-wise functions: exp, tanh and sigmoid without branches or tables, so that the compiler finds the vectors.
//!
//! In `f32` the error is at most 2 units in the last place over the whole range (in `f64`, 3 on a grid of it), infinities, NaN and denormal results included; tests check it
//! against `f64` (for `f32`) and against the standard library (for `f64`).

use num_traits::Float;

/// Exponentials of a float, straight-line code for vectors.
pub(crate) trait Elementary: Float {
    /// `eˣ`
    fn fast_exp(self) -> Self;

    /// `(tanh x − x) / x³` for `x² = z` below 0.39.
    fn tanh_tail(z: Self) -> Self;

    /// `tanh x`, odd: a polynomial near zero, where `1 − 2/(e²ˣ + 1)` would cancel.
    #[inline(always)]
    fn fast_tanh(self) -> Self {
        let one = Self::one();
        let two = one + one;
        let size = self.abs();
        let z = self * self;
        let near = (self * z).mul_add(Self::tanh_tail(z), self);
        let far = (one - two / ((size + size).fast_exp() + one)).copysign(self);
        if size * size < Self::from(0.390625).unwrap_or(one) {
            near
        } else {
            far
        }
    }

    /// `1 / (1 + e⁻ˣ)`, by the exponential that does not overflow.
    #[inline(always)]
    fn fast_sigmoid(self) -> Self {
        let one = Self::one();
        let z = (-self.abs()).fast_exp();
        (if self >= Self::zero() { one } else { z }) / (one + z)
    }
}

/// `c[0] + z·(c[1] + z·(…))`
macro_rules! horner { ($z:expr; $first:expr $(, $c:expr)*) => { { let sum = $first; $(let sum = sum.mul_add($z, $c);)* sum } } }

impl Elementary for f32 {
    /// `x = n·ln 2 + r`, then a polynomial in `r` (Cephes `expf`) and the exponent in two steps, so that denormals round once.
    #[inline(always)]
    fn fast_exp(self) -> f32 {
        const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to an integer, which is then in the low bits
        let x = if self < -104.0 { -104.0 } else { self };
        let x = if x > 89.0 { 89.0 } else { x };
        let shifted = x.mul_add(core::f32::consts::LOG2_E, ROUND);
        let n = shifted - ROUND;
        let r = n.mul_add(-1.428_606_8e-6, n.mul_add(-0.693_145_75, x));
        let p = horner!(r; 1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5);
        let p = (r * r).mul_add(p, r) + 1.0;
        let n = shifted.to_bits().wrapping_sub(ROUND.to_bits()) as i32;
        let half = n >> 1;
        let power = |n: i32| f32::from_bits(((n.wrapping_add(127)) as u32) << 23);
        p * power(half) * power(n.wrapping_sub(half))
    }

    #[inline(always)]
    fn tanh_tail(z: f32) -> f32 {
        horner!(z; -5.704_988_7e-3, 2.063_909e-2, -5.373_971_5e-2, 1.333_144_2e-1, -3.333_328e-1)
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

    /// Cephes `tanh`: a rational function.
    #[inline(always)]
    fn tanh_tail(z: f64) -> f64 {
        let p = horner!(z; -9.643_991_794_250_523e-1, -9.928_772_310_019_186e1, -1.614_687_684_417_084_5e3);
        let q = horner!(z; 1.0, 1.128_116_784_916_329_3e2, 2.235_488_390_601_004_5e3, 4.844_063_053_251_255e3);
        p / q
    }
}

/// `y[i] = f(x[i])`
#[inline(always)]
pub(crate) fn map<T: Copy>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = f(*x);
    }
}

/// `dy[i] *= f'(x[i])`, the derivative given the output
#[inline(always)]
pub(crate) fn map_backward<T: Float>(y: &[T], dy: &mut [T], f: impl Fn(T, T) -> T) {
    for (dy, y) in dy.iter_mut().zip(y) {
        *dy = f(*y, *dy);
    }
}

/// `max(x, 0)`; NaN stays.
#[inline(always)]
pub(crate) fn relu<T: Float>(x: T) -> T {
    if x <= T::zero() { T::zero() } else { x }
}

/// `dy` where the output is positive: relu'(0) = 0.
#[inline(always)]
pub(crate) fn relu_backward<T: Float>(y: T, dy: T) -> T {
    if y > T::zero() { dy } else { T::zero() }
}

/// `dy · (1 − y²)`
#[inline(always)]
pub(crate) fn tanh_backward<T: Float>(y: T, dy: T) -> T {
    dy * (T::one() - y * y)
}

/// `1 / (1 + e⁻ˣ)` for any number, by the exponential that does not overflow.
pub(crate) fn sigmoid<T: Float>(x: T) -> T {
    let one = T::one();
    if x >= T::zero() {
        one / (one + (-x).exp())
    } else {
        let z = x.exp();
        z / (one + z)
    }
}

/// `dy · y · (1 − y)`
#[inline(always)]
pub(crate) fn sigmoid_backward<T: Float>(y: T, dy: T) -> T {
    dy * y * (T::one() - y)
}
