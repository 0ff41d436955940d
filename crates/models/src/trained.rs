//! Networks that have learnt: weights of the small ones, as part of the program (feature `weights`).
//!
//! | file | network | learnt from | accuracy on the test images | bytes |
//! |---|---|---|---|---|
//! | `lenet5-mnist` | [`LeNet5`] | MNIST, shifted | 0.9931 | 248 kB |
//! | `lenet5-fashion` | [`LeNet5`] | Fashion-MNIST, shifted and mirrored | 0.9114 | 248 kB |
//! | `lenet8-digits` | [`LeNet8`] | four fifths of the [digits](crate::data::digits), shifted | 0.9944 | 154 kB |
//!
//! Pixels go from 0 (paper) to 1 (ink). `cargo run --release --example weights -- --mnist DIR --fashion DIR` trains them anew, and compares.
//!
//! ```
//! use models::data::digits;
//! use models::{LeNet8, trained};
//! use nn::Network;
//! let mut net = Network::<_, LeNet8>::new(1);
//! trained::LENET8_DIGITS.read(&mut *net.layers);
//! let (_, unseen) = digits::load().split(5, 0);
//! let logits = &net.predict(&unseen.images[..1])[0];
//! let best = (0..10).max_by(|&a, &b| logits[[a]].total_cmp(&logits[[b]]));
//! assert_eq!(best, Some(unseen.labels[0].index()));
//! ```
//!
//! MNIST: LeCun, Cortes, Burges (1998). Fashion-MNIST: Xiao, Rasul, Vollgraf (2017), MIT licence.

use core::marker::PhantomData;

use core_tensor::Params;
use nn::weights::Weights;

use crate::{LeNet5, LeNet8};

/// The weights of a network `L`, in a file that is part of the program.
#[derive(Clone, Copy, Debug)]
pub struct Kept<L> {
    /// its name in `crates/models/weights`
    pub name: &'static str,
    /// safetensors
    pub bytes: &'static [u8],
    /// the share of test images that it knows
    pub accuracy: f64,
    network: PhantomData<fn() -> L>,
}

impl<L: Params<f32>> Kept<L> {
    const fn new(name: &'static str, bytes: &'static [u8], accuracy: f64) -> Self {
        Self {
            name,
            bytes,
            accuracy,
            network: PhantomData,
        }
    }

    /// Writes the weights into a network, such as [`Network::layers`](nn::Network::layers).
    pub fn read(&self, layers: &mut L) {
        let weights = Weights::parse(self.bytes).expect("the file is part of the program");
        weights.read(layers).expect("the file is of this network");
    }
}

/// LeNet-5 that knows handwritten digits.
pub static LENET5_MNIST: Kept<LeNet5> = Kept::new(
    "lenet5-mnist.safetensors",
    include_bytes!("../weights/lenet5-mnist.safetensors"),
    0.9931,
);

/// LeNet-5 that knows garments.
pub static LENET5_FASHION: Kept<LeNet5> = Kept::new(
    "lenet5-fashion.safetensors",
    include_bytes!("../weights/lenet5-fashion.safetensors"),
    0.9114,
);

/// Its sibling that knows the 8×8 digits.
pub static LENET8_DIGITS: Kept<LeNet8> = Kept::new(
    "lenet8-digits.safetensors",
    include_bytes!("../weights/lenet8-digits.safetensors"),
    0.9944,
);
