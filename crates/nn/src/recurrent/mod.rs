//! Layers with a memory: each step of a sequence is read beside what the steps before it left behind.
//!
//! A batch lies sample by sample, the work goes step by step, all samples at once. So inputs and outputs are laid out anew: that costs
//! little, and each step is then one product of matrices that lie densely. The inputs of all steps are one product before the first step,
//! and so are the gradients of all weights after the last.
//!
//! What a step does is a `Cell`, of which nothing is built twice for layers of other sides; the walk over the steps and back stands around it.

mod bidirectional;
mod cell;
mod gru;
mod lstm;
mod recurrence;
mod reset_before;
mod rnn;
mod sides;
mod stateful;

pub use bidirectional::Bidirectional;
pub use cell::Recurrent;
pub use gru::Gru;
pub use lstm::{Lstm, PeepholeLstm};
pub use recurrence::Recurrence;
pub use reset_before::GruResetBefore;
pub use rnn::Rnn;
pub use stateful::Stateful;
