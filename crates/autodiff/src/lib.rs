//! Derivatives of generic functions, and the means to check them.
//!
//! A formula written once for any number, `fn f<R: Real>(x: R) -> R`, is differentiated in either direction:
//!
//! * forward, on [`Dual`] numbers: the value comes out with its exact derivative beside it, and a dual of duals brings the second
//!   derivative. No step size, no graph, no allocation. The cost grows with the number of unknowns.
//! * backward, on [`Var`]s, which note what was done with them on a [`Tape`]: one walk back finds the derivatives of one result by
//!   everything before it. The cost is a small multiple of that of the value, however many unknowns there are. A `Var` may be a number, a
//!   vector, a matrix, an image; shapes are checked by the compiler.
//!
//! [`check`] holds the opposite: derivatives from differences, which know nothing of the rules used here and so can judge them.
//!
//! # What to use when
//!
//! | wanted | of | use |
//! |---|---|---|
//! | the derivative | one number → one | [`derivative`], or [`Dual`] itself |
//! | the gradient | a few numbers → one | [`grad`], [`value_and_grad`] |
//! | the gradient | tensors, tuples of them → one number, again and again | [`Tape::value_and_grad`] |
//! | gradients by anything on the way, loops, branches | | [`Tape::record`] and [`Var::backward`] |
//! | `J·ẋ`, `Jᵀ·ȳ`, `J` | numbers → numbers | [`jvp`], [`vjp`], [`jacobian`] |
//! | `H·v`, `H` | numbers → one number | [`hvp`], [`hessian`]; [`Tape`]`<`[`Dual`]`>` for tensors |
//! | the derivative of a derivative | | [`derivative`] of [`derivative`], [`grad`] of [`derivative`] |
//! | a derivative of one's own | | [`Rule`], which all of them obey; [`Operation`] for whole tensors |
//! | to know whether a derivative is right | | [`check`] |
//!
//! # Letters
//!
//! | letter | meaning |
//! |---|---|
//! | `T` | the scalar of a dual or a tape: `f32`, `f64`, or a dual again |
//! | `S` | the shape of a variable, `()` for a number |
//! | `'t` | the recording that a variable belongs to |
//! | `N` | directions: how many partial derivatives a dual carries; unknowns of a transformation, which has `M` results |
//! | `u`, `v` | functions of the unknown; `u'` is the derivative of `u` in one direction |
//! | `x`, `y` | the point where a derivative is taken, and the result |
//! | `dx`, `dy` | forward: how they move; backward: the derivatives of the last result by them |
//! | `h` | the step of a difference |
//!
//! # Forward
//!
//! The derivative of `f(x) = eˣ·sin x` is `eˣ·(sin x + cos x)`, the second one is `2·eˣ·cos x`; at 0 both are known:
//!
//! ```
//! use autodiff::{Dual, Real, derivative};
//!
//! fn f<R: Real>(x: R) -> R {
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
//! # Backward
//!
//! The derivatives of `½·|W·x − t|²` are `(W·x − t)·xᵀ` by `W` and `Wᵀ·(W·x − t)` by `x`:
//!
//! ```
//! use autodiff::Tape;
//! use core_tensor::{Matrix, Tensor, Vector};
//!
//! let w = Tensor::<Matrix<2, 2>, f64>::new([[1.0, 2.0], [3.0, 4.0]]);
//! let (x, t) = (Tensor::<Vector<2>, f64>::new([1.0, -1.0]), Tensor::<Vector<2>, f64>::new([1.0, -2.0]));
//!
//! let mut tape = Tape::new(); // to be kept: the next time nothing is allocated
//! let (loss, (dw, dx)) = tape.value_and_grad(
//!     |tape, (w, x)| {
//!         let error = w.matvec(x) - tape.constant(&t); // (−2, 1)
//!         error.dot(error) * 0.5
//!     },
//!     &(w, x),
//! );
//! assert_eq!(loss, 2.5);
//! assert_eq!(dw, Tensor::new([[-2.0, 2.0], [1.0, -1.0]]));
//! assert_eq!(dx, Tensor::new([1.0, 0.0]));
//! ```
//!
//! Handles of two tapes cannot meet, and none outlives its recording: both are compile errors. So are shapes that do not fit.
//!
//! # Conventions
//!
//! Where a derivative does not exist, a fixed one is given, in the doc of [`Dual`] and in a test: `|x|'(0) = 0`, a tie
//! of `max` and `min` belongs wholly to the first argument, steps (`floor`, `signum`, …) are flat.
//!
//! # Without std
//!
//! This crate names nothing of `std`, and without its feature `std`, nor does what it stands on: `default-features = false` with `libm`, which
//! brings the elementary functions, builds where there is no operating system. [`Dual`], [`Plain`], [`derivative`], [`jvp`] and [`check`] need
//! `core` alone and allocate nothing. A [`Tape`], and all that goes backward with it, needs `alloc`: its memory grows with the calculation and
//! is kept for the next one. So do products of tensors of duals, for their planes.

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
pub use tape::{Entry, Gradients, Operand, Operation, Recording, Tape};
pub use transform::{derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp};
pub use var::{Combine, Number, Numbers, Var};
