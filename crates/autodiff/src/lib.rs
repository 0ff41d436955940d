//! Derivatives of generic functions, and the means to check them.
//!
//! A function written once for any number, `fn f<R: Float>(x: R) -> R`, is evaluated on [`Dual`] numbers: the value
//! comes out with its exact derivative beside it, and a dual of duals brings the second derivative. No step size, no
//! graph, no allocation. [`check`] holds the opposite: derivatives from differences, which know nothing of the rules
//! used here and so can judge them.
//!
//! | letter | meaning |
//! |---|---|
//! | `T` | the scalar a dual is made of: `f32`, `f64`, or a dual again |
//! | `N` | directions: how many partial derivatives a dual carries |
//! | `u`, `v` | functions of the unknown; `u'` is the derivative of `u` in one direction |
//! | `x`, `y` | the point where a derivative is taken |
//! | `h` | the step of a difference |
//!
//! The derivative of `f(x) = eˣ·sin x` is `eˣ·(sin x + cos x)`, the second one is `2·eˣ·cos x`; at 0 both are known:
//!
//! ```
//! use autodiff::{Dual, derivative};
//! use num_traits::Float;
//!
//! fn f<R: Float>(x: R) -> R {
//!     x.exp() * x.sin()
//! }
//!
//! let (value, slope) = derivative(f, 0.0);
//! assert_eq!((value, slope), (0.0, 1.0));
//!
//! // The second derivative is the derivative of the derivative ...
//! let (_, curvature) = derivative(|x| derivative(f, x).1, 0.0);
//! assert_eq!(curvature, 2.0);
//!
//! // ... which is what a dual of duals holds in its innermost place.
//! let x: Dual<Dual<f64>> = Dual::variable(Dual::variable(0.0, 0), 0);
//! assert_eq!(f(x).partials[0].partials[0], 2.0);
//! ```
//!
//! # Conventions
//!
//! Where a derivative does not exist, a fixed one is given, in the doc of [`Dual`] and in a test: `|x|'(0) = 0`, a tie
//! of `max` and `min` belongs wholly to the first argument, steps (`floor`, `signum`, …) are flat.
//!
//! # Without std
//!
//! The code here needs `core` alone and allocates nothing. Its dependencies decide about the rest:
//! [`num_traits::Float`] wants either `std`, the default, or the feature `libm`, and `core-tensor` is there for
//! [`core_tensor::Scalar`], which a dual implements, so that tensors and networks can hold duals.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod check;
mod dual;
mod plain;
mod point;
mod tape;
mod transform;
mod var;

pub use core_tensor::{Real, Rule};
pub use dual::Dual;
pub use plain::Plain;
pub use point::{OnTape, Point};
pub use tape::{Gradients, Operation, Recording, Tape};
pub use transform::{derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp};
pub use var::{Combine, Number, Numbers, Var};
