//! Rosenblatt's rule, the bound of its mistakes, and where it never ends.

use core_tensor::{Tensor, Vector};
use examples::lesson::{dot, norm};
use nn::{Linear, Loss};
use optim::{Sgd, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// `max(0, −t·y)` for targets of −1 and 1, whose slope is `−t` at the kink too: a descent with rate 1 on single samples adds `t·x` to the
/// weights at every mistake and does nothing else. That is the rule of Rosenblatt (1958).
struct Mistake;

impl Loss<Vector<1>, f64> for Mistake {
    type Target = Tensor<Vector<1>, f64>;

    fn sample(
        &self,
        y: &Tensor<Vector<1>, f64>,
        target: &Self::Target,
        dy: &mut Tensor<Vector<1>, f64>,
    ) -> f64 {
        let agreement = y[[0]] * target[[0]];
        dy[[0]] = if agreement > 0.0 { 0.0 } else { -target[[0]] };
        (-agreement).max(0.0)
    }

    fn hit(&self, y: &Tensor<Vector<1>, f64>, target: &Self::Target) -> Option<bool> {
        Some(y[[0]] * target[[0]] > 0.0)
    }
}

/// Points in two classes, −1 and 1.
pub(crate) struct Points {
    pub(crate) x: Vec<[f64; 2]>,
    pub(crate) t: Vec<f64>,
}

/// The line by which [`separable`] sorts its points: `w₁, w₂, b`.
pub(crate) const SORTED_BY: [f64; 3] = [0.8, -0.6, 0.1];

/// Random points of a square, none of which lies close to the line that sorts them.
pub(crate) fn separable(n: usize) -> Points {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut points = Points {
        x: vec![],
        t: vec![],
    };
    while points.x.len() < n {
        let x = [(); 2].map(|()| rng.random_range(-1.0..1.0));
        let side = dot(&SORTED_BY, &with_bias(x));
        if side.abs() > 0.1 {
            points.x.push(x);
            points.t.push(side.signum());
        }
    }
    points
}

/// A sample with the feature that the bias belongs to.
fn with_bias([x1, x2]: [f64; 2]) -> [f64; 3] {
    [x1, x2, 1.0]
}

/// `(R/γ)²`, which no sequence of mistakes exceeds (Novikoff 1962): `R` is the longest sample, `γ` the least distance from a separating
/// plane through the origin. The bias counts as a weight and its feature as part of the sample.
pub(crate) fn bound(points: &Points, separator: [f64; 3]) -> [f64; 3] {
    let longest = points.x.iter().map(|&x| norm(&with_bias(x)));
    let radius = longest.fold(0.0, f64::max);
    let pairs = points.x.iter().zip(&points.t);
    let sides = pairs.map(|(&x, t)| t * dot(&separator, &with_bias(x)) / norm(&separator));
    let margin = sides.fold(f64::INFINITY, f64::min);
    [radius, margin, (radius / margin).powi(2)]
}

/// How the rule went.
pub(crate) struct Run {
    /// mistakes in each round over all samples
    pub(crate) mistakes: Vec<usize>,
    /// `w₁, w₂, b` after each round, the first before all
    pub(crate) weights: Vec<[f64; 3]>,
    /// the same after each sample
    pub(crate) path: Vec<[f64; 3]>,
}

impl Run {
    /// All mistakes.
    pub(crate) fn total(&self) -> usize {
        self.mistakes.iter().sum()
    }

    /// Whether a round went without a mistake: from then on nothing changes.
    pub(crate) fn ended(&self) -> bool {
        self.mistakes.last() == Some(&0)
    }

    /// The first round after which the weights are those of an earlier one, and how many rounds earlier: from there on they repeat for ever.
    pub(crate) fn repeats(&self) -> Option<[usize; 2]> {
        let all = &self.weights;
        (1..all.len()).find_map(|i| {
            let before = all[..i].iter().rposition(|w| *w == all[i])?;
            Some([i, i - before])
        })
    }
}

/// Applies the rule to one sample after another, from weights of zero, until a round goes without mistakes or `rounds` are over.
pub(crate) fn learn(points: &Points, rounds: usize) -> Run {
    let sgd = Sgd { rate: 1.0 };
    let mut trainer = Trainer::<Vector<2>, Linear<2, 1, f64>, _, _, f64>::new(Mistake, sgd, 1);
    let x: Vec<_> = points.x.iter().map(|&x| Tensor::new(x)).collect();
    let t: Vec<_> = points.t.iter().map(|&t| Tensor::new([t])).collect();
    let mut run = Run {
        mistakes: vec![],
        weights: vec![[0.0; 3]],
        path: vec![[0.0; 3]],
    };
    while run.mistakes.len() < rounds && !run.ended() {
        let mut mistakes = 0;
        for (x, t) in x.chunks(1).zip(t.chunks(1)) {
            let score = trainer.step(x, t);
            mistakes += usize::from(score.accuracy() == Some(0.0));
            let neuron = &trainer.network.layers;
            let [w1, w2] = [0, 1].map(|i| neuron.weight[[i, 0]]);
            run.path.push([w1, w2, neuron.bias[[0]]]);
        }
        run.mistakes.push(mistakes);
        run.weights.extend(run.path.last());
    }
    run
}

/// The exclusive or as points in two classes.
pub(crate) fn exclusive_or() -> Points {
    Points {
        x: crate::logic::CORNERS.into(),
        t: crate::logic::XOR.map(|t| 2.0 * t - 1.0).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::{CORNERS, XOR};

    #[test]
    fn two_samples_by_hand() {
        // x = (2, 0) of class 1: a mistake at zero weights, w = (2, 0, 1); x = (−1, 1) of class −1 is right then, and all is well
        let points = Points {
            x: vec![[2.0, 0.0], [-1.0, 1.0]],
            t: vec![1.0, -1.0],
        };
        let run = learn(&points, 10);
        assert_eq!(run.mistakes, [1, 0]);
        assert_eq!(run.weights, [[0.0; 3], [2.0, 0.0, 1.0], [2.0, 0.0, 1.0]]);
        // (2, 0, 1)·(2, 0, 1) = 5 and −(2, 0, 1)·(−1, 1, 1) = 1, by a normal of length √5
        let [radius, margin, bound] = bound(&points, [2.0, 0.0, 1.0]);
        assert!((radius - 5_f64.sqrt()).abs() < 1e-15 && (margin - 0.2_f64.sqrt()).abs() < 1e-15);
        assert!((bound - 25.0).abs() < 1e-12);
    }

    #[test]
    fn mistakes_stay_below_the_bound() {
        let points = separable(80);
        let run = learn(&points, 1000);
        let [.., bound] = bound(&points, SORTED_BY);
        assert!(run.ended() && run.total() > 3);
        assert!((run.total() as f64) <= bound, "{} {bound}", run.total());
        // and the plane that it found separates them
        let last = run.weights[run.weights.len() - 1];
        let right = |(&x, t): (&[f64; 2], &f64)| t * dot(&last, &with_bias(x)) > 0.0;
        assert!(points.x.iter().zip(&points.t).all(right));
    }

    #[test]
    fn the_exclusive_or_never_ends() {
        let run = learn(&exclusive_or(), 1000);
        assert!(!run.ended() && run.mistakes.iter().all(|&m| m > 0));
        let [round, period] = run.repeats().unwrap();
        assert!(round < 20 && period > 0);
        assert_eq!(run.weights[1000], run.weights[1000 - period]);
        assert_eq!(exclusive_or().x, CORNERS);
        assert_eq!(exclusive_or().t, XOR.map(|t| 2.0 * t - 1.0));
    }
}
