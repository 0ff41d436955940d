//! Tensors whose shape is a type, the memory and the parameters of networks made of them, and the kernels that do the work.
//!
//! ```
//! use core_tensor::{Matrix, Tensor, Vector};
//!
//! let weight = Tensor::<Matrix<2, 3>>::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
//! let x = Tensor::<Matrix<1, 2>>::new([[1.0, -1.0]]);
//! let bias = Tensor::<Vector<3>>::new([0.5, 0.5, 0.5]);
//! let y = x.matmul(&weight).add_row(&bias);
//! assert_eq!(y, Tensor::new([[-2.5, -2.5, -2.5]]));
//! ```
//!
//! A product of sides that do not meet, a sum of different shapes, a reshape to another length: none compiles. Sides are worked out by
//! the compiler on stable Rust (see [`dim`]), and what goes wrong is said in the shapes that the user wrote.
//!
//! # Letters
//! The same everywhere in this project: `B` batch capacity, `C` channels, `H` `W` sides of an image, `I` `O` inputs and outputs, `K`
//! window, `S` stride, `P` padding, `L` length of a sequence, `M` `N` rows and columns, `T` scalar, `X` `Y` shapes in and out.
//!
//! # Where speed comes from
//! [`kernel`] holds every loop that is worth tuning, compiled once for `f32` and `f64` and reached through the methods of [`Scalar`]; no
//! other crate has a fast path of its own. This crate is also the only one with `unsafe`.
//!
//! # Without std
//! `default-features = false` with `libm`, which brings the elementary functions, builds where there is no operating system; vectors are then
//! those that the program is compiled for, since nobody can ask the machine.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod arena;
pub mod dim;
pub mod kernel;
#[cfg(feature = "map")]
pub mod map;
#[doc(hidden)]
pub mod mutant;
pub mod params;
mod path;
pub mod resize;
pub mod shape;
pub mod stored;
pub mod token;

mod elementary;
mod format;
mod ops;
mod pages;
mod pair;
mod prefetch;
pub mod random;
mod real;
mod scalar;
mod tensor;
mod zeroed;

#[doc(no_inline)]
pub use crate::arena::{Arena, Room};
#[doc(no_inline)]
pub use crate::dim::{Const, Dim};
pub use crate::pages::zeros;
pub use crate::pair::{Pair, PairArray};
#[doc(no_inline)]
pub use crate::params::{Fans, Leaf, Look, Params, Role, Visit, parts};
pub use crate::path::Path;
pub use crate::prefetch::prefetch;
pub use crate::real::{Real, Rule};
pub use crate::scalar::Scalar;
#[doc(no_inline)]
pub use crate::shape::{Filter, GroupedFilter, Image, Matrix, Sequence, Shape, Vector};
#[doc(no_inline)]
pub use crate::stored::Stored;
pub use crate::tensor::{Batch, BatchMut, Tensor};
#[doc(no_inline)]
pub use crate::token::{Token, Tokens};
pub use crate::zeroed::Zeroed;
