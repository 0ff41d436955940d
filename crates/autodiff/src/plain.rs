//! A number for the inside of a vector loop: its derivatives come without branches, and a zero written in the formula costs nothing.

use core::iter::Sum;
use core::num::FpCategory;
use core::ops::{
    Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign,
};

use core_tensor::{Real, Rule};
use num_traits::{Float, Num, NumCast, One, ToPrimitive, Zero};

/// A number that leaves two things out, so that a loop over [`Dual<Plain<T>>`](crate::Dual) becomes vectors; its exponentials, logarithms,
/// `tanh`, `erf` and the like are those for vectors ([`Real::lane_exp`]).
///
/// * The rules of [`Dual`](crate::Dual) look for the `NaN` of `0·∞` at every step, which is a branch. `Plain` never admits to holding one
///   ([`Real::holds_nan`] is false): the `NaN` travels on to the result, and whoever wants it out evaluates once more, on `Dual<T>`.
/// * It remembers how it was made. Products and sums with [`Zero::zero`], which the derivatives of constants are, are left out; and what
///   was made of constants and one unknown by `+`, `−`, `·` alone needs no second evaluation ([`Plain::doubtful`]). As the compiler knows
///   at every step how a number was made, all of that is decided before the program runs.
///
/// So a derivative on `Dual<Plain<T>>` that is a number equals that on `Dual<T>`, but for the rounding of those functions and the sign of a zero: a `NaN` can only come to
/// nothing where the rule on `Dual<T>` drops the derivative too, in the argument of `max` that is not the greater one, or a step.
/// The exception is a formula that asks for more than values and branches on it (`is_zero`, `is_one`, `holds_nan`, or `is_nan` after
/// a product with `zero()`).
///
/// ```
/// use autodiff::{Dual, Plain, Real};
///
/// fn silu<R: Real>(x: R) -> R {
///     x / (R::one() + (-x).exp())
/// }
/// fn slope(x: f64) -> Plain<f64> {
///     silu(Dual::<Plain<f64>>::variable(Plain::new(x), 0)).partials[0]
/// }
/// assert_eq!(slope(0.0).get(), 0.5);
///
/// // where e⁻ˣ overflows, 0·∞ comes out as it is, and the careful dual knows better
/// assert!(slope(-1000.0).doubtful());
/// assert_eq!(silu(Dual::<f64>::variable(-1000.0, 0)).partials, [0.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plain<T> {
    number: T,
    origin: Origin,
}

/// How a number was made, from the surest on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Origin {
    /// by `zero()`
    Zero,
    /// of constants, and finite
    Constant,
    /// of constants and unknowns by `+`, `−`, `·`: finite, unless it overflows
    Polynomial,
    /// in any way
    Any,
}

impl<T> Plain<T> {
    /// An unknown.
    #[inline(always)]
    #[must_use]
    pub fn new(number: T) -> Self {
        Self {
            number,
            origin: Origin::Polynomial,
        }
    }

    /// The number itself.
    #[inline(always)]
    #[must_use]
    pub fn get(self) -> T {
        self.number
    }

    /// A number that came of these.
    #[inline(always)]
    fn of_polynomial(number: T, origins: [Origin; 2]) -> Self {
        Self {
            number,
            origin: origins[0].max(origins[1]).max(Origin::Constant),
        }
    }
}

impl<T: Real> Plain<T> {
    /// Whether this is not a number, but a careful evaluation might find one. Never for a polynomial, which has nothing to hide before it
    /// overflows.
    #[inline(always)]
    #[must_use]
    pub fn doubtful(&self) -> bool {
        self.origin == Origin::Any && self.number.holds_nan()
    }

    /// A number that stands in the formula.
    #[inline(always)]
    fn constant(number: T) -> Self {
        Self::of_any(number, [Origin::Constant; 2])
    }

    /// A number that came of these by a function with poles or edges.
    #[inline(always)]
    fn of_any(number: T, origins: [Origin; 2]) -> Self {
        let constant = origins[0].max(origins[1]) <= Origin::Constant && number.is_finite();
        Self {
            number,
            origin: if constant {
                Origin::Constant
            } else {
                Origin::Any
            },
        }
    }
}

/// By value.
impl<T: PartialEq> PartialEq for Plain<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// By value.
impl<T: PartialOrd> PartialOrd for Plain<T> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        self.number.partial_cmp(&other.number)
    }
}

impl<T: Real> Neg for Plain<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self {
            number: -self.number,
            ..self
        }
    }
}

impl<T: Real> Add for Plain<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        match (self.origin, other.origin) {
            (Origin::Zero, _) => other,
            (_, Origin::Zero) => self,
            (u, v) => Self::of_polynomial(self.number + other.number, [u, v]),
        }
    }
}

impl<T: Real> Sub for Plain<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<T: Real> Mul for Plain<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        match (self.origin, other.origin) {
            (Origin::Zero, _) | (_, Origin::Zero) => Self::zero(),
            (u, v) => Self::of_polynomial(self.number * other.number, [u, v]),
        }
    }
}

impl<T: Real> Div for Plain<T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        if other.origin <= Origin::Constant && !other.number.is_zero() {
            Self::of_polynomial(self.number / other.number, [self.origin; 2])
        } else {
            Self::of_any(self.number / other.number, [self.origin, other.origin])
        }
    }
}

impl<T: Real> Rem for Plain<T> {
    type Output = Self;
    #[inline(always)]
    fn rem(self, other: Self) -> Self {
        Self::of_any(self.number % other.number, [self.origin, other.origin])
    }
}

macro_rules! assigning { ($($Assign:ident $assign:ident $Op:ident $op:ident),*) => {$(
    impl<T: Real> $Assign for Plain<T> {
        #[inline(always)]
        fn $assign(&mut self, other: Self) {
            *self = $Op::$op(*self, other);
        }
    }
)*} }
assigning!(AddAssign add_assign Add add, SubAssign sub_assign Sub sub, MulAssign mul_assign Mul mul,
    DivAssign div_assign Div div, RemAssign rem_assign Rem rem);

impl<T: Real> Sum for Plain<T> {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), |sum, term| sum + term)
    }
}

impl<T: Real> Zero for Plain<T> {
    /// A zero that is known to be one.
    #[inline(always)]
    fn zero() -> Self {
        Self {
            number: T::zero(),
            origin: Origin::Zero,
        }
    }

    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.number.is_zero()
    }
}

impl<T: Real> One for Plain<T> {
    #[inline(always)]
    fn one() -> Self {
        Self::constant(T::one())
    }

    #[inline(always)]
    fn is_one(&self) -> bool {
        self.number.is_one()
    }
}

impl<T: Real> Num for Plain<T> {
    type FromStrRadixErr = T::FromStrRadixErr;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        T::from_str_radix(text, radix).map(Self::constant)
    }
}

impl<T: Real> NumCast for Plain<T> {
    #[inline]
    fn from<P: ToPrimitive>(number: P) -> Option<Self> {
        <T as NumCast>::from(number).map(Self::constant)
    }
}

macro_rules! to_primitive { ($($to:ident $Number:ty),*) => {
    impl<T: ToPrimitive> ToPrimitive for Plain<T> {$(
        #[inline]
        fn $to(&self) -> Option<$Number> {
            self.number.$to()
        }
    )*}
} }
to_primitive!(to_i64 i64, to_u64 u64, to_i128 i128, to_u128 u128, to_f32 f32, to_f64 f64);

/// The functions of the number itself that vectors have: one, and two at once.
macro_rules! lanes { ($($f:ident $lane:ident)*; $($both:ident $lanes:ident)*) => {
    $(#[inline(always)] fn $f(self) -> Self { Self::of_any(self.number.$lane(), [self.origin; 2]) })*
    $(#[inline(always)] fn $both(self) -> [Self; 2] { self.number.$lanes().map(|number| Self::of_any(number, [self.origin; 2])) })*
} }

impl<T: Real> Real for Plain<T> {
    #[inline(always)]
    fn of(x: f64) -> Self {
        Self::constant(T::of(x))
    }

    lanes! {
        erf lane_erf normal_cdf lane_normal_cdf softplus lane_softplus sigmoid lane_sigmoid;
        erf_exp lane_erf_exp normal_cdf_exp lane_normal_cdf_exp sigmoid_slope lane_sigmoid_slope
    }

    #[inline(always)]
    fn by_rule<const N: usize>(rule: &impl Rule<N>, x: [Self; N]) -> Self {
        Self::of_any(T::by_rule(rule, x.map(Self::get)), [Origin::Any; 2])
    }

    /// The number is chosen; how it was made is said to be the less sure way of the two, for else it would be known only as the program runs.
    #[inline(always)]
    fn choose(condition: bool, yes: Self, no: Self) -> Self {
        Self {
            number: if condition { yes.number } else { no.number },
            origin: yes.origin.max(no.origin),
        }
    }

    /// No: what is not a number travels on to the result.
    #[inline(always)]
    fn holds_nan(&self) -> bool {
        false
    }

    /// Yes, for the same reason.
    #[inline(always)]
    fn is_plain_factor(&self) -> bool {
        true
    }
}

/// The functions of the number itself: of one, those of one that vectors have, of two, without poles or edges, questions, bounds.
macro_rules! forward { ($($f:ident)*; $($g:ident $lane:ident)*; $($two:ident)*; $($whole:ident)*; $($question:ident)*; $($bound:ident)*) => {
    $(#[inline(always)] fn $f(self) -> Self { Self::of_any(self.number.$f(), [self.origin; 2]) })*
    $(#[inline(always)] fn $g(self) -> Self { Self::of_any(self.number.$lane(), [self.origin; 2]) })*
    $(#[inline(always)] fn $two(self, other: Self) -> Self { Self::of_any(self.number.$two(other.number), [self.origin, other.origin]) })*
    $(#[inline(always)] fn $whole(self) -> Self { Self::of_polynomial(self.number.$whole(), [self.origin; 2]) })*
    $(#[inline(always)] fn $question(self) -> bool { self.number.$question() })*
    $(#[inline(always)] fn $bound() -> Self { Self::constant(T::$bound()) })*
} }

impl<T: Real> Float for Plain<T> {
    forward! {
        fract recip sqrt cbrt exp2 log2 log10 sin cos tan asin acos atan sinh asinh acosh atanh;
        exp lane_exp exp_m1 lane_exp_m1 ln lane_ln ln_1p lane_ln_1p tanh lane_tanh;
        powf log max min abs_sub hypot atan2;
        floor ceil round trunc abs signum to_degrees to_radians;
        is_nan is_infinite is_finite is_normal is_subnormal is_sign_positive is_sign_negative;
        nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon
    }

    /// From the exponential for vectors; its square is the slope of `tanh`.
    #[inline(always)]
    fn cosh(self) -> Self {
        let e = self.number.lane_exp();
        Self::of_any((e + e.recip()) * T::of(0.5), [self.origin; 2])
    }

    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        let y = self.number.powi(n);
        if n < 0 {
            Self::of_any(y, [self.origin; 2])
        } else {
            Self::of_polynomial(y, [self.origin; 2])
        }
    }

    #[inline(always)]
    fn mul_add(self, a: Self, b: Self) -> Self {
        let product = self.origin.max(a.origin);
        Self::of_polynomial(self.number.mul_add(a.number, b.number), [product, b.origin])
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        Self::of_polynomial(
            self.number.copysign(sign.number),
            [self.origin, sign.origin],
        )
    }

    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (sin, cos) = self.number.sin_cos();
        (
            Self::of_any(sin, [self.origin; 2]),
            Self::of_any(cos, [self.origin; 2]),
        )
    }

    #[inline(always)]
    fn classify(self) -> FpCategory {
        self.number.classify()
    }

    #[inline(always)]
    fn integer_decode(self) -> (u64, i16, i8) {
        self.number.integer_decode()
    }
}
