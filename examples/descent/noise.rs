//! A shallow minimum beside a deep one: the noise of small batches gets out of it.

use autodiff::{Real, derivative};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::rates::descend;

/// How many samples the loss is the mean of, and how much each is tilted, one half of them to the left.
const SAMPLES: usize = 64;
const TILT: f64 = 3.5;
/// Steps of each run, the last third with a rate that falls to nothing.
pub(crate) const STEPS: usize = 1500;
/// The rate before.
pub(crate) const RATE: f64 = 0.05;
/// Where each begins: beside the shallow minimum.
pub(crate) const START: f64 = 1.4;
/// Samples a step.
pub(crate) const BATCHES: [usize; 3] = [SAMPLES, 8, 1];
/// How many runs each has.
pub(crate) const RUNS: u64 = 60;

/// The mean over all samples: `(x² − 1)² + 0.3·x`, with a shallow minimum at 0.96 and a deep one at −1.04.
pub(crate) fn landscape<R: Real>(x: R) -> R {
    let well = x * x - R::one();
    well * well + R::of(0.3) * x
}

/// A run with so many samples a step.
pub(crate) fn path(batch: usize, seed: u64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..SAMPLES).collect();
    let per_epoch = SAMPLES / batch;
    let rate = |t: usize| RATE * (3.0 * (1.0 - t as f64 / STEPS as f64)).min(1.0);
    descend(START, STEPS, rate, |t, x| {
        if t.is_multiple_of(per_epoch) {
            order.shuffle(&mut rng);
        }
        let chosen = &order[t % per_epoch * batch..][..batch];
        // sample i is the landscape tilted by ±3.5·x: the mean tilt of all is nothing
        let tilt = |&i: &usize| if i.is_multiple_of(2) { TILT } else { -TILT };
        let tilts = chosen.iter().map(tilt).sum::<f64>();
        derivative(landscape, x).1 + tilts / batch as f64
    })
}

/// The share of runs that end in the deep minimum.
pub(crate) fn escaped(batch: usize) -> f64 {
    let deep = (0..RUNS).filter(|&seed| path(batch, seed)[STEPS] < 0.0);
    deep.count() as f64 / RUNS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_leaves_the_shallow_minimum() {
        let [whole, some, one] = BATCHES.map(escaped);
        assert_eq!((whole, some), (0.0, 0.0));
        assert!(one > 0.6, "{one}");
        // without noise it ends where the slope is nothing: 4x³ − 4x + 0.3 = 0
        let x = path(SAMPLES, 0)[STEPS];
        assert!(
            (4.0 * x.powi(3) - 4.0 * x + 0.3).abs() < 1e-9 && x > 0.9,
            "{x}"
        );
        // and the deep minimum is deeper by about 0.6
        assert!((landscape(x) - landscape(-1.036) - 0.6).abs() < 0.02);
    }
}
