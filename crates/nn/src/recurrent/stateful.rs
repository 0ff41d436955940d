//! A recurrent layer that goes on from a state, and tells the one that it ends in.

use core_tensor::shape::NextState;
use core_tensor::{Batch, BatchMut, Pair, Room, Scalar, Sequence, Shape, Tensor, inner_params};

use super::cell::{Recurrent, backward, flops, forward, leave, room, sides};
use super::sides::Kept;
use crate::{Field, Layer, Pass};

/// A recurrent layer that is given the states before its first step beside its inputs, and returns those after the last beside its outputs:
/// PyTorch's `y, h_n = rnn(x, h_0)`. So a long sequence can be read in pieces, and a decoder begins with what an encoder has read.
///
/// # Shapes
/// `Pair<Sequence<L, I>, S>` to `Pair<Sequence<L, N>, S>`. The state `S` of an [`Rnn`](crate::Rnn), a [`Gru`](crate::Gru) and a
/// [`GruResetBefore`](crate::GruResetBefore) is a `Vector<N>`, that of an [`Lstm`](crate::Lstm) and a [`PeepholeLstm`](crate::PeepholeLstm) is
/// `Pair<Vector<N>, Vector<N>>`: first `h`, then `c`.
///
/// # Gradient
/// That of the layer, begun with the gradient of the last states, and handed on to the first.
///
/// ```
/// use core_tensor::{Pair, Sequence, Tensor, Vector};
/// use nn::{Network, Rnn, Stateful};
/// type X = Pair<Sequence<2, 1>, Vector<1>>;
/// let mut net = Network::<X, Stateful<Rnn<1, 1, f64>>, f64>::new(1);
/// net.layers.0.weight_hh = Tensor::new([[2.0]]);
/// let x = [(Tensor::new([[0.0], [0.0]]), Tensor::new([0.5])).into()];
/// let first = 1.0_f64.tanh();
/// let last = (2.0 * first).tanh();
/// let (found, right) = (net.predict(&x)[0].as_slice(), [first, last, last]);
/// assert!(found.iter().zip(right).all(|(found, right)| (found - right).abs() < 1e-15));
/// ```
///
/// Sutskever, Vinyals, Le: Sequence to sequence learning with neural networks (2014), for a decoder that begins where an encoder ends.
pub struct Stateful<F>(
    /// the layer, whose tensors are named as if they were this layer's own
    pub F,
);
inner_params!([F: core_tensor::Zeroed] Stateful<F> { F });

impl<const L: usize, const I: usize, S: Shape, T: Scalar, F> Layer<Pair<Sequence<L, I>, S>, T>
    for Stateful<F>
where
    F: Recurrent<I, T, State: NextState<S>>,
{
    type Y = Pair<F::Steps<L>, S>;
    type Saved<'a> = Kept<'a, T>;
    const NAME: &'static str = F::LAYER;
    const FLOPS: u64 = flops::<I, T, F>(L);
    const ROOM: Room = room::<I, T, F>(L, true);
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Pair<Sequence<L, I>, S>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Kept<'a, T>) {
        let (sides, weights) = (sides::<I, T, F>(x.len(), L, true), self.0.weights());
        let kept = forward::<F::Cell, T>(sides, Tensor::flat(x), weights, &mut pass.room);
        let y = pass.batch::<Self::Y>(x.len());
        leave(sides, &kept, Tensor::flat_mut(y));
        (y, kept)
    }

    fn backward<'a>(
        &self,
        kept: Kept<'_, T>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut F>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Pair<Sequence<L, I>, S>, T> {
        let sides = sides::<I, T, F>(dy.len(), L, true);
        let dx = pass.batch::<Pair<Sequence<L, I>, S>>(dy.len());
        let (dy, to, weights) = (
            Tensor::flat(dy),
            Tensor::flat_mut(&mut *dx),
            self.0.weights(),
        );
        let grad = grad.map(F::weights_mut);
        backward::<F::Cell, T>(sides, kept, dy, weights, grad, Some(to), pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        kept: Kept<'_, T>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut F>,
        pass: &mut Pass<'a, T>,
    ) {
        let (sides, dy) = (sides::<I, T, F>(dy.len(), L, true), Tensor::flat(dy));
        let (weights, grad) = (self.0.weights(), grad.map(F::weights_mut));
        backward::<F::Cell, T>(sides, kept, dy, weights, grad, None, pass);
    }
}
