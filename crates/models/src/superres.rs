//! Super-resolution: pictures enlarged by what a network has learnt of pictures.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::Espcn;
//! use nn::{Init, Network};
//! let mut net = Network::<Image<12, 10, 1>, Espcn<3, 9>>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::full(0.5)];
//! let larger = &net.predict(&x)[0];
//! assert_eq!(larger.as_slice().len(), 36 * 30);
//! ```

use nn::{Conv2d, PixelShuffle, Tanh};

/// ESPCN: all work is done on the small picture, and the last convolution says the `R`×`R` pixels that each becomes.
///
/// | layer | window | out | parameters for `R = 2`, `R = 3` |
/// |---|---|---|---|
/// | input | | `Image<H, W, C>` | |
/// | convolution, tanh | 5×5, padding 2 | `Image<H, W, 64>` | 1,664 |
/// | convolution, tanh | 3×3, padding 1 | `Image<H, W, 32>` | 18,464 |
/// | convolution | 3×3, padding 1 | `Image<H, W, OUT>` | 1,156 or 2,601 |
/// | pixel shuffle | | `Image<R·H, R·W, C>` | |
///
/// 21,284 parameters to double, 22,729 to triple the brightness of a picture; to double it, 21,184 multiply-adds a pixel of the
/// small one, 21.7 M multiply-adds for 32×32. `OUT = C·R²`. `A` and `B` are the channels in between.
///
/// Shi et al.: Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network (2016).
///
#[doc = include_str!("../drawings/espcn.svg")]
pub type Espcn<
    const R: usize = 2,
    const OUT: usize = 4,
    T = f32,
    const C: usize = 1,
    const A: usize = 64,
    const B: usize = 32,
> = (
    Conv2d<C, A, 5, 1, 2, T>,
    Tanh,
    Conv2d<A, B, 3, 1, 1, T>,
    Tanh,
    Conv2d<B, OUT, 3, 1, 1, T>,
    PixelShuffle<R>,
);
