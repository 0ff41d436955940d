//! Transformations: from a function to its derivative.
//!
//! | transformation | of | gives | how |
//! |---|---|---|---|
//! | [`derivative`] | one number → one number | value and slope | forward |
//! | [`grad`], [`value_and_grad`] | `N` numbers → one number | gradient | backward |
//! | [`jvp`] | `N` numbers → `M` numbers | value and `J·ẋ` | forward |
//! | [`vjp`] | `N` numbers → `M` numbers | value and pullback `ȳ ↦ Jᵀ·ȳ` | backward |
//! | [`jacobian`] | `N` numbers → `M` numbers | `J` | the way with fewer walks |
//! | [`hvp`] | `N` numbers → one number | gradient and `H·v` | backward over forward |
//! | [`hessian`] | `N` numbers → one number | `H` | backward over forward |
//!
//! A formula that is generic in its number, `fn f<R: Real>(x: [R; 2]) -> R`, goes through all of them as `|x| f(x)`. For
//! gradients by tensors, and by tuples of them, see [`Tape::value_and_grad`].

use core::array;

use core_tensor::{Real, Scalar};

use crate::tape::record::Reader;
use crate::{Dual, Point, Recording, Tape, Var};

/// The value and the derivative of `f` at `x`: `(f(x), f'(x))`.
///
/// `f` is called once, on a [`Dual`] with one direction. Derivatives of derivatives nest:
///
/// ```
/// use autodiff::derivative;
///
/// let cube = |x| x * x * x;
/// assert_eq!(derivative(cube, 2.0), (8.0, 12.0));
/// ```
///
/// ```
/// # use autodiff::derivative;
/// # use num_traits::Float;
/// # fn cube<R: Float>(x: R) -> R { x * x * x }
/// assert_eq!(derivative(|x| derivative(cube, x).1, 2.0), (12.0, 12.0));
/// ```
///
/// # Nesting
///
/// Every nested derivative needs a level of its own. An inner function that uses the unknown of an outer one must lift
/// both to the inner level: the point as `Dual::constant(1.0)`, the outer unknown as `Dual::constant(x)`. Two unknowns
/// of the same type would share one direction, and their derivatives would add up.
///
/// ```
/// use autodiff::{Dual, derivative};
///
/// // d/dx [x · d/dy (x + y)] = 1, whatever y is
/// let outer = |x: Dual<f64>| x * derivative(|y| Dual::constant(x) + y, Dual::constant(1.0)).1;
/// assert_eq!(derivative(outer, 3.0), (3.0, 1.0));
/// ```
#[inline]
pub fn derivative<T: Real>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> (T, T) {
    let Dual {
        value,
        partials: [slope],
    } = f(Dual::variable(x, 0));
    (value, slope)
}

/// The gradient of `f` at `x`.
///
/// `f` is called once and walked back over once, whatever `N` is. The tape is a new one: where the same gradient is taken many times, or
/// that of tensors, [`Tape::value_and_grad`] uses one tape over again and does not allocate.
///
/// ```
/// use autodiff::{Real, grad};
///
/// fn rosenbrock<R: Real>([x, y]: [R; 2]) -> R {
///     (R::one() - x).powi(2) + R::of(100.0) * (y - x * x).powi(2)
/// }
/// // (−2·(1 − x) − 400·x·(y − x²), 200·(y − x²))
/// assert_eq!(grad(|x| rosenbrock(x), &[2.0, 3.0]), [802.0, -200.0]);
/// ```
pub fn grad<T: Scalar, const N: usize>(
    f: impl for<'t> FnOnce([Var<'t, T>; N]) -> Var<'t, T>,
    x: &[T; N],
) -> [T; N] {
    value_and_grad(f, x).1
}

/// The value and the gradient of `f` at `x`.
///
/// ```
/// use autodiff::value_and_grad;
///
/// assert_eq!(value_and_grad(|[x, y]| x * y + x, &[3.0, 4.0]), (15.0, [5.0, 3.0]));
/// ```
pub fn value_and_grad<T: Scalar, const N: usize>(
    f: impl for<'t> FnOnce([Var<'t, T>; N]) -> Var<'t, T>,
    x: &[T; N],
) -> (T, [T; N]) {
    Tape::new().record(|tape| {
        let x = x.map(|x| Var::on_tape(tape, x, true));
        let y = f(x);
        if y.is_constant() {
            // nothing leads from x to y
            return (y.value(), [T::zero(); N]);
        }
        (y.value(), y.backward().of(&x))
    })
}

impl<T: Scalar> Tape<T> {
    /// The value and the gradient of `f` at any [`Point`], a tuple of tensors, say, on this tape: from the second call on, nothing is
    /// allocated. What was recorded before is forgotten. `f` is given the tape too, for its constants.
    ///
    /// ```
    /// use autodiff::Tape;
    /// use core_tensor::{Matrix, Tensor, Vector};
    ///
    /// // the squared error of a line through (1, 3), (2, 5) at slope 1 and height 0
    /// let x = Tensor::<Matrix<2, 1>, f64>::new([[1.0], [2.0]]);
    /// let y = Tensor::<Matrix<2, 1>, f64>::new([[3.0], [5.0]]);
    /// let line = (Tensor::<Matrix<1, 1>, f64>::new([[1.0]]), Tensor::<Vector<1>, f64>::new([0.0]));
    /// let (loss, (slope, height)) = Tape::new().value_and_grad(
    ///     |tape, (slope, height)| {
    ///         let error = tape.constant(&x).matmul(slope).add_row(height) - tape.constant(&y);
    ///         (error * error).sum()
    ///     },
    ///     &line,
    /// );
    /// assert_eq!((loss, slope[[0, 0]], height[[0]]), (13.0, -16.0, -10.0));
    /// ```
    pub fn value_and_grad<X: Point<Scalar = T>>(
        &mut self,
        f: impl for<'t> FnOnce(Recording<'t, T>, X::Vars<'t>) -> Var<'t, T>,
        x: &X,
    ) -> (T, X) {
        // filled where it stays: a gradient may be large
        let mut result = (T::zero(), X::zeroed());
        let (value, gradient) = (&mut result.0, &mut result.1);
        self.record(|tape| {
            let y = f(tape, tape.variable(x));
            *value = y.value();
            if !y.is_constant() {
                y.backward();
                gradient.read(&mut Reader::new(&tape.record.borrow()));
            }
        });
        result
    }
}

/// The value of `f` at `x` and its derivative in the direction `dx`: `(f(x), J·dx)`.
///
/// ```
/// use autodiff::jvp;
///
/// // f(x, y) = (x·y, x²) at (3, 4) along (1, 2)
/// let (value, slope) = jvp(|[x, y]| [x * y, x * x], &[3.0, 4.0], &[1.0, 2.0]);
/// assert_eq!((value, slope), ([12.0, 9.0], [10.0, 6.0]));
/// ```
pub fn jvp<T: Scalar, const N: usize, const M: usize>(
    f: impl FnOnce([Dual<T>; N]) -> [Dual<T>; M],
    x: &[T; N],
    dx: &[T; N],
) -> ([T; M], [T; M]) {
    let y = f(along(x, dx));
    (y.map(|y| y.value), y.map(|y| y.partials[0]))
}

/// The value of `f` at `x`, and the function that takes a cotangent `ȳ` back to `Jᵀ·ȳ`. It may be called again and again.
///
/// ```
/// use autodiff::vjp;
///
/// let (value, mut pullback) = vjp(|[x, y]| [x * y, x * x], &[3.0, 4.0]);
/// assert_eq!(value, [12.0, 9.0]);
/// assert_eq!(pullback(&[1.0, 0.0]), [4.0, 3.0]);
/// assert_eq!(pullback(&[0.0, 1.0]), [6.0, 0.0]);
/// ```
pub fn vjp<T: Scalar, const N: usize, const M: usize>(
    f: impl for<'t> FnOnce([Var<'t, T>; N]) -> [Var<'t, T>; M],
    x: &[T; N],
) -> ([T; M], impl FnMut(&[T; M]) -> [T; N]) {
    let mut tape = Tape::new();
    let (value, x, y) = tape.record(|tape| {
        let x = x.map(|x| Var::on_tape(tape, x, true));
        let y = f(x);
        (
            y.map(|y| y.value()),
            x.map(|x| x.place()),
            y.map(|y| y.place()),
        )
    });
    let pullback = move |dy: &[T; M]| {
        let record = tape.record_mut();
        record.sweep(|record| {
            for (y, dy) in y.iter().zip(dy) {
                record.seed(*y, *dy);
            }
        });
        x.map(|x| record.derivative(x))
    };
    (value, pullback)
}

/// The derivatives of the `M` results of `f` by the `N` numbers of `x`: row `i` is the gradient of result `i`.
///
/// `f` is called once. What it did is then walked over forward for each of the `N`, or back for each of the `M`, whichever are fewer; back
/// too if it went through shaped values.
///
/// ```
/// use autodiff::jacobian;
///
/// // the polar coordinates (r, φ): x = r·cos φ, y = r·sin φ
/// let j = jacobian(|[r, phi]| [r * phi.cos(), r * phi.sin()], &[2.0, 0.0]);
/// assert_eq!(j, [[1.0, 0.0], [0.0, 2.0]]);
/// ```
pub fn jacobian<T: Scalar, const N: usize, const M: usize>(
    f: impl for<'t> FnOnce([Var<'t, T>; N]) -> [Var<'t, T>; M],
    x: &[T; N],
) -> [[T; N]; M] {
    let mut tape = Tape::new();
    let (x, y) = tape.record(|tape| {
        let x = x.map(|x| Var::on_tape(tape, x, true));
        (x.map(|x| x.place()), f(x).map(|y| y.place()))
    });
    let record = tape.record_mut();
    let mut jacobian = [[T::zero(); N]; M];
    if N < M && record.steps.is_empty() {
        for (j, x) in x.into_iter().enumerate() {
            record.push_forward(x);
            for (i, &y) in y.iter().enumerate() {
                jacobian[i][j] = record.tangent(y);
            }
        }
    } else {
        for (row, y) in jacobian.iter_mut().zip(y) {
            record.sweep(|record| record.seed(y, T::one()));
            *row = x.map(|x| record.derivative(x));
        }
    }
    jacobian
}

/// The gradient of `f` at `x` and the product of its Hessian with `v`: `(∇f, H·v)`, at a small multiple of the cost of the gradient
/// and whatever the size of `x`. The tape holds duals: the walk back is differentiated in the direction `v`.
///
/// ```
/// use autodiff::hvp;
///
/// // f(x, y) = x²·y has the Hessian [[2y, 2x], [2x, 0]]
/// let (gradient, product) = hvp(|[x, y]| x * x * y, &[3.0, 5.0], &[1.0, 10.0]);
/// assert_eq!((gradient, product), ([30.0, 9.0], [70.0, 6.0]));
/// ```
pub fn hvp<T: Scalar, const N: usize>(
    f: impl for<'t> FnOnce([Var<'t, Dual<T>>; N]) -> Var<'t, Dual<T>>,
    x: &[T; N],
    v: &[T; N],
) -> ([T; N], [T; N]) {
    let gradient = grad(f, &along(x, v));
    (gradient.map(|g| g.value), gradient.map(|g| g.partials[0]))
}

/// `x + dx·ε`
fn along<T: Scalar, const N: usize>(x: &[T; N], dx: &[T; N]) -> [Dual<T>; N] {
    array::from_fn(|i| Dual {
        value: x[i],
        partials: [dx[i]],
    })
}

/// So many columns of a Hessian are worked out at once: a vector of the machine.
const COLUMNS: usize = 8;

/// The second derivatives of `f` at `x`.
///
/// `f` is called once for every eight numbers of `x`, on a tape of duals with eight directions.
///
/// ```
/// use autodiff::hessian;
///
/// let h = hessian(|[x, y]| x * x * y, &[3.0, 5.0]);
/// assert_eq!(h, [[10.0, 6.0], [6.0, 0.0]]);
/// ```
pub fn hessian<T: Scalar, const N: usize>(
    f: impl for<'t> Fn([Var<'t, Dual<T, COLUMNS>>; N]) -> Var<'t, Dual<T, COLUMNS>>,
    x: &[T; N],
) -> [[T; N]; N] {
    let mut tape = Tape::new();
    let mut hessian = [[T::zero(); N]; N];
    for first in (0..N).step_by(COLUMNS) {
        let point = array::from_fn(|i| match i.checked_sub(first) {
            Some(direction) if direction < COLUMNS => Dual::variable(x[i], direction),
            _ => Dual::constant(x[i]),
        });
        let (_, gradient) = tape.value_and_grad(|_, x| f(x), &point);
        for (row, slopes) in hessian.iter_mut().zip(gradient) {
            let row = row.iter_mut().skip(first);
            row.zip(slopes.partials).for_each(|(h, slope)| *h = slope);
        }
    }
    hessian
}
