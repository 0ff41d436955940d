//! Which rates are worth trying: losses while the rate grows.

use core_tensor::{Params, Scalar, Shape};
use nn::{Layer, Loss};
use rand::seq::SliceRandom;

use crate::{Data, Optimizer, Pace, Snapshot, Trainer};

/// The rates of a search, from one to another, each by the same factor larger than the last.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RateRange {
    /// the first rate
    pub from: f64,
    /// the last
    pub to: f64,
    /// how many there are
    pub steps: usize,
    /// ends where the smoothed loss is so many times the smallest so far
    pub stop: f64,
}

impl Default for RateRange {
    /// A hundred rates from 10⁻⁶ to 10, up to four times the smallest loss.
    fn default() -> Self {
        Self {
            from: 1e-6,
            to: 10.0,
            steps: 100,
            stop: 4.0,
        }
    }
}

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// Takes steps with a growing rate and returns each rate with the loss, smoothed by an average that remembers 20 steps; then brings back
    /// weights and rate, and starts the optimizer anew. The curve falls where rates are right and rises where they are too large: take one
    /// well before its lowest point.
    ///
    /// Smith: Cyclical learning rates for training neural networks (2015).
    #[track_caller]
    pub fn range(&mut self, data: Data<'_, X, Q::Target, T>, range: RateRange) -> Vec<[f64; 2]>
    where
        L: Layer<X, T>,
        Q: Loss<<L as Layer<X, T>>::Y, T>,
    {
        let mut weights = Snapshot::of(&mut *self.network.layers);
        let rate = self.optimizer.rate();
        let pace = std::mem::replace(&mut self.pace, Pace::Constant);
        let (steps_before, averaged) = (self.steps, self.average.take());
        self.state = self.optimizer.start();
        let grown = |step: usize| {
            let part = step as f64 / range.steps.saturating_sub(1).max(1) as f64;
            range.from * (range.to / range.from).powf(part)
        };
        let (mut curve, mut average, mut least) = (Vec::new(), 0.0, f64::INFINITY);
        let mut order: Vec<usize> = Vec::new();
        for step in 0..range.steps {
            let batch = self.step_capacity().min(data.x.len());
            if order.len() < batch {
                order = (0..data.x.len()).collect();
                order.shuffle(&mut self.rng);
            }
            let chosen = order.split_off(order.len() - batch);
            self.optimizer.set_rate(grown(step));
            let loss = self.step_on(data, &chosen).loss;
            // an average from zero, corrected as Adam's
            average = 0.95 * average + 0.05 * loss.to_f64().unwrap_or(f64::NAN);
            let smoothed = average / (1.0 - 0.95_f64.powf(step as f64 + 1.0));
            if !smoothed.is_finite() || smoothed > range.stop * least {
                break;
            }
            least = least.min(smoothed);
            curve.push([grown(step), smoothed]);
        }
        weights.restore(&mut *self.network.layers);
        self.optimizer.set_rate(rate);
        (self.pace, self.steps, self.trouble) = (pace, steps_before, None);
        self.average = averaged;
        self.state = self.optimizer.start();
        curve
    }
}
