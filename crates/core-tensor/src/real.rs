//! What a formula may be written in: numbers with the elementary functions, and rules for the functions that they lack.

use core::f64::consts::FRAC_1_SQRT_2;
use core::fmt::Debug;
use core::iter::Sum;
use core::ops::{AddAssign, DivAssign, MulAssign, SubAssign};

use num_traits::Float;

use crate::elementary::Elementary;

/// A real number, or something that stands for one: `f32`, `f64`, a number that carries its derivatives, a variable on a tape.
///
/// A formula written once, `fn f<R: Real>(x: R) -> R`, can be evaluated on all of them. It has what [`Float`] has, and what that lacks:
///
/// ```
/// use core_tensor::Real;
///
/// /// The mean of the larger of `x` and a standard normal number.
/// fn mean_of_larger<R: Real>(x: R) -> R {
///     let density = R::of(0.398_942_280_401_432_7) * (R::of(-0.5) * x * x).exp();
///     x * x.normal_cdf() + density
/// }
/// assert!((mean_of_larger(0.0_f64) - 0.398_942_3).abs() < 1e-7);
/// assert!((mean_of_larger(9.0_f64) - 9.0).abs() < 1e-7);
/// ```
pub trait Real: Float + AddAssign + SubAssign + MulAssign + DivAssign + Sum + Debug {
    /// A constant.
    fn of(x: f64) -> Self;

    /// The error function, `2/√π · ∫₀ˣ e^(−t²) dt`.
    ///
    /// # Gradient
    /// `2/√π · e^(−x²)`
    fn erf(self) -> Self;

    /// The error function, and `e^(−x²)` for its slope.
    fn erf_exp(self) -> [Self; 2] {
        [self.erf(), (-(self * self)).exp()]
    }

    /// The chance `Φ(x) = (1 + erf(x/√2)) / 2` that a standard normal number is below `x`.
    ///
    /// # Gradient
    /// The density `φ(x) = e^(−x²/2)/√(2π)`
    fn normal_cdf(self) -> Self {
        Self::of(0.5) * (Self::one() + (self * Self::of(FRAC_1_SQRT_2)).erf())
    }

    /// [`normal_cdf`](Real::normal_cdf), and `e^(−x²/2)` for its slope.
    fn normal_cdf_exp(self) -> [Self; 2] {
        [self.normal_cdf(), (Self::of(-0.5) * self * self).exp()]
    }

    /// `ln (1 + eˣ)`, which is `x` to the last digit above 40, and `eˣ` may overflow only there.
    ///
    /// # Gradient
    /// `1 / (1 + e⁻ˣ)`
    fn softplus(self) -> Self {
        Self::choose(self > Self::of(40.0), self, self.exp().ln_1p())
    }

    /// The logistic function `σ(x) = 1 / (1 + e⁻ˣ)`.
    ///
    /// # Gradient
    /// `σ(x)·σ(−x)`
    fn sigmoid(self) -> Self {
        (Self::one() + (-self).exp()).recip()
    }

    /// [`sigmoid`](Real::sigmoid), and its slope `σ(x)·σ(−x)`.
    fn sigmoid_slope(self) -> [Self; 2] {
        let value = self.sigmoid();
        [value, value * (-self).sigmoid()]
    }

    /// The value of a function that brings its own derivative, see [`Rule`].
    fn by_rule<const N: usize>(rule: &impl Rule<N>, x: [Self; N]) -> Self;

    /// `eˣ` as straight-line code, so that a loop of it becomes vectors; in `f32` within 2 units in the last place. The thirteen of this kind
    /// are the ordinary functions for numbers that have no such code.
    fn lane_exp(self) -> Self {
        self.exp()
    }

    /// `eˣ − 1` for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_exp_m1(self) -> Self {
        self.exp_m1()
    }

    /// `ln x` for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_ln(self) -> Self {
        self.ln()
    }

    /// `ln (1 + x)` for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_ln_1p(self) -> Self {
        self.ln_1p()
    }

    /// `tanh x` for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_tanh(self) -> Self {
        self.tanh()
    }

    /// The error function for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_erf(self) -> Self {
        self.lane_erf_exp()[0]
    }

    /// [`erf_exp`](Real::erf_exp) for vectors: both for the price of one, but the exponential is 0 where it would be denormal.
    fn lane_erf_exp(self) -> [Self; 2] {
        self.erf_exp()
    }

    /// [`normal_cdf`](Real::normal_cdf) for vectors, see [`lane_exp`](Real::lane_exp); below zero its error is that of 1.
    fn lane_normal_cdf(self) -> Self {
        self.normal_cdf()
    }

    /// [`normal_cdf_exp`](Real::normal_cdf_exp) for vectors, see [`lane_exp`](Real::lane_exp): the chance to the last places of 1, the exponential to
    /// those of `x²`, and 0 beyond 13.
    fn lane_normal_cdf_exp(self) -> [Self; 2] {
        self.normal_cdf_exp()
    }

    /// [`softplus`](Real::softplus) for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_softplus(self) -> Self {
        self.softplus()
    }

    /// `1 / ⁴√x` for vectors, see [`lane_exp`](Real::lane_exp); of a normal number above zero, or of infinity.
    fn lane_inverse_root4(self) -> Self {
        self.sqrt().sqrt().recip()
    }

    /// [`sigmoid`](Real::sigmoid) for vectors, see [`lane_exp`](Real::lane_exp).
    fn lane_sigmoid(self) -> Self {
        self.sigmoid()
    }

    /// [`sigmoid_slope`](Real::sigmoid_slope) for vectors, see [`lane_exp`](Real::lane_exp); for its one division the value is within 3 units, the
    /// slope within 5.
    fn lane_sigmoid_slope(self) -> [Self; 2] {
        self.sigmoid_slope()
    }

    /// `yes` where the condition holds, else `no`: an `if` whose two sides a vector loop works out both.
    fn choose(condition: bool, yes: Self, no: Self) -> Self {
        if condition { yes } else { no }
    }

    /// Whether this is not a number, or carries a derivative that is not.
    fn holds_nan(&self) -> bool {
        self.is_nan()
    }

    /// Whether a product with this is not a number only where the other factor is not: neither zero nor infinite, and no NaN in it.
    ///
    /// ```
    /// use core_tensor::Real;
    ///
    /// assert!([-2.0, 5e-324, f64::MAX].iter().all(f64::is_plain_factor));
    /// assert!(![0.0, -0.0, f64::NEG_INFINITY, f64::INFINITY, f64::NAN].iter().any(f64::is_plain_factor));
    /// ```
    #[inline(always)]
    fn is_plain_factor(&self) -> bool {
        self.is_finite() && *self != Self::zero() && !self.holds_nan()
    }
}

/// A function of `N` numbers together with its derivatives: for what has no formula, or a better derivative than that of its formula.
///
/// The derivatives are formulas too, so that they can be differentiated once more. Every way to differentiate obeys the rule: the only
/// thing any of them knows of the function is what stands here.
///
/// ```
/// use core_tensor::{Real, Rule};
///
/// /// `√(u² + v²)`, whose derivative at the origin is taken as 0.
/// struct Distance;
/// impl Rule<2> for Distance {
///     fn value<R: Real>(&self, [u, v]: [R; 2]) -> R {
///         u.hypot(v)
///     }
///     fn slopes<R: Real>(&self, [u, v]: [R; 2]) -> [R; 2] {
///         let h = u.hypot(v);
///         if h.is_zero() { [R::zero(); 2] } else { [u / h, v / h] }
///     }
/// }
/// assert_eq!(f64::by_rule(&Distance, [3.0, 4.0]), 5.0);
/// ```
pub trait Rule<const N: usize = 1> {
    /// `f(x)`
    fn value<R: Real>(&self, x: [R; N]) -> R;

    /// `∂f/∂xᵢ` at `x`
    fn slopes<R: Real>(&self, x: [R; N]) -> [R; N];
}

macro_rules! real { ($($T:ident $erf:ident)+) => {$(
    impl Real for $T {
        #[inline(always)]
        fn of(x: f64) -> Self {
            x as $T
        }

        #[inline]
        fn erf(self) -> Self {
            libm::$erf(self)
        }

        #[inline(always)]
        fn lane_exp(self) -> Self {
            self.fast_exp()
        }

        #[inline(always)]
        fn lane_exp_m1(self) -> Self {
            self.fast_exp_m1()
        }

        #[inline(always)]
        fn lane_ln(self) -> Self {
            self.fast_ln()
        }

        #[inline(always)]
        fn lane_ln_1p(self) -> Self {
            self.fast_ln_1p()
        }

        #[inline(always)]
        fn lane_tanh(self) -> Self {
            self.fast_tanh()
        }

        #[inline(always)]
        fn lane_erf(self) -> Self {
            self.fast_erf_exp()[0]
        }

        #[inline(always)]
        fn lane_erf_exp(self) -> [Self; 2] {
            self.fast_erf_exp()
        }

        #[inline(always)]
        fn lane_normal_cdf(self) -> Self {
            self.fast_normal_cdf()
        }

        #[inline(always)]
        fn lane_normal_cdf_exp(self) -> [Self; 2] {
            self.fast_normal_cdf_exp()
        }

        #[inline(always)]
        fn lane_softplus(self) -> Self {
            self.fast_softplus()
        }

        #[inline(always)]
        fn lane_inverse_root4(self) -> Self {
            self.fast_inverse_root4()
        }

        #[inline(always)]
        fn lane_sigmoid(self) -> Self {
            self.fast_sigmoid()
        }

        #[inline(always)]
        fn lane_sigmoid_slope(self) -> [Self; 2] {
            self.fast_sigmoid_slope()
        }

        #[inline(always)]
        fn by_rule<const N: usize>(rule: &impl Rule<N>, x: [Self; N]) -> Self {
            rule.value(x)
        }

        /// One comparison: without its sign, zero is below all other numbers, and infinity and what is not a number above.
        #[inline(always)]
        fn is_plain_factor(&self) -> bool {
            let twice = |x: $T| x.to_bits() << 1;
            twice(*self).wrapping_sub(1) < twice(<$T>::INFINITY) - 1
        }
    }
)+} }
real! { f32 erff f64 erf }
