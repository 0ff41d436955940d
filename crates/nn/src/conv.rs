//! Convolutions: the dense one of images here, its kin beside.

mod border;
mod frame;
mod grouped;
mod no_bias;
mod sequence;
mod transposed;

use core_tensor::dim::Slide;
use core_tensor::kernel::{Start, Window2d};
use core_tensor::{
    Batch, BatchMut, Const, Filter, Image, Room, Scalar, Shape, Tensor, Vector, mutant, params,
};

use crate::{Field, Layer, Pass};

use frame::Convolution;

pub use border::{ReflectPad2d, ReplicatePad2d};
pub use grouped::{DepthwiseConv2d, DilatedConv2d, GroupedConv2d};
pub use no_bias::{Conv2dNoBias, GroupedConv2dNoBias};
pub use sequence::Conv1d;
pub use transposed::ConvTranspose2d;

/// The image that a window leaves: `O` channels of as many pixels as the window has positions.
pub(crate) type Windowed<
    const H: usize,
    const W: usize,
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
> = <Image<H, W, I> as Slide<K, S, P, KW, SW, PW>>::Out<Const<O>>;

/// A two-dimensional convolution (cross-correlation, as in every library) from `I` to `O` channels with a window of `K`×`K` that moves by
/// `S` over images with `P` zeros around them. `Conv2d<1, 6, 5>` has stride 1 and no padding; for a window, stride or padding that
/// differs in height and width, see [`RectConv2d`].
///
/// `y[i, j, o] = b[o] + Σ x[i·S + k − P, j·S + l − P, c] · w[k, l, c, o]` over `k`, `l` and `c`.
///
/// # Shapes
/// `x`: `Image<H, W, I>`, `y`: `Image<(H + 2P − K)/S + 1, (W + 2P − K)/S + 1, O>` rounded down, `w`: `Filter<K, K, I, O>`, `b`: `Vector<O>`.
///
/// # Gradient
/// `dw[k, l, c, o] = Σ x[i·S + k − P, j·S + l − P, c] · dy[i, j, o]`, `db = Σ dy`, `dx` the transposed convolution of `dy`.
///
/// LeCun et al.: Gradient-based learning applied to document recognition (1998).
#[repr(C, align(64))]
pub struct Conv2d<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize = 1,
    const P: usize = 0,
    T: Scalar = f32,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
> {
    /// `w`, indexed by row, column, channel in and channel out
    pub weight: Tensor<Filter<K, KW, I, O>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

/// A [`Conv2d`] whose window (`KH`×`KW`), stride and padding may differ in height and width.
pub type RectConv2d<
    const I: usize,
    const O: usize,
    const KH: usize,
    const KW: usize,
    const SH: usize = 1,
    const SW: usize = 1,
    const PH: usize = 0,
    const PW: usize = 0,
    T = f32,
> = Conv2d<I, O, KH, SH, PH, T, KW, SW, PW>;

params!(T: [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T: Scalar, const KW: usize, const SW: usize, const PW: usize]
    Conv2d<I, O, K, S, P, T, KW, SW, PW> { weight: Weight Filter<K, KW, I, O>, bias: Bias Vector<O> });

impl<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    T: Scalar,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const H: usize,
    const W: usize,
> Layer<Image<H, W, I>, T> for Conv2d<I, O, K, S, P, T, KW, SW, PW>
where
    Image<H, W, I>: Slide<K, S, P, KW, SW, PW>,
{
    type Y = Windowed<H, W, I, O, K, S, P, KW, SW, PW>;
    type Saved<'a> = Batch<'a, Image<H, W, I>, T>;
    const NAME: &'static str = "Conv2d";
    const FLOPS: u64 = 2 * (<Self::Y as Shape>::LEN * K * KW * I) as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * I)
        .with_scratch(window::<H, W, I, K, S, P, KW, SW, PW>(O).scratch());
    const FIELD: Field = Field::window([K, KW], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW>(O) };
        let start = Start::Row(self.bias.as_slice());
        (w.outputs(x, self.weight.as_slice(), start, pass), x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, I>, T> {
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW>(O) };
        let dx = w.inputs(dy, self.weight.as_slice(), pass);
        Layer::<Image<H, W, I>, T>::backward_first(self, x, dy, grad, pass);
        mutant::back("Conv2d input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW>(O) };
        let start = pass.start();
        let weight = grad.weight.as_mut_slice();
        mutant::sum("Conv2d weight", start, weight, |start, weight| {
            w.weights(x, dy, start, weight, pass);
        });
        let bias = grad.bias.as_mut_slice();
        mutant::sum("Conv2d bias", start, bias, |start, bias| {
            T::sum_rows(Tensor::flat(dy), start, bias);
        });
    }
}

/// The window as the kernels take it.
pub(crate) const fn window<
    const H: usize,
    const W: usize,
    const I: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
>(
    channels_out: usize,
) -> Window2d
where
    Image<H, W, I>: Slide<K, S, P, KW, SW, PW>,
{
    let [height, width] = <Image<H, W, I> as Slide<K, S, P, KW, SW, PW>>::POSITIONS;
    Window2d {
        input: [H, W, I],
        output: [height, width, channels_out],
        kernel: [K, KW],
        stride: [S, SW],
        padding: [P, PW],
    }
}
