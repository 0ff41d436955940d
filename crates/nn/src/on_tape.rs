//! Layers on a tape: a layer, or a network, as one operation on [`Var`]s.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;

use autodiff::{Gradients, Numbers, Operation, Recording, Var};
use core_tensor::{Leaf, Params, Path, Scalar, Shape, Tensor, Zeroed};

use crate::derivative::{Fill, learning};
use crate::{Layer, Pass, training_room};

/// A layer whose weights lie on a tape, to be applied to any number of [`Var`]s: loops, branches and formulas around layers, with the
/// gradient of everything.
///
/// Weights that are used many times, as those of a recurrent cell, collect their gradient. A layer is applied as in training, sample by
/// sample; what is random in it is drawn alike every time.
///
/// ```
/// use autodiff::Tape;
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Recorded, set_weights};
///
/// let mut cell = Linear::<1, 1, f64> { weight: Tensor::new([[0.5]]), bias: Tensor::new([1.0]) };
/// let mut tape = Tape::new();
/// let (y, dx, dw) = tape.record(|tape| {
///     let x = tape.variable(&Tensor::<Vector<1>, f64>::new([4.0]));
///     let cell = Recorded::new(tape, &mut cell);
///     // y = w·(w·x + b) + b
///     let y = cell.apply(cell.apply(x)).sum();
///     let gradients = y.backward();
///     (y.value(), gradients.of(&x), cell.gradient(&gradients))
/// });
/// assert_eq!(y, 2.5);
/// assert_eq!(dx, Tensor::new([0.25])); // w²
/// assert_eq!(dw, [5.0, 1.5]); // 2·w·x + b, w + 1
/// ```
pub struct Recorded<'t, 'l, X, L, T: Scalar> {
    tape: Recording<'t, T>,
    layers: &'l L,
    weights: Numbers<'t, T>,
    /// how many of them there are
    count: usize,
    shape: PhantomData<X>,
}

impl<'t, 'l, X: Shape, L: Layer<X, T> + 'static, T: Scalar> Recorded<'t, 'l, X, L, T> {
    /// Puts the weights of `layers` that learn on a tape.
    pub fn new(tape: Recording<'t, T>, layers: &'l mut L) -> Self {
        let mut count = 0;
        learning(layers, [], |weight, []| count += weight.len());
        let weights = Numbers::new(tape, count, true, |mut space| {
            learning(layers, [], |weight, []| {
                let (here, after) = core::mem::take(&mut space).split_at_mut(weight.len());
                here.copy_from_slice(weight);
                space = after;
            });
        });
        Self {
            tape,
            layers,
            weights,
            count,
            shape: PhantomData,
        }
    }

    /// The layer's output for one sample.
    pub fn apply(&self, x: Var<'t, T, X>) -> Var<'t, T, L::Y> {
        let x = x.numbers(self.tape);
        // a layer without weights needs a place of its own for none
        let weights = match self.count {
            0 => Numbers::new(self.tape, 0, false, |_| ()),
            _ => self.weights,
        };
        let set = |operation: &mut Apply<X, L, T>| operation.take_over(self.layers);
        Var::by_operation([x, weights], Apply::new, set)
    }

    /// The gradient by the weights, in the order of [`weights`](fn@crate::weights).
    ///
    /// # Panics
    /// As [`Gradients::of`].
    #[track_caller]
    pub fn gradient(&self, gradients: &Gradients<'t, T>) -> Vec<T> {
        gradients.numbers(&self.weights, <[T]>::to_vec)
    }
}

/// The operation: a copy of the layer with memory for one pass.
struct Apply<X, L: Params<T>, T: Scalar> {
    layers: Box<L>,
    gradient: Box<L::Grad>,
    room: Vec<T>,
    /// all numbers of the layer on their way here
    numbers: Vec<T>,
    shape: PhantomData<fn(X)>,
}

impl<X: Shape, L: Layer<X, T>, T: Scalar> Apply<X, L, T> {
    fn new() -> Self {
        Self {
            layers: L::boxed(),
            gradient: L::Grad::boxed(),
            room: vec![T::zero(); training_room::<X, L, T>(1)],
            numbers: Vec::with_capacity(L::COUNT),
            shape: PhantomData,
        }
    }

    /// Copies a layer, frozen weights too.
    fn take_over(&mut self, layers: &L) {
        self.numbers.clear();
        let mut read = |_: Leaf<'_>, weight: &[T]| self.numbers.extend_from_slice(weight);
        layers.look(&Path::Root, &mut read);
        let mut fill = Fill::new(&self.numbers, |&number: &T| number);
        self.layers.visit([], &Path::Root, &mut fill);
    }
}

impl<X: Shape, L, T: Scalar> Operation<T> for Apply<X, L, T>
where
    L: Layer<X, T> + 'static,
{
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn forward(&mut self, [x, _]: [&[T]; 2], y: &mut [T]) {
        let mut pass = Pass::train(&mut self.room, 0);
        let (found, _) = self.layers.forward(Tensor::batch(x), &mut pass);
        y.copy_from_slice(Tensor::flat(found));
    }

    // what forward keeps for backward borrows from the room, and cannot outlive it here: forward runs again
    fn backward(&mut self, [x, _]: [&[T]; 2], _: &[T], dy: &[T], gradients: [Option<&mut [T]>; 2]) {
        let [dx, dweights] = gradients;
        let mut pass = Pass::train(&mut self.room, 0);
        let (y, saved) = self.layers.forward(Tensor::batch(x), &mut pass);
        let dy_here = pass.batch::<L::Y>(y.len());
        Tensor::flat_mut(dy_here).copy_from_slice(dy);
        let gradient = dweights.is_some().then_some(&mut *self.gradient);
        match dx {
            Some(dx) => {
                let found = self.layers.backward(saved, dy_here, gradient, &mut pass);
                T::add_to(Tensor::flat(found), dx);
            }
            None => self
                .layers
                .backward_first(saved, dy_here, gradient, &mut pass),
        }
        let Some(mut rest) = dweights else { return };
        learning(&mut *self.layers, [&mut *self.gradient], |_, [gradient]| {
            let (here, after) = core::mem::take(&mut rest).split_at_mut(gradient.len());
            T::add_to(gradient, here);
            rest = after;
        });
    }
}
