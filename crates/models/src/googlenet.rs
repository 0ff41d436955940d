//! GoogLeNet: modules that look at the same place through windows of several sizes.
//!
//! | part | out | 1×1 | 3×3 | 5×5 | pool | parameters |
//! |---|---|---|---|---|---|---|
//! | input | `Image<224, 224, 3>` | | | | | |
//! | `conv1` 7×7, stride 2, pool | `Image<56, 56, 64>` | | | | | 9,536 |
//! | `conv2` 1×1 | `Image<56, 56, 64>` | | | | | 4,224 |
//! | `conv3` 3×3, pool | `Image<28, 28, 192>` | | | | | 110,976 |
//! | `inception3a` | `Image<28, 28, 256>` | 64 | (96) 128 | (16) 32 | 32 | 158,016 |
//! | `inception3b`, pool | `Image<14, 14, 480>` | 128 | (128) 192 | (32) 96 | 64 | 360,320 |
//! | `inception4a`, first head | `Image<14, 14, 512>` | 192 | (96) 208 | (16) 48 | 64 | 359,584 |
//! | `inception4b` | `Image<14, 14, 512>` | 160 | (112) 224 | (24) 64 | 64 | 411,440 |
//! | `inception4c` | `Image<14, 14, 512>` | 128 | (128) 256 | (24) 64 | 64 | 464,320 |
//! | `inception4d`, second head | `Image<14, 14, 528>` | 112 | (144) 288 | (32) 64 | 64 | 563,968 |
//! | `inception4e`, pool | `Image<7, 7, 832>` | 256 | (160) 320 | (32) 128 | 128 | 803,584 |
//! | `inception5a` | `Image<7, 7, 832>` | 256 | (160) 320 | (32) 128 | 128 | 978,176 |
//! | `inception5b` | `Image<7, 7, 1024>` | 384 | (192) 384 | (48) 128 | 128 | 1,375,712 |
//! | mean, dropout, `fc` | `Vector<1000>` | | | | | 1,025,000 |
//! | heads `aux1`, `aux2` | `Vector<1000>` each | | | | | 3,188,968 and 3,191,016 |
//!
//! 13,004,888 parameters, 6,624,904 of them without the heads; 1.498 G multiply-adds in use. In brackets stand the channels to which a 1×1
//! convolution shrinks the image before the wide window sees it. This is torchvision's form: a batch normalisation (`ε = 10⁻³`) follows each
//! convolution, which has no bias, and the wide window is 3×3 where the paper has 5×5. The paper's pools round up, so that zeros are put
//! below and to the right of an image before it is pooled: behind a relu, a zero never is the larger number.
//!
//! In training the loss of the heads is added with the weight 0.3: [`Auxiliary`](nn::Auxiliary), twice.
//!
//! Szegedy et al.: Going deeper with convolutions (2014); Ioffe, Szegedy: Batch normalization (2015).
//!
//! ```
//! use core_tensor::{Image, Pair, Params, Vector};
//! use models::GoogLeNet;
//! use nn::Layer;
//! // the network, the second head, the first head
//! const fn outputs<L: Layer<Image<224, 224, 3>, f32, Y = Pair<Pair<Vector<1000>, Vector<1000>>, Vector<1000>>>>() {}
//! outputs::<GoogLeNet>();
//! assert_eq!(<GoogLeNet as Params<f32>>::TRAINABLE, 13_004_888);
//! ```

use nn::{
    AdaptiveAvgPool2d, Aux, BatchNormRelu, Concat, Conv2dNoBias, Dropout, FlattenChannelsFirst,
    GlobalAvgPool, Linear, MaxPool2d, Named, Normed, Relu, Unnamed, ZeroPad2d,
};

use crate::names::{
    Aux1, Aux2, Bn, Branch1, Branch2, Branch3, Branch4, Conv, Conv1, Conv2, Conv3, Fc, Fc1, Fc2,
    Inception3a, Inception3b, Inception4a, Inception4b, Inception4c, Inception4d, Inception4e,
    Inception5a, Inception5b,
};

/// A convolution with its normalisation and a relu.
type Basic<const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T> =
    Normed<Named<Conv, Conv2dNoBias<I, O, K, S, P, T>>, Named<Bn, BatchNormRelu<O, T, 3>>>;

/// Halves the sides, rounded up.
type Halve = (ZeroPad2d<0, 0, 1, 1>, MaxPool2d<3, 2>);

/// An inception module from `I` channels: a 1×1 window to `A`, a 3×3 window to `B` behind a 1×1 to `B1`, another to `C` behind `C1` (the
/// paper's 5×5), and a 1×1 window to `D` behind a pool, side by side.
pub type Inception<
    const I: usize,
    const A: usize,
    const B1: usize,
    const B: usize,
    const C1: usize,
    const C: usize,
    const D: usize,
    T = f32,
> = Concat<(
    Named<Branch1, Basic<I, A, 1, 1, 0, T>>,
    Named<Branch2, (Basic<I, B1, 1, 1, 0, T>, Basic<B1, B, 3, 1, 1, T>)>,
    Named<Branch3, (Basic<I, C1, 1, 1, 0, T>, Basic<C1, C, 3, 1, 1, T>)>,
    Named<Branch4, (MaxPool2d<3, 1, 1>, Basic<I, D, 1, 1, 0, T>)>,
)>;

/// An auxiliary head on `I` channels: to 4×4 places of `A` channels, then `H` units on the `F = 16·A` numbers, then the classes. `DROP` in ten
/// numbers are dropped in between.
pub type Head<
    const I: usize,
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 128,
    const F: usize = 2048,
    const H: usize = 1024,
    const DROP: u32 = 7,
> = (
    AdaptiveAvgPool2d<4>,
    Named<Conv, Basic<I, A, 1, 1, 0, T>>,
    FlattenChannelsFirst,
    Named<Fc1, Linear<F, H, T>>,
    Relu,
    Dropout<DROP, 10>,
    Named<Fc2, Linear<H, CLASSES, T>>,
);

/// The layers that stand where they are named.
type Then<L> = Named<Unnamed, L>;

/// A GoogLeNet of modules of any widths: `A` and `B` channels before them, the modules `M3A` to `M5B`, the heads `H1` and `H2` behind the
/// first and the fourth of the middle stage, `O` channels behind the last, of which `DROP` in five are dropped.
///
/// Its output is a pair whose first is a pair: that of the network, of the second head, of the first head.
pub type GoogLeNetOf<
    const CLASSES: usize,
    const A: usize,
    const B: usize,
    const O: usize,
    M3A,
    M3B,
    M4A,
    M4B,
    M4C,
    M4D,
    M4E,
    M5A,
    M5B,
    H1,
    H2,
    T = f32,
    const DROP: u32 = 1,
> = (
    Named<Conv1, Basic<3, A, 7, 2, 3, T>>,
    Halve,
    Named<Conv2, Basic<A, A, 1, 1, 0, T>>,
    Named<Conv3, Basic<A, B, 3, 1, 1, T>>,
    Halve,
    Named<Inception3a, M3A>,
    Named<Inception3b, M3B>,
    Halve,
    Named<Inception4a, M4A>,
    Then<
        Aux<
            Named<Aux1, H1>,
            Then<(
                Named<Inception4b, M4B>,
                Named<Inception4c, M4C>,
                Named<Inception4d, M4D>,
                Then<
                    Aux<
                        Named<Aux2, H2>,
                        Then<(
                            Named<Inception4e, M4E>,
                            MaxPool2d<2>,
                            Named<Inception5a, M5A>,
                            Named<Inception5b, M5B>,
                            GlobalAvgPool,
                            Dropout<DROP, 5>,
                            Named<Fc, Linear<O, CLASSES, T>>,
                        )>,
                    >,
                >,
            )>,
        >,
    >,
);

/// GoogLeNet for pictures of 224×224: 13,004,888 parameters, 1.498 G multiply-adds in use; see the [table](self). The images may have any
/// sides of at least 64. `DROP` in five and, in a head, `HEAD_DROP` in ten numbers are dropped before a linear layer.
///
#[doc = include_str!("../drawings/googlenet.svg")]
pub type GoogLeNet<
    const CLASSES: usize = 1000,
    T = f32,
    const DROP: u32 = 1,
    const HEAD_DROP: u32 = 7,
> = GoogLeNetOf<
    CLASSES,
    64,
    192,
    1024,
    Inception<192, 64, 96, 128, 16, 32, 32, T>,
    Inception<256, 128, 128, 192, 32, 96, 64, T>,
    Inception<480, 192, 96, 208, 16, 48, 64, T>,
    Inception<512, 160, 112, 224, 24, 64, 64, T>,
    Inception<512, 128, 128, 256, 24, 64, 64, T>,
    Inception<512, 112, 144, 288, 32, 64, 64, T>,
    Inception<528, 256, 160, 320, 32, 128, 128, T>,
    Inception<832, 256, 160, 320, 32, 128, 128, T>,
    Inception<832, 384, 192, 384, 48, 128, 128, T>,
    Head<512, CLASSES, T, 128, 2048, 1024, HEAD_DROP>,
    Head<528, CLASSES, T, 128, 2048, 1024, HEAD_DROP>,
    T,
    DROP,
>;
