//! A number that writes down which way a function goes: every comparison, every maximum, every step.
//!
//! Run on it, any layer, network or formula leaves a fingerprint of its branches, by which a difference that crosses a kink is found out.
//! It costs the plain loops, and nobody has to say where the kinks are.

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;
use std::iter::{Product, Sum};
use std::num::FpCategory;
use std::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use autodiff::check::Branches;
use bytemuck::Zeroable;
use core_tensor::{Real, Rule, Scalar};
use num_traits::{Float, Num, NumCast, One, ToPrimitive, Zero};

thread_local! { static WAY: Cell<Branches> = const { Cell::new(Branches(0)) } }

/// The branches that `f` takes on this thread.
pub(crate) fn branches(f: impl FnOnce()) -> Branches {
    WAY.set(Branches::default());
    f();
    WAY.get()
}

fn note(branch: impl Into<u64>) {
    WAY.set(WAY.get().then(branch));
}

/// A float that notes the branches taken on its account.
#[derive(Clone, Copy, Debug, Default, Zeroable)]
#[repr(transparent)]
pub(crate) struct Probe<T>(pub(crate) T);

impl<T: Float> Probe<T> {
    fn noted(self) -> Self {
        note(self.0.to_f64().map_or(0, f64::to_bits));
        self
    }

    /// The one of two that `f` picks.
    fn picked(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        let picked = f(self.0, other.0);
        note(picked == self.0);
        Self(picked)
    }
}

impl<T: Float> PartialEq for Probe<T> {
    fn eq(&self, other: &Self) -> bool {
        let equal = self.0 == other.0;
        note(equal);
        equal
    }
}

impl<T: Float> PartialOrd for Probe<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let order = self.0.partial_cmp(&other.0);
        note(order.map_or(7, |order| order as i8 as u8));
        order
    }
}

macro_rules! operators { ($($Op:ident $op:ident $Assign:ident $assign:ident;)*) => {$(
    impl<T: Float> $Op for Probe<T> {
        type Output = Self;
        fn $op(self, other: Self) -> Self { Self(self.0.$op(other.0)) }
    }
    impl<T: Float> $Assign for Probe<T> {
        fn $assign(&mut self, other: Self) { *self = self.$op(other); }
    }
)*} }
operators! { Add add AddAssign add_assign; Sub sub SubAssign sub_assign; Mul mul MulAssign mul_assign; Div div DivAssign div_assign; }

/// `u − v·trunc(u/v)`, which jumps with the whole number.
impl<T: Float> Rem for Probe<T> {
    type Output = Self;
    fn rem(self, other: Self) -> Self {
        let rest = self.0 % other.0;
        Self(((self.0 - rest) / other.0).round()).noted();
        Self(rest)
    }
}

impl<T: Float> RemAssign for Probe<T> {
    fn rem_assign(&mut self, other: Self) {
        *self = *self % other;
    }
}

impl<T: Float> Neg for Probe<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl<T: Float> Sum for Probe<T> {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), |sum, term| sum + term)
    }
}

impl<T: Float> Product for Probe<T> {
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Self::one(), |product, factor| product * factor)
    }
}

impl<T: Float> Zero for Probe<T> {
    fn zero() -> Self {
        Self(T::zero())
    }

    fn is_zero(&self) -> bool {
        *self == Self::zero()
    }
}

impl<T: Float> One for Probe<T> {
    fn one() -> Self {
        Self(T::one())
    }
}

impl<T: Float> Num for Probe<T> {
    type FromStrRadixErr = T::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self)
    }
}

impl<T: Float> NumCast for Probe<T> {
    fn from<P: ToPrimitive>(number: P) -> Option<Self> {
        <T as NumCast>::from(number).map(Self)
    }
}

impl<T: Float> ToPrimitive for Probe<T> {
    fn to_i64(&self) -> Option<i64> {
        self.0.to_i64()
    }

    fn to_u64(&self) -> Option<u64> {
        self.0.to_u64()
    }

    fn to_f64(&self) -> Option<f64> {
        self.0.to_f64()
    }
}

impl<T: fmt::Display> fmt::Display for Probe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! bounds { ($($f:ident)*) => {$( fn $f() -> Self { Self(T::$f()) } )*} }
macro_rules! questions { ($($f:ident)*) => {$( fn $f(self) -> bool { let answer = self.0.$f(); note(answer); answer } )*} }
macro_rules! smooth { ($($f:ident($($other:ident)*))*) => {$( fn $f(self $(, $other: Self)*) -> Self { Self(self.0.$f($($other.0),*)) } )*} }
macro_rules! steps { ($($f:ident)*) => {$( fn $f(self) -> Self { Self(self.0.$f()).noted() } )*} }

impl<T: Float> Float for Probe<T> {
    bounds! { nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon }
    questions! { is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative }
    smooth! {
        recip() sqrt() cbrt() exp() exp2() exp_m1() ln() log2() log10() ln_1p() sin() cos() tan() asin() acos() atan() to_degrees()
        to_radians() sinh() cosh() tanh() asinh() acosh() atanh() powf(n) log(base) hypot(v) atan2(v) mul_add(a b)
    }
    steps! { floor ceil round trunc signum }

    fn abs(self) -> Self {
        self.signum();
        Self(self.0.abs())
    }

    fn fract(self) -> Self {
        self.trunc();
        Self(self.0.fract())
    }

    fn copysign(self, sign: Self) -> Self {
        self.signum();
        sign.signum();
        Self(self.0.copysign(sign.0))
    }

    fn max(self, other: Self) -> Self {
        self.picked(other, T::max)
    }

    fn min(self, other: Self) -> Self {
        self.picked(other, T::min)
    }

    fn abs_sub(self, other: Self) -> Self {
        (self - other).max(Self::zero())
    }

    fn powi(self, n: i32) -> Self {
        Self(self.0.powi(n))
    }

    fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    fn classify(self) -> FpCategory {
        self.0.classify()
    }

    fn integer_decode(self) -> (u64, i16, i8) {
        self.0.integer_decode()
    }
}

impl<T: Real> Real for Probe<T> {
    fn of(x: f64) -> Self {
        Self(T::of(x))
    }

    fn erf(self) -> Self {
        Self(self.0.erf())
    }

    fn normal_cdf(self) -> Self {
        Self(self.0.normal_cdf())
    }

    fn softplus(self) -> Self {
        Self(self.0.softplus())
    }

    fn by_rule<const N: usize>(rule: &impl Rule<N>, x: [Self; N]) -> Self {
        rule.value(x)
    }
}

impl<T: Scalar> Scalar for Probe<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values that a function may take at one and at another point, and whether a kink or a jump lies between.
    #[test]
    fn a_kink_between_two_points_is_seen() {
        type Function = fn(Probe<f64>) -> Probe<f64>;
        let cases: [(&str, Function, [f64; 3]); 9] = [
            ("abs", |x| x.abs(), [-1.0, 1.0, 2.0]),
            ("max", |x| x.max(Probe(0.5)), [0.0, 1.0, 2.0]),
            ("min", |x| x.min(Probe(0.5)), [0.0, 1.0, 2.0]),
            ("floor", Float::floor, [0.9, 1.1, 1.2]),
            ("fract", Float::fract, [0.9, 1.1, 1.2]),
            ("rem", |x| x % Probe(1.0), [0.9, 1.1, 1.2]),
            (
                "if",
                |x| if x > Probe(0.0) { x } else { -x },
                [-1.0, 1.0, 2.0],
            ),
            ("abs_sub", |x| x.abs_sub(Probe(1.0)), [0.5, 1.5, 2.5]),
            ("copysign", |x| Probe(1.0).copysign(x), [-1.0, 1.0, 2.0]),
        ];
        for (name, f, at) in cases {
            let way = |x: f64| branches(|| _ = f(Probe(x)));
            let [before, after, same] = at.map(way);
            assert!(before != after, "{name} goes another way");
            assert!(after == same, "{name} goes the same way");
        }
    }

    #[test]
    fn a_smooth_function_has_one_way() {
        let f = |x: Probe<f64>| x.exp() * x.sin() + x.tanh().powi(2) / x.hypot(Probe::one());
        assert_eq!(
            branches(|| _ = f(Probe(-1.0))),
            branches(|| _ = f(Probe(2.0)))
        );
        assert_eq!(f(Probe(0.0)).0, 0.0);
    }
}
