//! Attention: every step of a sequence looks at the others. The blocks of a transformer are tuples made with it.

mod block;
mod head;

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::shape::Heads;
use core_tensor::{
    Batch, BatchMut, Image, Matrix, Room, Scalar, Sequence, Tensor, Vector, mutant, params,
};

use head::Head;

use crate::{Field, Layer, Pass};

pub use block::{EncoderBlock, FeedForward, PreNormBlock};

/// Multi-head self-attention: each step asks all steps, and takes from each as much as its key fits the question.
///
/// `[Q K V] = x·W + b`; every head has `D/HEADS` numbers of each and returns `softmax(Q·Kᵀ/√(D/HEADS))·V`; the heads side by side are multiplied by `W'`
/// and get `b'` added. With `CAUSAL` a step does not see those that come after it. Nothing here knows the order of the steps otherwise: see
/// [`PositionalEncoding`](crate::PositionalEncoding).
///
/// # Shapes
/// `x` and `y`: `Sequence<L, D>`, where `HEADS` divides `D`. `W` has a row of questions, keys and values for each input: seen as matrices, `W` and `W'` are
/// the transposes of PyTorch's `in_proj_weight` and `out_proj.weight`.
///
/// # Gradient
/// With `P` the softmax of a head, `O` its output, and `S` the softmax's argument: `dV = Pᵀ·dO`, `dP = dO·Vᵀ`, `dS = P·(dP − Σ P·dP)` row by row,
/// `dQ = dS·K/√(D/HEADS)`, `dK = dSᵀ·Q/√(D/HEADS)`.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{MultiHeadAttention, Network};
/// let mut net = Network::<Sequence<3, 1>, MultiHeadAttention<1, 1>>::new(1);
/// // no questions, so that a step takes as much from each; the values are the inputs
/// net.layers.weight = Tensor::new([[[0.0], [0.0], [1.0]]]);
/// net.layers.out_weight = Tensor::new([[1.0]]);
/// let x = [Tensor::new([[3.0], [4.0], [8.0]])];
/// assert!(net.predict(&x)[0].as_slice().iter().all(|y| (y - 5.0).abs() < 1e-5));
/// ```
///
/// Vaswani et al.: Attention is all you need (2017).
#[repr(C, align(64))]
pub struct MultiHeadAttention<
    const D: usize,
    const HEADS: usize,
    const CAUSAL: bool = false,
    T: Scalar = f32,
> {
    /// `W`, for each input a row of questions, keys and values
    pub weight: Tensor<Image<D, 3, D>, T>,
    /// `b`, likewise
    pub bias: Tensor<Matrix<3, D>, T>,
    /// `W'`
    pub out_weight: Tensor<Matrix<D, D>, T>,
    /// `b'`
    pub out_bias: Tensor<Vector<D>, T>,
}

params!([const D: usize, const HEADS: usize, const CAUSAL: bool] MultiHeadAttention<D, HEADS, CAUSAL> {
    weight ["in_proj_weight"]: Weight Image<D, 3, D> as [D, 3 * D],
    bias ["in_proj_bias"]: Bias Matrix<3, D> as [3 * D],
    out_weight ["out_proj.weight"]: Weight Matrix<D, D>,
    out_bias ["out_proj.bias"]: Bias Vector<D>,
});

impl<const D: usize, const HEADS: usize, const CAUSAL: bool, T: Scalar>
    MultiHeadAttention<D, HEADS, CAUSAL, T>
{
    /// From the gradient of the outputs to that of questions, keys and values, which it returns; writes those of all weights.
    fn back<'r>(
        &self,
        l: usize,
        saved: &Saved<'_, T>,
        dy: &[T],
        grad: Option<&mut Self>,
        pass: &'r mut Pass<'_, T>,
    ) -> &'r mut [T] {
        let start = pass.start();
        let rows = dy.len() / D;
        let dqkv = pass.room.numbers(3 * dy.len());
        let (dout, scores) = (pass.room.numbers(dy.len()), pass.room.numbers(l * l));
        let product = Product {
            m: rows,
            k: D,
            n: D,
            layout: mutant::layout("MultiHeadAttention heads", Layout::Nt),
        };
        T::matmul(product, dy, self.out_weight.as_slice(), Start::Zero, dout);
        mutant::values("MultiHeadAttention heads", dout);
        for head in Head::all(rows / l, [l, D, HEADS], CAUSAL) {
            head.backward([saved.qkv, saved.seen, dout], dqkv, scores);
        }
        mutant::values("MultiHeadAttention parts", dqkv);
        let Some(grad) = grad else { return dqkv };
        let weight = grad.out_weight.as_mut_slice();
        let product = Product {
            m: D,
            k: rows,
            n: D,
            layout: mutant::layout("MultiHeadAttention out weight", Layout::Tn),
        };
        mutant::sum(
            "MultiHeadAttention out weight",
            start,
            weight,
            |start, weight| {
                T::matmul(product, saved.out, dy, start, weight);
            },
        );
        let bias = grad.out_bias.as_mut_slice();
        mutant::sum("MultiHeadAttention out bias", start, bias, |start, bias| {
            T::sum_rows(dy, start, bias);
        });
        let weight = grad.weight.as_mut_slice();
        let product = Product {
            n: 3 * D,
            layout: mutant::layout("MultiHeadAttention weight", Layout::Tn),
            ..product
        };
        mutant::sum(
            "MultiHeadAttention weight",
            start,
            weight,
            |start, weight| {
                T::matmul(product, saved.x, dqkv, start, weight);
            },
        );
        let bias = grad.bias.as_mut_slice();
        mutant::sum("MultiHeadAttention bias", start, bias, |start, bias| {
            T::sum_rows(dqkv, start, bias);
        });
        dqkv
    }
}

/// What [`MultiHeadAttention`] keeps for backward.
#[derive(Clone, Copy, Debug)]
pub struct Saved<'a, T> {
    x: &'a [T],
    qkv: &'a [T],
    /// the softmax: how much each step takes from each, head by head
    seen: &'a [T],
    /// the heads' outputs side by side
    out: &'a [T],
}

impl<const L: usize, const D: usize, const HEADS: usize, const CAUSAL: bool, T: Scalar>
    Layer<Sequence<L, D>, T> for MultiHeadAttention<D, HEADS, CAUSAL, T>
where
    Sequence<L, D>: Heads<HEADS>,
{
    type Y = Sequence<L, D>;
    type Saved<'a> = Saved<'a, T>;
    const NAME: &'static str = "MultiHeadAttention";
    const FLOPS: u64 = (L * (8 * D * D + 4 * L * D + 25 * HEADS * L)) as u64;
    const ROOM: Room = Room {
        kept: L * (3 * D + HEADS * L + D + D),
        back: L * D,
        scoped: L * (3 * D + D),
        scratch: L * L,
        pieces: 4 + 1 + 2,
        ..Room::NONE
    };
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, D>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Sequence<L, D>, T>, Self::Saved<'a>) {
        let (samples, x) = (x.len(), Tensor::flat(x));
        let qkv = pass.room.numbers(3 * x.len());
        let product = Product {
            m: samples * L,
            k: D,
            n: 3 * D,
            layout: Layout::Nn,
        };
        let bias = Start::Row(self.bias.as_slice());
        T::matmul(product, x, self.weight.as_slice(), bias, qkv);
        let seen = pass.room.numbers(samples * HEADS * L * L);
        let (out, y) = (
            pass.room.numbers(x.len()),
            pass.batch::<Sequence<L, D>>(samples),
        );
        let mut scope = pass.room.scope();
        let row = scope.numbers(L);
        for head in Head::all(samples, [L, D, HEADS], CAUSAL) {
            head.forward(qkv, seen, out, row);
        }
        let bias = Start::Row(self.out_bias.as_slice());
        let product = Product { n: D, ..product };
        let weight = self.out_weight.as_slice();
        T::matmul(product, out, weight, bias, Tensor::flat_mut(y));
        (y, Saved { x, qkv, seen, out })
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, D>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, D>, T> {
        let (dx, mut inner) = (pass.batch(dy.len()), pass.scope());
        let dy = Tensor::flat(dy);
        let dqkv = self.back(L, &saved, dy, grad, &mut inner);
        let product = Product {
            m: dy.len() / D,
            k: 3 * D,
            n: D,
            layout: mutant::layout("MultiHeadAttention input", Layout::Nt),
        };
        let to = Tensor::flat_mut(dx);
        T::matmul(product, dqkv, self.weight.as_slice(), Start::Zero, to);
        mutant::back("MultiHeadAttention input", dx)
    }

    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, D>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        self.back(L, &saved, Tensor::flat(dy), grad, &mut pass.scope());
    }
}
