//! The blocks of a transformer, as tuples.

use crate::{EachStep, LayerNorm, Linear, MultiHeadAttention, Relu, Residual};

/// Two layers of every step by itself, `F` wide in between: `relu(x·W₁ + b₁)·W₂ + b₂`.
pub type FeedForward<const D: usize, const F: usize, T = f32> =
    EachStep<(Linear<D, F, T>, Relu, Linear<F, D, T>)>;

/// A block of a transformer as it was published: attention and [`FeedForward`], each with a shortcut around it and [`LayerNorm`] behind.
///
/// # Shapes
/// `Sequence<L, D>`, which stays. PyTorch's `TransformerEncoderLayer` with its defaults, less the dropout.
///
/// Vaswani et al.: Attention is all you need (2017).
pub type EncoderBlock<
    const D: usize,
    const HEADS: usize,
    const F: usize,
    const CAUSAL: bool = false,
    T = f32,
> = (
    Residual<MultiHeadAttention<D, HEADS, CAUSAL, T>>,
    LayerNorm<D, T>,
    Residual<FeedForward<D, F, T>>,
    LayerNorm<D, T>,
);

/// An [`EncoderBlock`] with [`LayerNorm`] inside of the shortcuts, in front: deep stacks learn without a warm-up. A stack wants one more
/// [`LayerNorm`] at its end.
///
/// # Shapes
/// `Sequence<L, D>`, which stays. PyTorch's `TransformerEncoderLayer` with `norm_first`.
///
/// Xiong et al.: On layer normalization in the transformer architecture (2020).
pub type PreNormBlock<
    const D: usize,
    const HEADS: usize,
    const F: usize,
    const CAUSAL: bool = false,
    T = f32,
> = (
    Residual<(LayerNorm<D, T>, MultiHeadAttention<D, HEADS, CAUSAL, T>)>,
    Residual<(LayerNorm<D, T>, FeedForward<D, F, T>)>,
);
