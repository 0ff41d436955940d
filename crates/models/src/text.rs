//! Networks that read characters and say at each place which comes next.
//!
//! All take a `Tokens<L, V>`, `L` characters of an alphabet of `V`, to a `Sequence<L, V>` of logits. `E` and `D` are the numbers that stand
//! for a character, `H` the units of the state.
//!
//! ```
//! use core_tensor::{Tensor, Token, Tokens};
//! use models::CharLstm;
//! use nn::{Init, Network};
//! let mut net = Network::<Tokens<8, 26>, CharLstm<26>>::new(1);
//! net.init(Init::HeNormal, 0);
//! let x = [Tensor::new([7, 4, 11, 11, 14, 0, 0, 0].map(Token::new))];
//! let logits = &net.predict(&x)[0];
//! assert_eq!(logits.as_slice().len(), 8 * 26);
//! ```

use nn::{
    EachStep, Embedding, Gru, LayerNorm, LearnedPositions, Linear, Lstm, PreNormBlock, Repeat, Rnn,
};

/// A recurrent network that reads and writes characters.
///
/// | layer | out | parameters, for `V = 64` |
/// |---|---|---|
/// | input | `Tokens<L, V>` | |
/// | embedding | `Sequence<L, E>` | 2,048 |
/// | recurrent | `Sequence<L, H>` | 20,608 |
/// | linear at each step | `Sequence<L, V>` | 8,256 |
///
/// 30,912 parameters, 3,833,856 FLOPs for 64 characters.
///
/// Elman: Finding structure in time (1990).
///
/// ```
/// use core_tensor::{Tensor, Token, Tokens};
/// use models::CharRnn;
/// use nn::{Init, Network};
/// let mut net = Network::<Tokens<5, 26>, CharRnn<26>>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::new([7, 4, 11, 11, 14].map(Token::new))];
/// let logits = &net.predict(&x)[0];
/// assert_eq!(logits.as_slice().len(), 5 * 26);
/// ```
///
#[doc = include_str!("../drawings/char_rnn.svg")]
pub type CharRnn<const V: usize, T = f32, const E: usize = 32, const H: usize = 128> =
    (Embedding<V, E, T>, Rnn<E, H, T>, EachStep<Linear<H, V, T>>);

/// A [`CharRnn`] with long short-term memory: 92,736 parameters for an alphabet of 64, 12,386,304 FLOPs for as many characters.
///
/// Hochreiter, Schmidhuber: Long short-term memory (1997).
///
#[doc = include_str!("../drawings/char_lstm.svg")]
pub type CharLstm<const V: usize, T = f32, const E: usize = 32, const H: usize = 128> =
    (Embedding<V, E, T>, Lstm<E, H, T>, EachStep<Linear<H, V, T>>);

/// A [`CharRnn`] with gated recurrent units: 72,256 parameters for an alphabet of 64, 9,445,376 FLOPs for as many characters.
///
/// Cho et al.: Learning phrase representations using RNN encoder–decoder (2014).
///
/// ```
/// use core_tensor::{Tensor, Token, Tokens};
/// use models::CharGru;
/// use nn::{Init, Network};
/// let mut net = Network::<Tokens<5, 26>, CharGru<26>>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::new([7, 4, 11, 11, 14].map(Token::new))];
/// let logits = &net.predict(&x)[0];
/// assert_eq!(logits.as_slice().len(), 5 * 26);
/// ```
///
#[doc = include_str!("../drawings/char_gru.svg")]
pub type CharGru<const V: usize, T = f32, const E: usize = 32, const H: usize = 128> =
    (Embedding<V, E, T>, Gru<E, H, T>, EachStep<Linear<H, V, T>>);

/// A small transformer: `N` blocks of attention to all characters before, with `HEADS` heads and `F` units in between.
///
/// | layer | out | parameters, for `L = 64`, `V = 64` |
/// |---|---|---|
/// | input | `Tokens<L, V>` | |
/// | embedding | `Sequence<L, D>` | 4,096 |
/// | learned positions | `Sequence<L, D>` | 4,096 |
/// | block, twice | `Sequence<L, D>` | 99,968 |
/// | layer normalisation | `Sequence<L, D>` | 128 |
/// | linear at each step | `Sequence<L, V>` | 4,160 |
///
/// 112,448 parameters, 16,240,640 FLOPs.
///
/// Vaswani et al.: Attention is all you need (2017); Radford et al.: Improving language understanding by generative pre-training (2018).
///
/// ```
/// use core_tensor::{Tensor, Token, Tokens};
/// use models::CharTransformer;
/// use nn::{Init, Network};
/// let mut net = Network::<Tokens<5, 26>, CharTransformer<5, 26>>::new(1);
/// net.init(Init::HeNormal, 0);
/// let x = [Tensor::new([7, 4, 11, 11, 14].map(Token::new))];
/// let logits = &net.predict(&x)[0];
/// assert_eq!(logits.as_slice().len(), 5 * 26);
/// ```
///
#[doc = include_str!("../drawings/char_transformer.svg")]
pub type CharTransformer<
    const L: usize,
    const V: usize,
    T = f32,
    const D: usize = 64,
    const HEADS: usize = 4,
    const F: usize = 256,
    const N: usize = 2,
> = (
    Embedding<V, D, T>,
    LearnedPositions<L, D, T>,
    Repeat<PreNormBlock<D, HEADS, F, true, T>, N>,
    LayerNorm<D, T>,
    EachStep<Linear<D, V, T>>,
);
