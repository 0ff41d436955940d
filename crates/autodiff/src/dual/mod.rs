//! Dual numbers: the three rules of differentiation, and the type that carries them.
//!
//! * this file: the rules, the type, constructors, comparison and printing
//! * `ops`: the operators, by value and by reference
//! * `float`: `num_traits::Float`, one derivative a line
//! * `number`: the smaller traits of `num_traits`, sums and products, `core_tensor::Real`
//! * `scalar`: `core_tensor::Scalar`, products of whole tensors
//!
//! A new function needs one call of [`Dual::chain`].

mod float;
mod number;
mod ops;
mod scalar;

use core::{array, cmp::Ordering, fmt};

use bytemuck::Zeroable;
use core_tensor::{Real, mutant};
use num_traits::Zero;

/// The rules. Every derivative in this crate comes from one of them.
impl<T: Real, const N: usize> Dual<T, N> {
    /// Chain rule: `f(u)' = f'(u)·u'`, given `value` = `f(u)` and `slope` = `f'(u)`.
    ///
    /// Outside of the domain of `f`, where `value` is not a number, neither is the derivative. A direction in which
    /// `u` does not change keeps its zero, whatever the slope.
    ///
    /// The way to teach a dual a function that [`Real`] lacks ([`core_tensor::Rule`] teaches it every kind of number):
    ///
    /// ```
    /// use autodiff::{Dual, Real};
    ///
    /// fn softplus<T: Real>(u: Dual<T>) -> Dual<T> {
    ///     let sigmoid = (T::one() + (-u.value).exp()).recip();
    ///     u.chain(u.value.exp().ln_1p(), sigmoid)
    /// }
    /// assert_eq!(softplus(Dual::variable(0.0, 0)).partials, [0.5]);
    /// ```
    #[inline(always)]
    #[must_use]
    pub fn chain(self, value: T, slope: T) -> Self {
        let slope = if value.is_nan() { value } else { slope };
        self.scaled(value, slope)
    }

    /// `slope·u'` beside `value`, whatever that is.
    #[inline(always)]
    fn scaled(self, value: T, slope: T) -> Self {
        let du = &self.partials;
        let partials = each_unless_nan([slope], |i| slope * du[i], |i| weigh(slope, du[i]));
        Self { value, partials }
    }

    /// Chain rule for two arguments: `f(u, v)' = f₁(u, v)·u' + f₂(u, v)·v'`, given the value and the two slopes.
    #[inline(always)]
    #[must_use]
    pub fn chain2(self, other: Self, value: T, slopes: [T; 2]) -> Self {
        let (du, dv) = (&self.partials, &other.partials);
        let partials = each_unless_nan(
            slopes,
            |i| slopes[0] * du[i] + slopes[1] * dv[i],
            |i| weigh(slopes[0], du[i]) + weigh(slopes[1], dv[i]),
        );
        Self { value, partials }
    }

    /// Product rule: `(u·v)' = v·u' + u·v'`.
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        let (u, v) = (self.value, other.value);
        let slopes = mutant::slopes(["mul left", "mul right"], [v, u]);
        self.chain2(other, u * v, slopes)
    }

    /// Quotient rule: `(u/v)' = (1/v)·u' − (u/v)/v·v'`.
    #[inline(always)]
    fn quotient(self, other: Self) -> Self {
        let (u, v) = (self.value, other.value);
        let (left, right) = (v.recip(), -(u / v) / v);
        let slopes = mutant::slopes(["div left", "div right"], [left, right]);
        self.chain2(other, u / v, slopes)
    }
}

/// `[f(0), f(1), …]`, by a loop that becomes vectors: `array::from_fn` ends as one number after another.
#[inline(always)]
fn each<T: Real, const N: usize>(f: impl Fn(usize) -> T) -> [T; N] {
    let mut partials = [T::zero(); N];
    for (i, partial) in partials.iter_mut().enumerate() {
        *partial = f(i);
    }
    partials
}

/// From more directions than this on, the slopes are asked whether they could make a NaN; before, the partials whether they are one.
const FEW: usize = 2;

/// `[plain(0), plain(1), …]`, products with these slopes, or `careful` ones where a slope could make a NaN of a number.
///
/// The careful loop stands in its place, though it hardly ever runs: a call would take the addresses of the partials, and what has an address
/// stays in memory. Duals of duals are too long for that.
#[inline(always)]
fn each_unless_nan<T: Real, const N: usize, const K: usize>(
    slopes: [T; K],
    plain: impl Fn(usize) -> T,
    careful: impl Fn(usize) -> T,
) -> [T; N] {
    #[cold]
    fn seldom() {}
    #[cold]
    #[inline(never)]
    fn apart<T: Real, const N: usize>(f: impl Fn(usize) -> T) -> [T; N] {
        each(f)
    }
    if N > FEW {
        if slopes.iter().all(T::is_plain_factor) {
            return each(plain);
        }
    } else {
        let partials: [T; N] = each(plain);
        if !partials.iter().any(T::holds_nan) {
            return partials;
        }
    }
    if size_of::<T>() > size_of::<f64>() {
        return apart(careful);
    }
    seldom();
    each(careful)
}

/// `slope · partial`, with `0 · x = 0` for a constant direction and `0 · ∞ = 0` for any.
///
/// In a nest, constant means zero all the way down: a partial that is 0 here and moves on is still needed. The second is
/// more than a convention: `u·v` with `u = 0` has the derivative `v·u'` however steep `v` is, as long as
/// `u'` is finite, and `1/(1 + e⁻ˣ)` is flat where `e⁻ˣ` overflows.
#[inline(always)]
pub(crate) fn weigh<T: Real>(slope: T, partial: T) -> T {
    let weighed = slope * partial;
    let zero_by_infinity = weighed.is_nan() && !slope.is_nan() && !partial.is_nan();
    if zero_by_infinity || partial.is_zero() {
        T::zero()
    } else {
        weighed
    }
}

/// A number that carries its derivatives in `N` directions: `value + Σ partials[i]·εᵢ` with `εᵢ·εⱼ = 0`.
///
/// Any formula generic in [`Real`] takes it, and what comes out holds the value and the exact derivatives of the
/// formula. `T` may be a dual again: `Dual<Dual<f64>>` has second derivatives.
///
/// ```
/// use autodiff::Dual;
/// use num_traits::Float;
///
/// let (x, y) = (Dual::<f64, 2>::variable(3.0, 0), Dual::variable(4.0, 1));
/// let length = x.hypot(y);
/// assert_eq!((length.value, length.partials), (5.0, [0.6, 0.8]));
/// assert_eq!(length.to_string(), "5 ∂[0.6, 0.8]");
/// ```
///
/// # Gradient
///
/// Where the derivative exists it is finite, also at the edge of a branch (`powf(2.5)` and `powi` at 0); where it is
/// infinite, so is the partial (`sqrt` at 0); outside of the domain it is not a number (`ln` at −1). At the rest:
///
/// | function | derivative |
/// |---|---|
/// | `abs`, `hypot`, `copysign` at 0 | 0 |
/// | `max`, `min`, `clamp` at a tie | wholly that of the first argument, `self` |
/// | `abs_sub` at a tie | 0 (it is `relu(x − y)`) |
/// | `signum`, `floor`, `ceil`, `round`, `trunc` | 0, at the jumps too |
/// | `fract`, `%` | that between the jumps |
/// | `atan2` at the origin, and where an argument is infinite | 0 |
/// | `hypot` by an argument that is infinite | its sign |
/// | `0·∞` in a rule | 0: right for `x·√x` at 0, a convention for `√(x²)`; for `√x·√x` the 1 is lost |
///
/// # Comparison
///
/// `==` and `<` compare values, so that a formula takes the same branch as on plain numbers. `is_zero` and `is_one`
/// look at the partials too: only a zero without them changes nothing when added.
#[derive(Clone, Copy, Debug, Zeroable)]
#[repr(C)]
pub struct Dual<T, const N: usize = 1> {
    /// Its derivative in each direction.
    pub partials: [T; N],
    /// The number itself.
    pub value: T,
}

impl<T: Zero + Copy, const N: usize> Dual<T, N> {
    /// A number that changes in no direction.
    #[inline]
    #[must_use]
    pub fn constant(value: T) -> Self {
        Self {
            value,
            partials: [T::zero(); N],
        }
    }
}

impl<T: Real, const N: usize> Dual<T, N> {
    /// The unknown that direction `index` moves: its partial there is 1, the others are 0.
    ///
    /// # Panics
    ///
    /// If there is no direction `index`.
    #[inline]
    #[must_use]
    pub fn variable(value: T, index: usize) -> Self {
        assert!(
            index < N,
            "no direction {index} among {N}: use an index below {N}"
        );
        Self {
            value,
            partials: array::from_fn(|i| if i == index { T::one() } else { T::zero() }),
        }
    }
}

impl<T: Zero + Copy, const N: usize> Default for Dual<T, N> {
    #[inline]
    fn default() -> Self {
        Self::constant(T::zero())
    }
}

/// A constant.
impl<T: Zero + Copy, const N: usize> From<T> for Dual<T, N> {
    #[inline]
    fn from(value: T) -> Self {
        Self::constant(value)
    }
}

/// A copy, so that the operators take references.
impl<T: Copy, const N: usize> From<&Self> for Dual<T, N> {
    #[inline]
    fn from(dual: &Self) -> Self {
        *dual
    }
}

/// By value.
impl<T: PartialEq, const N: usize> PartialEq for Dual<T, N> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// By value.
impl<T: PartialOrd, const N: usize> PartialOrd for Dual<T, N> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

/// `value ∂[partial, …]`; width and precision hold for each number.
impl<T: fmt::Display, const N: usize> fmt::Display for Dual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)?;
        f.write_str(" ∂[")?;
        for (i, partial) in self.partials.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            partial.fmt(f)?;
        }
        f.write_str("]")
    }
}
