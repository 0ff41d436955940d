//! A recurrence around any layer.

use core::marker::PhantomData;

use alloc::vec;

use core_tensor::shape::{Flat, Join, NextState, Step};
use core_tensor::{
    Batch, BatchMut, Path, Room, Scalar, Sequence, Shape, Tensor, Vector, inner_params, mutant,
};

use crate::branch::{put, same, take};
use crate::{Field, Gradients, Layer, Part, Pass, Place};

/// Any layer inside a recurrence: `hₜ = F([xₜ, hₜ₋₁])`, from `h₀ = 0`; its outputs are the states after every step. Inputs of shape `X` and
/// states of shape `S` meet along their last side: a convolution inside a recurrence is given images with the channels of both.
///
/// # Shapes
/// `Sequence<L, I>` to `Sequence<L, N>`, where `I` and `N` are the numbers of an `X` and of an `S`, and `F` takes `X` joined with `S` to `S`.
///
/// # Gradient
/// Backward through time: `[dxₜ, ∂hₜ₋₁] = dF(dyₜ + ∂hₜ)`, and the gradient of the weights is the sum over all steps.
///
/// ```
/// use core_tensor::{Image, Sequence, Tensor};
/// use nn::{Conv2d, Network, Recurrence};
/// // rows of two pixels; the state is moved to the right by one pixel in every step, and the frame is added
/// type Cell = Conv2d<2, 1, 3, 1, 1>;
/// let mut net = Network::<Sequence<3, 2>, Recurrence<Image<1, 2, 1>, Image<1, 2, 1>, Cell>>::new(1);
/// net.layers.0.weight[[1, 1, 0, 0]] = 1.0;
/// net.layers.0.weight[[1, 0, 1, 0]] = 1.0;
/// let frames = [Tensor::new([[3.0, 0.0], [0.0, 0.0], [0.0, 5.0]])];
/// assert_eq!(net.predict(&frames)[0], Tensor::new([[3.0, 0.0], [0.0, 3.0], [0.0, 5.0]]));
/// ```
///
/// Shi et al.: Convolutional LSTM network, a machine learning approach for precipitation nowcasting (2015), for convolutions.
pub struct Recurrence<X, S, F>(pub F, PhantomData<(X, S)>);
inner_params!([X: Shape, S: Shape, F: core_tensor::Zeroed] Recurrence<X, S, F> { F, 1 });

/// The numbers of an input and of a state in a row of both.
const fn rows<X: Shape, S: Shape>() -> [usize; 2] {
    [<X::Row as Shape>::LEN, <S::Row as Shape>::LEN]
}

impl<const L: usize, const I: usize, X, S, T: Scalar, F> Layer<Sequence<L, I>, T>
    for Recurrence<X, S, F>
where
    X: Flat<Out = Vector<I>> + Join<S>,
    S: Flat<Out: Step>,
    F: Layer<<X as Join<S>>::Out, T, Y: NextState<S>>,
{
    type Y = <S::Out as Step>::Sequence<L>;
    type Saved<'a> = [F::Saved<'a>; L];
    const NAME: &'static str = "Recurrence";
    const FLOPS: u64 = L as u64 * F::FLOPS;
    // what the layer is given in each step, and the outputs; backward, only one step lies in the room at a time
    const ROOM: Room = F::ROOM
        .scope()
        .then(Room::new(X::LEN + S::LEN, 0))
        .times(L)
        .then(Room::new(L * S::LEN, L * X::LEN + S::LEN))
        .then(Room::new(0, S::LEN));
    const FIELD: Field = Field::ALL;
    const ACROSS: usize = F::ACROSS;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let (n, [inputs, states]) = (x.len(), rows::<X, S>());
        let width = inputs + states;
        let (x, y) = (Tensor::flat(x), pass.batch::<Self::Y>(n));
        let outputs = Tensor::flat_mut(y);
        let mut state: &'a [T] = &[];
        let saved = core::array::from_fn(|t| {
            let both = pass.batch::<<X as Join<S>>::Out>(n);
            let flat = Tensor::flat_mut(&mut *both);
            for (b, both) in flat.chunks_exact_mut(X::LEN + S::LEN).enumerate() {
                put(&x[(b * L + t) * I..][..I], inputs, both, width, 0);
                match state.get(b * S::LEN..(b + 1) * S::LEN) {
                    Some(state) => put(state, states, both, width, inputs),
                    None => both
                        .chunks_exact_mut(width)
                        .for_each(|row| row[inputs..].fill(T::zero())),
                }
            }
            let (h, saved) = pass.through(Place::Index(0), &self.0, both);
            state = Tensor::flat(h);
            for (b, h) in state.chunks_exact(S::LEN).enumerate() {
                outputs[(b * L + t) * S::LEN..][..S::LEN].copy_from_slice(h);
            }
            saved
        });
        (y, saved)
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        mut grad: Option<&mut F::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let (n, [inputs, states]) = (dy.len(), rows::<X, S>());
        let width = inputs + states;
        let dx = pass.batch::<Sequence<L, I>>(n);
        let (dstate, handed) = (pass.batch::<S>(n), pass.batch::<S>(n));
        let (flat, dy) = (Tensor::flat_mut(dx), Tensor::flat(dy));
        for (t, saved) in saved.into_iter().enumerate().rev() {
            let later = t + 1 < L;
            for (b, d) in Tensor::flat_mut(dstate)
                .chunks_exact_mut(S::LEN)
                .enumerate()
            {
                d.copy_from_slice(&dy[(b * L + t) * S::LEN..][..S::LEN]);
                if later {
                    let handed = handed[b].as_slice();
                    mutant::sum(
                        "Recurrence state",
                        core_tensor::kernel::Start::Output,
                        d,
                        |_, d| {
                            T::add_to(handed, d);
                        },
                    );
                }
            }
            let mut inner = pass.scope();
            if later {
                inner.gradients = Gradients::Add;
            }
            let dh = same::<F::Y, S, T>(&mut *dstate);
            let grad = grad.as_deref_mut();
            let both =
                inner.back::<<X as Join<S>>::Out, F>(Place::Index(0), &self.0, saved, dh, grad);
            let both = Tensor::flat(both).chunks_exact(X::LEN + S::LEN);
            for (b, both) in both.enumerate() {
                take(both, width, 0, &mut flat[(b * L + t) * I..][..I], inputs);
                take(both, width, inputs, handed[b].as_mut_slice(), states);
            }
        }
        mutant::back("Recurrence", dx)
    }

    fn describe(path: &Path<'_>) -> Part {
        Part::chain::<Self, Sequence<L, I>, T>(path, vec![F::describe(path)])
    }
}
