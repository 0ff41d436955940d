//! The blocks of a transformer, as tuples.

use crate::{
    EachStep, LayerNorm, Linear, MultiHeadAttention, Named, Relu, Residual, Unnamed, names,
};

// PyTorch's, so that files are read alike
names! {
    pub SelfAttn = "self_attn", pub Norm1 = "norm1", pub Linear1 = "linear1", pub Linear2 = "linear2", pub Norm2 = "norm2"
}

/// Two layers of every step by itself, `F` wide in between: `relu(x·W₁ + b₁)·W₂ + b₂`.
///
/// # Shapes
/// `Sequence<L, D>`, which stays.
///
/// # Gradient
/// That of its parts. Relu has its kink at 0.
///
/// Vaswani et al.: Attention is all you need (2017).
pub type FeedForward<const D: usize, const F: usize, T = f32> = EachStep<(
    Named<Linear1, Linear<D, F, T>>,
    Relu,
    Named<Linear2, Linear<F, D, T>>,
)>;

/// A block of a transformer as it was published: attention and [`FeedForward`], each with a shortcut around it and [`LayerNorm`] behind.
///
/// # Shapes
/// `Sequence<L, D>`, which stays. PyTorch's `TransformerEncoderLayer` with its defaults, less the dropout, and with its names: a tuple of blocks
/// under the name `layers` has the `state_dict` of a `TransformerEncoder`.
///
/// # Gradient
/// That of its parts. Relu has its kink at 0.
///
/// Vaswani et al.: Attention is all you need (2017).
pub type EncoderBlock<
    const D: usize,
    const HEADS: usize,
    const F: usize,
    const CAUSAL: bool = false,
    T = f32,
> = (
    Named<SelfAttn, Residual<MultiHeadAttention<D, HEADS, CAUSAL, T>>>,
    Named<Norm1, LayerNorm<D, T>>,
    Named<Unnamed, Residual<FeedForward<D, F, T>>>,
    Named<Norm2, LayerNorm<D, T>>,
);

/// An [`EncoderBlock`] with [`LayerNorm`] inside of the shortcuts, in front: deep stacks learn without a warm-up. A stack wants one more
/// [`LayerNorm`] at its end.
///
/// # Shapes
/// `Sequence<L, D>`, which stays. PyTorch's `TransformerEncoderLayer` with `norm_first`, and with its names.
///
/// # Gradient
/// That of its parts. Relu has its kink at 0.
///
/// Xiong et al.: On layer normalization in the transformer architecture (2020).
pub type PreNormBlock<
    const D: usize,
    const HEADS: usize,
    const F: usize,
    const CAUSAL: bool = false,
    T = f32,
> = (
    Named<
        Unnamed,
        Residual<(
            Named<Norm1, LayerNorm<D, T>>,
            Named<SelfAttn, MultiHeadAttention<D, HEADS, CAUSAL, T>>,
        )>,
    >,
    Named<
        Unnamed,
        Residual<(
            Named<Norm2, LayerNorm<D, T>>,
            Named<Unnamed, FeedForward<D, F, T>>,
        )>,
    >,
);
