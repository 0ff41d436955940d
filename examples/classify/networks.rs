//! The networks that are compared: each of one idea, for grey images of 28×28 in ten classes.

use models::googlenet::Inception;
use models::resnet::{SmallPlainNet, SmallResNet};
use models::{ResNet20, Vgg11Bn};
use nn::{AvgPool2d, BatchNormRelu, Conv2dNoBias, GlobalAvgPool, Linear, MaxPool2d, ZeroPad2d};

/// VGG-11 with batch norm, at most 64 channels wide. It halves the sides five times: 32 is the least that it takes.
pub(crate) type SmallVgg = (
    ZeroPad2d<2, 2, 2, 2>,
    Vgg11Bn<10, f32, 16, 32, 64, 64, 1, 64, 64, 0, 1>,
);

/// Three of GoogLeNet's modules behind a convolution.
pub(crate) type SmallInception = (
    Conv2dNoBias<1, 16, 3, 1, 1>,
    BatchNormRelu<16>,
    MaxPool2d<2>,
    Inception<16, 16, 16, 24, 4, 8, 8>,
    Inception<56, 24, 24, 40, 8, 16, 16>,
    MaxPool2d<2>,
    Inception<96, 48, 32, 64, 8, 24, 24>,
    GlobalAvgPool,
    Linear<160, 10>,
);

/// ResNet-20, half as wide as the paper's.
pub(crate) type NarrowResNet20 = ResNet20<10, f32, 8, 16, 32, 1>;

/// The paper's ResNet-20, on grey images.
pub(crate) type WideResNet20 = ResNet20<10, f32, 16, 32, 64, 1>;

/// A residual network of `6·ALL + 2` layers, a quarter as wide as the paper's, on images of half the sides.
pub(crate) type Residual<const ALL: usize, const MORE: usize> =
    (AvgPool2d<2>, SmallResNet<ALL, MORE, 10, f32, 4, 8, 16, 1>);

/// The same without shortcuts.
pub(crate) type Plain<const ALL: usize, const MORE: usize> =
    (AvgPool2d<2>, SmallPlainNet<ALL, MORE, 10, f32, 4, 8, 16, 1>);
