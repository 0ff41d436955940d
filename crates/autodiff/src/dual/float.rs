//! [`Float`] for [`Dual`]: one function, one derivative.
//!
//! In each formula `u` is the value of `self`, `v` that of the other argument, `y` the result. Formulas are chosen to
//! keep their precision where the well-known ones cancel or overflow: `1/cosh²` and not `1 − tanh²`, `(1 − u)(1 + u)`
//! and not `1 − u²`.

use core::f64::consts::{LN_2, LN_10};
use core::num::FpCategory;

use core_tensor::{Real, mutant};
use num_traits::Float;

use super::{Dual, weigh};

/// `f(u)` with its slope.
macro_rules! each_smooth {
    ($($f:ident: $slope:expr,)*) => {$(
        #[inline(always)]
        fn $f(self) -> Self {
            let (y, slope) = self.smooth(T::$f, $slope);
            self.chain(y, mutant::slope(stringify!($f), slope))
        }
    )*};
}

/// Steps: the derivative is 0.
macro_rules! each_step {
    ($($step:ident),*) => {$(
        #[inline(always)]
        fn $step(self) -> Self {
            Self::constant(self.value.$step())
        }
    )*};
}

/// Questions about the value.
macro_rules! each_question {
    ($($question:ident),*) => {$(
        #[inline(always)]
        fn $question(self) -> bool {
            self.value.$question()
        }
    )*};
}

/// Constants of the scalar.
macro_rules! each_bound {
    ($($bound:ident),*) => {$(
        #[inline(always)]
        fn $bound() -> Self {
            Self::constant(T::$bound())
        }
    )*};
}

impl<T: Real, const N: usize> Float for Dual<T, N> {
    // Functions of one argument, and their slope: `|u, y| f'(u)` where `y = f(u)`.
    each_smooth! {
        recip: |_, y| -(y * y),
        sqrt: |_, y| T::of(0.5) / positive_zero(y),
        cbrt: |_, y| (T::of(3.0) * y * y).recip(),

        exp: |_, y| y,
        exp2: |_, y| T::of(LN_2) * y,
        exp_m1: |u, _| u.exp(),
        ln: |u, _| positive_zero(u).recip(),
        log2: |u, _| (positive_zero(u) * T::of(LN_2)).recip(),
        log10: |u, _| (positive_zero(u) * T::of(LN_10)).recip(),
        ln_1p: |u, _| (T::one() + u).recip(),

        sin: |u, _| u.cos(),
        cos: |u, _| -u.sin(),
        tan: |_, y| T::one() + y * y,
        asin: |u, _| one_minus_square(u).sqrt().recip(),
        acos: |u, _| -one_minus_square(u).sqrt().recip(),
        atan: |u, _| (T::one() + u * u).recip(),
        to_degrees: |_, _| T::one().to_degrees(),
        to_radians: |_, _| T::one().to_radians(),

        sinh: |u, _| u.cosh(),
        cosh: |u, _| u.sinh(),
        tanh: |u, _| (u.cosh() * u.cosh()).recip(),
        asinh: |u, _| u.hypot(T::one()).recip(),
        acosh: |u, _| ((u - T::one()).sqrt() * (u + T::one()).sqrt()).recip(),
        atanh: |u, _| one_minus_square(u).recip(),

        abs: |u, _| slope_of_abs(u),
        fract: |_, _| T::one(),
    }

    each_step!(floor, ceil, round, trunc, signum);

    /// Both of them for the price of one.
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        (
            self.chain(sin, mutant::slope("sin_cos sine", cos)),
            self.chain(cos, mutant::slope("sin_cos cosine", -sin)),
        )
    }

    // Functions of more arguments.

    /// `(uⁿ)' = n·uⁿ⁻¹`, which is 0 for `n = 0`, at `u = 0` too.
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        let u = self.value;
        let y = u.powi(n);
        let lower = n.checked_sub(1).map_or_else(|| y / u, |n| u.powi(n));
        let slope = weigh(lower, T::of(f64::from(n)));
        self.chain(y, mutant::slope("powi", slope))
    }

    /// `(uᵛ)' = v·uᵛ⁻¹·u' + uᵛ·ln u·v'`: finite at `u = 0` wherever it exists, and free of `ln u` if `v` is constant.
    #[inline(always)]
    fn powf(self, n: Self) -> Self {
        let (u, v) = (self.value, n.value);
        let y = u.powf(v);
        let slopes = inside(y, [weigh(u.powf(v - T::one()), v), weigh(u.ln(), y)]);
        self.chain2(n, y, mutant::slopes(["powf base", "powf exponent"], slopes))
    }

    /// `log_v u = ln u / ln v`
    #[inline(always)]
    fn log(self, base: Self) -> Self {
        let value = self.value.log(base.value);
        if value.is_nan() {
            return self.chain2(base, value, [value; 2]);
        }
        Self {
            value,
            ..self.ln() / base.ln()
        }
    }

    /// `√(u² + v²)' = u/h·u' + v/h·v'` with `h = √(u² + v²)`; 0 at the origin. An infinite argument has the slope that `|u|` has.
    #[inline(always)]
    fn hypot(self, other: Self) -> Self {
        let (u, v) = (self.value, other.value);
        let h = u.hypot(v);
        let slopes = if h == T::zero() {
            [T::zero(); 2]
        } else {
            [u, v].map(|x| if x.is_infinite() { x.signum() } else { x / h })
        };
        self.chain2(
            other,
            h,
            mutant::slopes(["hypot first", "hypot second"], slopes),
        )
    }

    /// `atan(u/v)' = v/h²·u' − u/h²·v'` with `h² = u² + v²`; 0 at the origin, and infinitely far from it.
    #[inline(always)]
    fn atan2(self, other: Self) -> Self {
        let (u, v) = (self.value, other.value);
        let (h, y) = (u.hypot(v), u.atan2(v));
        let slopes = if h == T::zero() || h.is_infinite() {
            [T::zero(); 2]
        } else {
            [v / h / h, -u / h / h]
        };
        let slopes = inside(y, slopes);
        self.chain2(
            other,
            y,
            mutant::slopes(["atan2 first", "atan2 second"], slopes),
        )
    }

    /// `(u·v + w)' = v·u' + u·v' + w'`
    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self {
            value: self.value.mul_add(a.value, b.value),
            ..self * a + b
        }
    }

    /// `|u|` with the sign of `v`: `|u|' = sign u`, 0 at 0, times that sign.
    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        let slope = slope_of_abs(self.value);
        let slope = if sign.is_sign_negative() {
            -slope
        } else {
            slope
        };
        self.chain(
            self.value.copysign(sign.value),
            mutant::slope("copysign", slope),
        )
    }

    /// The greater one, a tie to `self`; not a number only if both are not.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        let other_is = other > self || self.is_nan();
        let chosen = Self::choose(other_is, other, self);
        let partials = mutant::partials("max", chosen.partials);
        Self { partials, ..chosen }
    }

    /// The lesser one, a tie to `self`; not a number only if both are not.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        let other_is = other < self || self.is_nan();
        let chosen = Self::choose(other_is, other, self);
        let partials = mutant::partials("min", chosen.partials);
        Self { partials, ..chosen }
    }

    /// `relu(u − v)`, flat at a tie.
    #[inline(always)]
    fn abs_sub(self, other: Self) -> Self {
        if self <= other {
            Self::constant(T::zero())
        } else {
            self - other
        }
    }

    // What looks at the value only.

    each_question!(
        is_nan,
        is_infinite,
        is_finite,
        is_normal,
        is_subnormal,
        is_sign_positive,
        is_sign_negative
    );
    each_bound!(
        nan,
        infinity,
        neg_infinity,
        neg_zero,
        min_value,
        min_positive_value,
        max_value,
        epsilon
    );

    #[inline(always)]
    fn classify(self) -> FpCategory {
        self.value.classify()
    }

    #[inline(always)]
    fn integer_decode(self) -> (u64, i16, i8) {
        self.value.integer_decode()
    }
}

impl<T: Real, const N: usize> Dual<T, N> {
    /// `f(u)`, and `slope(u, f(u))` for the chain rule.
    #[inline(always)]
    fn smooth(self, f: impl Fn(T) -> T, slope: impl Fn(T, T) -> T) -> (T, T) {
        let y = f(self.value);
        (y, slope(self.value, y))
    }
}

/// The slopes of a function of two arguments, which are not numbers outside of its domain, where its value is none.
#[inline(always)]
pub(super) fn inside<T: Real>(value: T, slopes: [T; 2]) -> [T; 2] {
    if value.is_nan() { [value; 2] } else { slopes }
}

/// `−0` becomes `+0`: at the edge of the domain of a root or a logarithm the slope is `+∞` for both.
#[inline(always)]
fn positive_zero<T: Real>(u: T) -> T {
    u + T::zero()
}

/// `1 − u²` without cancellation near ±1.
#[inline(always)]
fn one_minus_square<T: Real>(u: T) -> T {
    (T::one() - u) * (T::one() + u)
}

/// The sign of `u`, 0 at 0.
#[inline(always)]
fn slope_of_abs<T: Real>(u: T) -> T {
    if u == T::zero() {
        T::zero()
    } else {
        u.signum()
    }
}
