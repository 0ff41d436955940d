//! The transposed convolution, which makes images larger.

use core_tensor::dim::TransposedSlide;
use core_tensor::kernel::{Start, Window2d};
use core_tensor::{
    Batch, BatchMut, Fans, Filter, Image, Room, Scalar, Shape, Tensor, Vector, mutant, params,
};

use super::frame::Convolution;
use crate::{Field, Layer, Pass};

/// A transposed convolution from `I` to `O` channels: every pixel lays a window of `K`×`K` down, `S` further than its neighbour's, and what
/// lies over one another adds up. `P` pixels are cut off around the result, and of the sides that a convolution with these numbers would
/// shrink to the same, `E` chooses: that many rows and columns more at the end (PyTorch's `output_padding`). `KW`, `SW`, `PW` and `EW` give
/// the width's own numbers.
///
/// `y[i·S + k − P, j·S + l − P, o] = b[o] + Σ x[i, j, c] · w[k, l, o, c]` over all `i`, `j`, `k`, `l` that meet there, and `c`: with the
/// same weights, the gradient by its input of a [`Conv2d`](crate::Conv2d) from `O` to `I` channels.
///
/// # Shapes
/// `x`: `Image<H, W, I>`, `y`: `Image<(H − 1)·S + K − 2P + E, (W − 1)·S + K − 2P + E, O>`, `w`: `Filter<K, K, O, I>`, `b`: `Vector<O>`.
///
/// # Gradient
/// `dx` is the convolution of `dy`, `dw[k, l, o, c] = Σ dy[i·S + k − P, j·S + l − P, o] · x[i, j, c]`, `db = Σ dy`.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use nn::{ConvTranspose2d, Network};
/// // two windows of 1×3 that meet in one pixel
/// let mut net = Network::<Image<1, 2, 1>, ConvTranspose2d<1, 1, 1, 1, 0, f32, 3, 2>>::new(1);
/// net.layers.weight = Tensor::new([[[[1.0]], [[2.0]], [[3.0]]]]);
/// let x = [Tensor::new([[[1.0], [10.0]]])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([[[1.0], [2.0], [13.0], [20.0], [30.0]]]));
/// ```
///
/// Zeiler et al.: Deconvolutional networks (2010); Dumoulin, Visin: A guide to convolution arithmetic for deep learning (2016).
#[repr(C, align(64))]
pub struct ConvTranspose2d<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize = 1,
    const P: usize = 0,
    T: Scalar = f32,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
    const E: usize = 0,
    const EW: usize = E,
> {
    /// `w`, indexed by row, column, channel out and channel in
    pub weight: Tensor<Filter<K, KW, O, I>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

// an output lies under K·KW of every S·SW windows
params!(T: [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T: Scalar, const KW: usize, const SW: usize, const PW: usize, const E: usize, const EW: usize]
ConvTranspose2d<I, O, K, S, P, T, KW, SW, PW, E, EW> {
    weight: Weight Filter<K, KW, O, I> => Fans { fan_in: fan_in(K * KW * I, S * SW), fan_out: K * KW * O, rows: K * KW * O },
    bias: Bias Vector<O>,
});

const fn fan_in(numbers: usize, apart: usize) -> usize {
    match numbers.checked_div(apart) {
        None | Some(0) => 1,
        Some(fan_in) => fan_in,
    }
}

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
    const E: usize,
    const EW: usize,
    const H: usize,
    const W: usize,
> Layer<Image<H, W, I>, T> for ConvTranspose2d<I, O, K, S, P, T, KW, SW, PW, E, EW>
where
    Image<H, W, I>: TransposedSlide<K, S, P, KW, SW, PW, E, EW>,
{
    type Y = <Image<H, W, I> as TransposedSlide<K, S, P, KW, SW, PW, E, EW>>::Out<O>;
    type Saved<'a> = Batch<'a, Image<H, W, I>, T>;
    const NAME: &'static str = "ConvTranspose2d";
    const FLOPS: u64 = window::<H, W, I, K, S, P, KW, SW, PW, E, EW>(O).flops() as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * I)
        .with_scratch(window::<H, W, I, K, S, P, KW, SW, PW, E, EW>(O).scratch());
    const FIELD: Field = Field::transposed([K, KW], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW, E, EW>(O) };
        let y = pass.batch::<Self::Y>(x.len());
        T::conv2d_transposed(
            &w,
            Tensor::flat(x),
            self.weight.as_slice(),
            Start::Row(self.bias.as_slice()),
            Tensor::flat_mut(y),
            pass.room.scope().numbers(w.scratch()),
        );
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, I>, T> {
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW, E, EW>(O) };
        let dx = w.outputs(dy, self.weight.as_slice(), Start::Zero, pass);
        Layer::<Image<H, W, I>, T>::backward_first(self, x, dy, grad, pass);
        mutant::back("ConvTranspose2d input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW, E, EW>(O) };
        let start = pass.start();
        let weight = grad.weight.as_mut_slice();
        // the gradient is what the window slides over, the input what it leaves
        mutant::sum("ConvTranspose2d weight", start, weight, |start, weight| {
            w.weights(dy, x, start, weight, pass);
        });
        let bias = grad.bias.as_mut_slice();
        mutant::sum("ConvTranspose2d bias", start, bias, |start, bias| {
            T::sum_rows(Tensor::flat(dy), start, bias);
        });
    }
}

/// The window that leads from the output back to the input.
const fn window<
    const H: usize,
    const W: usize,
    const I: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const E: usize,
    const EW: usize,
>(
    channels_out: usize,
) -> Window2d
where
    Image<H, W, I>: TransposedSlide<K, S, P, KW, SW, PW, E, EW>,
{
    let [height, width] =
        <Image<H, W, I> as TransposedSlide<K, S, P, KW, SW, PW, E, EW>>::POSITIONS;
    Window2d {
        input: [height, width, channels_out],
        output: [H, W, I],
        kernel: [K, KW],
        stride: [S, SW],
        padding: [P, PW],
    }
}
