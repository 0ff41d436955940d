//! Epochs: how they went, and when to stop.

use std::time::Instant;

use core_tensor::{Params, Scalar, Shape, Tensor};
use nn::{Layer, Loss, Network, Score};

use super::crew::{Alone, Worker};
use super::run::Run;
use crate::schedule::Gain;
use crate::{Clip, Data, Optimizer, Pace, Progress, Snapshot, Source, Trainer, norm};

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
    /// the rate after the epoch
    pub rate: f64,
    /// the length of the last step's gradient, before it was clipped
    pub gradient_norm: f64,
    /// how it was clipped, if it was
    pub clip: Option<Clip>,
}

impl<T: Scalar> Epoch<T> {
    /// The score that decides: of the held-out data, or of the training data where there is none.
    pub fn judged(&self) -> Score<T> {
        self.held_out.unwrap_or(self.train)
    }

    /// How fast it was trained.
    pub fn samples_per_second(&self) -> f64 {
        self.train.samples as f64 / self.seconds.max(1e-9)
    }
}

/// What a user measured after an epoch, by name.
pub type Measured = Vec<(&'static str, f64)>;

/// What an early stop looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watch {
    /// the loss
    Loss,
    /// the share of outputs that name their class
    Accuracy,
}

/// Ends a training run that gains no more, and brings back the weights of its best epoch.
///
/// Prechelt: Early stopping, but when? (1998).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EarlyStop {
    /// what is looked at, of the held-out data where there is some
    pub watch: Watch,
    /// how many epochs in a row may bring no gain
    pub patience: usize,
    /// what counts as a gain
    pub gain: Gain,
}

impl EarlyStop {
    /// Where the loss falls no more.
    pub const fn loss(patience: usize) -> Self {
        Self {
            watch: Watch::Loss,
            patience,
            gain: Gain::SmallerBy(0.0),
        }
    }

    /// Where the accuracy grows no more.
    pub const fn accuracy(patience: usize) -> Self {
        Self {
            watch: Watch::Accuracy,
            patience,
            gain: Gain::LargerBy(0.0),
        }
    }

    fn number<T: Scalar>(&self, score: Score<T>) -> f64 {
        match self.watch {
            Watch::Loss => score.loss.to_f64().unwrap_or(f64::NAN),
            Watch::Accuracy => score.accuracy().unwrap_or(f64::NAN),
        }
    }
}

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// `epochs` passes over the data, each reported and, if there is held-out data, followed by a score on it; fewer, where
    /// [`early_stop`](Trainer::early_stop) ends them; then the weights are those of the best epoch. A loss or a gradient that is not finite ends
    /// them too, see [`trouble`](Trainer::trouble).
    #[track_caller]
    pub fn fit(
        &mut self,
        train: impl Source<X, Q::Target, T>,
        held_out: Option<Data<'_, X, Q::Target, T>>,
        epochs: usize,
        progress: &mut Progress<'_>,
    ) -> Vec<Epoch<T>>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        self.fit_measured(train, held_out, epochs, progress, &mut |_| Vec::new())
    }

    /// [`fit`](Self::fit), where after every epoch `measure` looks at the network: what it returns by name is shown beside the loss and goes
    /// to the logs.
    #[track_caller]
    pub fn fit_measured(
        &mut self,
        train: impl Source<X, Q::Target, T>,
        held_out: Option<Data<'_, X, Q::Target, T>>,
        epochs: usize,
        progress: &mut Progress<'_>,
        measure: &mut dyn FnMut(&mut Network<X, L, T>) -> Measured,
    ) -> Vec<Epoch<T>>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        self.fit_by(&mut Alone, train, held_out, (epochs, progress), measure)
    }

    #[track_caller]
    pub(super) fn fit_by(
        &mut self,
        worker: &mut impl Worker<X, L, Q, T>,
        mut train: impl Source<X, Q::Target, T>,
        held_out: Option<Data<'_, X, Q::Target, T>>,
        (epochs, progress): (usize, &mut Progress<'_>),
        measure: &mut dyn FnMut(&mut Network<X, L, T>) -> Measured,
    ) -> Vec<Epoch<T>>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let batches = train.samples().div_ceil(self.step_capacity());
        let watch = self.early_stop.unwrap_or(EarlyStop::loss(usize::MAX));
        let mut history: Vec<Epoch<T>> = Vec::with_capacity(epochs);
        if self.early_stop.is_some() && self.run.kept.is_none() {
            self.run.kept = Some(Snapshot::of(&mut *self.network.layers));
        }
        self.prepare_folder(progress);
        while self.run.done < epochs && !self.run.over {
            let number = self.run.done + 1;
            progress.start_epoch(number, epochs, batches);
            let clock = Instant::now();
            let score = self.epoch_by(worker, &mut train, progress);
            let seconds = clock.elapsed().as_secs_f64();
            let held_out = held_out.map(|data| self.score(data));
            let judged = held_out.unwrap_or(score);
            if let Pace::Plateau(plateau) = &mut self.pace {
                let loss = judged.loss.to_f64().unwrap_or(f64::NAN);
                let rate = plateau.next(self.optimizer.rate(), loss);
                self.optimizer.set_rate(rate);
            }
            let epoch = Epoch {
                number,
                train: score,
                held_out,
                seconds,
                rate: self.optimizer.rate(),
                gradient_norm: norm(&mut *self.network.layers, &mut *self.gradient),
                clip: self.optimizer.clip(),
            };
            let measured = measure(&mut self.network);
            progress.end_epoch(&epoch, epochs, &measured);
            history.push(epoch);
            if let Some(trouble) = &self.trouble {
                progress.say(trouble);
                break;
            }
            let found = watch.number(judged);
            let run = &mut self.run;
            let gained = watch.gain.over(found, run.best);
            if gained {
                (run.best, run.without) = (found, 0);
                if let Some(kept) = &mut run.kept {
                    kept.take(&mut *self.network.layers);
                }
            } else {
                run.without += 1;
            }
            run.done = number;
            run.over = run.without > watch.patience;
            self.keep_epoch(gained, progress);
        }
        if let Some(mut kept) = std::mem::replace(&mut self.run, Run::new()).kept {
            kept.restore(&mut *self.network.layers);
        }
        progress.finish();
        history
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

    /// Hands every output to `each`, with its number, in batches of the trainer's capacity: for metrics, or to keep them.
    pub fn predict(
        &mut self,
        x: &[Tensor<X, T>],
        mut each: impl FnMut(usize, &Tensor<<L as Layer<X, T>>::Y, T>),
    ) where
        L: Layer<X, T>,
    {
        let capacity = self.network.capacity();
        for (batch, x) in x.chunks(capacity).enumerate() {
            for (i, y) in self.network.predict(x).iter().enumerate() {
                each(batch * capacity + i, y);
            }
        }
    }
}
