//! Folds: every sample is held out once, by a network that has not seen it.

use core_tensor::{Shape, Tensor};
use nn::Class;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::data::Dataset;

/// Samples shared out among `k` parts, each of which is held out in turn while the others are learnt from.
///
/// ```
/// let folds = models::data::folds(10, 5, 0);
/// let (train, held_out) = folds.split(3);
/// assert_eq!((train.len(), held_out.len()), (8, 2));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Folds {
    /// the part of each sample
    pub of: Vec<usize>,
    /// how many parts there are
    pub k: usize,
}

impl Folds {
    /// The samples to learn from and those held out, when part `fold` is; each in ascending order.
    ///
    /// # Panics
    /// If there is no such part.
    #[track_caller]
    pub fn split(&self, fold: usize) -> (Vec<usize>, Vec<usize>) {
        assert!(
            fold < self.k,
            "fold {fold} of {} was asked for; they count from 0",
            self.k
        );
        (0..self.of.len()).partition(|&i| self.of[i] != fold)
    }
}

/// `n` samples in `k` parts that differ by at most one in size, drawn from `seed`.
///
/// # Panics
/// If `k` is below 2.
#[track_caller]
pub fn folds(n: usize, k: usize, seed: u64) -> Folds {
    check(k);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut of: Vec<usize> = (0..n).map(|i| i % k).collect();
    of.shuffle(&mut rng);
    Folds { of, k }
}

/// The same with each class shared out for itself: the parts differ by at most one in the samples of any class, and in size.
///
/// # Panics
/// If `k` is below 2.
#[track_caller]
pub fn stratified_folds<const N: usize>(labels: &[Class<N>], k: usize, seed: u64) -> Folds {
    check(k);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut of = vec![0; labels.len()];
    // each class goes on where the one before it stopped, so that the sizes stay level
    let mut next = 0;
    for class in 0..N {
        let mut members: Vec<usize> = (0..labels.len())
            .filter(|&i| labels[i].index() == class)
            .collect();
        members.shuffle(&mut rng);
        for i in members {
            of[i] = next % k;
            next += 1;
        }
    }
    Folds { of, k }
}

#[track_caller]
fn check(k: usize) {
    assert!(
        k >= 2,
        "{k} folds were asked for; at least 2 leave something to learn from"
    );
}

impl<X: Shape, const N: usize> Dataset<X, N> {
    /// A copy of the samples of these numbers, in their order: parts of [`Folds::split`].
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn pick(&self, samples: &[usize]) -> Self {
        Self {
            images: samples.iter().map(|&i| copy(&self.images[i])).collect(),
            labels: samples.iter().map(|&i| self.labels[i]).collect(),
        }
    }

    /// Folds in which every class has its share, drawn from `seed`.
    ///
    /// # Panics
    /// If `k` is below 2.
    #[track_caller]
    pub fn folds(&self, k: usize, seed: u64) -> Folds {
        stratified_folds(&self.labels, k, seed)
    }

    /// Puts the samples into a random order, drawn from `seed`.
    pub fn shuffle(&mut self, seed: u64) {
        // the same draws for both, since they are equally many
        self.images.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
        self.labels.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    }
}

/// A copy of a sample.
pub(crate) fn copy<X: Shape, T: Copy>(x: &Tensor<X, T>) -> Tensor<X, T> {
    let numbers = x.as_slice();
    Tensor::from_fn(|i| numbers[i])
}
