//! What ten layers make of signals, by how their weights were drawn.

use core_tensor::{Tensor, Vector};
use nn::{Init, Layer, Linear, Network, Relu, Tanh};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Numbers that go in and out of every layer.
pub(crate) const WIDTH: usize = 100;
/// Layers.
pub(crate) const DEPTH: usize = 10;
/// Bars of a histogram.
pub(crate) const BARS: usize = 41;
const SAMPLES: usize = 200;

/// What the signals look like after each layer.
pub(crate) struct Signals {
    /// `√(mean of squares)`, the first of the input
    pub(crate) sizes: Vec<f64>,
    /// which share of numbers lies in each bar from −1 to 1, a row a layer, the outer bars holding all beyond
    pub(crate) shares: Vec<[f64; BARS]>,
    /// the share of numbers with a size above 0.95 after the last layer
    pub(crate) saturated: f64,
}

/// How weights are drawn, and its name.
pub(crate) const WAYS: [(&str, Init); 5] = [
    ("zeros", Init::ZEROS),
    ("N(0, 1)", normal(1.0)),
    ("N(0, 0.01²)", normal(0.01)),
    ("Xavier", Init::XavierNormal),
    ("He", Init::HeNormal),
];

const fn normal(deviation: f64) -> Init {
    Init::Normal {
        mean: 0.0,
        deviation,
    }
}

/// Samples of variance 1 go through ten layers with hyperbolic tangents.
pub(crate) fn tanh(how: Init) -> Signals {
    signals::<Tanh>(how)
}

/// Samples of variance 1 go through ten layers with ReLUs.
pub(crate) fn relu(how: Init) -> Signals {
    signals::<Relu>(how)
}

fn signals<A: Layer<Vector<WIDTH>, f64, Y = Vector<WIDTH>>>(how: Init) -> Signals {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let edge = 3_f64.sqrt();
    let mut x: Vec<Tensor<Vector<WIDTH>, f64>> = (0..SAMPLES)
        .map(|_| Tensor::from_fn(|_| rng.random_range(-edge..edge)))
        .collect();
    let mut found = Signals {
        sizes: vec![size(&x)],
        shares: vec![],
        saturated: 0.0,
    };
    let mut layer = Network::<Vector<WIDTH>, (Linear<WIDTH, WIDTH, f64>, A), f64>::new(SAMPLES);
    for seed in 1..=DEPTH as u64 {
        layer.init(how, seed);
        x = layer.predict(&x).iter().map(|y| y.map(|&y| y)).collect();
        found.sizes.push(size(&x));
        found.shares.push(shares(&x));
    }
    let all = Tensor::flat(&x);
    let outside = all.iter().filter(|x| x.abs() > 0.95).count();
    found.saturated = outside as f64 / all.len() as f64;
    found
}

fn size(x: &[Tensor<Vector<WIDTH>, f64>]) -> f64 {
    let all = Tensor::flat(x);
    (all.iter().map(|x| x * x).sum::<f64>() / all.len() as f64).sqrt()
}

fn shares(x: &[Tensor<Vector<WIDTH>, f64>]) -> [f64; BARS] {
    let all = Tensor::flat(x);
    let mut shares = [0.0; BARS];
    for x in all {
        let bar = (x.clamp(-1.0, 1.0) + 1.0) / 2.0 * (BARS - 1) as f64;
        shares[bar.round() as usize] += 1.0 / all.len() as f64;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(sizes: &[f64]) -> f64 {
        sizes[DEPTH]
    }

    #[test]
    fn relus_keep_half_of_the_squares() {
        // weights of deviation s give sums of mean square n·s² times that before, of which a relu keeps half
        for (name, how) in WAYS {
            let a_layer = match name {
                "zeros" => 0.0,
                "N(0, 1)" => (WIDTH as f64 / 2.0).sqrt(),
                "N(0, 0.01²)" => 0.01 * (WIDTH as f64 / 2.0).sqrt(),
                "Xavier" => 0.5_f64.sqrt(),
                _ => 1.0,
            };
            let found = last(&relu(how).sizes);
            let right = a_layer.powi(DEPTH as i32);
            assert!(
                (0.5..2.0).contains(&(found / right)) || found == right,
                "{name}: {found}"
            );
        }
    }

    #[test]
    fn tanh_dies_saturates_or_stays() {
        let [zeros, wide, narrow, xavier, _] = WAYS.map(|(_, how)| tanh(how));
        assert_eq!(last(&zeros.sizes), 0.0);
        assert!(wide.saturated > 0.7, "{}", wide.saturated);
        // 0.01·√100 = 1/10 a layer, where tanh is a line
        assert!(
            (last(&narrow.sizes) / 1e-10).ln().abs() < 0.7,
            "{}",
            last(&narrow.sizes)
        );
        assert!(last(&xavier.sizes) > 0.15 && xavier.saturated < 0.05);
    }

    #[test]
    fn shares_are_of_everything() {
        for row in tanh(Init::XavierNormal).shares {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
