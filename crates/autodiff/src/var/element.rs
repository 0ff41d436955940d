//! Shaped variables, number by number: operators, with numbers and with rows, and functions.

use core::array;
use core::cell::RefCell;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use core_tensor::shape::Same;
use core_tensor::{Filter, Image, Matrix, Real, Scalar, Sequence, Shape, Vector};
use num_traits::{Float, Zero};

use super::two::{Minus, Over, Plus, Times};
use super::{Dual, Var};
use crate::tape::lists::each;
use crate::tape::record::{Binary, Piece, Record, Step};

/// Shapes that operators combine number by number: a shape with itself, and with a number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be combined with `{B}` number by number",
    label = "the shapes differ",
    note = "equal shapes and single numbers can; a row is added by `add_row`"
)]
pub trait Combine<B: Shape>: Shape {
    /// The larger of the two.
    type Out: Shape;

    #[doc(hidden)]
    fn combine<'t, T: Scalar>(
        a: Var<'t, T, Self>,
        b: Var<'t, T, B>,
        operator: Binary,
    ) -> Var<'t, T, Self::Out>;
}

#[diagnostic::do_not_recommend]
impl Combine<()> for () {
    type Out = ();

    #[inline(always)]
    fn combine<'t, T: Scalar>(a: Var<'t, T>, b: Var<'t, T>, operator: Binary) -> Var<'t, T> {
        match operator {
            Binary::Add => a.two(b, Plus),
            Binary::Sub => a.two(b, Minus),
            Binary::Mul => a.two(b, Times),
            Binary::Div => a.two(b, Over),
        }
    }
}

/// `y = a ∘ b`, where a shorter operand is repeated. One of them lies on a tape.
fn shaped<'t, A: Shape, B: Shape, Y: Shape, T: Scalar>(
    a: Var<'t, T, A>,
    b: Var<'t, T, B>,
    kind: Binary,
) -> Var<'t, T, Y> {
    let record = a
        .record
        .or(b.record)
        .expect("a shaped value lies on a tape");
    let (a, b) = (a.piece(record), b.piece(record));
    let fill = |before: &[T], y: &mut [T]| {
        combined(kind, &before[a.range()], &before[b.range()], y);
    };
    Var::<T, Y>::push(record, a.live || b.live, fill, |y| {
        [Step::Binary { kind, a, b, y }]
    })
}

/// Apart from the shapes, so that its loops are compiled once for all of them.
fn combined<T: Scalar>(kind: Binary, a: &[T], b: &[T], y: &mut [T]) {
    match kind {
        Binary::Add => each(a, b, y, |a, b| a + b),
        Binary::Sub => each(a, b, y, |a, b| a - b),
        Binary::Mul => each(a, b, y, |a, b| a * b),
        Binary::Div => each(a, b, y, |a, b| a / b),
    }
}

// a shape with itself, with a number, and a number with it
macro_rules! combine { ($($name:ident<$($n:ident)+>)+) => {$(
    combine!(@ [$(const $n: usize),+] $name<$($n),+>, $name<$($n),+>, $name<$($n),+>);
    combine!(@ [$(const $n: usize),+] $name<$($n),+>, (), $name<$($n),+>);
    combine!(@ [$(const $n: usize),+] (), $name<$($n),+>, $name<$($n),+>);
)+};
(@ [$($generics:tt)+] $a:ty, $b:ty, $y:ty) => {
    #[diagnostic::do_not_recommend]
    impl<$($generics)+> Combine<$b> for $a {
        type Out = $y;
        fn combine<'t, T: Scalar>(a: Var<'t, T, Self>, b: Var<'t, T, $b>, operator: Binary) -> Var<'t, T, $y> {
            shaped(a, b, operator)
        }
    }
} }
combine! { Vector<N> Matrix<M N> Image<H W C> Sequence<L N> Filter<H W I O> }

// one operator: variables, with a plain number, assigning
macro_rules! operators { ($($Op:ident $op:ident $OpAssign:ident $op_assign:ident;)+) => {$(
    impl<'t, T: Scalar, A: Combine<B>, B: Shape> $Op<Var<'t, T, B>> for Var<'t, T, A> {
        type Output = Var<'t, T, A::Out>;
        #[inline(always)]
        fn $op(self, other: Var<'t, T, B>) -> Self::Output {
            A::combine(self, other, Binary::$Op)
        }
    }

    impl<'t, T: Scalar, S: Combine<(), Out = S>> $Op<T> for Var<'t, T, S> {
        type Output = Self;
        #[inline(always)]
        fn $op(self, other: T) -> Self {
            S::combine(self, Var::still(other), Binary::$Op)
        }
    }

    impl<'t, T: Scalar, A: Combine<B, Out = A>, B: Shape> $OpAssign<Var<'t, T, B>> for Var<'t, T, A> {
        #[inline(always)]
        fn $op_assign(&mut self, other: Var<'t, T, B>) {
            *self = A::combine(*self, other, Binary::$Op);
        }
    }

    impl<'t, T: Scalar, S: Combine<(), Out = S>> $OpAssign<T> for Var<'t, T, S> {
        #[inline(always)]
        fn $op_assign(&mut self, other: T) {
            *self = S::combine(*self, Var::still(other), Binary::$Op);
        }
    }

    operators!(@from_left $Op $op: f32 f64);
    impl<'t, T: Scalar, const N: usize, S: Shape> $Op<Var<'t, Dual<T, N>, S>> for Dual<T, N> where (): Combine<S> {
        type Output = Var<'t, Dual<T, N>, <() as Combine<S>>::Out>;
        fn $op(self, other: Var<'t, Dual<T, N>, S>) -> Self::Output {
            <()>::combine(Var::still(self), other, Binary::$Op)
        }
    }
)+};
(@from_left $Op:ident $op:ident: $($T:ident)+) => {$(
    impl<'t, S: Shape> $Op<Var<'t, $T, S>> for $T where (): Combine<S> {
        type Output = Var<'t, $T, <() as Combine<S>>::Out>;
        #[inline(always)]
        fn $op(self, other: Var<'t, $T, S>) -> Self::Output {
            <()>::combine(Var::still(self), other, Binary::$Op)
        }
    }
)+} }
operators! {
    Add add AddAssign add_assign;
    Sub sub SubAssign sub_assign;
    Mul mul MulAssign mul_assign;
    Div div DivAssign div_assign;
}

impl<T: Scalar, S: Combine<(), Out = S>> Neg for Var<'_, T, S> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        S::combine(self, Var::still(-T::one()), Binary::Mul)
    }
}

// a row is repeated over all other sides
macro_rules! with_row { ($($(#[$doc:meta])* $name:ident $kind:ident;)+) => {$(
    $(#[$doc])*
    pub fn $name(self, row: Var<'t, T, S::Row>) -> Self {
        shaped(self, row, Binary::$kind)
    }
)+} }

/// Broadcasting of a row: the same numbers for every row of a matrix, every pixel of an image.
impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    with_row! {
        /// Adds a row to every row.
        add_row Add;
        /// Subtracts a row from every row.
        sub_row Sub;
        /// Multiplies every row by a row, number by number.
        mul_row Mul;
        /// Divides every row by a row, number by number.
        div_row Div;
    }
}

/// Functions of every number. Each is that of [`Dual`], which knows its slope.
impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    /// `f` of every number: any formula of a [`Dual`], whose derivative comes with it. While `f` runs, the tape is being written: shaped
    /// values that `f` needs are read before.
    ///
    /// ```
    /// use autodiff::Tape;
    /// use core_tensor::{Real, Tensor, Vector};
    ///
    /// let slopes = Tape::new().record(|tape| {
    ///     let x = tape.variable(&Tensor::<Vector<2>, f64>::new([0.0, 3.0]));
    ///     x.map(|x| x * x * x - x).sum().backward().of(&x)
    /// });
    /// assert_eq!(slopes, Tensor::new([-1.0, 26.0])); // 3·x² − 1
    /// ```
    pub fn map(self, f: impl Fn(Dual<T>) -> Dual<T>) -> Self {
        self.named("map", f)
    }

    /// `f` of every number, under its name.
    fn named(self, name: &'static str, f: impl Fn(Dual<T>) -> Dual<T>) -> Self {
        if S::SIDES.is_empty() {
            return self.one(f);
        }
        let record = self.record();
        let x = self.piece(record);
        Self::with_slopes::<1>(name, record, [x], |[x]| {
            let y = f(Dual::variable(x, 0));
            (y.value, y.partials)
        })
    }

    /// `f` of every pair of numbers at the same place: any formula of two [`Dual`]s.
    ///
    /// ```
    /// use autodiff::Tape;
    /// use core_tensor::{Tensor, Vector};
    /// use num_traits::Float;
    ///
    /// let (dx, dy) = Tape::new().record(|tape| {
    ///     let [x, y] = tape.variable(&[3.0, 5.0].map(|x| Tensor::<Vector<1>, f64>::new([x])));
    ///     let gradients = x.zip(y, |x, y| x.powi(2) * y).sum().backward();
    ///     (gradients.of(&x), gradients.of(&y))
    /// });
    /// assert_eq!((dx[[0]], dy[[0]]), (30.0, 9.0));
    /// ```
    pub fn zip<B: Shape>(
        self,
        other: Var<'t, T, B>,
        f: impl Fn(Dual<T, 2>, Dual<T, 2>) -> Dual<T, 2>,
    ) -> Self
    where
        S: Same<B>,
    {
        let (a, b) = (self.record, other.record);
        let Some(record) = a.or(b) else {
            let [u, v] = [self.number.value, other.number.value];
            return Self::still(f(Dual::constant(u), Dual::constant(v)).value);
        };
        let pieces = [self.piece(record), other.piece(record)];
        Self::with_slopes::<2>("zip", record, pieces, |[u, v]| {
            let y = f(Dual::variable(u, 0), Dual::variable(v, 1));
            (y.value, y.partials)
        })
    }

    /// `y = f(x)`, number by number, where `f` gives its slopes by each operand too.
    fn with_slopes<const N: usize>(
        name: &'static str,
        record: &'t RefCell<Record<T>>,
        x: [Piece; N],
        f: impl Fn([T; N]) -> (T, [T; N]),
    ) -> Self {
        let mut saved = core::mem::take(&mut record.borrow_mut().saved);
        let first = saved.len();
        saved.resize(first + N * S::LEN, T::zero());
        let fill = |before: &[T], y: &mut [T]| {
            let slopes = &mut saved[first..];
            for (i, y) in y.iter_mut().enumerate() {
                let (value, slope) = f(x.map(|x| before[x.at as usize + i]));
                *y = value;
                (0..N).for_each(|n| slopes[n * S::LEN + i] = slope[n]);
            }
        };
        let live = x.iter().any(|x| x.live);
        let steps = |y| {
            array::from_fn::<_, N, _>(|n| Step::Slopes {
                x: x[n],
                slopes: (first + n * S::LEN) as u32,
                y,
                name,
            })
        };
        let y = Self::push(record, live, fill, steps);
        record.borrow_mut().saved = saved;
        y
    }
}

macro_rules! functions { ($($(#[$doc:meta])* $f:ident $(($($arg:ident: $Arg:ty),+))? = $formula:expr;)+) => {
    /// Well-known functions of every number.
    impl<T: Scalar, S: Shape> Var<'_, T, S> {$(
        $(#[$doc])*
        #[must_use]
        pub fn $f(self $($(, $arg: $Arg)+)?) -> Self {
            self.named(stringify!($f), $formula)
        }
    )+}
} }
functions! {
    /// `eˣ`
    exp = Dual::exp;
    /// `ln x`
    ln = Dual::ln;
    /// `√x`
    sqrt = Dual::sqrt;
    /// `|x|`, flat at 0.
    abs = Dual::abs;
    /// `xⁿ`
    powi(n: i32) = |x| x.powi(n);
    /// `sin x`
    sin = Dual::sin;
    /// `cos x`
    cos = Dual::cos;
    /// `tanh x`
    tanh = Dual::tanh;
    /// The error function.
    erf = Dual::erf;
    /// The logistic function `1 / (1 + e⁻ˣ)`.
    sigmoid = Dual::sigmoid;
    /// `max(x, 0)`, flat at 0; NaN stays.
    relu = |x| if x <= Dual::zero() { Dual::zero() } else { x };
}
