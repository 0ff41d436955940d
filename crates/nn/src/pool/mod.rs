//! Pooling: the maximum or the mean under each window, channel by channel.

mod sequence;
mod whole;

pub use sequence::{AvgPool1d, MaxPool1d};
pub use whole::{AdaptiveAvgPool2d, AdaptiveMaxPool2d, GlobalAvgPool, GlobalMaxPool};

use core_tensor::dim::Slide;
use core_tensor::kernel::Window2d;
use core_tensor::{Batch, BatchMut, Image, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::conv::{Windowed, window};
use crate::{Field, Layer, Pass};

/// The largest number under a window of `K`×`K` that moves by `S` (as far as it is long, unless said) over images with `P` pixels of −∞
/// around them. `KW`, `SW` and `PW` give the width's own numbers: `MaxPool2d<3, 2, 0, 2, 1, 0>` is a window of 3×2 with stride 2×1.
///
/// # Shapes
/// `Image<H, W, C>` to `Image<(H + 2P − K)/S + 1, (W + 2P − K)/S + 1, C>`, rounded down; a window larger than the image with its padding does
/// not compile.
///
/// # Gradient
/// Goes to the largest number; of equals, all of it to the first in reading order.
///
/// Riesenhuber, Poggio: Hierarchical models of object recognition in cortex (1999).
pub struct MaxPool2d<
    const K: usize,
    const S: usize = K,
    const P: usize = 0,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
>;

/// The mean under a window of `K`×`K` that moves by `S` (as far as it is long, unless said) over images with `P` zeros around them, which
/// count unless `COUNT_PADDING` is `false` (PyTorch's `count_include_pad`). `KW`, `SW` and `PW` give the width's own numbers, as in
/// [`MaxPool2d`].
///
/// # Shapes
/// `Image<H, W, C>` to `Image<(H + 2P − K)/S + 1, (W + 2P − K)/S + 1, C>`, rounded down; a window larger than the image with its padding does
/// not compile.
///
/// # Gradient
/// `dy` over the numbers that count, to every number under the window.
///
/// LeCun et al.: Handwritten digit recognition with a back-propagation network (1990).
pub struct AvgPool2d<
    const K: usize,
    const S: usize = K,
    const P: usize = 0,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
    const COUNT_PADDING: bool = true,
>;

no_params!([const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize] MaxPool2d<K, S, P, KW, SW, PW>);
no_params!([const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const COUNT_PADDING: bool] AvgPool2d<K, S, P, KW, SW, PW, COUNT_PADDING>);

impl<
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const H: usize,
    const W: usize,
    const C: usize,
    T: Scalar,
> Layer<Image<H, W, C>, T> for MaxPool2d<K, S, P, KW, SW, PW>
where
    Image<H, W, C>: Slide<K, S, P, KW, SW, PW>,
{
    type Y = Windowed<H, W, C, C, K, S, P, KW, SW, PW>;
    type Saved<'a> = (Batch<'a, Image<H, W, C>, T>, Batch<'a, Self::Y, T>);
    const NAME: &'static str = "MaxPool2d";
    const FLOPS: u64 = (<Self::Y as Shape>::LEN * (K * KW - 1)) as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * C);
    const FIELD: Field = Field::window([K, KW], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, C>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        const {
            assert!(
                P < K && PW < KW,
                "padding as long as the window would leave windows of nothing but padding"
            )
        }
        let y = pass.batch::<Self::Y>(x.len());
        T::max_pool2d(
            &window::<H, W, C, K, S, P, KW, SW, PW>(C),
            Tensor::flat(x),
            Tensor::flat_mut(y),
        );
        (y, (x, y))
    }

    fn backward<'a>(
        &self,
        (x, y): Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, C>, T> {
        let dx = pass.batch(x.len());
        T::max_pool2d_backward(
            &window::<H, W, C, K, S, P, KW, SW, PW>(C),
            Tensor::flat(x),
            Tensor::flat(y),
            Tensor::flat(dy),
            Tensor::flat_mut(dx),
        );
        mutant::back("MaxPool2d", dx)
    }
}

impl<
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const COUNT_PADDING: bool,
    const H: usize,
    const W: usize,
    const C: usize,
    T: Scalar,
> Layer<Image<H, W, C>, T> for AvgPool2d<K, S, P, KW, SW, PW, COUNT_PADDING>
where
    Image<H, W, C>: Slide<K, S, P, KW, SW, PW>,
{
    type Y = Windowed<H, W, C, C, K, S, P, KW, SW, PW>;
    type Saved<'a> = ();
    const NAME: &'static str = "AvgPool2d";
    const FLOPS: u64 = (<Self::Y as Shape>::LEN * K * KW) as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * C);
    const FIELD: Field = Field::window([K, KW], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, C>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, ()) {
        const {
            assert!(
                COUNT_PADDING || P < K && PW < KW,
                "padding as long as the window would leave windows without a pixel"
            )
        }
        let y = pass.batch::<Self::Y>(x.len());
        T::avg_pool2d(
            &window::<H, W, C, K, S, P, KW, SW, PW>(C),
            Tensor::flat(x),
            Tensor::flat_mut(y),
        );
        if !COUNT_PADDING {
            over_pixels(
                &window::<H, W, C, K, S, P, KW, SW, PW>(C),
                Tensor::flat_mut(y),
            );
        }
        (y, ())
    }

    fn backward<'a>(
        &self,
        _: (),
        dy: BatchMut<'a, Self::Y, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, C>, T> {
        let dx = pass.batch(dy.len());
        if !COUNT_PADDING {
            over_pixels(
                &window::<H, W, C, K, S, P, KW, SW, PW>(C),
                Tensor::flat_mut(dy),
            );
        }
        T::avg_pool2d_backward(
            &window::<H, W, C, K, S, P, KW, SW, PW>(C),
            Tensor::flat(dy),
            Tensor::flat_mut(dx),
        );
        mutant::back("AvgPool2d", dx)
    }
}

/// Turns a share of the whole window into one of the pixels under it: `y·K·KW / pixels`.
fn over_pixels<T: Scalar>(w: &Window2d, y: &mut [T]) {
    let [height, width, c] = w.output;
    let under = |d: usize, i: usize| {
        let first = i * w.stride[d];
        let end = (first + w.kernel[d]).min(w.padding[d] + w.input[d]);
        end - first.max(w.padding[d])
    };
    for (pixel, y) in y.chunks_exact_mut(c).enumerate() {
        let (i, j) = (pixel / width % height, pixel % width);
        let pixels = under(0, i) * under(1, j);
        let factor = T::of((w.kernel[0] * w.kernel[1]) as f64 / pixels as f64);
        y.iter_mut().for_each(|y| *y *= factor);
    }
}
