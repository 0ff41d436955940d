//! Transformations: from a function to its derivative.

use core_tensor::Real;

use crate::Dual;

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
