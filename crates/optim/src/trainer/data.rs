//! Samples with their targets.

use core_tensor::{Shape, Tensor};

/// Samples with what each should become.
pub struct Data<'d, X: Shape, A, T: 'static = f32> {
    /// the samples
    pub x: &'d [Tensor<X, T>],
    /// their targets, in the same order
    pub targets: &'d [A],
}

impl<'d, X: Shape, A, T: 'static> Data<'d, X, A, T> {
    /// Samples with their targets.
    ///
    /// # Panics
    /// If there are not as many targets as samples.
    #[track_caller]
    pub fn new(x: &'d [Tensor<X, T>], targets: &'d [A]) -> Self {
        assert_eq!(
            x.len(),
            targets.len(),
            "{} samples came with {} targets",
            x.len(),
            targets.len()
        );
        Self { x, targets }
    }

    /// The first samples, and the last `share` of them apart, to be held out: shuffle first what is sorted.
    ///
    /// # Panics
    /// If the share is not between 0 and 1.
    #[track_caller]
    pub fn split(self, share: f64) -> (Self, Self) {
        assert!(
            (0.0..=1.0).contains(&share),
            "a share of {share} was to be held out; give one between 0 and 1"
        );
        let held_out = (self.x.len() as f64 * share).round() as usize;
        let (x, x_out) = self.x.split_at(self.x.len() - held_out);
        let (targets, targets_out) = self.targets.split_at(x.len());
        (
            Self { x, targets },
            Self {
                x: x_out,
                targets: targets_out,
            },
        )
    }
}

impl<X: Shape, A, T: 'static> Clone for Data<'_, X, A, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X: Shape, A, T: 'static> Copy for Data<'_, X, A, T> {}
