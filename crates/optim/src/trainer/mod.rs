//! The Trainer: mini-batches, shuffling, epochs, scores.

mod checkpoint;
mod crew;
mod data;
mod fit;
mod loader;
mod pace;
mod range;
mod run;
mod source;
mod step;
mod trouble;

use core::ops::ControlFlow;
use std::mem::take;

use core_tensor::random::bits;
use core_tensor::{Params, Scalar, Shape};
use nn::{Layer, Loss, MaxNorm, Network, Penalty, Score};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use self::crew::{Alone, Worker};
use self::run::Run;
use crate::{Average, Optimizer, Progress};

pub use checkpoint::{CheckPointError, CheckPoints, Fault};
pub use crew::{Crew, Crewed};
pub use data::Data;
pub use fit::{EarlyStop, Epoch, Measured, Watch};
pub use loader::Loader;
pub use pace::Pace;
pub use range::RateRange;
pub use source::{Each, Round, Source, Targets};
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
    /// an average of the weights, which takes them in after every step
    pub average: Option<Average<L::Grad>>,
    /// which check points a run leaves, if any
    pub check_points: Option<CheckPoints>,
    /// the last check point that could not be written, and why: the run went on without it
    pub unsaved: Option<CheckPointError>,
    run: Run<L::Grad, T>,
    steps: usize,
    epochs: usize,
    seed: u64,
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
            gathered: core_tensor::zeros(capacity * X::LEN),
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
            average: None,
            check_points: None,
            unsaved: None,
            run: Run::new(),
            steps: 0,
            epochs: 0,
            seed: 0,
        }
    }

    /// Starts the shuffling, and what layers draw at random, from `seed`: the same seed gives the same bits.
    pub fn seed(&mut self, seed: u64) {
        self.rng = ChaCha8Rng::seed_from_u64(seed);
        self.seed = seed;
        self.order.clear();
        self.run.total = Score::none();
    }

    /// One pass over the data in a new random order, or the rest of the one that a [check point](Trainer::resume) stands in. The last batch may
    /// be smaller and is trained like any other.
    ///
    /// # Panics
    /// If a source yields more samples than it said, or batches of other sizes than asked for, or if a check point stands in the middle of an
    /// epoch of more or fewer samples.
    #[track_caller]
    pub fn epoch(
        &mut self,
        source: impl Source<X, Q::Target, T>,
        progress: &mut Progress<'_>,
    ) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        self.epoch_by(&mut Alone, source, progress)
    }

    #[track_caller]
    fn epoch_by(
        &mut self,
        worker: &mut impl Worker<X, L, Q, T>,
        mut source: impl Source<X, Q::Target, T>,
        progress: &mut Progress<'_>,
    ) -> Score<T>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        if let Pace::Epochs(schedule) = &self.pace {
            self.optimizer.set_rate(schedule.rate(self.epochs));
        }
        let (mut order, mut room) = (take(&mut self.order), take(&mut self.gathered));
        let (samples, at_once) = (source.samples(), self.step_capacity());
        let begun = self.run.total.samples;
        assert!(
            begun == 0 || order.len() == samples,
            "the check point stands at sample {begun} of {}, and the data has {samples}; train on the same data",
            order.len()
        );
        if order.len() != samples {
            order = (0..samples).collect();
        }
        // an epoch that has begun goes on in its order
        if begun == 0 {
            order.shuffle(&mut self.rng);
        }
        let round = Round {
            order: &order[begun..],
            size: self.network.capacity(),
            key: bits(self.seed, self.epochs as u64),
            room: &mut room,
        };
        let (mut total, mut step) = (self.run.total, Score::none());
        source.epoch(round, &mut |x, targets| {
            let of = at_once.min(samples - total.samples);
            assert!(
                x.len() <= of - step.samples,
                "the source yielded {} samples where at most {} were due: a batch as large as asked for, or the rest of {samples}",
                x.len(),
                of - step.samples
            );
            if x.is_empty() || !self.part(worker, (x, targets), of, &mut step) {
                return ControlFlow::Continue(());
            }
            total = total.and(std::mem::replace(&mut step, Score::none()));
            progress.batch(&total);
            self.run.total = total;
            if self.trouble.is_none() && total.samples < samples {
                self.keep_step(&order, progress);
            }
            match self.trouble {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        });
        assert!(
            total.samples == samples || self.trouble.is_some(),
            "the source yielded {} of its {samples} samples",
            total.samples + step.samples
        );
        (self.order, self.gathered) = (order, room);
        self.run.total = Score::none();
        self.epochs += 1;
        total
    }
}
