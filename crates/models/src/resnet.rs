//! ResNet and ResNeXt: blocks that say what is to be added to their input.
//!
//! | stage | out | ResNet-18 | ResNet-34 | ResNet-50 | ResNet-101 | ResNet-152 | ResNeXt-50 32×4d |
//! |---|---|---|---|---|---|---|---|
//! | input | `Image<224, 224, 3>` | | | | | | |
//! | `conv1` 7×7, stride 2 | `Image<112, 112, 64>` | 64 | 64 | 64 | 64 | 64 | 64 |
//! | pool 3×3, stride 2 | `Image<56, 56, 64>` | | | | | | |
//! | `layer1` | 56×56 | 2 × 64 | 3 × 64 | 3 × (64) 256 | 3 × (64) 256 | 3 × (64) 256 | 3 × (32·4) 256 |
//! | `layer2` | 28×28 | 2 × 128 | 4 × 128 | 4 × (128) 512 | 4 × (128) 512 | 8 × (128) 512 | 4 × (32·8) 512 |
//! | `layer3` | 14×14 | 2 × 256 | 6 × 256 | 6 × (256) 1024 | 23 × (256) 1024 | 36 × (256) 1024 | 6 × (32·16) 1024 |
//! | `layer4` | 7×7 | 2 × 512 | 3 × 512 | 3 × (512) 2048 | 3 × (512) 2048 | 3 × (512) 2048 | 3 × (32·32) 2048 |
//! | mean, `fc` | `Vector<1000>` | | | | | | |
//! | parameters | | 11,689,512 | 21,797,672 | 25,557,032 | 44,549,160 | 60,192,808 | 25,028,904 |
//! | G multiply-adds | | 1.814 | 3.664 | 4.089 | 7.801 | 11.514 | 4.230 |
//!
//! `2 × 64` are two blocks of two 3×3 convolutions to 64 channels, `3 × (64) 256` three blocks of 1×1 to 64, 3×3, 1×1 to 256 channels. A
//! batch normalisation follows each convolution. The first block of a stage halves the sides in its 3×3 convolution (torchvision's choice,
//! which is not the paper's), and its shortcut is a 1×1 convolution. The images may have any sides that are multiples of 32: the type works
//! out what follows.
//!
//! Running statistics are no parameters, so [`Params::COUNT`](core_tensor::Params::COUNT), which counts every number of a network, is
//! larger by two for each channel that is normalised.
//!
//! He, Zhang, Ren, Sun: Deep residual learning for image recognition (2015); Xie, Girshick, Dollár, Tu, He: Aggregated residual
//! transformations for deep neural networks (2017).
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::ResNet18;
//! use nn::{Init, Network};
//! let mut net = Network::<Image<64, 96, 3>, ResNet18<10, f32, 8, 16, 32, 64>>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::full(0.5)];
//! let logits = net.predict(&x)[0].as_slice();
//! assert_eq!(logits.len(), 10);
//! ```

use nn::{
    BatchNorm, BatchNormRelu, Conv2dNoBias, GlobalAvgPool, GroupedConv2dNoBias, Linear, MaxPool2d,
    Named, Normed, Numbered, Relu, Repeat, Residual, Sum, Unnamed,
};

use crate::names::{
    Bn1, Bn2, Bn3, Conv1, Conv2, Conv3, Downsample, Fc, Layer1, Layer2, Layer3, Layer4,
};

/// A convolution `F` to `O` channels under the name `C`, and its normalisation with a relu under the name `B`.
type Bent<C, F, B, const O: usize, T> =
    Named<Unnamed, Normed<Named<C, F>, Named<B, BatchNormRelu<O, T>>>>;

/// The same without the relu: the last of a block.
type Flat<C, F, B, const O: usize, T> =
    Named<Unnamed, Normed<Named<C, F>, Named<B, BatchNorm<O, T>>>>;

/// Two 3×3 convolutions.
type Basic<const I: usize, const O: usize, const S: usize, T> = (
    Bent<Conv1, Conv2dNoBias<I, O, 3, S, 1, T>, Bn1, O, T>,
    Flat<Conv2, Conv2dNoBias<O, O, 3, 1, 1, T>, Bn2, O, T>,
);

/// A 3×3 convolution `F` between two of 1×1: from `I` channels to `M` and, after `F`, to `O`.
type Neck<const I: usize, const M: usize, const O: usize, F, T> = (
    Bent<Conv1, Conv2dNoBias<I, M, 1, 1, 0, T>, Bn1, M, T>,
    Bent<Conv2, F, Bn2, M, T>,
    Flat<Conv3, Conv2dNoBias<M, O, 1, 1, 0, T>, Bn3, O, T>,
);

/// A block that keeps the shape.
type Keep<F> = (Named<Unnamed, Residual<F>>, Relu);

/// A block whose shortcut is a 1×1 convolution.
type Change<F, const I: usize, const O: usize, const S: usize, T> = (
    Named<
        Unnamed,
        Sum<
            Named<Unnamed, F>,
            Named<Downsample, Normed<Conv2dNoBias<I, O, 1, S, 0, T>, BatchNorm<O, T>>>,
        >,
    >,
    Relu,
);

/// Blocks of [`Basic`] that halve the sides: one from `I` to `O` channels, and `MORE`.
type Halving<const I: usize, const O: usize, const MORE: usize, T> = (
    Change<Basic<I, O, 2, T>, I, O, 2, T>,
    Numbered<1, Repeat<Keep<Basic<O, O, 1, T>>, MORE>>,
);

/// Blocks of [`Neck`]: one from `I` to `O` channels with the stride `S`, and `MORE`.
type Necks<const I: usize, const M: usize, const O: usize, const S: usize, const MORE: usize, T> = (
    Change<Neck<I, M, O, Conv2dNoBias<M, M, 3, S, 1, T>, T>, I, O, S, T>,
    Numbered<1, Repeat<Keep<Neck<O, M, O, Conv2dNoBias<M, M, 3, 1, 1, T>, T>>, MORE>>,
);

/// [`Necks`] whose convolution has `G` groups of `N` channels, `M` in all.
type Groups<
    const I: usize,
    const G: usize,
    const N: usize,
    const M: usize,
    const O: usize,
    const S: usize,
    const MORE: usize,
    T,
> = (
    Change<Neck<I, M, O, GroupedConv2dNoBias<G, N, N, 3, S, 1, T>, T>, I, O, S, T>,
    Numbered<1, Repeat<Keep<Neck<O, M, O, GroupedConv2dNoBias<G, N, N, 3, 1, 1, T>, T>>, MORE>>,
);

/// Four stages behind a first convolution to `I` channels, and a linear layer from the mean of their `O` channels.
type ResNet<S1, S2, S3, S4, const I: usize, const O: usize, const CLASSES: usize, T> = (
    Bent<Conv1, Conv2dNoBias<3, I, 7, 2, 3, T>, Bn1, I, T>,
    MaxPool2d<3, 2, 1>,
    Named<Layer1, S1>,
    Named<Layer2, S2>,
    Named<Layer3, S3>,
    Named<Layer4, S4>,
    GlobalAvgPool,
    Named<Fc, Linear<O, CLASSES, T>>,
);

/// ResNet-18: 11,689,512 parameters, 1.814 G multiply-adds at 224×224; see the [table](self). `A` to `D` are the channels of the stages:
/// `ResNet18<10, f32, 16, 32, 64, 128>` is a quarter as wide.
///
#[doc = include_str!("../drawings/resnet18.svg")]
pub type ResNet18<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
> = ResNet<
    Repeat<Keep<Basic<A, A, 1, T>>, 2>,
    Halving<A, B, 1, T>,
    Halving<B, C, 1, T>,
    Halving<C, D, 1, T>,
    A,
    D,
    CLASSES,
    T,
>;

/// ResNet-34: 21,797,672 parameters, 3.664 G multiply-adds at 224×224; see the [table](self).
pub type ResNet34<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
> = ResNet<
    Repeat<Keep<Basic<A, A, 1, T>>, 3>,
    Halving<A, B, 3, T>,
    Halving<B, C, 5, T>,
    Halving<C, D, 2, T>,
    A,
    D,
    CLASSES,
    T,
>;

/// ResNets of [`Neck`]s, of which the second stage has `N2` and the third `N3` besides the first; the others have two.
type NeckNet<
    const N2: usize,
    const N3: usize,
    const CLASSES: usize,
    T,
    const A: usize,
    const B: usize,
    const C: usize,
    const D: usize,
    const A4: usize,
    const B4: usize,
    const C4: usize,
    const D4: usize,
> = ResNet<
    Necks<A, A, A4, 1, 2, T>,
    Necks<A4, B, B4, 2, N2, T>,
    Necks<B4, C, C4, 2, N3, T>,
    Necks<C4, D, D4, 2, 2, T>,
    A,
    D4,
    CLASSES,
    T,
>;

/// ResNet-50: 25,557,032 parameters, 4.089 G multiply-adds at 224×224; see the [table](self). `A` to `D` are the channels
/// in the middle of a block, `A4` to `D4` those that it returns, by default four times as many.
///
#[doc = include_str!("../drawings/resnet50.svg")]
pub type ResNet50<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const A4: usize = 256,
    const B4: usize = 512,
    const C4: usize = 1024,
    const D4: usize = 2048,
> = NeckNet<3, 5, CLASSES, T, A, B, C, D, A4, B4, C4, D4>;

/// ResNet-101: 44,549,160 parameters, 7.801 G multiply-adds at 224×224; see the [table](self).
pub type ResNet101<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const A4: usize = 256,
    const B4: usize = 512,
    const C4: usize = 1024,
    const D4: usize = 2048,
> = NeckNet<3, 22, CLASSES, T, A, B, C, D, A4, B4, C4, D4>;

/// ResNet-152: 60,192,808 parameters, 11.514 G multiply-adds at 224×224; see the [table](self).
pub type ResNet152<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const A4: usize = 256,
    const B4: usize = 512,
    const C4: usize = 1024,
    const D4: usize = 2048,
> = NeckNet<7, 35, CLASSES, T, A, B, C, D, A4, B4, C4, D4>;

/// ResNeXt-50 32×4d: 25,028,904 parameters, 4.230 G multiply-adds at 224×224; see the [table](self). `G` is the number of groups, `NA` to
/// `ND` are the channels of a group, `A` to `D` those of all groups, `A4` to `D4` those that a block returns, `I` those of the first
/// convolution.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use models::ResNeXt50;
/// use nn::{Init, Network};
/// type Narrow = ResNeXt50<10, f32, 4, 8, 1, 2, 4, 8, 4, 8, 16, 32, 8, 16, 32, 64>;
/// let mut net = Network::<Image<64, 96, 3>, Narrow>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::full(0.5)];
/// let logits = net.predict(&x)[0].as_slice();
/// assert_eq!(logits.len(), 10);
/// ```
///
#[doc = include_str!("../drawings/resnext50.svg")]
pub type ResNeXt50<
    const CLASSES: usize = 1000,
    T = f32,
    const G: usize = 32,
    const I: usize = 64,
    const NA: usize = 4,
    const NB: usize = 8,
    const NC: usize = 16,
    const ND: usize = 32,
    const A: usize = 128,
    const B: usize = 256,
    const C: usize = 512,
    const D: usize = 1024,
    const A4: usize = 256,
    const B4: usize = 512,
    const C4: usize = 1024,
    const D4: usize = 2048,
> = ResNeXtOf<2, 3, 5, 2, CLASSES, T, G, I, NA, NB, NC, ND, A, B, C, D, A4, B4, C4, D4>;

/// A ResNeXt of any depth: stages of `1 + MA` to `1 + MD` blocks, the other numbers as in [`ResNeXt50`].
#[rustfmt::skip]
pub type ResNeXtOf<
    const MA: usize, const MB: usize, const MC: usize, const MD: usize,
    const CLASSES: usize, T,
    const G: usize, const I: usize,
    const NA: usize, const NB: usize, const NC: usize, const ND: usize,
    const A: usize, const B: usize, const C: usize, const D: usize,
    const A4: usize, const B4: usize, const C4: usize, const D4: usize,
> = ResNet<
    Groups<I, G, NA, A, A4, 1, MA, T>,
    Groups<A4, G, NB, B, B4, 2, MB, T>,
    Groups<B4, G, NC, C, C4, 2, MC, T>,
    Groups<C4, G, ND, D, D4, 2, MD, T>,
    I, D4, CLASSES, T,
>;

/// A residual network for small images, `6·ALL + 2` layers deep: a 3×3 convolution to `A` channels, three stages of `ALL = 1 + MORE` blocks with
/// `A`, `B` and `C` channels, the mean of each channel, a linear layer. [`ResNet20`] is the one with 3 blocks a stage, `SmallResNet<3, 2>`:
/// 272,474 parameters, 40.8 M multiply-adds at 32×32.
pub type SmallResNet<
    const ALL: usize,
    const MORE: usize,
    const CLASSES: usize = 10,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const C: usize = 64,
    const I: usize = 3,
> = (
    Bent<Conv1, Conv2dNoBias<I, A, 3, 1, 1, T>, Bn1, A, T>,
    Named<Layer1, Repeat<Keep<Basic<A, A, 1, T>>, ALL>>,
    Named<Layer2, Halving<A, B, MORE, T>>,
    Named<Layer3, Halving<B, C, MORE, T>>,
    GlobalAvgPool,
    Named<Fc, Linear<C, CLASSES, T>>,
);

/// The two convolutions of a block, each with a relu, and nothing around them.
type Bare<const I: usize, const O: usize, const S: usize, T> = (
    Bent<Conv1, Conv2dNoBias<I, O, 3, S, 1, T>, Bn1, O, T>,
    Bent<Conv2, Conv2dNoBias<O, O, 3, 1, 1, T>, Bn2, O, T>,
);

/// [`Halving`] without shortcuts.
type BareHalving<const I: usize, const O: usize, const MORE: usize, T> = (
    Bare<I, O, 2, T>,
    Numbered<1, Repeat<Bare<O, O, 1, T>, MORE>>,
);

/// [`SmallResNet`] without its shortcuts: the plain network that the paper compares with, as deep and as wide. `SmallPlainNet<3, 2>` has
/// 269,722 parameters and takes 40.6 M multiply-adds at 32×32.
///
/// He, Zhang, Ren, Sun: Deep residual learning for image recognition (2015), section 4.2.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use models::resnet::SmallPlainNet;
/// use nn::{Init, Network};
/// let mut net = Network::<Image<32, 32, 3>, SmallPlainNet<2, 1, 10>>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::full(0.5)];
/// let logits = net.predict(&x)[0].as_slice();
/// assert_eq!(logits.len(), 10);
/// ```
///
#[doc = include_str!("../drawings/small_plain_net.svg")]
pub type SmallPlainNet<
    const ALL: usize,
    const MORE: usize,
    const CLASSES: usize = 10,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const C: usize = 64,
    const I: usize = 3,
> = (
    Bent<Conv1, Conv2dNoBias<I, A, 3, 1, 1, T>, Bn1, A, T>,
    Named<Layer1, Repeat<Bare<A, A, 1, T>, ALL>>,
    Named<Layer2, BareHalving<A, B, MORE, T>>,
    Named<Layer3, BareHalving<B, C, MORE, T>>,
    GlobalAvgPool,
    Named<Fc, Linear<C, CLASSES, T>>,
);

/// ResNet-20 for images of 32×32: a 3×3 convolution, three stages of 3 blocks with 16, 32 and 64 channels, the mean
/// of each channel, a linear layer. 272,474 parameters, 40.8 M multiply-adds. The shortcut between stages is a 1×1 convolution (option B of
/// the paper, whose own have option A, which pads with zeros and saves 2,752 parameters). `I` is the number of channels of the images.
///
/// He, Zhang, Ren, Sun: Deep residual learning for image recognition (2015), section 4.2.
///
#[doc = include_str!("../drawings/resnet20.svg")]
pub type ResNet20<
    const CLASSES: usize = 10,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const C: usize = 64,
    const I: usize = 3,
> = SmallResNet<3, 2, CLASSES, T, A, B, C, I>;

/// ResNet-56 for images of 32×32: a 3×3 convolution, three stages of 9 blocks with 16, 32 and 64 channels, the mean
/// of each channel, a linear layer. 855,770 parameters, 125.7 M multiply-adds. See [`ResNet20`].
pub type ResNet56<
    const CLASSES: usize = 10,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const C: usize = 64,
    const I: usize = 3,
> = SmallResNet<9, 8, CLASSES, T, A, B, C, I>;

/// ResNet-110 for images of 32×32: a 3×3 convolution, three stages of 18 blocks with 16, 32 and 64 channels, the mean
/// of each channel, a linear layer. 1,730,714 parameters, 253.1 M multiply-adds. See [`ResNet20`].
pub type ResNet110<
    const CLASSES: usize = 10,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const C: usize = 64,
    const I: usize = 3,
> = SmallResNet<18, 17, CLASSES, T, A, B, C, I>;
