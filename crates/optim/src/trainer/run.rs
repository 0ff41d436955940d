//! How far a run of epochs has come: what `fit` needs to go on in the middle.

use core_tensor::Scalar;
use nn::Score;

use crate::Snapshot;

pub(super) struct Run<G, T> {
    /// how many epochs are over
    pub(super) done: usize,
    /// the score of the epoch that has begun, of no samples between epochs; its samples are the first of the order
    pub(super) total: Score<T>,
    /// the best number that an early stop has seen, NaN before the first
    pub(super) best: f64,
    /// how many epochs in a row have brought no gain
    pub(super) without: usize,
    /// whether an early stop has ended it
    pub(super) over: bool,
    /// the weights of the best epoch, for an early stop
    pub(super) kept: Option<Snapshot<G>>,
}

impl<G, T: Scalar> Run<G, T> {
    pub(super) fn new() -> Self {
        Self {
            done: 0,
            total: Score::none(),
            best: f64::NAN,
            without: 0,
            over: false,
            kept: None,
        }
    }
}
