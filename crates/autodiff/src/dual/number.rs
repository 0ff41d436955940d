//! The smaller traits for [`Dual`]: zero, one, conversions, sums and products, and [`Real`].

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};
use core::iter::{Product, Sum};

use core_tensor::{Real, Rule, mutant};
use num_traits::{FromPrimitive, Num, NumCast, One, ToPrimitive, Zero};

use super::{Dual, each};

impl<T: Real, const N: usize> Zero for Dual<T, N> {
    #[inline(always)]
    fn zero() -> Self {
        Self::constant(T::zero())
    }

    /// Whether the value and all partials are zero.
    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.partials.iter().all(T::is_zero)
    }
}

impl<T: Real, const N: usize> One for Dual<T, N> {
    #[inline(always)]
    fn one() -> Self {
        Self::constant(T::one())
    }

    /// Whether the value is one and all partials are zero.
    #[inline(always)]
    fn is_one(&self) -> bool {
        self.value.is_one() && self.partials.iter().all(T::is_zero)
    }
}

impl<T: Real, const N: usize> Num for Dual<T, N> {
    type FromStrRadixErr = T::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self::constant)
    }
}

/// A constant. A dual has no way to bring its partials along, so a conversion between duals drops them.
impl<T: Real, const N: usize> NumCast for Dual<T, N> {
    #[inline(always)]
    fn from<P: ToPrimitive>(number: P) -> Option<Self> {
        <T as NumCast>::from(number).map(Self::constant)
    }
}

/// Conversions of the value; the partials are dropped.
macro_rules! to_primitive {
    ($($to:ident $Number:ty),*) => {
        impl<T: ToPrimitive, const N: usize> ToPrimitive for Dual<T, N> {$(
            #[inline(always)]
            fn $to(&self) -> Option<$Number> {
                self.value.$to()
            }
        )*}
    };
}

to_primitive!(to_i64 i64, to_u64 u64, to_i128 i128, to_u128 u128, to_f32 f32, to_f64 f64);

/// Constants.
macro_rules! from_primitive {
    ($($from:ident $Number:ty),*) => {
        impl<T: Real + FromPrimitive, const N: usize> FromPrimitive for Dual<T, N> {$(
            #[inline(always)]
            fn $from(number: $Number) -> Option<Self> {
                T::$from(number).map(Self::constant)
            }
        )*}
    };
}

from_primitive!(from_i64 i64, from_u64 u64, from_i128 i128, from_u128 u128, from_f32 f32, from_f64 f64);

impl<T: Real, const N: usize> Sum for Dual<T, N> {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), |sum, term| sum + term)
    }
}

impl<'a, T: Real, const N: usize> Sum<&'a Self> for Dual<T, N> {
    #[inline(always)]
    fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
        terms.copied().sum()
    }
}

impl<T: Real, const N: usize> Product for Dual<T, N> {
    #[inline(always)]
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Self::one(), |product, factor| product * factor)
    }
}

impl<'a, T: Real, const N: usize> Product<&'a Self> for Dual<T, N> {
    #[inline(always)]
    fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
        factors.copied().product()
    }
}

/// What [`num_traits::Float`] lacks.
impl<T: Real, const N: usize> Real for Dual<T, N> {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Self::constant(T::of(x))
    }

    #[inline(always)]
    fn erf(self) -> Self {
        let [value, exp] = self.value.erf_exp();
        let slope = T::of(FRAC_2_SQRT_PI) * exp;
        self.chain(value, mutant::slope("erf", slope))
    }

    #[inline(always)]
    fn normal_cdf(self) -> Self {
        let [value, exp] = self.value.normal_cdf_exp();
        let density = T::of(FRAC_2_SQRT_PI * FRAC_1_SQRT_2 / 2.0) * exp;
        self.scaled(value, mutant::slope("normal_cdf", density))
    }

    #[inline(always)]
    fn softplus(self) -> Self {
        let u = self.value;
        self.scaled(u.softplus(), mutant::slope("softplus", u.sigmoid()))
    }

    #[inline(always)]
    fn sigmoid(self) -> Self {
        let [value, slope] = self.value.sigmoid_slope();
        self.scaled(value, mutant::slope("sigmoid", slope))
    }

    #[inline(always)]
    fn by_rule<const K: usize>(rule: &impl Rule<K>, x: [Self; K]) -> Self {
        let at = x.map(|x| x.value);
        let (value, slopes) = (T::by_rule(rule, at), rule.slopes(at));
        let weighed = x
            .into_iter()
            .zip(slopes)
            .map(|(x, slope)| x.chain(T::zero(), mutant::slope("by_rule", slope)));
        Self {
            value,
            ..weighed.sum()
        }
    }

    #[inline(always)]
    fn choose(condition: bool, yes: Self, no: Self) -> Self {
        Self {
            value: T::choose(condition, yes.value, no.value),
            partials: each(|i| T::choose(condition, yes.partials[i], no.partials[i])),
        }
    }

    #[inline(always)]
    fn holds_nan(&self) -> bool {
        self.value.holds_nan() || self.partials.iter().any(T::holds_nan)
    }
}
