//! The Trainer: mini-batches, shuffling, epochs, scores.

mod data;
mod fit;
mod pace;
mod range;
mod trouble;

use core_tensor::{Batch, Params, Scalar, Shape, Tensor};
use nn::{Gradients, Layer, Loss, MaxNorm, Network, Pass, Penalty, Score};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::{Optimizer, Progress};

pub use data::Data;
pub use fit::{EarlyStop, Epoch, Watch};
pub use pace::Pace;
pub use range::RateRange;
pub use trouble::NonFinite;

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
    /// how the rate goes: as the optimizer has it, or by a schedule
    pub pace: Pace,
    /// how many batches make a step, 1 unless said otherwise. Their gradients are added up to that of one large batch, to rounding; only what
    /// looks across a batch sees the difference, and running statistics follow the last of them
    pub accumulate: usize,
    /// when a run ends early, if ever
    pub early_stop: Option<EarlyStop>,
    /// the last step that was not taken, since its loss or a gradient was not finite: it left the weights alone and ended the epoch and the run
    pub trouble: Option<NonFinite>,
    steps: usize,
    epochs: usize,
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
            pace: Pace::Constant,
            accumulate: 1,
            early_stop: None,
            trouble: None,
            steps: 0,
            epochs: 0,
        }
    }

    /// Starts the shuffling, and what layers draw at random, from `seed`: the same seed gives the same bits.
    pub fn seed(&mut self, seed: u64) {
        self.rng = ChaCha8Rng::seed_from_u64(seed);
        self.order.clear();
    }

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
        if x.is_empty() {
            return Score::none();
        }
        self.begin();
        let mut score = Score::none();
        for (x_part, targets) in x.chunks(capacity).zip(targets.chunks(capacity)) {
            let part = self.part(x_part, targets.iter(), x.len(), score.samples == 0);
            score = score.and(part);
        }
        self.finish(score)
    }

    /// How many samples a step may see.
    fn step_capacity(&self) -> usize {
        self.network.capacity() * self.accumulate.max(1)
    }

    fn begin(&mut self) {
        if let Pace::Steps(schedule) = &self.pace {
            self.optimizer.set_rate(schedule.rate(self.steps));
        }
        let (layers, _) = self.network.parts();
        self.optimizer.before(layers, &mut self.state);
    }

    /// The gradient of a batch, which counts for its share `of` so many samples; the first begins a sum.
    fn part<'t>(
        &mut self,
        x: Batch<'_, X, T>,
        targets: impl ExactSizeIterator<Item = &'t Q::Target>,
        of: usize,
        first: bool,
    ) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T, Target: 't>,
    {
        let key = self.rng.next_u64();
        let (layers, room) = self.network.parts();
        let gradients = match first {
            true => Gradients::Overwrite,
            false => Gradients::Add,
        };
        let mut pass = Pass {
            gradients,
            ..Pass::train(room, key)
        };
        let (y, saved) = layers.forward(x, &mut pass);
        let dy = pass.batch(y.len());
        let score = self.loss.batch(y, targets, dy);
        if x.len() < of {
            let share = T::of(x.len() as f64 / of as f64);
            Tensor::flat_mut(dy).iter_mut().for_each(|d| *d *= share);
        }
        layers.backward_first(saved, dy, Some(&mut self.gradient), &mut pass);
        score
    }

    fn finish(&mut self, mut score: Score<T>) -> Score<T> {
        let (layers, _) = self.network.parts();
        if let Some(penalty) = &self.penalty {
            score.loss += penalty.add_gradient(layers, &mut self.gradient);
        }
        self.steps += 1;
        self.trouble = NonFinite::find(layers, &mut self.gradient, &score, self.steps);
        if self.trouble.is_some() {
            return score;
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
        if let Pace::Epochs(schedule) = &self.pace {
            self.optimizer.set_rate(schedule.rate(self.epochs));
        }
        let mut order = std::mem::take(&mut self.order);
        if order.len() != data.x.len() {
            order = (0..data.x.len()).collect();
        }
        order.shuffle(&mut self.rng);
        let mut total = Score::none();
        for chosen in order.chunks(self.step_capacity()) {
            total = total.and(self.step_on(data, chosen));
            progress.batch(&total);
            if self.trouble.is_some() {
                break;
            }
        }
        self.order = order;
        self.epochs += 1;
        total
    }

    /// A step on the chosen samples.
    fn step_on(&mut self, data: Data<'_, X, Q::Target, T>, chosen: &[usize]) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let mut gathered = std::mem::take(&mut self.gathered);
        self.begin();
        let mut score = Score::none();
        for part in chosen.chunks(self.network.capacity()) {
            let x = Tensor::<X, T>::batch_mut(&mut gathered[..part.len() * X::LEN]);
            for (x, &i) in x.iter_mut().zip(part) {
                x.as_mut_slice().copy_from_slice(data.x[i].as_slice());
            }
            let targets = part.iter().map(|&i| &data.targets[i]);
            let first = score.samples == 0;
            score = score.and(self.part(x, targets, chosen.len(), first));
        }
        self.gathered = gathered;
        self.finish(score)
    }
}
