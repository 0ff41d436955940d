//! A network with the memory of its passes.

use alloc::boxed::Box;
use core::marker::PhantomData;

use core_tensor::{Batch, Params, Room, Scalar, Shape, Zeroed};

use crate::{Gradients, Graph, Init, Layer, Loss, Pass, Score, Summary};

/// A network that takes samples of shape `X`, in the heap, with room for a batch.
///
/// The bounds stand on the functions and not on the type, so that a mismatch is one error in the words of the shapes.
pub struct Network<X, L, T = f32> {
    /// the layers and their weights
    pub layers: Box<L>,
    room: Box<[T]>,
    capacity: usize,
    shape: PhantomData<X>,
}

impl<X: Shape, L, T: Scalar> Network<X, L, T> {
    /// A network of zeroes with room to train on batches of up to `capacity` samples. It is made where it stays and never touches the
    /// stack, whatever its size.
    pub fn new(capacity: usize) -> Self
    where
        L: Layer<X, T>,
    {
        Self {
            layers: L::boxed(),
            room: core_tensor::zeros(training_room::<X, L, T>(capacity)),
            capacity,
            shape: PhantomData,
        }
    }

    /// Draws the weights from `seed`.
    pub fn init(&mut self, how: Init, seed: u64)
    where
        L: Params<T>,
    {
        crate::init(&mut *self.layers, how, seed);
    }

    /// How many samples a batch may hold.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The outputs of a batch. Nothing is allocated; they lie in the network's room until the next call.
    ///
    /// # Panics
    /// If the batch holds more samples than the network has room for.
    #[track_caller]
    pub fn predict<'a>(&'a mut self, x: Batch<'a, X, T>) -> Batch<'a, L::Y, T>
    where
        L: Layer<X, T>,
    {
        self.check(x.len());
        predict(&*self.layers, x, &mut self.room)
    }

    /// The mean loss of a batch and, in `grad`, its gradient by every weight that learns. `key` seeds what is random in training.
    ///
    /// # Panics
    /// If the batch holds more samples than the network has room for, or not as many as there are targets.
    #[track_caller]
    pub fn gradient<Q: Loss<L::Y, T>>(
        &mut self,
        loss: &Q,
        x: Batch<'_, X, T>,
        targets: &[Q::Target],
        grad: &mut L::Grad,
        gradients: Gradients,
        key: u64,
    ) -> Score<T>
    where
        L: Layer<X, T>,
    {
        self.check(x.len());
        let pass = Pass {
            gradients,
            ..Pass::train(&mut self.room, key)
        };
        gradient(&*self.layers, loss, x, targets.iter(), grad, pass)
    }

    /// The mean loss of a batch, in use as it would be after training. The batch may be of any size.
    ///
    /// # Panics
    /// If there are not as many targets as samples.
    #[track_caller]
    pub fn score<Q: Loss<L::Y, T>>(
        &mut self,
        loss: &Q,
        x: Batch<'_, X, T>,
        targets: &[Q::Target],
    ) -> Score<T>
    where
        L: Layer<X, T>,
    {
        assert_eq!(
            x.len(),
            targets.len(),
            "{} samples came with {} targets",
            x.len(),
            targets.len()
        );
        let mut total = Score::none();
        for (x, targets) in x
            .chunks(self.capacity.max(1))
            .zip(targets.chunks(self.capacity.max(1)))
        {
            let mut pass = Pass::judge(&mut self.room);
            let (y, _) = self.layers.forward(x, &mut pass);
            let dy = pass.batch(y.len());
            total = total.and(loss.batch(y, targets.iter(), dy));
        }
        total
    }

    /// The network's memory, for the functions that take layers and room apart: [`gradient`], [`predict`].
    pub fn parts(&mut self) -> (&mut L, &mut [T]) {
        (&mut self.layers, &mut self.room)
    }

    /// A gradient of zeroes, in the heap.
    pub fn new_gradient(&self) -> Box<L::Grad>
    where
        L: Params<T>,
    {
        L::Grad::boxed()
    }

    /// The table of layers: shapes, parameters, operations and bytes.
    pub fn summary(&self) -> Summary
    where
        L: Layer<X, T>,
    {
        Summary::of::<X, L, T>(self.capacity)
    }

    /// The network as a picture.
    pub fn graph(&self) -> Graph
    where
        L: Layer<X, T>,
    {
        Graph::of::<X, L, T>()
    }

    #[track_caller]
    fn check(&self, samples: usize) {
        assert!(
            samples <= self.capacity,
            "the network has room for batches of {} samples and got {samples}; make it with a larger capacity",
            self.capacity
        );
    }
}

/// The numbers that training on batches of up to `samples` takes beside the weights: a constant, for a `static` or an assertion.
pub const fn training_room<X: Shape, L: Layer<X, T>, T: Scalar>(samples: usize) -> usize {
    L::ROOM
        .then(Room::new(<L::Y as Shape>::LEN, 0))
        .training(samples)
}

/// The outputs of a batch, for layers that lie anywhere (in flash, say), with `room` of at least `L::ROOM.inference(x.len())` numbers.
#[track_caller]
pub fn predict<'a, X: Shape, L: Layer<X, T>, T: Scalar>(
    layers: &L,
    x: Batch<'a, X, T>,
    room: &'a mut [T],
) -> Batch<'a, L::Y, T> {
    layers.forward(x, &mut Pass::infer(room)).0
}

/// The mean loss of a batch and its gradient, for layers and gradients that lie anywhere, in a pass with room for
/// [`training_room`] numbers.
#[track_caller]
pub fn gradient<'a, 't, X: Shape, L: Layer<X, T>, T: Scalar, Q: Loss<L::Y, T, Target: 't>>(
    layers: &L,
    loss: &Q,
    x: Batch<'a, X, T>,
    targets: impl ExactSizeIterator<Item = &'t Q::Target>,
    grad: &mut L::Grad,
    mut pass: Pass<'a, T>,
) -> Score<T> {
    let (y, saved) = layers.forward(x, &mut pass);
    let dy = pass.batch(y.len());
    let score = loss.batch(y, targets, dy);
    layers.backward_first(saved, dy, Some(grad), &mut pass);
    score
}
