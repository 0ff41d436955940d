//! The Trainer: mini-batches, shuffling, epochs, scores.

use std::time::Instant;

use core_tensor::{Batch, Params, Scalar, Shape, Tensor};
use nn::{Layer, Loss, MaxNorm, Network, Pass, Penalty, Score, gradient};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::{Optimizer, Progress};

/// Samples with what each should become.
pub struct Data<'d, X: Shape, A, T: 'static = f32> {
    /// the samples
    pub x: &'d [Tensor<X, T>],
    /// their targets, in the same order
    pub targets: &'d [A],
}

impl<'d, X: Shape, A, T: 'static> Data<'d, X, A, T> {
    /// Samples with their targets.
    ///
    /// # Panics
    /// If there are not as many targets as samples.
    #[track_caller]
    pub fn new(x: &'d [Tensor<X, T>], targets: &'d [A]) -> Self {
        assert_eq!(
            x.len(),
            targets.len(),
            "{} samples came with {} targets",
            x.len(),
            targets.len()
        );
        Self { x, targets }
    }
}

impl<X: Shape, A, T: 'static> Clone for Data<'_, X, A, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X: Shape, A, T: 'static> Copy for Data<'_, X, A, T> {}

/// How one epoch went.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Epoch<T = f32> {
    /// counted from 1
    pub number: usize,
    /// over the training data, each batch scored as it was trained on
    pub train: Score<T>,
    /// over the held-out data, after the epoch
    pub held_out: Option<Score<T>>,
    /// wall time of training alone
    pub seconds: f64,
}

/// Trains a network on batches of up to its capacity. Everything is made once: a step allocates nothing.
pub struct Trainer<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar = f32> {
    /// the network
    pub network: Network<X, L, T>,
    /// the loss
    pub loss: Q,
    /// the optimizer; its numbers may be changed between steps
    pub optimizer: O,
    /// a term that the loss gains for the weights, in training alone; its score counts it
    pub penalty: Option<Penalty>,
    /// what keeps the weights of each unit within a bound after every step
    pub max_norm: Option<MaxNorm>,
    gradient: Box<L::Grad>,
    state: O::State<L::Grad>,
    rng: ChaCha8Rng,
    gathered: Box<[T]>,
    order: Vec<usize>,
}

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// A trainer of a new network of zeroes (see [`Network::init`]) on batches of up to `capacity` samples, with seed 0.
    ///
    /// # Panics
    /// If `capacity` is 0.
    #[track_caller]
    pub fn new(loss: Q, optimizer: O, capacity: usize) -> Self
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        assert!(
            capacity > 0,
            "a batch of no samples trains nothing; give a capacity of at least 1"
        );
        let network = Network::new(capacity);
        Self {
            gradient: network.new_gradient(),
            state: optimizer.start(),
            rng: ChaCha8Rng::seed_from_u64(0),
            gathered: vec![T::zero(); capacity * X::LEN].into(),
            order: Vec::new(),
            network,
            loss,
            optimizer,
            penalty: None,
            max_norm: None,
        }
    }

    /// Starts the shuffling, and what layers draw at random, from `seed`: the same seed gives the same bits.
    pub fn seed(&mut self, seed: u64) {
        self.rng = ChaCha8Rng::seed_from_u64(seed);
        self.order.clear();
    }

    /// One step on one batch.
    ///
    /// # Panics
    /// If the batch holds more samples than the network has room for, or not as many as there are targets.
    #[track_caller]
    pub fn step(&mut self, x: Batch<'_, X, T>, targets: &[Q::Target]) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        self.step_on(x, targets.iter())
    }

    #[track_caller]
    fn step_on<'t>(
        &mut self,
        x: Batch<'_, X, T>,
        targets: impl ExactSizeIterator<Item = &'t Q::Target>,
    ) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T, Target: 't>,
    {
        let capacity = self.network.capacity();
        assert!(
            x.len() <= capacity,
            "the trainer has room for batches of {capacity} samples and got {}",
            x.len()
        );
        let key = self.rng.next_u64();
        let (layers, room) = self.network.parts();
        self.optimizer.before(layers, &mut self.state);
        let mut score = gradient(
            &*layers,
            &self.loss,
            x,
            targets,
            &mut self.gradient,
            Pass::train(room, key),
        );
        if let Some(penalty) = &self.penalty {
            score.loss += penalty.add_gradient(layers, &mut self.gradient);
        }
        self.optimizer
            .step(layers, &mut self.gradient, &mut self.state);
        if let Some(max_norm) = &self.max_norm {
            max_norm.project(layers);
        }
        score
    }

    /// One pass over the data in a new random order. The last batch may be smaller and is trained like any other.
    #[track_caller]
    pub fn epoch(
        &mut self,
        data: Data<'_, X, Q::Target, T>,
        progress: &mut Progress<'_>,
    ) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let mut order = std::mem::take(&mut self.order);
        if order.len() != data.x.len() {
            order = (0..data.x.len()).collect();
        }
        order.shuffle(&mut self.rng);
        let mut gathered = std::mem::take(&mut self.gathered);
        let mut total = Score::none();
        for chosen in order.chunks(self.network.capacity()) {
            let x = Tensor::<X, T>::batch_mut(&mut gathered[..chosen.len() * X::LEN]);
            for (x, &i) in x.iter_mut().zip(chosen) {
                x.as_mut_slice().copy_from_slice(data.x[i].as_slice());
            }
            total = total.and(self.step_on(x, chosen.iter().map(|&i| &data.targets[i])));
            progress.batch(&total);
        }
        (self.order, self.gathered) = (order, gathered);
        total
    }

    /// `epochs` passes over the data, each reported and, if there is held-out data, followed by a score on it.
    #[track_caller]
    pub fn fit(
        &mut self,
        train: Data<'_, X, Q::Target, T>,
        held_out: Option<Data<'_, X, Q::Target, T>>,
        epochs: usize,
        progress: &mut Progress<'_>,
    ) -> Vec<Epoch<T>>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let batches = train.x.len().div_ceil(self.network.capacity());
        (1..=epochs)
            .map(|number| {
                progress.start_epoch(number, epochs, batches);
                let clock = Instant::now();
                let score = self.epoch(train, progress);
                let seconds = clock.elapsed().as_secs_f64();
                let epoch = Epoch {
                    number,
                    train: score,
                    held_out: held_out.map(|data| self.score(data)),
                    seconds,
                };
                progress.end_epoch(&epoch, epochs);
                epoch
            })
            .collect()
    }

    /// How the network does on some data, in use.
    #[track_caller]
    pub fn score(&mut self, data: Data<'_, X, Q::Target, T>) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        self.network.score(&self.loss, data.x, data.targets)
    }
}
