//! The whole set, one sample and a mini-batch a step: logistic regression, with one sample of the wrong label.

use core_tensor::{Tensor, Vector};
use nn::{BceWithLogits, Linear};
use optim::{Data, Lbfgs, Sgd, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

type Number = Tensor<Vector<1>, f64>;
type Net = Linear<1, 1, f64>;

/// How many samples there are, and which one is mislabelled.
pub(crate) const SAMPLES: usize = 40;
pub(crate) const WRONG: usize = 1;
/// How often each sample is seen, and the rate of all three.
pub(crate) const EPOCHS: usize = 40;
pub(crate) const RATE: f64 = 0.3;
/// How many samples a step sees.
pub(crate) const BATCHES: [usize; 3] = [SAMPLES, 1, 8];
/// What is seen of the weights: the lower left and the upper right corner, slope across and bias up.
pub(crate) const MAP: [[f64; 2]; 2] = [[-0.6, -1.3], [2.6, 1.3]];

/// Samples from −2 to 2, class 1 above a noisy border near 0.3; the second from below has the label of the highest.
pub(crate) fn samples() -> (Vec<Number>, Vec<Number>) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let sample = |i: usize| {
        let x = -2.0 + 4.0 * i as f64 / (SAMPLES - 1) as f64;
        let above = x + rng.random_range(-0.9..0.9) > 0.3;
        let label = f64::from(u8::from(above || i == WRONG));
        (Tensor::new([x]), Tensor::new([label]))
    };
    (0..SAMPLES).map(sample).unzip()
}

/// The loss over all samples at a slope and a bias.
pub(crate) fn loss([slope, bias]: [f64; 2]) -> f64 {
    let (x, y) = samples();
    let one = |(x, y): (&Number, &Number)| {
        let z = slope * x[[0]] + bias;
        // ln(1 + eᶻ) − y·z
        z.max(0.0) + (-z.abs()).exp().ln_1p() - y[[0]] * z
    };
    x.iter().zip(&y).map(one).sum::<f64>() / SAMPLES as f64
}

/// The lowest point.
pub(crate) fn lowest() -> [f64; 2] {
    let (x, y) = samples();
    let mut net = nn::Network::<Vector<1>, Net, f64>::new(SAMPLES);
    let mut other = nn::Network::<Vector<1>, Net, f64>::new(SAMPLES);
    Lbfgs::default().minimise(&mut *net.layers, |layers, grad| {
        other.layers.weight = layers.weight.map(|&w| w);
        other.layers.bias = layers.bias.map(|&b| b);
        let overwrite = nn::Gradients::Overwrite;
        other
            .gradient(&BceWithLogits, &x, &y, grad, overwrite, 0)
            .loss
    });
    [net.layers.weight[[0, 0]], net.layers.bias[[0]]]
}

/// A training: slope, bias and loss over all samples, before the first step and after each.
pub(crate) struct Course {
    pub(crate) batch: usize,
    pub(crate) path: Vec<[f64; 2]>,
    pub(crate) losses: Vec<f64>,
    /// what the steps of each sample changed in the loss, on average; for steps of one sample
    pub(crate) by_sample: Vec<f64>,
}

impl Course {
    /// The share of steps that raised the loss.
    pub(crate) fn raised(&self) -> f64 {
        let raised = self.losses.windows(2).filter(|pair| pair[1] > pair[0]);
        raised.count() as f64 / (self.losses.len() - 1) as f64
    }

    /// The root of the mean squared distance from the lowest point over the last quarter.
    pub(crate) fn distance(&self) -> f64 {
        let [w, b] = lowest();
        let last = &self.path[self.path.len() * 3 / 4..];
        let squares = last
            .iter()
            .map(|at| (at[0] - w).powi(2) + (at[1] - b).powi(2));
        (squares.sum::<f64>() / last.len() as f64).sqrt()
    }
}

/// Trains from zero with `batch` samples a step, in an order that is drawn anew for every epoch.
pub(crate) fn learn(batch: usize, rate: f64) -> Course {
    let (x, y) = samples();
    let mut trainer = Trainer::<Vector<1>, Net, _, _, f64>::new(BceWithLogits, Sgd { rate }, batch);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut order: Vec<usize> = (0..SAMPLES).collect();
    let (mut path, mut losses) = (vec![[0.0; 2]], vec![2_f64.ln()]);
    let mut by_sample = vec![0.0; SAMPLES];
    for _ in 0..EPOCHS {
        order.shuffle(&mut rng);
        for chosen in order.chunks(batch) {
            let pick = |all: &[Number]| chosen.iter().map(|&i| all[i].map(|&x| x)).collect();
            let [some_x, some_y]: [Vec<Number>; 2] = [pick(&x), pick(&y)];
            trainer.step(&some_x, &some_y);
            let now = trainer.score(Data::new(&x, &y)).loss;
            if let &[i] = chosen {
                by_sample[i] += (now - losses[losses.len() - 1]) / EPOCHS as f64;
            }
            let line = &trainer.network.layers;
            path.push([line.weight[[0, 0]], line.bias[[0]]]);
            losses.push(now);
        }
    }
    Course {
        batch,
        path,
        losses,
        by_sample,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_point_is_flat() {
        let at = lowest();
        let slope = |i: usize| {
            let moved = |by: f64| std::array::from_fn(|j| at[j] + if i == j { by } else { 0.0 });
            (loss(moved(1e-5)) - loss(moved(-1e-5))) / 2e-5
        };
        assert!(slope(0).abs() < 1e-6 && slope(1).abs() < 1e-6);
    }

    #[test]
    fn the_whole_set_goes_down_and_one_sample_to_and_fro() {
        let [whole, one, some] = BATCHES.map(|batch| learn(batch, RATE));
        for course in [&whole, &one, &some] {
            let last = course.path.len() - 1;
            assert!((loss(course.path[last]) - course.losses[last]).abs() < 1e-12);
        }
        assert_eq!(whole.raised(), 0.0);
        assert!(one.raised() > 0.3, "{}", one.raised());
        assert!(some.raised() > 0.05 && some.raised() < one.raised());
        // as often as it sees each sample, one a step has come furthest; in the end it stays furthest away
        let after = |course: &Course, epochs: usize| course.losses[epochs * SAMPLES / course.batch];
        assert!(after(&one, 1) < after(&some, 1) && after(&some, 1) < after(&whole, 1));
        assert!(
            some.distance() < one.distance(),
            "{} {}",
            some.distance(),
            one.distance()
        );
        // steps half as long come to rest nearer
        assert!(learn(1, RATE / 4.0).distance() < 0.75 * one.distance());
    }

    #[test]
    fn the_mislabelled_sample_undoes_most() {
        let one = learn(1, RATE);
        let worst = one.by_sample.iter().copied().fold(f64::MIN, f64::max);
        assert_eq!(one.by_sample[WRONG], worst);
        assert!(worst > 0.0);
    }
}
