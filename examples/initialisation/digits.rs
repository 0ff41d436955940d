//! Learning to read digits from different beginnings, and why equal weights stay equal.

use core_tensor::{Image, Tensor, Vector};
use models::data::digits;
use nn::{CrossEntropy, Flatten, Init, Linear, Mse, Relu, Tanh};
use optim::{Data, Momentum, Progress, Sgd, Trainer};

type Hidden = (Linear<64, 64>, Relu);
type Net = (Flatten, Hidden, Hidden, Hidden, Hidden, Linear<64, 10>);

/// Epochs of [`learn`].
pub(crate) const EPOCHS: usize = 8;

/// The loss after each epoch and the accuracy on digits held out, of a network with four hidden layers.
pub(crate) fn learn(how: Init) -> (Vec<f64>, f64) {
    let (train, test) = digits::load().split(5, 0);
    let momentum = Momentum::new(0.02, 0.9);
    let mut trainer = Trainer::<Image<8, 8, 1>, Net, _, _>::new(CrossEntropy, momentum, 32);
    trainer.network.init(how, 0);
    let data = Data::new(&train.images, &train.labels);
    let history = trainer.fit(data, None, EPOCHS, &mut Progress::quiet());
    let score = trainer.score(Data::new(&test.images, &test.labels));
    let losses = history.iter().map(|epoch| f64::from(epoch.train.loss));
    (losses.collect(), score.accuracy().unwrap_or(0.0))
}

/// How many of eight hidden units differ from all others after a hundred steps, and how far their weights moved.
pub(crate) fn different(how: Init) -> (usize, f64) {
    type Small = (Linear<2, 8, f64>, Tanh, Linear<8, 1, f64>);
    let x = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]].map(Tensor::new);
    let targets = [0.3, 1.0, -1.0, 0.5].map(|t| Tensor::new([t]));
    let mut trainer = Trainer::<Vector<2>, Small, _, _, f64>::new(Mse, Sgd { rate: 0.1 }, 4);
    trainer.network.init(how, 1);
    let before = trainer.network.layers.0.weight.duplicate();
    for _ in 0..100 {
        trainer.step(&x, &targets);
    }
    let weight = &trainer.network.layers.0.weight;
    let moved = weight.zip(&before, |a, b| (a - b).abs()).max();
    let unit = |i: usize| [0, 1].map(|j| weight[[j, i]].to_bits());
    let alone = |&i: &usize| (0..8).all(|j| i == j || unit(i) != unit(j));
    ((0..8).filter(alone).count(), moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spread::WAYS;

    #[test]
    fn equal_units_stay_equal() {
        assert_eq!(different(Init::ZEROS), (0, 0.0));
        let (alone, moved) = different(Init::Constant(0.5));
        assert!(alone == 0 && moved > 0.01, "{moved}");
        let (alone, moved) = different(Init::XavierNormal);
        assert!(alone == 8 && moved > 0.01, "{moved}");
    }

    #[test]
    fn the_right_spread_learns() {
        let [zeros, wide, narrow, xavier, he] = WAYS.map(|(_, how)| learn(how).1);
        // a guess is right in one of ten
        assert!(zeros < 0.15 && narrow < 0.15, "{zeros} {narrow}");
        assert!(xavier > 0.9 && he > 0.93, "{xavier} {he}");
        assert!(wide < he - 0.05, "{wide}");
    }
}
