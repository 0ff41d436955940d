//! Weights that may change without a trace: directions in which no sample says anything.

use core_tensor::{Tensor, Vector};
use examples::lesson::{dot, norm};
use models::data::digits;
use nn::{Class, CrossEntropy, Init, Linear, Network, Tanh};
use optim::{Adam, Data, Progress, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Neurons of the hidden layer.
pub(crate) const UNITS: usize = 16;
/// Digits that are learnt from: fewer than pixels.
const SAMPLES: usize = 40;

type Net = (Linear<64, UNITS, f64>, Tanh, Linear<UNITS, 10, f64>);
type Digit = Tensor<Vector<64>, f64>;

/// A network before and after every neuron got a vector of the null space of `X·Xᵀ` added to its weights, `X` with a column a sample.
pub(crate) struct Moved {
    /// the weights of the first four neurons before and after
    pub(crate) neurons: [[Vec<f64>; 2]; 4],
    /// the mean length of what was added, over the mean length of the weights
    pub(crate) share: f64,
    /// the largest change of an output on the data, and on digits that were not in it
    pub(crate) change: [f64; 2],
    /// the largest number of `X·Xᵀ·v`
    pub(crate) residue: f64,
}

/// Learns some digits, then moves the weights.
pub(crate) fn moved() -> Moved {
    let all = digits::load();
    let flat = |i: usize| Digit::from_fn(|pixel| f64::from(all.images[i].as_slice()[pixel]));
    let (data, others): (Vec<_>, Vec<_>) = (
        (0..SAMPLES).map(flat).collect(),
        (SAMPLES..2 * SAMPLES).map(flat).collect(),
    );
    let labels: Vec<Class<10>> = (0..SAMPLES)
        .map(|i| Class::new(all.labels[i].index()))
        .collect();
    let adam = Adam::new(0.01);
    let mut trainer = Trainer::<Vector<64>, Net, _, _, f64>::new(CrossEntropy, adam, SAMPLES);
    trainer.network.init(Init::XavierNormal, 0);
    trainer.fit(Data::new(&data, &labels), None, 100, &mut Progress::quiet());
    let mut net = trainer.network;

    let outputs = |net: &mut Network<Vector<64>, Net, f64>| {
        [&data, &others].map(|x| Tensor::flat(net.predict(x)).to_vec())
    };
    let (before, weights) = (outputs(&mut net), columns(&net));
    let basis = orthonormal(&data);
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (mut added, mut residue) = (0.0, 0.0_f64);
    for unit in 0..UNITS {
        let mut v: Vec<f64> = (0..64).map(|_| rng.random_range(-0.6..0.6)).collect();
        remove(&mut v, &basis);
        residue = data
            .iter()
            .map(|x| dot(x.as_slice(), &v).abs())
            .fold(residue, f64::max);
        added += norm(&v);
        for (pixel, v) in v.iter().enumerate() {
            net.layers.0.weight[[pixel, unit]] += v;
        }
    }
    let after = outputs(&mut net);
    let moved = columns(&net);
    let largest = |i: usize| {
        let pairs = before[i].iter().zip(&after[i]);
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    Moved {
        neurons: [0, 1, 2, 3].map(|unit| [weights[unit].clone(), moved[unit].clone()]),
        share: added / weights.iter().map(|w| norm(w)).sum::<f64>(),
        change: [largest(0), largest(1)],
        residue,
    }
}

/// The weights of each neuron of the hidden layer.
fn columns(net: &Network<Vector<64>, Net, f64>) -> Vec<Vec<f64>> {
    let weight = &net.layers.0.weight;
    (0..UNITS)
        .map(|unit| (0..64).map(|pixel| weight[[pixel, unit]]).collect())
        .collect()
}

/// Directions at right angles that reach every sample (Gram, Schmidt).
fn orthonormal(data: &[Digit]) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = vec![];
    for x in data {
        let mut v = x.as_slice().to_vec();
        remove(&mut v, &basis);
        let length = norm(&v);
        if length > 1e-9 {
            basis.push(v.iter().map(|v| v / length).collect());
        }
    }
    basis
}

/// Takes from `v` what lies along the basis, twice, since once leaves rounding.
fn remove(v: &mut [f64], basis: &[Vec<f64>]) {
    for b in basis.iter().chain(basis) {
        let along = dot(v, b);
        v.iter_mut().zip(b).for_each(|(v, b)| *v -= along * b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_sample_sees_changes_nothing() {
        let moved = moved();
        assert!(moved.residue < 1e-13, "{}", moved.residue);
        assert!(moved.share > 0.5, "{}", moved.share);
        assert!(moved.change[0] < 1e-12, "{}", moved.change[0]);
        // digits that were not in the data do see it
        assert!(moved.change[1] > 0.1, "{}", moved.change[1]);
    }
}
