//! How weights begin: drawn with a spread that keeps the size of signals, or of gradients, from layer to layer.

use alloc::vec::Vec;

use core_tensor::{Leaf, Params, Path, Role, Scalar, Visit};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Normal, Uniform};

/// How weights are drawn. Biases and running means start at 0, scales and running variances at 1, the slopes of activations at 1/4,
/// whatever the choice. The rows of an embedding begin with deviation 1 where the choice is one of `fan`, since they are not summed.
///
/// `fan_in` is how many numbers an output is summed from (for a convolution: channels in, of its group, × window; for a transposed one
/// that over its stride), `fan_out` how many outputs an input takes part in.
///
/// | activation that follows | suits |
/// |---|---|
/// | relu and its kin | [`HeNormal`](Init::HeNormal); with a slope, [`Init::scaled`] by [`gain_leaky`] |
/// | tanh, sigmoid, softmax, none | [`XavierNormal`](Init::XavierNormal) |
/// | selu | [`LeCunNormal`](Init::LeCunNormal) |
///
/// [`Network::init_suited`](crate::Network::init_suited) goes by this table, layer by layer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Init {
    /// Normal, variance `2 / fan_in`: for ReLU (He et al. 2015).
    HeNormal,
    /// Uniform in `±√(6 / fan_in)`, the same variance (He et al. 2015).
    HeUniform,
    /// Normal, variance `2 / (fan_in + fan_out)`: for tanh and sigmoid (Glorot, Bengio 2010).
    XavierNormal,
    /// Uniform in `±√(6 / (fan_in + fan_out))`, the same variance (Glorot, Bengio 2010).
    XavierUniform,
    /// Normal, variance `1 / fan_in`: for SELU (LeCun et al. 1998).
    LeCunNormal,
    /// Uniform in `±√(3 / fan_in)`, the same variance (LeCun et al. 1998).
    LeCunUniform,
    /// Variance `gain² / fan`, see [`Init::scaled`].
    Scaled {
        /// what the activation takes from a signal's deviation, given back
        gain: f64,
        /// which signals keep their size
        fan: Fan,
        /// the shape of the distribution
        shape: Spread,
    },
    /// Rows, or columns if they are fewer, of length `gain` and at right angles to one another (Saxe, McClelland, Ganguli 2013).
    Orthogonal {
        /// the length
        gain: f64,
    },
    /// Normal with this mean and deviation.
    Normal {
        /// the mean
        mean: f64,
        /// the deviation
        deviation: f64,
    },
    /// Normal with this mean and deviation, drawn again beyond two deviations; so the deviation of what stays is 0.88 of it.
    TruncatedNormal {
        /// the mean
        mean: f64,
        /// the deviation before the cut
        deviation: f64,
    },
    /// Uniform from `low` to `high`.
    Uniform {
        /// the least
        low: f64,
        /// the greatest
        high: f64,
    },
    /// The same number everywhere: no two units of a layer will ever differ.
    Constant(f64),
}

/// Which signals an initialisation keeps at their size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fan {
    /// forward: divides by `fan_in`
    In,
    /// backward: divides by `fan_out`
    Out,
    /// between the two: divides by their mean
    Mean,
}

/// The shape of a distribution of given variance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// the bell
    Normal,
    /// from `−√3` to `√3` deviations
    Uniform,
}

/// What [`Init::scaled`] needs before a leaky relu of this slope: `√(2 / (1 + slope²))`, so `√2` before a relu (He et al. 2015).
pub fn gain_leaky(slope: f64) -> f64 {
    (2.0 / (1.0 + slope * slope)).sqrt()
}

impl Init {
    /// All weights 0: a network that learns nothing but its last biases, unless it has a shortcut.
    pub const ZEROS: Self = Self::Constant(0.0);
    /// All weights 1.
    pub const ONES: Self = Self::Constant(1.0);

    /// Variance `gain² / fan`: all others that keep the size of signals are of this kind.
    pub const fn scaled(gain: f64, fan: Fan, shape: Spread) -> Self {
        Self::Scaled { gain, fan, shape }
    }

    /// What the named ones are.
    fn as_scaled(self) -> Option<(f64, Fan, Spread)> {
        let root_two = core::f64::consts::SQRT_2;
        Some(match self {
            Self::HeNormal => (root_two, Fan::In, Spread::Normal),
            Self::HeUniform => (root_two, Fan::In, Spread::Uniform),
            Self::XavierNormal => (1.0, Fan::Mean, Spread::Normal),
            Self::XavierUniform => (1.0, Fan::Mean, Spread::Uniform),
            Self::LeCunNormal => (1.0, Fan::In, Spread::Normal),
            Self::LeCunUniform => (1.0, Fan::In, Spread::Uniform),
            Self::Scaled { gain, fan, shape } => (gain, fan, shape),
            _ => return None,
        })
    }

    /// Weights for `leaf`.
    fn fill<T: Scalar>(self, leaf: &Leaf<'_>, weight: &mut [T], rng: &mut ChaCha8Rng) {
        if let Some((gain, fan, shape)) = self.as_scaled() {
            let (fan_in, fan_out) = (leaf.fans.fan_in as f64, leaf.fans.fan_out as f64);
            let fan = match fan {
                Fan::In => fan_in,
                Fan::Out => fan_out,
                Fan::Mean => (fan_in + fan_out) / 2.0,
            };
            let deviation = gain / fan.sqrt();
            return match shape {
                Spread::Normal => draw(weight, normal(0.0, deviation), rng),
                // a uniform number in ±a has variance a²/3
                Spread::Uniform => {
                    let bound = deviation * 3_f64.sqrt();
                    draw(weight, uniform(-bound, bound), rng);
                }
            };
        }
        match self {
            Self::Normal { mean, deviation } => draw(weight, normal(mean, deviation), rng),
            Self::TruncatedNormal { mean, deviation } => {
                let normal = normal(0.0, 1.0);
                let mut inside = || {
                    loop {
                        let drawn: f64 = normal.sample(rng);
                        if drawn.abs() <= 2.0 {
                            return drawn;
                        }
                    }
                };
                weight.fill_with(|| T::of(mean + deviation * inside()));
            }
            Self::Uniform { low, high } => draw(weight, uniform(low, high), rng),
            Self::Constant(number) => weight.fill(T::of(number)),
            Self::Orthogonal { gain } => orthogonal(leaf.fans.rows, gain, weight, rng),
            _ => unreachable!("the named ones are scaled"),
        }
    }
}

#[track_caller]
fn normal(mean: f64, deviation: f64) -> Normal<f64> {
    Normal::new(mean, deviation).unwrap_or_else(|_| {
        panic!("weights cannot be drawn with a deviation of {deviation}: it must be a number, at least 0")
    })
}

#[track_caller]
fn uniform(low: f64, high: f64) -> Uniform<f64> {
    Uniform::new_inclusive(low, high).unwrap_or_else(|_| {
        panic!("weights cannot be drawn from {low} to {high}: both must be numbers, the lower one first")
    })
}

/// `rows` rows of normal numbers, made orthogonal one after the other (Gram, Schmidt), twice, since once loses digits.
fn orthogonal<T: Scalar>(rows: usize, gain: f64, weight: &mut [T], rng: &mut ChaCha8Rng) {
    let columns = weight.len() / rows.max(1);
    let (count, len) = (rows.min(columns), rows.max(columns));
    let normal = normal(0.0, 1.0);
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    while vectors.len() < count {
        let mut vector: Vec<f64> = (0..len).map(|_| normal.sample(rng)).collect();
        for _ in 0..2 {
            for other in &vectors {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                vector
                    .iter_mut()
                    .zip(other)
                    .for_each(|(a, b)| *a -= along * b);
            }
        }
        let length = vector.iter().map(|a| a * a).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|a| *a /= length);
        vectors.push(vector);
    }
    for (i, w) in weight.iter_mut().enumerate() {
        let (row, column) = (i / columns, i % columns);
        let number = if rows <= columns {
            vectors[row][column]
        } else {
            vectors[column][row]
        };
        *w = T::of(gain * number);
    }
}

fn draw<T: Scalar>(weight: &mut [T], distribution: impl Distribution<f64>, rng: &mut ChaCha8Rng) {
    weight.fill_with(|| T::of(distribution.sample(rng)));
}

/// Draws every weight of `net`, frozen ones too, from `seed`: the same seed gives the same weights in `f32`, `f64` and dual numbers, up
/// to rounding.
pub fn init<T: Scalar>(net: &mut impl Params<T>, how: Init, seed: u64) {
    draw_by(net, seed, |_| how);
}

/// The same, where each tensor may be drawn in a way of its own.
pub(crate) fn draw_by<T: Scalar>(
    net: &mut impl Params<T>,
    seed: u64,
    how: impl Fn(&Leaf<'_>) -> Init,
) {
    let rng = ChaCha8Rng::seed_from_u64(seed);
    net.visit([], &Path::Root, &mut Draw { how, rng });
}

struct Draw<F> {
    how: F,
    rng: ChaCha8Rng,
}

impl<T: Scalar, F: Fn(&Leaf<'_>) -> Init> Visit<T, 0> for Draw<F> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], _: [&mut [T]; 0]) {
        match leaf.role {
            Role::Weight | Role::Lookup => {
                let how = (self.how)(&leaf);
                // no sum of many numbers to keep small
                if leaf.role == Role::Lookup && how.as_scaled().is_some() {
                    draw(weight, normal(0.0, 1.0), &mut self.rng);
                } else {
                    how.fill(&leaf, weight, &mut self.rng);
                }
            }
            Role::Bias => weight.fill(T::zero()),
            Role::Scale | Role::Variance => weight.fill(T::one()),
            Role::Slope => weight.fill(T::of(0.25)),
            Role::Statistic => weight.fill(T::zero()),
        }
    }

    fn frozen(&mut self, leaf: Leaf<'_>, weight: &mut [T]) {
        Visit::<T, 0>::tensor(self, leaf, weight, []);
    }
}
