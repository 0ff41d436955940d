//! ESRGAN-slim: a small network, trained by others, that enlarges photographs.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::{EsrganSlim, esrgan};
//! use nn::Network;
//! let mut net = Network::<Image<16, 12, 3>, EsrganSlim>::new(1);
//! esrgan::doubling().read(&mut *net.layers)?;
//! let grey = [Tensor::full(100.0)];
//! let larger = &net.predict(&grey)[0];
//! assert_eq!(larger.as_slice().len(), 32 * 24 * 3);
//! // far from the border, an even grey stays what it is
//! assert!((larger[[16, 12, 1]] - 100.0).abs() < 2.0);
//! # Ok::<(), nn::weights::WeightsError>(())
//! ```

use nn::weights::Weights;
use nn::{Concat, Conv2d, Identity, Named, Relu, Residual, Unnamed, UpsampleNearest2d};

// the names of the file, which are Keras's
nn::names! {
    pub First = "F_m1", pub Second = "F_0",
    pub Grow1 = "F_1_1", pub Fuse1 = "LFF_1",
    pub Grow2 = "F_2_1", pub Fuse2 = "LFF_2",
    pub Global1 = "GFF_1", pub Global2 = "GFF_2",
    pub Up1 = "UPN1", pub Up2 = "UPN2", pub Up3 = "UPN3",
    pub Last = "SR",
}

/// A dense block: `G` new channels beside those that come in, `W = A + G` of them fused to `A` again, and a shortcut around all.
type Dense<Grow, Fuse, const A: usize, const G: usize, const W: usize, T> = Named<
    Unnamed,
    Residual<(
        Named<
            Unnamed,
            Concat<(
                Identity,
                Named<Unnamed, (Named<Grow, Conv2d<A, G, 3, 1, 1, T>>, Relu)>,
            )>,
        >,
        Named<Fuse, Conv2d<W, A, 1, 1, 0, T>>,
    )>,
>;

/// A residual dense network that enlarges a picture `S` times: red, green and blue from 0 to 255, in and out.
///
/// | layer | window | out | parameters |
/// |---|---|---|---|
/// | input | | `Image<H, W, 3>` | |
/// | convolution `F_m1` | 3×3 | `Image<H, W, 64>` | 1,792 |
/// | convolution `F_0` | 3×3 | `Image<H, W, 64>` | 36,928 |
/// | dense block, with shortcut | 3×3, 1×1 | `Image<H, W, 64>` | 2,308 + 4,416 |
/// | dense block, with shortcut | 3×3, 1×1 | `Image<H, W, 64>` | 2,308 + 4,416 |
/// | both blocks side by side | | `Image<H, W, 128>` | |
/// | convolutions `GFF_1`, `GFF_2` | 1×1, 3×3 | `Image<H, W, 64>` | 8,256 + 36,928 |
/// | plus what `F_m1` gave | | `Image<H, W, 64>` | |
/// | convolution `UPN1`, relu | 5×5 | `Image<H, W, 64>` | 102,464 |
/// | convolution `UPN2`, relu | 3×3 | `Image<H, W, 32>` | 18,464 |
/// | convolution `UPN3` | 3×3 | `Image<H, W, U>` | 3,468 |
/// | every pixel `S`×`S` times | | `Image<S·H, S·W, U>` | |
/// | convolution `SR` | 3×3 | `Image<S·H, S·W, 3>` | 327 |
///
/// 222,075 parameters for `S = 2`; `U = 3·S²`. 222,544 multiply-adds a pixel of the small picture, 227.9 M multiply-adds for 32×32. It sees 10 pixels to every side. `A`,
/// `G`, `W = A + G`, `D = 2·A` and `B` are the channels in between.
///
/// Zhang, Tian, Kong, Zhong, Fu: Residual dense network for image super-resolution (2018); the weights are those of UpscalerJS by Kevin
/// Scott (2022), see `data/esrgan-slim`.
///
#[doc = include_str!("../drawings/esrgan_slim.svg")]
pub type EsrganSlim<
    const S: usize = 2,
    const U: usize = 12,
    T = f32,
    const A: usize = 64,
    const G: usize = 4,
    const W: usize = 68,
    const D: usize = 128,
    const B: usize = 32,
> = (
    Named<First, Conv2d<3, A, 3, 1, 1, T>>,
    Named<
        Unnamed,
        Residual<(
            Named<Second, Conv2d<A, A, 3, 1, 1, T>>,
            Dense<Grow1, Fuse1, A, G, W, T>,
            Named<Unnamed, Concat<(Identity, Dense<Grow2, Fuse2, A, G, W, T>)>>,
            Named<Global1, Conv2d<D, A, 1, 1, 0, T>>,
            Named<Global2, Conv2d<A, A, 3, 1, 1, T>>,
        )>,
    >,
    Named<Up1, Conv2d<A, A, 5, 1, 2, T>>,
    Relu,
    Named<Up2, Conv2d<A, B, 3, 1, 1, T>>,
    Relu,
    Named<Up3, Conv2d<B, U, 3, 1, 1, T>>,
    UpsampleNearest2d<S>,
    Named<Last, Conv2d<U, 3, 3, 1, 1, T>>,
);

static FILE: &[u8] = include_bytes!("../data/esrgan-slim/x2.safetensors");

/// The published weights of the network that doubles, part of the program.
pub fn doubling() -> Weights<'static> {
    Weights::parse(FILE).expect("the file is part of the program")
}
