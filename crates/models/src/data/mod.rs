//! Data sets: samples with their classes, and the files they come from.

pub mod augment;
pub mod cifar;
#[cfg(feature = "csv")]
pub mod csv;
pub mod digits;
mod error;
pub mod idx;
mod normalise;
mod pca;
#[cfg(feature = "pictures")]
pub mod pictures;
#[cfg(feature = "pictures")]
pub mod raster;
mod resample;
mod split;
pub mod tables;

use core_tensor::{Shape, Tensor};
use nn::Class;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

pub use error::{Error, Kind};
pub use normalise::Normaliser;
pub use pca::Pca;
pub use resample::{Filter, resample};
pub use split::{Folds, folds, stratified_folds};

/// Images (or any samples of shape `X`) of `N` classes: the label of `images[i]` is `labels[i]`.
#[derive(Debug)]
pub struct Dataset<X: Shape, const N: usize> {
    /// the samples
    pub images: Vec<Tensor<X>>,
    /// their classes, in the same order
    pub labels: Vec<Class<N>>,
}

impl<X: Shape, const N: usize> Dataset<X, N> {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// How many samples each class has.
    pub fn counts(&self) -> [usize; N] {
        let mut counts = [0; N];
        self.labels
            .iter()
            .for_each(|label| counts[label.index()] += 1);
        counts
    }

    /// Holds one sample in `one_in` out, rounded up, and returns the others and the held-out ones, each in the order they had.
    ///
    /// Stratified: each class has its share of the held-out samples, the samples left over by rounding going to the classes with the
    /// largest remainders (of equals, to the first). Which samples of a class are held out is drawn from `seed`.
    ///
    /// ```
    /// let (train, held_out) = models::data::digits::load().split(5, 0);
    /// assert_eq!((train.len(), held_out.len()), (1437, 360));
    /// ```
    ///
    /// # Panics
    /// If `one_in` is 0.
    #[track_caller]
    pub fn split(self, one_in: usize, seed: u64) -> (Self, Self) {
        let shares = shares(&self.counts(), self.len().div_ceil(one_in));
        let mut of_class = [const { Vec::new() }; N];
        for (i, label) in self.labels.iter().enumerate() {
            of_class[label.index()].push(i);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut held_out = vec![false; self.len()];
        for (members, share) in of_class.iter_mut().zip(shares) {
            members.shuffle(&mut rng);
            members[..share].iter().for_each(|&i| held_out[i] = true);
        }
        let mut parts = [(); 2].map(|_| Self {
            images: Vec::new(),
            labels: Vec::new(),
        });
        for ((image, label), out) in self.images.into_iter().zip(self.labels).zip(held_out) {
            let part = &mut parts[usize::from(out)];
            part.images.push(image);
            part.labels.push(label);
        }
        parts.into()
    }
}

/// `total` shared out in proportion to `counts` by largest remainder; no share is larger than its count.
fn shares<const N: usize>(counts: &[usize; N], total: usize) -> [usize; N] {
    let whole = counts.iter().sum::<usize>().max(1);
    let mut shares = counts.map(|count| count * total / whole);
    let mut order: [usize; N] = core::array::from_fn(|class| class);
    // a stable sort: of equal remainders, the first class comes first
    order.sort_by_key(|&class| core::cmp::Reverse(counts[class] * total % whole));
    let left = total - shares.iter().sum::<usize>();
    order[..left].iter().for_each(|&class| shares[class] += 1);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use core_tensor::Vector;

    #[test]
    fn shares_by_largest_remainder() {
        // quotas 3.76, 1.88, 0.94, 0.42
        assert_eq!(shares(&[16, 8, 4, 2], 7), [4, 2, 1, 0]);
        // quotas 2.5, 2.5: the first of equals
        assert_eq!(shares(&[5, 5], 5), [3, 2]);
        // a class that is empty gets nothing
        assert_eq!(shares(&[0, 3, 0], 3), [0, 3, 0]);
        assert_eq!(shares(&[0, 0], 0), [0, 0]);
    }

    #[test]
    fn nothing_splits_into_nothing() {
        let none = Dataset::<Vector<1>, 3> {
            images: Vec::new(),
            labels: Vec::new(),
        };
        let (train, held_out) = none.split(5, 0);
        assert!(train.is_empty() && held_out.is_empty());
    }

    #[test]
    fn one_in_one_holds_everything_out() {
        let all = Dataset::<Vector<1>, 2> {
            images: (0..3).map(|i| Tensor::full(i as f32)).collect(),
            labels: vec![Class::new(1), Class::new(0), Class::new(1)],
        };
        let (train, held_out) = all.split(1, 9);
        assert!(train.is_empty());
        assert_eq!(held_out.labels, [1, 0, 1].map(Class::new));
        let numbers = held_out.images.iter().map(|image| image[[0]]);
        assert!(numbers.eq([0.0, 1.0, 2.0]));
    }
}
