//! AlexNet: five convolutions and three linear layers, the network that made deep learning on pictures common.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::AlexNet;
//! use nn::{Init, Network};
//! let mut net = Network::<Image<63, 63, 3>, AlexNet<10, f32, 8, 24, 48, 32, 1, 32, 64>>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::full(0.5)];
//! let logits = net.predict(&x)[0].as_slice();
//! assert_eq!(logits.len(), 10);
//! ```

use nn::{
    AdaptiveAvgPool2d, Conv2d, Dropout, Flatten, FlattenChannelsFirst, GroupedConv2d, Linear,
    LocalResponseNorm, MaxPool2d, Named, Relu,
};

use crate::names::{Classifier, Features};

/// AlexNet for pictures of 224×224 in the form that torchvision has, one tower without local response normalisation.
///
/// | layer | window | out | parameters |
/// |---|---|---|---|
/// | input | | `Image<224, 224, 3>` | |
/// | `features.0` | 11×11, stride 4, padding 2 | `Image<55, 55, 64>` | 23,296 |
/// | pool | 3×3, stride 2 | `Image<27, 27, 64>` | |
/// | `features.3` | 5×5, padding 2 | `Image<27, 27, 192>` | 307,392 |
/// | pool | 3×3, stride 2 | `Image<13, 13, 192>` | |
/// | `features.6` | 3×3, padding 1 | `Image<13, 13, 384>` | 663,936 |
/// | `features.8` | 3×3, padding 1 | `Image<13, 13, 256>` | 884,992 |
/// | `features.10` | 3×3, padding 1 | `Image<13, 13, 256>` | 590,080 |
/// | pool | 3×3, stride 2 | `Image<6, 6, 256>` | |
/// | `classifier.1` | | `Vector<4096>` | 37,752,832 |
/// | `classifier.4` | | `Vector<4096>` | 16,781,312 |
/// | `classifier.6` | | `Vector<1000>` | 4,097,000 |
///
/// 61,100,840 parameters, 0.714 G multiply-adds. A relu follows each layer but the last, and the classifier drops half of its inputs
/// twice.
///
/// `A` to `D` are the channels of the convolutions, the last two alike; `SIDE` is that of the image that is flattened, and
/// `FLAT = SIDE²·D`. `AlexNet<10, f32, 8, 24, 48, 32, 1, 32, 64>` takes images of 63×63. `DROP`
/// is how many of two numbers are dropped before each hidden layer of the classifier: 0 switches dropout off.
///
/// Krizhevsky: One weird trick for parallelizing convolutional neural networks (2014).
///
#[doc = include_str!("../drawings/alexnet.svg")]
pub type AlexNet<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 64,
    const B: usize = 192,
    const C: usize = 384,
    const D: usize = 256,
    const SIDE: usize = 6,
    const FLAT: usize = 9216,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
> = (
    Named<
        Features,
        (
            Conv2d<3, A, 11, 4, 2, T>,
            Relu,
            MaxPool2d<3, 2>,
            Conv2d<A, B, 5, 1, 2, T>,
            Relu,
            MaxPool2d<3, 2>,
            Conv2d<B, C, 3, 1, 1, T>,
            Relu,
            Conv2d<C, D, 3, 1, 1, T>,
            Relu,
            Conv2d<D, D, 3, 1, 1, T>,
            Relu,
            MaxPool2d<3, 2>,
        ),
    >,
    AdaptiveAvgPool2d<SIDE>,
    FlattenChannelsFirst,
    Named<
        Classifier,
        (
            Dropout<DROP, 2>,
            Linear<FLAT, HIDDEN, T>,
            Relu,
            Dropout<DROP, 2>,
            Linear<HIDDEN, HIDDEN, T>,
            Relu,
            Linear<HIDDEN, CLASSES, T>,
        ),
    >,
);

/// AlexNet as it was published: two towers that meet in the third convolution alone, written as convolutions in two groups, and local
/// response normalisation. The input is 227×227; with the paper's 224 its own first layer would not come out at 55×55.
///
/// | layer | window | out | parameters |
/// |---|---|---|---|
/// | input | | `Image<227, 227, 3>` | |
/// | convolution | 11×11, stride 4 | `Image<55, 55, 96>` | 34,944 |
/// | normalisation, pool | 3×3, stride 2 | `Image<27, 27, 96>` | |
/// | convolution in 2 groups | 5×5, padding 2 | `Image<27, 27, 256>` | 307,456 |
/// | normalisation, pool | 3×3, stride 2 | `Image<13, 13, 256>` | |
/// | convolution | 3×3, padding 1 | `Image<13, 13, 384>` | 885,120 |
/// | convolution in 2 groups | 3×3, padding 1 | `Image<13, 13, 384>` | 663,936 |
/// | convolution in 2 groups | 3×3, padding 1 | `Image<13, 13, 256>` | 442,624 |
/// | pool | 3×3, stride 2 | `Image<6, 6, 256>` | |
/// | linear | | `Vector<4096>` | 37,752,832 |
/// | linear | | `Vector<4096>` | 16,781,312 |
/// | linear | | `Vector<1000>` | 4,097,000 |
///
/// Its normalisation has PyTorch's constants, `k = 1` and `α` over the window, where the paper has `k = 2`: [`LocalResponseNorm`].
///
/// 60,965,224 parameters, the paper's 60 million; 0.724 G multiply-adds. `A`, `B` and `C` are the channels of a tower,
/// half of those above; `A2`, `B2` and `C2` are twice that. `DROP` is how many of two numbers are dropped behind each hidden layer.
///
/// Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012).
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use models::AlexNetOriginal;
/// use nn::{Init, Network};
/// let mut net = Network::<Image<67, 67, 3>, AlexNetOriginal<10, f32, 2, 4, 6, 4, 8, 12, 8, 16>>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::full(0.5)];
/// let logits = net.predict(&x)[0].as_slice();
/// assert_eq!(logits.len(), 10);
/// ```
///
#[doc = include_str!("../drawings/alexnet_original.svg")]
pub type AlexNetOriginal<
    const CLASSES: usize = 1000,
    T = f32,
    const A: usize = 48,
    const B: usize = 128,
    const C: usize = 192,
    const A2: usize = 96,
    const B2: usize = 256,
    const C2: usize = 384,
    const FLAT: usize = 9216,
    const HIDDEN: usize = 4096,
    const DROP: u32 = 1,
> = (
    (
        Conv2d<3, A2, 11, 4, 0, T>,
        Relu,
        LocalResponseNorm<5>,
        MaxPool2d<3, 2>,
        GroupedConv2d<2, A, B, 5, 1, 2, T>,
        Relu,
        LocalResponseNorm<5>,
        MaxPool2d<3, 2>,
    ),
    (
        Conv2d<B2, C2, 3, 1, 1, T>,
        Relu,
        GroupedConv2d<2, C, C, 3, 1, 1, T>,
        Relu,
        GroupedConv2d<2, C, B, 3, 1, 1, T>,
        Relu,
        MaxPool2d<3, 2>,
        Flatten,
    ),
    (
        Linear<FLAT, HIDDEN, T>,
        Relu,
        Dropout<DROP, 2>,
        Linear<HIDDEN, HIDDEN, T>,
        Relu,
        Dropout<DROP, 2>,
        Linear<HIDDEN, CLASSES, T>,
    ),
);
