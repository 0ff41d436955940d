//! Schedules: the rate as a function of the step, or of the epoch.

mod combine;
mod cosine;
mod decay;
mod plateau;

pub use combine::{PerEpoch, Sequence, WarmUp};
pub use cosine::{Anneal, Cosine, OneCycle, Restarts};
pub use decay::{
    Constant, Exponential, Linear, MultiStep, NaturalExponential, Noam, Polynomial, Step,
};
pub use plateau::{Gain, OnPlateau};

/// A rate for each step, counted from 0. A pure function: what runs again, or goes on from a check point, gets the same rates.
///
/// A closure `Fn(usize) -> f64` is one. Which steps are meant, those of the optimizer or epochs, is said where a schedule is used (see
/// [`Pace`](crate::Pace)).
pub trait Schedule {
    /// η of step `t`.
    fn rate(&self, t: usize) -> f64;
}

impl<F: Fn(usize) -> f64> Schedule for F {
    fn rate(&self, t: usize) -> f64 {
        self(t)
    }
}
