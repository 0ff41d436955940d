//! Normalisation: signals are brought to mean 0 and variance 1, over the batch or within a sample.
//!
//! | layer | mean and variance over |
//! |---|---|
//! | [`BatchNorm`], [`BatchNormPlain`] | the batch, and the pixels, of a channel |
//! | [`LayerNorm`], [`RmsNorm`] | the last side |
//! | [`GroupNorm`], [`InstanceNorm`] | the pixels of a group of channels, of one channel, of a sample |
//! | [`LocalResponseNorm`] | neighbouring channels of a pixel |

mod batch;
mod group;
mod response;
mod row;

pub use batch::{BatchNorm, BatchNormPlain};
pub use group::{GroupNorm, InstanceNorm};
pub use response::LocalResponseNorm;
pub use row::{LayerNorm, RmsNorm};

/// What is added to a variance before its root is taken: PyTorch's choice for all of them.
const EPSILON: f64 = 1e-5;
