//! What recurrent layers are made of: a cell, its walk over the steps and back, the layer around both.

use core_tensor::kernel::Start;
use core_tensor::{
    Arena, Batch, BatchMut, Pair, Params, Room, Scalar, Sequence, Shape, Tensor, Vector, mutant,
};

use super::gru::GruCell;
use super::lstm::LstmCell;
use super::reset_before::ResetBeforeCell;
use super::rnn::RnnCell;
use super::sides::{Kept, Now, Sides, transpose};
use super::{Gru, GruResetBefore, Lstm, PeepholeLstm, Rnn};
use crate::{Field, Layer, Pass};

/// What a step does; the weights are those of the inputs, of the states, the bias, and what a cell has more.
pub trait Cell<T: Scalar> {
    /// how many gates a unit has
    const GATES: usize;
    /// to how many of them the states go as they are
    const THROUGH: usize = Self::GATES;
    /// how many states a unit has
    const KINDS: usize;
    /// how many numbers more a unit leaves in a step
    const BESIDE: usize;
    /// how many gradients of a unit go from step to step, or are worked out within one
    const MOVING: usize;
    /// operations of a unit in a step, beside those of the products
    const WORK: usize;

    /// One step of all samples; `later` if the states before it need not be zero.
    fn step(sides: Sides, weights: [&[T]; 4], later: bool, now: Now<'_, T>);

    /// One step back: the gates become the gradients of their arguments, and the gradients of the states after it those of the states before,
    /// as far as these do not come by way of the first [`THROUGH`](Cell::THROUGH) gates.
    fn step_back(
        sides: Sides,
        weights: [&[T]; 4],
        transposed: &[T],
        now: Now<'_, T>,
        moving: [&mut [T]; 2],
    );

    /// The gradients of the weights, once all gates have become gradients.
    fn gradients(
        sides: Sides,
        kept: &mut Kept<'_, T>,
        start: Start<'_, T>,
        grad: Option<[&mut [T]; 4]>,
    ) {
        if let Some([dweight, dhidden, dbias, _]) = grad {
            sides.hidden_gradient(kept, start, dhidden);
            sides.input_gradients(kept, start, [dweight, dbias]);
        }
    }
}

/// A recurrent layer whose states before the first step can be given and those after the last be taken: inside [`Stateful`](super::Stateful).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no recurrent layer that reads steps of {I} numbers and goes on from a given state",
    note = "`Rnn`, `Lstm`, `PeepholeLstm`, `Gru` and `GruResetBefore` are"
)]
pub trait Recurrent<const I: usize, T: Scalar>: Params<T, Grad = Self> {
    /// What a step hands to the next.
    type State: Shape;
    /// The states after each of `L` steps.
    type Steps<const L: usize>: Shape;
    #[doc(hidden)]
    type Cell: Cell<T>;
    #[doc(hidden)]
    const UNITS: usize;
    #[doc(hidden)]
    const LAYER: &'static str;
    #[doc(hidden)]
    fn weights(&self) -> [&[T]; 4];
    #[doc(hidden)]
    fn weights_mut(&mut self) -> [&mut [T]; 4];
}

/// The sides of a pass over sequences of `steps`.
pub(super) const fn sides<const I: usize, T: Scalar, F: Recurrent<I, T>>(
    samples: usize,
    steps: usize,
    given: bool,
) -> Sides {
    Sides {
        samples,
        steps,
        inputs: I,
        units: F::UNITS,
        gates: F::Cell::GATES * F::UNITS,
        through: F::Cell::THROUGH * F::UNITS,
        kinds: F::Cell::KINDS,
        beside: F::Cell::BESIDE,
        given,
    }
}

/// Operations of a sample.
pub(super) const fn flops<const I: usize, T: Scalar, F: Recurrent<I, T>>(steps: usize) -> u64 {
    let products = sides::<I, T, F>(1, steps, false).flops();
    products + (F::Cell::WORK * steps * F::UNITS) as u64
}

/// What a layer takes from the arena.
pub(super) const fn room<const I: usize, T: Scalar, F: Recurrent<I, T>>(
    steps: usize,
    given: bool,
) -> Room {
    sides::<I, T, F>(1, steps, given).room(F::Cell::MOVING)
}

/// All steps of a batch.
pub(super) fn forward<'a, C: Cell<T>, T: Scalar>(
    sides: Sides,
    x: &[T],
    weights: [&[T]; 4],
    room: &mut Arena<'a, T>,
) -> Kept<'a, T> {
    let mut kept = sides.enter(x, [weights[0], weights[2]], room);
    for t in 0..sides.steps {
        C::step(sides, weights, t > 0 || sides.given, kept.now(sides, t));
    }
    kept
}

/// The outputs, sample by sample.
pub(super) fn leave<T: Scalar>(sides: Sides, kept: &Kept<'_, T>, y: &mut [T]) {
    let state = sides.state();
    sides.by_samples(&kept.states[state..], sides.units, y);
    let last = |all: &'_ [T]| all.len().saturating_sub(state);
    let ends = [
        &kept.states[last(kept.states)..],
        &kept.cells[last(kept.cells)..],
    ];
    sides.put_ends(ends, sides.units, y);
}

/// All steps back: turns the gates that forward kept into the gradients of their arguments, and writes those of the weights and of `x`.
pub(super) fn backward<C: Cell<T>, T: Scalar>(
    sides: Sides,
    mut kept: Kept<'_, T>,
    dy: &[T],
    weights: [&[T]; 4],
    grad: Option<[&mut [T]; 4]>,
    mut dx: Option<&mut [T]>,
    pass: &mut Pass<'_, T>,
) {
    let start = pass.start();
    let mut room = pass.room.scope();
    walk_back::<C, T>(sides, &mut kept, dy, weights, dx.as_deref_mut(), &mut room);
    C::gradients(sides, &mut kept, start, grad);
    if let Some(dx) = dx {
        sides.inputs(&mut kept, weights[0], dx);
    }
}

fn walk_back<C: Cell<T>, T: Scalar>(
    sides: Sides,
    kept: &mut Kept<'_, T>,
    dy: &[T],
    weights: [&[T]; 4],
    dx: Option<&mut [T]>,
    room: &mut Arena<'_, T>,
) {
    let units = sides.units;
    let dstate = room.numbers(sides.state());
    let dmore = match C::MOVING {
        1 => &mut [],
        _ => room.numbers(sides.state()),
    };
    let transposed = room.numbers(weights[1].len());
    transpose(weights[1], [units, sides.gates], transposed);
    sides.take_ends(dy, units, [&mut *dstate, &mut *dmore]);
    if sides.given {
        mutant::values("recurrent last state", dstate);
        mutant::values("recurrent last cell", dmore);
    }
    for t in (0..sides.steps).rev() {
        let samples = dy.chunks_exact(dy.len() / sides.samples);
        for (dstate, dy) in dstate.chunks_exact_mut(units).zip(samples) {
            let dy = &dy[t * units..][..units];
            mutant::sum("recurrent output", Start::Output, dstate, |_, dstate| {
                T::add_to(dy, dstate);
            });
        }
        let moving = [&mut *dstate, &mut *dmore];
        C::step_back(sides, weights, transposed, kept.now(sides, t), moving);
        if t > 0 || sides.given {
            sides.recur_back(kept.now(sides, t).gates, transposed, dstate);
        }
    }
    if let Some(dx) = dx.filter(|_| sides.given) {
        mutant::values("recurrent first state", dstate);
        sides.put_ends([dstate, dmore], sides.inputs, dx);
    }
}

// what a layer's cell hands from step to step, and the tensor that it has more than the others
macro_rules! recurrent { (@more $self:ident $numbers:ident) => { Default::default() }; (@more $self:ident $numbers:ident $more:ident) => { $self.$more.$numbers() };
    ($($name:ident $cell:ty: $state:ty $(=> $more:ident)?;)+) => {$(
    impl<const I: usize, const N: usize, T: Scalar> Recurrent<I, T> for $name<I, N, T> {
        type State = $state;
        type Steps<const L: usize> = Sequence<L, N>;
        type Cell = $cell;
        const UNITS: usize = N;
        const LAYER: &'static str = stringify!($name);
        fn weights(&self) -> [&[T]; 4] {
            [self.weight_ih.as_slice(), self.weight_hh.as_slice(), self.bias.as_slice(), recurrent!(@more self as_slice $($more)?)]
        }
        fn weights_mut(&mut self) -> [&mut [T]; 4] {
            [self.weight_ih.as_mut_slice(), self.weight_hh.as_mut_slice(), self.bias.as_mut_slice(), recurrent!(@more self as_mut_slice $($more)?)]
        }
    }

    impl<const L: usize, const I: usize, const N: usize, T: Scalar> Layer<Sequence<L, I>, T> for $name<I, N, T> {
        type Y = Sequence<L, N>;
        type Saved<'a> = Kept<'a, T>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = flops::<I, T, Self>(L);
        const ROOM: Room = room::<I, T, Self>(L, false);
        const FIELD: Field = Field::ALL;

        fn forward<'a>(&self, x: Batch<'a, Sequence<L, I>, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, Sequence<L, N>, T>, Kept<'a, T>) {
            let sides = sides::<I, T, Self>(x.len(), L, false);
            let kept = forward::<$cell, T>(sides, Tensor::flat(x), self.weights(), &mut pass.room);
            let y = pass.batch(x.len());
            leave(sides, &kept, Tensor::flat_mut(y));
            (y, kept)
        }

        fn backward<'a>(&self, kept: Kept<'_, T>, dy: BatchMut<'a, Sequence<L, N>, T>, grad: Option<&mut Self>, pass: &mut Pass<'a, T>) -> BatchMut<'a, Sequence<L, I>, T> {
            let (sides, dx) = (sides::<I, T, Self>(dy.len(), L, false), pass.batch(dy.len()));
            let grad = grad.map(Self::weights_mut);
            backward::<$cell, T>(sides, kept, Tensor::flat(dy), self.weights(), grad, Some(Tensor::flat_mut(dx)), pass);
            dx
        }

        fn backward_first<'a>(&self, kept: Kept<'_, T>, dy: BatchMut<'a, Sequence<L, N>, T>, grad: Option<&mut Self>, pass: &mut Pass<'a, T>) {
            let sides = sides::<I, T, Self>(dy.len(), L, false);
            let grad = grad.map(Self::weights_mut);
            backward::<$cell, T>(sides, kept, Tensor::flat(dy), self.weights(), grad, None, pass);
        }
    }
)+} }
recurrent! {
    Rnn RnnCell: Vector<N>;
    Lstm LstmCell<false>: Pair<Vector<N>, Vector<N>>;
    PeepholeLstm LstmCell<true>: Pair<Vector<N>, Vector<N>> => peephole;
    Gru GruCell: Vector<N> => bias_hn;
    GruResetBefore ResetBeforeCell: Vector<N>;
}
