//! How weights begin: drawn with a spread that keeps the size of signals, or of gradients, from layer to layer.

use core_tensor::{Leaf, Params, Path, Role, Scalar, Visit};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Normal, Uniform};

/// How weights are drawn. Biases and running means start at 0, scales and running variances at 1, the slopes of activations at 1/4, whatever the choice.
///
/// `fan_in` is how many numbers an output is summed from (for a convolution: channels in × window), `fan_out` how many outputs an input
/// takes part in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Init {
    /// Normal, variance `2 / fan_in`: for ReLU (He et al. 2015).
    HeNormal,
    /// Uniform in `±√(6 / fan_in)`, the same variance (He et al. 2015).
    HeUniform,
    /// Normal, variance `2 / (fan_in + fan_out)`: for tanh and sigmoid (Glorot, Bengio 2010).
    XavierNormal,
    /// Uniform in `±√(6 / (fan_in + fan_out))`, the same variance (Glorot, Bengio 2010).
    XavierUniform,
}

impl Init {
    /// The standard deviation of the weights of `leaf`.
    pub fn deviation(self, leaf: &Leaf<'_>) -> f64 {
        match self {
            Init::HeNormal | Init::HeUniform => (2.0 / leaf.fan_in() as f64).sqrt(),
            Init::XavierNormal | Init::XavierUniform => {
                (2.0 / (leaf.fan_in() + leaf.fan_out()) as f64).sqrt()
            }
        }
    }

    /// A stream of weights for `leaf`.
    fn fill<T: Scalar>(self, leaf: &Leaf<'_>, weight: &mut [T], rng: &mut ChaCha8Rng) {
        let deviation = self.deviation(leaf);
        match self {
            Init::HeNormal | Init::XavierNormal => draw(
                weight,
                Normal::new(0.0, deviation).expect("a side of a weight is not 0"),
                rng,
            ),
            Init::HeUniform | Init::XavierUniform => {
                // a uniform number in ±a has variance a²/3
                let bound = deviation * 3_f64.sqrt();
                draw(
                    weight,
                    Uniform::new_inclusive(-bound, bound).expect("a side of a weight is not 0"),
                    rng,
                );
            }
        }
    }
}

fn draw<T: Scalar>(weight: &mut [T], distribution: impl Distribution<f64>, rng: &mut ChaCha8Rng) {
    weight.fill_with(|| T::of(distribution.sample(rng)));
}

/// Draws every weight of `net`, frozen ones too, from `seed`: the same seed gives the same weights in `f32`, `f64` and dual numbers, up
/// to rounding.
pub fn init<T: Scalar>(net: &mut impl Params<T>, how: Init, seed: u64) {
    net.visit(
        [],
        &Path::Root,
        &mut Draw {
            how,
            rng: ChaCha8Rng::seed_from_u64(seed),
        },
    );
}

struct Draw {
    how: Init,
    rng: ChaCha8Rng,
}

impl<T: Scalar> Visit<T, 0> for Draw {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], _: [&mut [T]; 0]) {
        match leaf.role {
            Role::Weight => self.how.fill(&leaf, weight, &mut self.rng),
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
