//! Two spirals, and the border between them while it is learnt.

use core_tensor::{Tensor, Vector};
use examples::lesson::cells;
use nn::{BceWithLogits, Init, Linear, Tanh};
use optim::{Adam, Data, Trainer};

/// Cells of a side of a frame.
pub(crate) const SIDE: usize = 72;
/// A frame reaches from −this to this.
pub(crate) const REACH: f64 = 1.15;
/// Points of each spiral.
const POINTS: usize = 97;
/// Steps of the training.
pub(crate) const STEPS: usize = 300;

type Net = (
    Linear<2, 32, f64>,
    Tanh,
    Linear<32, 32, f64>,
    Tanh,
    Linear<32, 1, f64>,
);

/// The points of one spiral and of the other, one and a half turns each, which is half as far as in the benchmark of Lang, Witbrock (1988).
pub(crate) fn spirals() -> [Vec<[f64; 2]>; 2] {
    [1.0, -1.0].map(|side| {
        let point = |i: usize| {
            let share = i as f64 / (POINTS - 1) as f64;
            let (angle, radius) = (9.4 * share, 0.08 + 0.92 * share);
            [side * radius * angle.cos(), side * radius * angle.sin()]
        };
        (0..POINTS).map(point).collect()
    })
}

/// What the network says after some steps.
pub(crate) struct Moment {
    pub(crate) step: usize,
    pub(crate) loss: f64,
    /// the share of points on their side
    pub(crate) accuracy: f64,
    /// the probability of the first spiral, a cell after the other
    pub(crate) field: Vec<f64>,
}

/// Learns with all points in every step, and calls `see` before the first step and after every `every`.
pub(crate) fn learn(every: usize, mut see: impl FnMut(Moment)) {
    let [first, second] = spirals();
    let x: Vec<Tensor<Vector<2>, f64>> = first.into_iter().chain(second).map(Tensor::new).collect();
    let t: Vec<Tensor<Vector<1>, f64>> = (0..2 * POINTS)
        .map(|i| Tensor::new([if i < POINTS { 1.0 } else { 0.0 }]))
        .collect();
    let places: Vec<_> = cells(-REACH, REACH, SIDE).map(Tensor::new).collect();
    let adam = Adam::new(0.01);
    let mut trainer = Trainer::<Vector<2>, Net, _, _, f64>::new(BceWithLogits, adam, places.len());
    // wide first weights: borders that bend
    trainer.network.init(Init::HeNormal, 1);
    for step in 0..=STEPS {
        if step % every == 0 {
            let outputs = trainer.network.predict(&x);
            let right = outputs
                .iter()
                .zip(&t)
                .filter(|(y, t)| (y[[0]] > 0.0) == (t[[0]] > 0.5));
            let accuracy = right.count() as f64 / x.len() as f64;
            let field = trainer.network.predict(&places);
            let field = field
                .iter()
                .map(|y| 1.0 / (1.0 + (-y[[0]]).exp()))
                .collect();
            let loss = trainer.score(Data::new(&x, &t)).loss;
            see(Moment {
                step,
                loss,
                accuracy,
                field,
            });
        }
        trainer.step(&x, &t);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spirals_are_learnt() {
        let mut moments = vec![];
        learn(STEPS, |moment| moments.push(moment));
        let [first, last] = &moments[..] else {
            panic!("before and after")
        };
        assert!(first.loss > 0.5 && first.accuracy < 0.8);
        assert_eq!(last.accuracy, 1.0);
        assert!(last.loss < 0.02, "{}", last.loss);
        // the second spiral is the first, turned by half: so is what lies between
        let middle = last.field.iter().sum::<f64>() / last.field.len() as f64;
        assert!((0.35..0.65).contains(&middle), "{middle}");
    }
}
