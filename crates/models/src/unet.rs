//! U-Net: what is where, at every scale.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::SmallUNet;
//! use nn::{Init, Network};
//! let mut net = Network::<Image<32, 48, 1>, SmallUNet>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::full(0.5)];
//! let mask = &net.predict(&x)[0];
//! assert_eq!(mask.as_slice().len(), 32 * 48);
//! ```

use nn::{
    BatchNormRelu, Concat, Conv2d, Conv2dNoBias, ConvTranspose2d, Identity, MaxPool2d, Normed,
};

/// Two 3×3 convolutions that keep the sides.
type Twice<const I: usize, const O: usize, T> = (
    Normed<Conv2dNoBias<I, O, 3, 1, 1, T>, BatchNormRelu<O, T>>,
    Normed<Conv2dNoBias<O, O, 3, 1, 1, T>, BatchNormRelu<O, T>>,
);

/// An image of `A` channels beside what was seen of it at half its sides, where it had `B = 2·A`.
type Level<const A: usize, const B: usize, Deeper, T> = (
    Concat<(
        Identity,
        (
            MaxPool2d<2>,
            Twice<A, B, T>,
            Deeper,
            ConvTranspose2d<B, A, 2, 2, 0, T>,
        ),
    )>,
    Twice<B, A, T>,
);

/// The level below which there is none.
type Bottom<const A: usize, const B: usize, T> = (
    Concat<(
        Identity,
        (
            MaxPool2d<2>,
            Twice<A, B, T>,
            ConvTranspose2d<B, A, 2, 2, 0, T>,
        ),
    )>,
    Twice<B, A, T>,
);

/// U-Net with four levels below the first: a logit for each pixel and each of `O` classes, for images of `I` channels whose sides are
/// multiples of 16.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Image<H, W, 3>` | |
/// | two convolutions | `Image<H, W, 64>` | 38,848 |
/// | pool, two convolutions | `Image<H/2, W/2, 128>` | 221,696 |
/// | pool, two convolutions | `Image<H/4, W/4, 256>` | 885,760 |
/// | pool, two convolutions | `Image<H/8, W/8, 512>` | 3,540,992 |
/// | pool, two convolutions | `Image<H/16, W/16, 1024>` | 14,159,872 |
/// | transposed, joined, two convolutions | `Image<H/8, W/8, 512>` | 9,177,600 |
/// | transposed, joined, two convolutions | `Image<H/4, W/4, 256>` | 2,295,040 |
/// | transposed, joined, two convolutions | `Image<H/2, W/2, 128>` | 574,080 |
/// | transposed, joined, two convolutions | `Image<H, W, 64>` | 143,680 |
/// | 1×1 convolution | `Image<H, W, 1>` | 65 |
///
/// 31,037,633 parameters, 12.042 G multiply-adds for an image of 128×128. Convolutions are 3×3 with padding 1, so that the sides stay (the paper has none and crops), without a bias and with
/// batch normalisation and relu. `A` to `E` are the channels of the levels, each twice the one before.
///
/// Ronneberger, Fischer, Brox: U-Net, convolutional networks for biomedical image segmentation (2015).
///
#[doc = include_str!("../drawings/unet.svg")]
pub type UNet<
    const I: usize = 3,
    const O: usize = 1,
    T = f32,
    const A: usize = 64,
    const B: usize = 128,
    const C: usize = 256,
    const D: usize = 512,
    const E: usize = 1024,
> = (
    Twice<I, A, T>,
    Level<A, B, Level<B, C, Level<C, D, Bottom<D, E, T>, T>, T>, T>,
    Conv2d<A, O, 1, 1, 0, T>,
);

/// A [`UNet`] with two levels below the first, for images of at most a hundred pixels a side, multiples of 4.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Image<H, W, 1>` | |
/// | two convolutions | `Image<H, W, 16>` | 2,512 |
/// | pool, two convolutions | `Image<H/2, W/2, 32>` | 13,952 |
/// | pool, two convolutions | `Image<H/4, W/4, 64>` | 55,552 |
/// | transposed, joined, two convolutions | `Image<H/2, W/2, 32>` | 36,000 |
/// | transposed, joined, two convolutions | `Image<H, W, 16>` | 9,040 |
/// | 1×1 convolution | `Image<H, W, 1>` | 17 |
///
/// 117,073 parameters, 24.8 M multiply-adds for an image of 32×32.
///
#[doc = include_str!("../drawings/small_unet.svg")]
pub type SmallUNet<
    const I: usize = 1,
    const O: usize = 1,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const C: usize = 64,
> = (
    Twice<I, A, T>,
    Level<A, B, Bottom<B, C, T>, T>,
    Conv2d<A, O, 1, 1, 0, T>,
);
