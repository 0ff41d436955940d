//! A fully connected layer that forgets connections in training.

use core_tensor::kernel::Start;
use core_tensor::{Batch, BatchMut, Matrix, Room, Scalar, Tensor, Vector, mutant, params};

use crate::dropout::{chance, factor};
use crate::linear::{by_input, by_weight, forward};
use crate::{Layer, Mode, Pass};

/// A [`Linear`](crate::Linear) that drops each weight with the chance `p = P/Q` in training, and enlarges the others by `1 / (1 − p)`:
/// `y = x·(M ∘ W) + b`, so that the mean of `y` is that of use, `x·W + b`. `DropConnect<64, 10>` drops a half.
///
/// A pass draws one `M` for all samples of its batch. The paper draws one for each sample, at the cost of as many products of a matrix with
/// a single row, and samples outputs in use where this takes their mean.
///
/// # Shapes
/// `x`: `Vector<I>`, `y`: `Vector<O>`, `W` and `M`: `Matrix<I, O>`, `b`: `Vector<O>`.
///
/// # Gradient
/// `dW = M ∘ (xᵀ·dy)`, `db = Σ dy`, `dx = dy·(M ∘ W)ᵀ`, where `M` is 0 or `1 / (1 − p)`.
///
/// Wan et al.: Regularization of neural networks using DropConnect (2013); one draw a pass as Merity, Keskar, Socher: Regularizing and
/// optimizing LSTM language models (2017).
pub struct DropConnect<
    const I: usize,
    const O: usize,
    T: Scalar = f32,
    const P: u32 = 1,
    const Q: u32 = 2,
> {
    /// `W`, a row for each input
    pub weight: Tensor<Matrix<I, O>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

params!(T: [const I: usize, const O: usize, T: Scalar, const P: u32, const Q: u32] DropConnect<I, O, T, P, Q> { weight: Weight Matrix<I, O>, bias: Bias Vector<O> });

/// What forward leaves: the input, and the weights that were left of all.
pub struct Saved<'a, const I: usize, T: 'static> {
    x: Batch<'a, Vector<I>, T>,
    /// the key of the draw and `M ∘ W`; none in use
    drawn: Option<(u64, &'a [T])>,
}

impl<const I: usize, const O: usize, const P: u32, const Q: u32, T: Scalar> Layer<Vector<I>, T>
    for DropConnect<I, O, T, P, Q>
{
    type Y = Vector<O>;
    type Saved<'a> = Saved<'a, I, T>;
    const NAME: &'static str = "DropConnect";
    const FLOPS: u64 = 2 * (I * O) as u64;
    const ROOM: Room = Room::new(O, I).with_fixed(I * O).with_scratch(I * O);

    fn forward<'a>(
        &self,
        x: Batch<'a, Vector<I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
        let y = pass.batch(x.len());
        let drawn = (pass.mode == Mode::Train).then(|| {
            let (key, left) = (pass.draw(), pass.room.numbers(I * O));
            let weights = left.iter_mut().zip(self.weight.as_slice());
            for (place, (left, &weight)) in weights.enumerate() {
                *left = T::of(factor(key, place, const { chance(P, Q) })) * weight;
            }
            (key, &*left)
        });
        let weight = drawn.map_or(self.weight.as_slice(), |(_, left)| left);
        let start = Start::Row(self.bias.as_slice());
        forward([I, O], Tensor::flat(x), weight, start, Tensor::flat_mut(y));
        (y, Saved { x, drawn })
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Vector<I>, T> {
        let dx = pass.batch(dy.len());
        let weight = saved.drawn.map_or(self.weight.as_slice(), |(_, left)| left);
        by_input([I, O], Tensor::flat(dy), weight, Tensor::flat_mut(dx));
        self.backward_first(saved, dy, grad, pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let (start, dy) = (pass.start(), Tensor::flat(dy));
        let mut inner = pass.scope();
        let whole = inner.room.numbers(I * O);
        by_weight([I, O], Tensor::flat(saved.x), dy, Start::Zero, whole);
        if let Some((key, _)) = saved.drawn {
            for (place, whole) in whole.iter_mut().enumerate() {
                *whole *= T::of(factor(key, place, const { chance(P, Q) }));
            }
        }
        let weight = grad.weight.as_mut_slice();
        mutant::sum("DropConnect weight", start, weight, |start, weight| {
            T::sum_rows(whole, start, weight);
        });
        let bias = grad.bias.as_mut_slice();
        mutant::sum("DropConnect bias", start, bias, |start, bias| {
            T::sum_rows(dy, start, bias);
        });
    }
}
