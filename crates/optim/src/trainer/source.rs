//! What yields the batches of an epoch.

use core::ops::ControlFlow;

use core_tensor::random::bits;
use core_tensor::{Batch, Scalar, Shape, Tensor};

use crate::Data;

/// Anything that yields batches: samples in memory ([`Data`]), a [`Loader`](crate::Loader) that changes them and works ahead, or whatever
/// reads them from elsewhere or makes them up.
///
/// ```
/// use core::ops::ControlFlow;
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Mse};
/// use optim::{Each, Round, Progress, Sgd, Source, Targets, Trainer};
///
/// /// Points of the line `y = 3x`, new ones in every epoch.
/// struct Line;
/// impl Source<Vector<1>, Tensor<Vector<1>>, f32> for Line {
///     fn samples(&self) -> usize { 64 }
///
///     fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Vector<1>, Tensor<Vector<1>>, f32>) {
///         for part in round.order.chunks(round.size) {
///             let number = |&i: &usize| (round.key_of(i) >> 40) as f32 / (1 << 24) as f32;
///             let x: Vec<_> = part.iter().map(|i| Tensor::new([number(i)])).collect();
///             let y: Vec<_> = x.iter().map(|x| Tensor::new([3.0 * x[[0]]])).collect();
///             if each(&x, Targets::of(&y)).is_break() { return; }
///         }
///     }
/// }
/// let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Sgd { rate: 0.5 }, 8);
/// trainer.fit(Line, None, 40, &mut Progress::quiet());
/// assert!((trainer.network.layers.weight[[0, 0]] - 3.0).abs() < 1e-3);
/// ```
pub trait Source<X: Shape, A, T: 'static = f32> {
    /// How many samples an epoch has.
    fn samples(&self) -> usize;

    /// Hands each batch of an epoch to `each`, of [`size`](Round::size) samples but for the last, and stops where that breaks off.
    fn epoch(&mut self, round: Round<'_, T>, each: Each<'_, X, A, T>);
}

/// What takes a batch with its targets, and says whether it wants another.
pub type Each<'e, X, A, T> = &'e mut dyn FnMut(Batch<'_, X, T>, Targets<'_, A>) -> ControlFlow<()>;

/// What an epoch wants of its [`Source`].
#[derive(Debug)]
pub struct Round<'p, T> {
    /// the numbers of the samples, each once, in the order in which they shall come
    pub order: &'p [usize],
    /// how many samples a batch has; the last may have fewer
    pub size: usize,
    /// what is random in this epoch follows from: the seed of the trainer and the number of the epoch
    pub key: u64,
    /// room for the numbers of a batch, for those who need it
    pub room: &'p mut [T],
}

impl<T> Round<'_, T> {
    /// What is random about a sample follows from its key alone, whatever its batch, and whoever prepares it.
    pub fn key_of(&self, sample: usize) -> u64 {
        bits(self.key, sample as u64)
    }
}

/// The targets of a batch: all of a slice, or those that were chosen.
#[derive(Debug)]
pub struct Targets<'t, A> {
    all: &'t [A],
    chosen: Option<&'t [usize]>,
}

impl<'t, A> Targets<'t, A> {
    /// All of a slice.
    pub fn of(all: &'t [A]) -> Self {
        Self { all, chosen: None }
    }

    /// Those of these numbers.
    pub fn chosen(all: &'t [A], chosen: &'t [usize]) -> Self {
        Self {
            all,
            chosen: Some(chosen),
        }
    }
}

impl<A> Targets<'_, A> {
    /// Those from number `from` of these on, `count` of them.
    pub(super) fn part(&self, from: usize, count: usize) -> Self {
        match self.chosen {
            Some(chosen) => Self::chosen(self.all, &chosen[from..][..count]),
            None => Self::of(&self.all[from..][..count]),
        }
    }
}

impl<A> Clone for Targets<'_, A> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<'t, A> Iterator for Targets<'t, A> {
    type Item = &'t A;

    fn next(&mut self) -> Option<&'t A> {
        let Some(chosen) = &mut self.chosen else {
            return self.all.split_off_first();
        };
        chosen.split_off_first().map(|&i| &self.all[i])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.chosen.map_or(self.all.len(), <[usize]>::len);
        (left, Some(left))
    }
}

impl<A> ExactSizeIterator for Targets<'_, A> {}

/// Copies the chosen samples side by side.
pub(crate) fn gather<'r, X: Shape, T: Scalar>(
    x: &[Tensor<X, T>],
    chosen: &[usize],
    room: &'r mut [T],
) -> &'r mut [Tensor<X, T>] {
    let side_by_side = Tensor::<X, T>::batch_mut(&mut room[..chosen.len() * X::LEN]);
    for (to, &i) in side_by_side.iter_mut().zip(chosen) {
        to.as_mut_slice().copy_from_slice(x[i].as_slice());
    }
    side_by_side
}

/// Samples in memory.
impl<X: Shape, A, T: Scalar> Source<X, A, T> for Data<'_, X, A, T> {
    fn samples(&self) -> usize {
        self.x.len()
    }

    fn epoch(&mut self, round: Round<'_, T>, each: Each<'_, X, A, T>) {
        for chosen in round.order.chunks(round.size) {
            let x = gather(self.x, chosen, round.room);
            if each(x, Targets::chosen(self.targets, chosen)).is_break() {
                return;
            }
        }
    }
}

impl<X: Shape, A, T: 'static, S: Source<X, A, T>> Source<X, A, T> for &mut S {
    fn samples(&self) -> usize {
        S::samples(self)
    }

    fn epoch(&mut self, round: Round<'_, T>, each: Each<'_, X, A, T>) {
        S::epoch(self, round, each);
    }
}
