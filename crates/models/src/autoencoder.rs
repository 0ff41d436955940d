//! Autoencoders: a code of few numbers, and what can be made of it again.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::ConvAutoencoder;
//! use nn::{Init, Network};
//! let mut net = Network::<Image<28, 28, 1>, ConvAutoencoder<2>>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::full(0.5)];
//! let logits = &net.predict(&x)[0];
//! assert_eq!(logits.as_slice().len(), 28 * 28);
//! ```

use nn::{Conv2d, ConvTranspose2d, Flatten, Linear, Relu, Reshape};

/// A dense autoencoder: `N` numbers to a code of `CODE` and back, by a hidden layer of `H` on either side. The output are logits, for
/// [`BceWithLogits`](nn::BceWithLogits) pixel by pixel; for squared errors they are taken as they are.
///
/// | layer | out | parameters, by default |
/// |---|---|---|
/// | input | `Vector<N>` | |
/// | encoder: linear, relu | `Vector<H>` | 100,480 |
/// | linear | `Vector<CODE>` | 4,128 |
/// | decoder: linear, relu | `Vector<H>` | 4,224 |
/// | linear | `Vector<N>` | 101,136 |
///
/// 209,968 parameters, 208,896 multiply-adds. `net.layers.0` is the encoder, `net.layers.1` the decoder.
///
/// Hinton, Salakhutdinov: Reducing the dimensionality of data with neural networks (2006).
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::DenseAutoencoder;
/// use nn::{Init, Network};
/// let mut net = Network::<Vector<64>, DenseAutoencoder<64, 32, 2>>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::full(0.5)];
/// let logits = &net.predict(&x)[0];
/// assert_eq!(logits.as_slice().len(), 64);
/// ```
///
#[doc = include_str!("../drawings/dense_autoencoder.svg")]
pub type DenseAutoencoder<
    const N: usize = 784,
    const H: usize = 128,
    const CODE: usize = 32,
    T = f32,
> = (
    (Linear<N, H, T>, Relu, Linear<H, CODE, T>),
    (Linear<CODE, H, T>, Relu, Linear<H, N, T>),
);

/// A convolutional autoencoder for grey images of 28×28: strides make the image smaller, transposed convolutions make it larger. The output
/// are logits.
///
/// | layer | window | out | parameters, by default |
/// |---|---|---|---|
/// | input | | `Image<28, 28, 1>` | |
/// | encoder: convolution, relu | 3×3, stride 2, padding 1 | `Image<14, 14, A>` | 160 |
/// | convolution, relu | 3×3, stride 2, padding 1 | `Image<7, 7, B>` | 4,640 |
/// | linear | | `Vector<CODE>` | 50,208 |
/// | decoder: linear, relu | | `Image<7, 7, B>` | 51,744 |
/// | transposed convolution, relu | 4×4, stride 2, padding 1 | `Image<14, 14, A>` | 8,208 |
/// | transposed convolution | 4×4, stride 2, padding 1 | `Image<28, 28, 1>` | 257 |
///
/// 115,217 parameters, 805,952 multiply-adds. `FLAT = 49·B`.
///
/// Masci, Meier, Cireşan, Schmidhuber: Stacked convolutional auto-encoders for hierarchical feature extraction (2011).
///
#[doc = include_str!("../drawings/conv_autoencoder.svg")]
pub type ConvAutoencoder<
    const CODE: usize = 32,
    T = f32,
    const A: usize = 16,
    const B: usize = 32,
    const FLAT: usize = 1568,
> = (
    (
        Conv2d<1, A, 3, 2, 1, T>,
        Relu,
        Conv2d<A, B, 3, 2, 1, T>,
        Relu,
        Flatten,
        Linear<FLAT, CODE, T>,
    ),
    (
        Linear<CODE, FLAT, T>,
        Relu,
        Reshape<core_tensor::Image<7, 7, B>>,
        ConvTranspose2d<B, A, 4, 2, 1, T>,
        Relu,
        ConvTranspose2d<A, 1, 4, 2, 1, T>,
    ),
);
