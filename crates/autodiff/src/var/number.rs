//! Numbers on a tape: every function is that of [`Dual`], which knows its slope. Two numbers that depend on different links are linked.

use core::fmt;
use core::iter::{Product, Sum};
use core::num::FpCategory;
use core::ops::{Rem, RemAssign};

use core_tensor::{Real, Rule, Scalar, mutant};
use num_traits::{Float, FromPrimitive, Num, NumCast, One, ToPrimitive, Zero};

use super::two::{AbsSub, Atan2, CopySign, Hypot, Log, Max, Min, Power, Rest};
use super::{Dual, State, Var};

impl<T: Scalar> Var<'_, T> {
    /// The same number with a place of its own on the tape, so that the derivative by it can be asked for. Variables and shaped values
    /// have one anyway; a number that was worked out has not.
    #[must_use]
    pub fn keep(self) -> Self {
        match self.state {
            State::Derived => {
                let record = self.record();
                Self::kept(record, self.settled(record), self.number.value)
            }
            _ => self,
        }
    }
}

/// Functions of one number.
macro_rules! each_one { ($($f:ident)*) => {$(
    #[inline]
    fn $f(self) -> Self {
        self.one(Dual::$f)
    }
)*} }

/// Functions of two numbers.
macro_rules! each_two { ($($f:ident $Two:ident)*) => {$(
    #[inline]
    fn $f(self, other: Self) -> Self {
        self.two(other, $Two)
    }
)*} }

/// Steps, which are flat: constants.
macro_rules! each_step { ($($f:ident)*) => {$(
    #[inline]
    fn $f(self) -> Self {
        Self::still(self.number.value.$f())
    }
)*} }

/// Questions about the value.
macro_rules! each_question { ($($f:ident)*) => {$(
    #[inline]
    fn $f(self) -> bool {
        self.number.value.$f()
    }
)*} }

/// Constants of the scalar.
macro_rules! each_constant { ($($f:ident)*) => {$(
    #[inline]
    fn $f() -> Self {
        Self::still(T::$f())
    }
)*} }

impl<T: Scalar> Float for Var<'_, T> {
    each_one! {
        recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan to_degrees to_radians
        sinh cosh tanh asinh acosh atanh abs fract
    }
    each_two! { powf Power log Log hypot Hypot atan2 Atan2 max Max min Min abs_sub AbsSub copysign CopySign }
    each_step! { floor ceil round trunc signum }
    each_question! {
        is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative
    }
    each_constant! { nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon }

    #[inline]
    fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    #[inline]
    fn powi(self, n: i32) -> Self {
        self.one(|u| u.powi(n))
    }

    #[inline]
    fn mul_add(self, a: Self, b: Self) -> Self {
        let value = self.number.value.mul_add(a.number.value, b.number.value);
        let y = self * a + b;
        Self {
            number: Dual { value, ..y.number },
            ..y
        }
    }

    #[inline]
    fn classify(self) -> FpCategory {
        self.number.value.classify()
    }

    #[inline]
    fn integer_decode(self) -> (u64, i16, i8) {
        self.number.value.integer_decode()
    }
}

impl<T: Scalar> Real for Var<'_, T> {
    #[inline]
    fn of(x: f64) -> Self {
        Self::still(T::of(x))
    }

    #[inline]
    fn erf(self) -> Self {
        self.one(Dual::erf)
    }

    #[inline]
    fn normal_cdf(self) -> Self {
        self.one(Dual::normal_cdf)
    }

    #[inline]
    fn softplus(self) -> Self {
        self.one(Dual::softplus)
    }

    #[inline]
    fn sigmoid(self) -> Self {
        self.one(Dual::sigmoid)
    }

    fn by_rule<const N: usize>(rule: &impl Rule<N>, x: [Self; N]) -> Self {
        let at = x.map(|x| x.number.value);
        let (value, slopes) = (T::by_rule(rule, at), rule.slopes(at));
        let parts = x.into_iter().zip(slopes);
        let sum: Self = parts
            .map(|(x, slope)| x.one(|u| u.chain(T::zero(), mutant::slope("tape by_rule", slope))))
            .sum();
        sum.one(|u| Dual { value, ..u })
    }

    #[inline]
    fn holds_nan(&self) -> bool {
        self.number.holds_nan()
    }
}

impl<T: Scalar> Zero for Var<'_, T> {
    #[inline]
    fn zero() -> Self {
        Self::still(T::zero())
    }

    /// Whether it is zero and stays so.
    #[inline]
    fn is_zero(&self) -> bool {
        self.state == State::Still && self.number.value.is_zero()
    }
}

impl<T: Scalar> One for Var<'_, T> {
    #[inline]
    fn one() -> Self {
        Self::still(T::one())
    }

    /// Whether it is one and stays so.
    #[inline]
    fn is_one(&self) -> bool {
        self.state == State::Still && self.number.value.is_one()
    }
}

impl<T: Scalar> Num for Var<'_, T> {
    type FromStrRadixErr = T::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self::still)
    }
}

/// A constant.
impl<T: Scalar> NumCast for Var<'_, T> {
    fn from<P: ToPrimitive>(number: P) -> Option<Self> {
        <T as NumCast>::from(number).map(Self::still)
    }
}

/// A constant.
impl<T: Scalar + FromPrimitive> FromPrimitive for Var<'_, T> {
    fn from_i64(number: i64) -> Option<Self> {
        T::from_i64(number).map(Self::still)
    }

    fn from_u64(number: u64) -> Option<Self> {
        T::from_u64(number).map(Self::still)
    }

    fn from_f64(number: f64) -> Option<Self> {
        T::from_f64(number).map(Self::still)
    }
}

/// The value; the tape is left behind.
impl<T: Scalar> ToPrimitive for Var<'_, T> {
    fn to_i64(&self) -> Option<i64> {
        self.number.value.to_i64()
    }

    fn to_u64(&self) -> Option<u64> {
        self.number.value.to_u64()
    }

    fn to_f64(&self) -> Option<f64> {
        self.number.value.to_f64()
    }
}

/// By value.
impl<T: Scalar> PartialEq for Var<'_, T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.number.value == other.number.value
    }
}

/// By value.
impl<T: Scalar> PartialOrd for Var<'_, T> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        self.number.value.partial_cmp(&other.number.value)
    }
}

/// A constant.
impl<T: Scalar> From<T> for Var<'_, T> {
    #[inline]
    fn from(value: T) -> Self {
        Self::still(value)
    }
}

impl<T: Scalar> Sum for Var<'_, T> {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), |sum, term| sum + term)
    }
}

impl<'a, T: Scalar> Sum<&'a Self> for Var<'_, T> {
    #[inline]
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

impl<'a, T: Scalar> Product<&'a Self> for Var<'_, T> {
    #[inline]
    fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
        factors.copied().product()
    }
}

impl<T: Scalar> Product for Var<'_, T> {
    #[inline]
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(<Self as One>::one(), |product, factor| product * factor)
    }
}

impl<T: Scalar> Rem for Var<'_, T> {
    type Output = Self;
    #[inline]
    fn rem(self, other: Self) -> Self {
        self.two(other, Rest)
    }
}

impl<T: Scalar> RemAssign for Var<'_, T> {
    #[inline]
    fn rem_assign(&mut self, other: Self) {
        *self = *self % other;
    }
}

impl<T: Scalar> fmt::Display for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number.value, f)
    }
}
