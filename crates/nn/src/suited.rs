//! Initialisation by what follows each layer.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use core_tensor::{Leaf, Path, Scalar, Shape};

use crate::init::draw_by;
use crate::{Init, Layer, Network, Part, gain_leaky};

/// What suits a layer that nothing bends.
const NONE: Init = Init::XavierNormal;

impl<X: Shape, L: Layer<X, T>, T: Scalar> Network<X, L, T> {
    /// Draws the weights of each layer as suits the activation that follows it, in the table of [`Init`]; normalisations, pooling and
    /// whatever else has no weights of its own may stand in between. What is followed by none, and cells whose gates are bent inside of
    /// them, are drawn by [`Init::XavierNormal`].
    ///
    /// ```
    /// use core_tensor::Vector;
    /// use nn::{BatchNorm, Init, Linear, Network, Relu, Tanh};
    /// type Net = (Linear<4, 9>, BatchNorm<9>, Relu, Linear<9, 2>, Tanh);
    /// let [mut suited, mut he, mut xavier] = [0; 3].map(|_| Network::<Vector<4>, Net>::new(1));
    /// suited.init_suited(7);
    /// he.init(Init::HeNormal, 7);
    /// xavier.init(Init::XavierNormal, 7);
    /// assert_eq!(suited.layers.0.weight, he.layers.0.weight);
    /// assert_eq!(suited.layers.3.weight, xavier.layers.3.weight);
    /// ```
    pub fn init_suited(&mut self, seed: u64) {
        let mut suits = BTreeMap::new();
        walk(&L::describe(&Path::Root), NONE, &mut suits);
        draw_by(&mut *self.layers, seed, |leaf| of(leaf, &suits));
    }
}

/// What suits a tensor: what suits the layer that it is part of.
fn of(leaf: &Leaf<'_>, suits: &BTreeMap<String, Init>) -> Init {
    let path = leaf.path.to_string();
    let mut layer = path.as_str();
    while let Some((outer, _)) = layer.rsplit_once('.') {
        if let Some(init) = suits.get(outer) {
            return *init;
        }
        layer = outer;
    }
    suits.get("").copied().unwrap_or(NONE)
}

/// From what suits a layer in front of what lies behind `part` to what suits one in front of `part`; notes what suits those in it.
fn walk(part: &Part, behind: Init, suits: &mut BTreeMap<String, Init>) -> Init {
    match part {
        Part::Layer(row) => {
            if let Some(init) = by_activation(row.layer) {
                return init;
            }
            if row.parameters == 0 || row.layer.contains("Norm") {
                return behind;
            }
            let own = match row.layer {
                "Rnn" | "Lstm" | "PeepholeLstm" | "Gru" | "GruResetBefore"
                | "MultiHeadAttention" => NONE,
                _ => behind,
            };
            suits.insert(row.path.clone(), own);
            NONE
        }
        Part::Chain { parts, .. } => {
            let parts = parts.iter().rev();
            parts.fold(behind, |behind, part| walk(part, behind, suits))
        }
        Part::Fork { ways, .. } => {
            // the first way that begins with an activation decides for what feeds them all
            let fronts = ways.iter().map(|way| walk(way, behind, suits));
            fronts.fold(NONE, |one, other| if one == NONE { other } else { one })
        }
    }
}

/// What suits a layer in front of an activation.
fn by_activation(name: &str) -> Option<Init> {
    Some(match name {
        "Relu" | "Relu6" | "LeakyRelu" | "Elu" | "Celu" | "Gelu" | "GeluTanh" | "QuickGelu"
        | "Silu" | "Swish" | "LearnedSwish" | "Mish" | "Softplus" | "HardSwish"
        | "BatchNormRelu" => Init::HeNormal,
        "PRelu" => leaky(0.25),
        "RRelu" => leaky(11.0 / 48.0),
        "Selu" => Init::LeCunNormal,
        "Tanh" | "HardTanh" | "Softsign" | "Sigmoid" | "HardSigmoid" | "LogSigmoid" | "Glu"
        | "Softmax" | "LogSoftmax" | "Heaviside" | "Sign" | "Identity" => NONE,
        _ => return None,
    })
}

fn leaky(slope: f64) -> Init {
    Init::scaled(gain_leaky(slope), crate::Fan::In, crate::Spread::Normal)
}
