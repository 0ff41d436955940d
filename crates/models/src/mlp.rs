//! Multi-layer perceptrons: linear layers with a bend between them.

use nn::{Linear, Relu, Tanh};

/// A small perceptron: 4 numbers to 2, by two hidden layers of 32.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<4>` | |
/// | `tanh(x·W₁ + b₁)` | `Vector<32>` | 160 |
/// | `tanh(x·W₂ + b₂)` | `Vector<32>` | 1,056 |
/// | `x·W₃ + b₃` | `Vector<2>` | 66 |
///
/// 1,282 parameters, 1,216 multiply-adds. The network that other libraries lose most time on: its arithmetic takes less than one call into them.
pub type Mlp4<T = f32> = (
    Linear<4, 32, T>,
    Tanh,
    Linear<32, 32, T>,
    Tanh,
    Linear<32, 2, T>,
);

/// A perceptron for images of 28×28 in a row of 784 numbers: 10 logits, by hidden layers of 128 and 64.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<784>` | |
/// | `relu(x·W₁ + b₁)` | `Vector<128>` | 100,480 |
/// | `relu(x·W₂ + b₂)` | `Vector<64>` | 8,256 |
/// | `x·W₃ + b₃` | `Vector<10>` | 650 |
///
/// 109,386 parameters, 109,184 multiply-adds. Put a [`Flatten`](nn::Flatten) before it to feed it images: `(Flatten, Mlp784)`.
pub type Mlp784<T = f32> = (
    Linear<784, 128, T>,
    Relu,
    Linear<128, 64, T>,
    Relu,
    Linear<64, 10, T>,
);

/// A multi-layer perceptron of any sizes: `I` numbers to `O` by two hidden layers of `H` and `K` units.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<I>` | |
/// | linear, relu | `Vector<H>` | `(I + 1)·H` |
/// | linear, relu | `Vector<K>` | `(H + 1)·K` |
/// | linear | `Vector<O>` | `(K + 1)·O` |
///
/// `Mlp<2, 8, 8, 1>` has 105 parameters and takes 88 multiply-adds.
///
/// Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986).
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::Mlp;
/// use nn::{Init, Network};
/// let mut net = Network::<Vector<2>, Mlp<2, 8, 8, 1>>::new(2);
/// net.init(Init::HeNormal, 0);
/// let x = [[0.0, 1.0], [1.0, 1.0]].map(Tensor::new);
/// let y = net.predict(&x);
/// assert_eq!(y.len(), 2);
/// ```
///
#[doc = include_str!("../drawings/mlp.svg")]
pub type Mlp<const I: usize, const H: usize, const K: usize, const O: usize, T = f32> = (
    Linear<I, H, T>,
    Relu,
    Linear<H, K, T>,
    Relu,
    Linear<K, O, T>,
);
