//! One step: the gradient of a batch, part by part where several are accumulated, and the descent.

use core_tensor::{Batch, Params, Scalar, Shape, Tensor};
use nn::{Gradients, Layer, Loss, Pass, Score};
use rand::Rng;

use super::crew::{Alone, Worker};
use super::source::gather;
use crate::{Data, NonFinite, Optimizer, Pace, Targets, Trainer};

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// One step on one batch, or on as many as are accumulated.
    ///
    /// # Panics
    /// If there are more samples than the network has room for in so many batches, or not as many as there are targets.
    #[track_caller]
    pub fn step(&mut self, x: Batch<'_, X, T>, targets: &[Q::Target]) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        self.step_by(&mut Alone, x, targets)
    }

    #[track_caller]
    pub(super) fn step_by(
        &mut self,
        worker: &mut impl Worker<X, L, Q, T>,
        x: Batch<'_, X, T>,
        targets: &[Q::Target],
    ) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let (capacity, most) = (self.network.capacity(), self.step_capacity());
        assert!(
            x.len() <= most,
            "the trainer has room for batches of {most} samples and got {}",
            x.len()
        );
        assert_eq!(
            x.len(),
            targets.len(),
            "{} samples came with {} targets",
            x.len(),
            targets.len()
        );
        let mut score = Score::none();
        for (x_part, targets) in x.chunks(capacity).zip(targets.chunks(capacity)) {
            let part = (x_part, Targets::of(targets));
            if self.part(worker, part, x.len(), &mut score) {
                break;
            }
        }
        score
    }

    /// A step on the chosen samples.
    pub(super) fn step_on(&mut self, data: Data<'_, X, Q::Target, T>, chosen: &[usize]) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let mut gathered = std::mem::take(&mut self.gathered);
        let mut score = Score::none();
        for part in chosen.chunks(self.network.capacity()) {
            let x = gather(data.x, part, &mut gathered);
            let batch = (&*x, Targets::chosen(data.targets, part));
            if self.part(&mut Alone, batch, chosen.len(), &mut score) {
                break;
            }
        }
        self.gathered = gathered;
        score
    }

    /// How many samples a step may see.
    pub(super) fn step_capacity(&self) -> usize {
        self.network.capacity() * self.accumulate.max(1)
    }

    /// One of the batches of a step, which counts for its share `of` so many samples: the first begins a sum, the last descends. Says whether
    /// the step is over.
    pub(super) fn part(
        &mut self,
        worker: &mut impl Worker<X, L, Q, T>,
        (x, targets): (Batch<'_, X, T>, Targets<'_, Q::Target>),
        of: usize,
        score: &mut Score<T>,
    ) -> bool
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let mut gradients = Gradients::Add;
        if score.samples == 0 {
            self.begin();
            gradients = Gradients::Overwrite;
        }
        let key = self.rng.next_u64();
        let (network, grad) = (&mut self.network, &mut *self.gradient);
        let batch = (x, targets.clone());
        let found = worker.gradient(network, &self.loss, batch, of, (&mut *grad, gradients), key);
        *score = score.and(found);
        let (layers, room) = self.network.parts();

        let last = score.samples == of;
        if last {
            worker.collect(layers, grad);
        }
        if let Some(penalty) = self.penalty.as_ref().filter(|_| last) {
            score.loss += penalty.add_gradient(layers, grad);
        }
        self.trouble = NonFinite::find(layers, grad, score, self.steps + 1);
        if let Some(trouble) = &mut self.trouble {
            trouble.trace((&*layers, &self.loss), x, targets, grad, (room, key));
            self.optimizer.withdraw(layers, &mut self.state);
        } else if last {
            self.optimizer.step(layers, grad, &mut self.state);
            if let Some(max_norm) = &self.max_norm {
                max_norm.project(layers);
            }
            if let Some(average) = &mut self.average {
                average.update(layers);
            }
        }
        let over = last || self.trouble.is_some();
        self.steps += usize::from(over);
        over
    }

    fn begin(&mut self) {
        if let Pace::Steps(schedule) = &self.pace {
            self.optimizer.set_rate(schedule.rate(self.steps));
        }
        let (layers, _) = self.network.parts();
        self.optimizer.before(layers, &mut self.state);
    }
}

/// The gradient of the mean loss of some samples, which count for their share `of` so many, or of the sum where the loss is one.
pub(super) fn gradient<'a, X: Shape, L: Layer<X, T>, T: Scalar, Q: Loss<L::Y, T>>(
    layers: &L,
    loss: &Q,
    (x, targets): (Batch<'a, X, T>, Targets<'_, Q::Target>),
    of: usize,
    grad: &mut L::Grad,
    mut pass: Pass<'a, T>,
) -> Score<T> {
    let (y, saved) = layers.forward(x, &mut pass);
    let dy = pass.batch(y.len());
    let score = loss.batch(y, targets, dy);
    if x.len() < of && !Q::SUMS {
        let share = T::of(x.len() as f64 / of as f64);
        Tensor::flat_mut(dy).iter_mut().for_each(|d| *d *= share);
    }
    layers.backward_first(saved, dy, Some(grad), &mut pass);
    score
}
