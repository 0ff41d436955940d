//! From layers of single samples to layers of sequences, and back.

use alloc::vec;

use core_tensor::shape::{Step, name};
use core_tensor::{
    Batch, BatchMut, Path, Room, Scalar, Sequence, Tensor, Vector, inner_params, mutant, no_params,
};

use crate::{Field, Layer, Part, Pass};

/// A layer, or a tuple of them, applied to every step of a sequence alike: `EachStep<Linear<I, O>>`.
///
/// Steps lie one after another as samples do, so a batch of `B` sequences of `L` steps is a batch of `B·L` samples, and this costs nothing.
///
/// # Shapes
/// `Sequence<L, I>` to `Sequence<L, O>`, where `F` takes `Vector<I>` to `Vector<O>`.
///
/// # Gradient
/// That of `F` on a batch of all steps.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{EachStep, Linear, Network};
/// let mut net = Network::<Sequence<3, 2>, EachStep<Linear<2, 1>>>::new(1);
/// net.layers.0.weight = Tensor::new([[1.0], [10.0]]);
/// let x = [Tensor::new([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([[21.0], [43.0], [65.0]]));
/// ```
pub struct EachStep<F>(pub F);
inner_params!([F: core_tensor::Zeroed] EachStep<F> { F });

impl<const L: usize, const I: usize, T: Scalar, F> Layer<Sequence<L, I>, T> for EachStep<F>
where
    F: Layer<Vector<I>, T, Y: Step>,
{
    type Y = <F::Y as Step>::Sequence<L>;
    type Saved<'a> = F::Saved<'a>;
    const NAME: &'static str = "EachStep";
    const FLOPS: u64 = L as u64 * F::FLOPS;
    const ROOM: Room = Room {
        kept: L * F::ROOM.kept,
        back: L * F::ROOM.back,
        scoped: L * F::ROOM.scoped,
        ..F::ROOM
    };
    const ACROSS: usize = F::ACROSS;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, F::Saved<'a>) {
        let (y, saved) = self.0.forward(Tensor::batch(Tensor::flat(x)), pass);
        (Tensor::batch(Tensor::flat(y)), saved)
    }

    fn backward<'a>(
        &self,
        saved: F::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut F::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let dy = Tensor::batch_mut(Tensor::flat_mut(dy));
        let dx = Tensor::flat_mut(self.0.backward(saved, dy, grad, pass));
        mutant::back("EachStep", Tensor::batch_mut(dx))
    }

    fn backward_first<'a>(
        &self,
        saved: F::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut F::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        let dy = Tensor::batch_mut(Tensor::flat_mut(dy));
        self.0.backward_first(saved, dy, grad, pass);
    }

    fn describe(path: &Path<'_>) -> Part {
        let part = F::describe(path).at_each_step(L, name::<Sequence<L, I>>(), name::<Self::Y>());
        Part::chain::<Self, Sequence<L, I>, T>(path, vec![part])
    }
}

/// The last step of a sequence: what a recurrent layer knows when it has read all of it.
///
/// # Shapes
/// `Sequence<L, N>` to `Vector<N>`.
///
/// # Gradient
/// `dy` at the last step, 0 at the others.
///
/// Sutskever, Vinyals, Le: Sequence to sequence learning with neural networks (2014), where it stands for a whole sentence.
pub struct LastStep;
no_params!([] LastStep);

impl<const L: usize, const N: usize, T: Scalar> Layer<Sequence<L, N>, T> for LastStep {
    type Y = Vector<N>;
    type Saved<'a> = ();
    const NAME: &'static str = "LastStep";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::new(N, L * N);
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, N>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<N>, T>, ()) {
        const { assert!(L > 0, "a sequence without steps has no last one") };
        let y = pass.batch::<Vector<N>>(x.len());
        for (x, y) in x.iter().zip(&mut *y) {
            y.as_mut_slice()
                .copy_from_slice(&x.as_slice()[(L - 1) * N..]);
        }
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Vector<N>, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, N>, T> {
        let dx = pass.batch::<Sequence<L, N>>(dy.len());
        for (dx, dy) in dx.iter_mut().zip(dy) {
            let (before, last) = dx.as_mut_slice().split_at_mut((L - 1) * N);
            before.fill(T::zero());
            last.copy_from_slice(dy.as_slice());
        }
        mutant::back("LastStep", dx)
    }
}
