//! Several labels at once: points in the plane, three discs that overlap, and a yes or no for each.

use core_tensor::{Tensor, Vector};
use examples::lesson::cells;
use nn::{BceWithLogits, Init, Linear, Loss, Tanh, Total};
use optim::{Adam, Data, Progress, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Middles and radii.
pub(crate) const DISCS: [([f64; 2], f64); 3] = [
    ([-0.35, 0.3], 0.55),
    ([0.35, 0.3], 0.55),
    ([0.0, -0.3], 0.55),
];
/// Rows of cells of [`Learnt::chances`].
pub(crate) const SIDE: usize = 60;
const POINTS: usize = 1500;

type Net = (Linear<2, 24>, Tanh, Linear<24, 24>, Tanh, Linear<24, 3>);
type Point = Tensor<Vector<2>>;
type Labels = Tensor<Vector<3>>;

/// What was learnt, judged on points that were not.
pub(crate) struct Learnt {
    /// the share of right answers for each label
    pub(crate) accuracy: [f64; 3],
    /// the share of points whose labels are all right
    pub(crate) all: f64,
    /// the same if the most frequent combination is always said
    pub(crate) guess: f64,
    /// for each label, the chance that it holds in every cell of the plane, the lowest row first
    pub(crate) chances: [Vec<f64>; 3],
    /// some of the points
    pub(crate) points: Vec<[f64; 2]>,
}

/// Which discs hold a point.
pub(crate) fn holds(point: [f64; 2]) -> [bool; 3] {
    DISCS.map(|([x, y], radius)| (point[0] - x).hypot(point[1] - y) < radius)
}

fn points(seed: u64, n: usize) -> (Vec<Point>, Vec<Labels>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut pair = |_| {
        let at = [(); 2].map(|()| rng.random_range(-1.0..1.0));
        let labels = holds(at).map(|holds| f32::from(u8::from(holds)));
        (Tensor::new(at.map(|x| x as f32)), Tensor::new(labels))
    };
    (0..n).map(&mut pair).unzip()
}

/// Trains on the sum of three binary cross-entropies.
pub(crate) fn learn() -> Learnt {
    let ((x, labels), (test, truth)) = (points(0, POINTS), points(1, POINTS));
    let loss = Total(BceWithLogits);
    let mut trainer = Trainer::<Vector<2>, Net, _, _>::new(loss, Adam::new(1e-2), 50);
    trainer.network.init(Init::XavierNormal, 0);
    trainer.fit(Data::new(&x, &labels), None, 60, &mut Progress::quiet());
    let (mut right, mut all) = ([0.0; 3], 0.0);
    trainer.predict(&test, |i, logits| {
        let hits = [0, 1, 2].map(|k| (logits[[k]] > 0.0) == (truth[i][[k]] == 1.0));
        (0..3).for_each(|k| right[k] += f64::from(u8::from(hits[k])));
        all += f64::from(u8::from(hits == [true; 3]));
    });
    let places: Vec<Point> = cells(-1.0, 1.0, SIDE)
        .map(|at| Tensor::new(at.map(|x| x as f32)))
        .collect();
    let mut chances = [const { Vec::new() }; 3];
    trainer.predict(&places, |_, logits| {
        for (chances, &logit) in chances.iter_mut().zip(logits.as_slice()) {
            chances.push(1.0 / (1.0 + f64::from(-logit).exp()));
        }
    });
    let n = POINTS as f64;
    let same = |a: &Labels| truth.iter().filter(|b| a == *b).count();
    let guess = truth.iter().map(same).max().unwrap_or(0) as f64 / n;
    Learnt {
        accuracy: right.map(|right| right / n),
        all: all / n,
        guess,
        chances,
        points: test[..200]
            .iter()
            .map(|at| at.array().map(f64::from))
            .collect(),
    }
}

/// The loss of no knowledge: a half for each label.
pub(crate) fn clueless() -> f32 {
    let target = Tensor::new([1.0, 0.0, 1.0]);
    Total(BceWithLogits).sample(&Labels::zeros(), &target, &mut Tensor::zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_labels_are_learnt_together() {
        let learnt = learn();
        assert!(
            learnt.accuracy.iter().all(|&a| a > 0.97),
            "{:?}",
            learnt.accuracy
        );
        assert!(learnt.all > 0.93, "{}", learnt.all);
        // of the four corners of the plane none lies in a disc, and the middle in all three
        assert!(learnt.guess > 0.2 && learnt.guess < 0.5, "{}", learnt.guess);
        assert_eq!(holds([0.0, 0.1]), [true; 3]);
        assert!((clueless() - 3.0 * 2_f32.ln()).abs() < 1e-6);
    }
}
