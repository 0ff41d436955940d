//! Inputs that are all positive: the gradients of a neuron's weights have one sign, and descent goes zigzag.

use core_tensor::{Tensor, Vector};
use nn::{HalfSquaredError, Linear};
use optim::{Sgd, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The weights that would be right.
pub(crate) const TARGET: [f64; 2] = [1.0, -1.0];

/// Where a descent went.
pub(crate) struct Walk {
    /// the rate, the best of [`RATES`]
    pub(crate) rate: f64,
    /// the two weights after each step, the first before all
    pub(crate) path: Vec<[f64; 2]>,
    /// the share of steps in which both weights moved the same way
    pub(crate) together: f64,
    /// how many steps it took to come within 0.05 of the right weights, the mean of several runs
    pub(crate) steps: f64,
}

/// The rates that are tried.
const RATES: [f64; 12] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.2];
const RUNS: u64 = 10;
const MOST: usize = 500;

/// The fastest descent with inputs from `low` to `low + 2`.
pub(crate) fn walk(low: f64) -> Walk {
    let walks = RATES.map(|rate| {
        let paths: Vec<_> = (0..RUNS).map(|seed| path(low, rate, seed)).collect();
        let steps = paths.iter().map(|path| path.len() - 1).sum::<usize>();
        let pairs = paths.iter().flat_map(|path| path.windows(2));
        let together = pairs.filter(|pair| {
            let [dx, dy] = [0, 1].map(|i| pair[1][i] - pair[0][i]);
            dx * dy > 0.0
        });
        Walk {
            rate,
            together: together.count() as f64 / steps as f64,
            steps: steps as f64 / RUNS as f64,
            path: paths.into_iter().next().unwrap_or_default(),
        }
    });
    let by_steps = |a: &Walk, b: &Walk| a.steps.total_cmp(&b.steps);
    let best = walks.into_iter().min_by(by_steps);
    best.expect("there are rates")
}

/// Descends, one random sample a step.
fn path(low: f64, rate: f64, seed: u64) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let sgd = Sgd { rate };
    let mut trainer =
        Trainer::<Vector<2>, Linear<2, 1, f64>, _, _, f64>::new(HalfSquaredError, sgd, 1);
    trainer.network.layers.weight = Tensor::new([[-1.0], [0.5]]);
    let mut path = vec![[-1.0, 0.5]];
    let away = |w: &[f64; 2]| (w[0] - TARGET[0]).hypot(w[1] - TARGET[1]);
    while path.last().is_some_and(|w| away(w) > 0.05) && path.len() <= MOST {
        let x = [(); 2].map(|()| low + rng.random_range(0.0..2.0));
        let y = x[0] * TARGET[0] + x[1] * TARGET[1];
        trainer.step(&[Tensor::new(x)], &[Tensor::new([y])]);
        // the bias is held at zero, so that two numbers are the whole story
        trainer.network.layers.bias = Tensor::zeros();
        let weight = &trainer.network.layers.weight;
        path.push([0, 1].map(|i| weight[[i, 0]]));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positive_inputs_move_all_weights_the_same_way() {
        let (positive, centred) = (walk(0.0), walk(-1.0));
        assert_eq!(positive.together, 1.0);
        assert!(
            (0.3..0.7).contains(&centred.together),
            "{}",
            centred.together
        );
        assert!(
            1.8 * centred.steps < positive.steps,
            "{} {}",
            centred.steps,
            positive.steps
        );
        assert!(centred.rate > positive.rate);
    }

    #[test]
    fn a_step_by_hand() {
        // the rule is w ← w − 0.3·(w·x − y)·x: both weights get the same factor
        let path = path(0.0, 0.3, 5);
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let x = [(); 2].map(|()| rng.random_range(0.0..2.0));
        let error = -2.0 * x[0] + 1.5 * x[1];
        for i in 0..2 {
            assert!((path[1][i] - (path[0][i] - 0.3 * error * x[i])).abs() < 1e-14);
        }
    }
}
