//! A neural network is a Rust type: layers as plain structs, tuples of them as networks, every shape checked by the compiler.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use nn::{Conv2d, Flatten, Init, Linear, MaxPool2d, Network, Relu};
//!
//! type Net = (Conv2d<1, 8, 3, 1, 1>, Relu, MaxPool2d<2>, Flatten, Linear<128, 10>);
//!
//! let mut net = Network::<Image<8, 8, 1>, Net>::new(1);
//! net.init(Init::HeNormal, 7);
//! let image = [Tensor::full(0.5)];
//! assert_eq!(net.predict(&image)[0].as_slice().len(), 10);
//! ```
//!
//! Write `Linear<127, 10>` and the compiler says: `` `Linear<127, 10>` does not accept samples of shape `core_tensor::Vector<128>` ``.
//!
//! The letters are those of [`core_tensor`].
#![forbid(unsafe_code)]

extern crate alloc;

mod activation;
mod attention;
mod bilinear;
mod branch;
mod chain;
mod conv;
mod derivative;
mod drop_connect;
mod dropout;
mod elementwise;
mod embedding;
mod fold;
mod frozen;
mod gram;
mod graph;
mod init;
mod interpolate;
mod layer;
mod linear;
mod loss;
mod name;
mod named;
mod network;
mod norm;
mod on_tape;
mod peers;
mod pick;
mod pool;
mod position;
mod probe;
mod recurrent;
mod regulariser;
mod reshape;
mod resize;
mod steps;
mod suited;
mod summary;
#[cfg(feature = "files")]
pub mod weights;

pub use activation::{
    Celu, Elu, Gelu, GeluTanh, Glu, HardSigmoid, HardSwish, HardTanh, Heaviside, Identity,
    LeakyRelu, LearnedSwish, LogSigmoid, LogSoftmax, Mish, PRelu, QuickGelu, RRelu, Relu, Relu6,
    Selu, Sigmoid, Sign, Silu, Softmax, Softplus, Softsign, Swish, Tanh,
};
pub use attention::{EncoderBlock, FeedForward, MultiHeadAttention, PreNormBlock};
pub use bilinear::Bilinear;
pub use branch::{Aux, Concat, Product, Repeat, Residual, Sum};
pub use conv::{
    Conv1d, Conv2d, Conv2dNoBias, ConvTranspose2d, DepthwiseConv2d, DilatedConv2d, GroupedConv2d,
    GroupedConv2dNoBias, RectConv2d, ReflectPad2d, ReplicatePad2d,
};
pub use derivative::{DualNetwork, Hvp, constants, set_weights, weights};
pub use drop_connect::DropConnect;
pub use dropout::{ChannelDropout, Dropout, GaussianNoise, SaltAndPepper};
pub use elementwise::{Elementwise, ElementwiseLoss, Formula, LossFormula};
pub use embedding::Embedding;
pub use fold::{Absorb, Fold, Normaliser, Normed, copy};
pub use frozen::Frozen;
pub use gram::Gram;
pub use graph::{
    Edge, Field, Form, Frame, Graph, Kind, Line, Merge, Node, Part, Ratio, Reach, Row,
};
pub use init::{Fan, Init, Spread, gain_leaky, init};
pub use interpolate::UpsampleBilinear2d;
pub use layer::{Gradients, Layer, Mode, Pass};
pub use linear::{Linear, LinearNoBias};
pub use loss::{
    Auxiliary, BatchSum, Bce, BceWithLogits, Class, ClassError, Cosine, CrossEntropy,
    DetectionLoss, Dice, Focal, HalfSquaredError, Hinge, Huber, KlDivergence, LabelSmoothing, Loss,
    Mae, Mse, Nll, Object, PixelCrossEntropy, Score, SmoothL1, SoftCrossEntropy, StepCrossEntropy,
    Total, Weighted, WeightedCrossEntropy, WeightedNll,
};
pub use name::{Label, Named, Numbered, Unnamed};
pub use network::{Network, gradient, predict, training_room};
pub use norm::{
    BatchNorm, BatchNormPlain, BatchNormRelu, GroupNorm, InstanceNorm, LayerNorm,
    LocalResponseNorm, RmsNorm,
};
pub use on_tape::Recorded;
pub use peers::{Board, Peers, Told};
pub use pick::{First, Second};
pub use pool::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, GlobalAvgPool, GlobalMaxPool,
    MaxPool1d, MaxPool2d,
};
pub use position::{LearnedPositions, PositionalEncoding};
pub use probe::{Place, Probe};
pub use recurrent::{
    Bidirectional, Gru, GruResetBefore, Lstm, PeepholeLstm, Recurrence, Recurrent, Rnn, Stateful,
};
pub use regulariser::{Choice, MaxNorm, Penalty};
pub use reshape::{Flatten, FlattenChannelsFirst, Reshape};
pub use resize::{Crop2d, PixelShuffle, PixelUnshuffle, UpsampleNearest2d, ZeroPad2d};
pub use steps::{EachStep, LastStep};
pub use summary::Summary;

/// What the expansion of `network!` and `layer!` needs, whatever its user depends on.
#[doc(hidden)]
pub mod export {
    pub use crate::peers::largest;
    pub use alloc::vec;
    pub use core_tensor::*;
    pub use paste::paste;
}
