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

pub mod alexnet;
pub mod autoencoder;
pub mod data;
pub mod esrgan;
pub mod googlenet;
#[cfg(feature = "keras")]
pub mod keras;
pub mod lenet;
pub mod mlp;
pub mod names;
pub mod neuron;
pub mod resnet;
pub mod superres;
pub mod text;
pub mod tiled;
#[cfg(feature = "weights")]
pub mod trained;
pub mod unet;
pub mod vgg;

pub use alexnet::{AlexNet, AlexNetOriginal};
pub use autoencoder::{ConvAutoencoder, DenseAutoencoder};
pub use esrgan::EsrganSlim;
pub use googlenet::GoogLeNet;
pub use lenet::{LeNet5, LeNet5Grad, LeNet8, LeNet8Grad};
pub use mlp::{Mlp, Mlp4, Mlp784};
pub use neuron::{LogisticRegression, Neuron, Perceptron, SoftmaxRegression};
pub use resnet::{
    ResNeXt50, ResNet18, ResNet20, ResNet34, ResNet50, ResNet56, ResNet101, ResNet110, ResNet152,
};
pub use superres::Espcn;
pub use text::{CharGru, CharLstm, CharRnn, CharTransformer};
pub use unet::{SmallUNet, UNet};
pub use vgg::{Vgg11, Vgg11Bn, Vgg13, Vgg13Bn, Vgg16, Vgg16Bn, Vgg19, Vgg19Bn};
