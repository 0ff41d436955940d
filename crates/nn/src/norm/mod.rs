//! Normalisation: signals are brought to mean 0 and variance 1, over the batch or within a sample.
//!
//! | layer | mean and variance over |
//! |---|---|
//! | [`BatchNorm`], [`BatchNormPlain`], [`BatchNormRelu`] | the batch, and the pixels, of a channel |
//! | [`LayerNorm`], [`RmsNorm`] | the last side |
//! | [`GroupNorm`], [`InstanceNorm`] | the pixels of a group of channels, of one channel, of a sample |
//! | [`LocalResponseNorm`] | neighbouring channels of a pixel |

mod batch;
mod fused;
mod group;
mod response;
mod row;

pub use batch::{BatchNorm, BatchNormPlain};
pub use fused::BatchNormRelu;
pub use group::{GroupNorm, InstanceNorm};
pub use response::LocalResponseNorm;
pub use row::{LayerNorm, RmsNorm};

/// What is added to a variance before its root is taken: PyTorch's choice for all of them.
const EPSILON: f64 = 1e-5;

/// `10⁻ᴱ`
pub(crate) const fn epsilon(e: u32) -> f64 {
    let (mut power, mut i) = (1.0, 0);
    while i < e {
        power *= 10.0;
        i += 1;
    }
    1.0 / power
}
