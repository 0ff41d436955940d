//! The convolution along a sequence.

use core_tensor::dim::SlideAlong;
use core_tensor::kernel::{GroupedWindow2d, Start, Window2d};
use core_tensor::{
    Batch, BatchMut, Filter, Room, Scalar, Sequence, Shape, Tensor, Vector, mutant, params,
};

use super::frame::Convolution;
use super::grouped::reach;
use crate::{Field, Layer, Pass};

/// A convolution along a sequence, from `I` to `O` numbers a step, with a window of `K` steps that are `D` apart and move by `S` over
/// sequences with `P` zeros at both ends.
///
/// `y[i, o] = b[o] + Σ x[i·S + k·D − P, c] · w[k, c, o]` over `k` and `c`.
///
/// # Shapes
/// `x`: `Sequence<L, I>`, `y`: `Sequence<(L + 2P − D·(K − 1) − 1)/S + 1, O>` rounded down, `w`: `Filter<1, K, I, O>`, `b`: `Vector<O>`.
///
/// # Gradient
/// `dw[k, c, o] = Σ x[i·S + k·D − P, c] · dy[i, o]`, `db = Σ dy`, `dx` the transposed convolution of `dy`.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{Conv1d, Network};
/// // the difference of neighbours
/// let mut net = Network::<Sequence<3, 1>, Conv1d<1, 1, 2>>::new(1);
/// net.layers.weight = Tensor::new([[[[-1.0]], [[1.0]]]]);
/// let x = [Tensor::new([[1.0], [4.0], [9.0]])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([[3.0], [5.0]]));
/// ```
///
/// Waibel et al.: Phoneme recognition using time-delay neural networks (1989); with taps apart, van den Oord et al.: WaveNet (2016).
#[repr(C, align(64))]
pub struct Conv1d<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize = 1,
    const P: usize = 0,
    T: Scalar = f32,
    const D: usize = 1,
> {
    /// `w`, indexed by nothing, step, number in and number out
    pub weight: Tensor<Filter<1, K, I, O>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

params!(T: [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T: Scalar, const D: usize]
    Conv1d<I, O, K, S, P, T, D> { weight: Weight Filter<1, K, I, O> as [K, I, O], bias: Bias Vector<O> });

impl<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    T: Scalar,
    const D: usize,
    const L: usize,
> Layer<Sequence<L, I>, T> for Conv1d<I, O, K, S, P, T, D>
where
    Sequence<L, I>: SlideAlong<K, S, P, D>,
{
    type Y = <Sequence<L, I> as SlideAlong<K, S, P, D>>::Out<O>;
    type Saved<'a> = Batch<'a, Sequence<L, I>, T>;
    const NAME: &'static str = "Conv1d";
    const FLOPS: u64 = window::<L, I, K, S, P, D>(O).flops() as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, L * I)
        .with_scratch(window::<L, I, K, S, P, D>(O).scratch());
    const FIELD: Field = Field::window([reach(K, D), 1], [S, 1], [P, 0]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let w = const { window::<L, I, K, S, P, D>(O) };
        let start = Start::Row(self.bias.as_slice());
        (w.outputs(x, self.weight.as_slice(), start, pass), x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let w = const { window::<L, I, K, S, P, D>(O) };
        let dx = w.inputs(dy, self.weight.as_slice(), pass);
        Layer::<Sequence<L, I>, T>::backward_first(self, x, dy, grad, pass);
        mutant::back("Conv1d input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let w = const { window::<L, I, K, S, P, D>(O) };
        let start = pass.start();
        let weight = grad.weight.as_mut_slice();
        mutant::sum("Conv1d weight", start, weight, |start, weight| {
            w.weights(x, dy, start, weight, pass);
        });
        let bias = grad.bias.as_mut_slice();
        mutant::sum("Conv1d bias", start, bias, |start, bias| {
            T::sum_rows(Tensor::flat(dy), start, bias);
        });
    }
}

/// The window as the kernels take it: over an image of one row.
const fn window<
    const L: usize,
    const I: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    const D: usize,
>(
    channels_out: usize,
) -> GroupedWindow2d
where
    Sequence<L, I>: SlideAlong<K, S, P, D>,
{
    GroupedWindow2d {
        window: Window2d {
            input: [1, L, I],
            output: [
                1,
                <Sequence<L, I> as SlideAlong<K, S, P, D>>::POSITIONS,
                channels_out,
            ],
            kernel: [1, K],
            stride: [1, S],
            padding: [0, P],
        },
        dilation: [1, D],
        groups: 1,
    }
}
