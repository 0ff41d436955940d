//! Network types, and the data they learn from.
//!
//! ```
//! use models::LeNet8;
//! use models::data::digits;
//! use nn::{Init, Network};
//!
//! let (train, held_out) = digits::load().split(5, 0);
//! assert_eq!((train.len(), held_out.len()), (1437, 360));
//!
//! let mut net = Network::<_, LeNet8>::new(64);
//! net.init(Init::HeNormal, 0);
//! let logits = net.predict(&held_out.images[..64]);
//! assert_eq!(logits[63].as_slice().len(), 10);
//! ```
//!
//! A network is a type, and so is its input: give [`LeNet5`] the 8×8 images that [`LeNet8`] takes, and the program does not compile.
//! Every network is generic in its scalar `T`: `LeNet5` trains in `f32`, `LeNet5<f64>` is checked, on dual numbers it is differentiated.
//!
//! The letters are those of [`core_tensor`].
#![forbid(unsafe_code)]

pub mod data;
mod lenet;
mod mlp;

pub use lenet::{LeNet5, LeNet5Grad, LeNet8, LeNet8Grad};
pub use mlp::{Mlp4, Mlp784};
