//! VGG: nothing but 3×3 convolutions, deeper and deeper, a stage for each side of the image.
//!
//! | stage | out | VGG-11 | VGG-13 | VGG-16 | VGG-19 |
//! |---|---|---|---|---|---|
//! | input | `Image<224, 224, 3>` | | | | |
//! | 1 | `Image<112, 112, 64>` | 64 | 64, 64 | 64, 64 | 64, 64 |
//! | 2 | `Image<56, 56, 128>` | 128 | 128, 128 | 128, 128 | 128, 128 |
//! | 3 | `Image<28, 28, 256>` | 256, 256 | 256, 256 | 3 × 256 | 4 × 256 |
//! | 4 | `Image<14, 14, 512>` | 512, 512 | 512, 512 | 3 × 512 | 4 × 512 |
//! | 5 | `Image<7, 7, 512>` | 512, 512 | 512, 512 | 3 × 512 | 4 × 512 |
//! | classifier | `Vector<1000>` | 4096, 4096, 1000 | 4096, 4096, 1000 | 4096, 4096, 1000 | 4096, 4096, 1000 |
//! | parameters | | 132,863,336 | 133,047,848 | 138,357,544 | 143,667,240 |
//! | with batch norm | | 132,868,840 | 133,053,736 | 138,365,992 | 143,678,248 |
//! | G multiply-adds | | 7.609 | 11.308 | 15.470 | 19.632 |
//!
//! Each number is a 3×3 convolution to so many channels with a relu, each stage ends in a pool that halves the sides. The classifier's first
//! two layers are followed by a relu and a dropout of one half.
//!
//! The parameters of each are the same: classes, scalar, `A` to `D`, the channels of the stages (the fourth and the fifth are alike), `SIDE`
//! and `FLAT = SIDE²·D`, the side of the image that is flattened and its length, `HIDDEN`, the width of the classifier,
//! `DROP`, how many of two numbers are dropped there: 0 switches dropout off, and `I`, the channels of the images.
//! `Vgg11<10, f32, 8, 16, 32, 64, 1, 64, 32>` takes images of 32×32.
//!
//! Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition (2014).
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::Vgg11;
//! use nn::{Init, Network};
//! let mut net = Network::<Image<32, 32, 3>, Vgg11<10, f32, 8, 16, 32, 64, 1, 64, 32>>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::full(0.5)];
//! let logits = net.predict(&x)[0].as_slice();
//! assert_eq!(logits.len(), 10);
//! ```

use nn::{
    AdaptiveAvgPool2d, BatchNormRelu, Conv2d, Dropout, FlattenChannelsFirst, Linear, MaxPool2d,
    Named, Normed, Numbered, Relu, Unnamed,
};

use crate::names::{Classifier, Features};

/// A convolution that keeps the sides, number `AT` of its sequence.
type Conv<const AT: usize, const I: usize, const O: usize, T> =
    Numbered<AT, (Conv2d<I, O, 3, 1, 1, T>, Relu)>;

/// The same with batch normalisation.
type ConvBn<const AT: usize, const I: usize, const O: usize, T> =
    Numbered<AT, Normed<Conv2d<I, O, 3, 1, 1, T>, BatchNormRelu<O, T>>>;

/// Layers that keep the numbers of the sequence that they are part of.
type Stage<L> = Named<Unnamed, L>;

/// What the stages `F` found at `SIDE`×`SIDE` places as one of `CLASSES`.
type Vgg<
    F,
    const CLASSES: usize,
    T,
    const SIDE: usize,
    const FLAT: usize,
    const HIDDEN: usize,
    const DROP: u32,
> = (
    Named<Features, F>,
    AdaptiveAvgPool2d<SIDE>,
    FlattenChannelsFirst,
    Named<
        Classifier,
        (
            Linear<FLAT, HIDDEN, T>,
            Relu,
            Dropout<DROP, 2>,
            Linear<HIDDEN, HIDDEN, T>,
            Relu,
            Dropout<DROP, 2>,
            Linear<HIDDEN, CLASSES, T>,
        ),
    >,
);

/// VGG-11, configuration A of the paper: 132,863,336 parameters, 7.609 G multiply-adds; see the [table](self).
pub type Vgg11<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(Conv<0, I, A, T>, MaxPool2d<2>)>,
        Stage<(Conv<3, A, B, T>, MaxPool2d<2>)>,
        Stage<(Conv<6, B, C, T>, Conv<8, C, C, T>, MaxPool2d<2>)>,
        Stage<(Conv<11, C, D, T>, Conv<13, D, D, T>, MaxPool2d<2>)>,
        Stage<(Conv<16, D, D, T>, Conv<18, D, D, T>, MaxPool2d<2>)>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// VGG-13, configuration B of the paper: 133,047,848 parameters, 11.308 G multiply-adds; see the [table](self).
pub type Vgg13<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(Conv<0, I, A, T>, Conv<2, A, A, T>, MaxPool2d<2>)>,
        Stage<(Conv<5, A, B, T>, Conv<7, B, B, T>, MaxPool2d<2>)>,
        Stage<(Conv<10, B, C, T>, Conv<12, C, C, T>, MaxPool2d<2>)>,
        Stage<(Conv<15, C, D, T>, Conv<17, D, D, T>, MaxPool2d<2>)>,
        Stage<(Conv<20, D, D, T>, Conv<22, D, D, T>, MaxPool2d<2>)>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// VGG-16, configuration D of the paper: 138,357,544 parameters, 15.470 G multiply-adds; see the [table](self).
///
#[doc = include_str!("../drawings/vgg16.svg")]
pub type Vgg16<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(Conv<0, I, A, T>, Conv<2, A, A, T>, MaxPool2d<2>)>,
        Stage<(Conv<5, A, B, T>, Conv<7, B, B, T>, MaxPool2d<2>)>,
        Stage<(
            Conv<10, B, C, T>,
            Conv<12, C, C, T>,
            Conv<14, C, C, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            Conv<17, C, D, T>,
            Conv<19, D, D, T>,
            Conv<21, D, D, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            Conv<24, D, D, T>,
            Conv<26, D, D, T>,
            Conv<28, D, D, T>,
            MaxPool2d<2>,
        )>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// VGG-19, configuration E of the paper: 143,667,240 parameters, 19.632 G multiply-adds; see the [table](self).
pub type Vgg19<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(Conv<0, I, A, T>, Conv<2, A, A, T>, MaxPool2d<2>)>,
        Stage<(Conv<5, A, B, T>, Conv<7, B, B, T>, MaxPool2d<2>)>,
        Stage<(
            Conv<10, B, C, T>,
            Conv<12, C, C, T>,
            Conv<14, C, C, T>,
            Conv<16, C, C, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            Conv<19, C, D, T>,
            Conv<21, D, D, T>,
            Conv<23, D, D, T>,
            Conv<25, D, D, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            Conv<28, D, D, T>,
            Conv<30, D, D, T>,
            Conv<32, D, D, T>,
            Conv<34, D, D, T>,
            MaxPool2d<2>,
        )>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// [`Vgg11`] with batch normalisation behind each convolution: 132,868,840 parameters, 7.609 G multiply-adds.
pub type Vgg11Bn<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(ConvBn<0, I, A, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<4, A, B, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<8, B, C, T>, ConvBn<11, C, C, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<15, C, D, T>, ConvBn<18, D, D, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<22, D, D, T>, ConvBn<25, D, D, T>, MaxPool2d<2>)>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// [`Vgg13`] with batch normalisation behind each convolution: 133,053,736 parameters, 11.308 G multiply-adds.
pub type Vgg13Bn<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(ConvBn<0, I, A, T>, ConvBn<3, A, A, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<7, A, B, T>, ConvBn<10, B, B, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<14, B, C, T>, ConvBn<17, C, C, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<21, C, D, T>, ConvBn<24, D, D, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<28, D, D, T>, ConvBn<31, D, D, T>, MaxPool2d<2>)>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// [`Vgg16`] with batch normalisation behind each convolution: 138,365,992 parameters, 15.470 G multiply-adds.
pub type Vgg16Bn<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(ConvBn<0, I, A, T>, ConvBn<3, A, A, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<7, A, B, T>, ConvBn<10, B, B, T>, MaxPool2d<2>)>,
        Stage<(
            ConvBn<14, B, C, T>,
            ConvBn<17, C, C, T>,
            ConvBn<20, C, C, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            ConvBn<24, C, D, T>,
            ConvBn<27, D, D, T>,
            ConvBn<30, D, D, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            ConvBn<34, D, D, T>,
            ConvBn<37, D, D, T>,
            ConvBn<40, D, D, T>,
            MaxPool2d<2>,
        )>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;

/// [`Vgg19`] with batch normalisation behind each convolution: 143,678,248 parameters, 19.632 G multiply-adds.
pub type Vgg19Bn<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const SIDE: usize = 7,
    const FLAT: usize = 25088,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
    const I: usize = 3,
> = Vgg<
    (
        Stage<(ConvBn<0, I, A, T>, ConvBn<3, A, A, T>, MaxPool2d<2>)>,
        Stage<(ConvBn<7, A, B, T>, ConvBn<10, B, B, T>, MaxPool2d<2>)>,
        Stage<(
            ConvBn<14, B, C, T>,
            ConvBn<17, C, C, T>,
            ConvBn<20, C, C, T>,
            ConvBn<23, C, C, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            ConvBn<27, C, D, T>,
            ConvBn<30, D, D, T>,
            ConvBn<33, D, D, T>,
            ConvBn<36, D, D, T>,
            MaxPool2d<2>,
        )>,
        Stage<(
            ConvBn<40, D, D, T>,
            ConvBn<43, D, D, T>,
            ConvBn<46, D, D, T>,
            ConvBn<49, D, D, T>,
            MaxPool2d<2>,
        )>,
    ),
    CLASSES,
    T,
    SIDE,
    FLAT,
    HIDDEN,
    DROP,
>;
