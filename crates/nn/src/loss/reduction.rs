//! What a loss makes of many numbers and many samples: means, or sums.

use core_tensor::{Scalar, Shape, Tensor, mutant};

use crate::Loss;

/// A loss that is a mean over the numbers of a sample, as their sum: `n` times it. The mean over the samples of a batch stays.
///
/// # Shapes
/// Those of `Q`.
///
/// # Gradient
/// `n` times that of `Q`.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{HalfSquaredError, Loss, Total};
///
/// let (y, t) = (Tensor::<Vector<2>>::new([3.0, 1.0]), Tensor::new([1.0, 0.0]));
/// let mut dy = Tensor::zeros();
/// assert_eq!(Total(HalfSquaredError).sample(&y, &t, &mut dy), 2.5);
/// assert_eq!(dy, Tensor::new([2.0, 1.0]));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Total<Q>(pub Q);

impl<Y: Shape, T: Scalar, Q: Loss<Y, T>> Loss<Y, T> for Total<Q> {
    type Target = Q::Target;
    const SUMS: bool = Q::SUMS;

    fn sample(&self, y: &Tensor<Y, T>, target: &Q::Target, dy: &mut Tensor<Y, T>) -> T {
        let count = T::of(Y::LEN as f64);
        let mean = self.0.sample(y, target, dy);
        let slope = mutant::slope("Total", count);
        dy.as_mut_slice().iter_mut().for_each(|d| *d *= slope);
        mean * count
    }

    fn hit(&self, y: &Tensor<Y, T>, target: &Q::Target) -> Option<bool> {
        self.0.hit(y, target)
    }
}

/// A loss whose gradient is that of the sum over the samples of a batch: as many times that of their mean. What a [`Score`](crate::Score) tells
/// stays the mean of a sample, whatever the size of the batch; [`Score::sum`](crate::Score::sum) is the sum. A `Trainer` takes it over all
/// samples of a step, also where these come in several batches or shards. Other losses stand inside it, not around it.
///
/// | PyTorch's `reduction` | of all numbers of a batch | here |
/// |---|---|---|
/// | `"mean"` | the mean over all numbers | `Mse` |
/// | `"sum"` | the sum over all numbers | `BatchSum(Total(Mse))` |
/// | `"none"`, then `.sum(1).mean()` | the mean over the samples of their sums | `Total(Mse)` |
///
/// # Shapes
/// Those of `Q`.
///
/// # Gradient
/// That of `Q` for each sample, not divided by their number.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{BatchSum, HalfSquaredError, Loss, Total};
///
/// let (y, t) = ([Tensor::<Vector<2>>::new([3.0, 1.0]), Tensor::zeros()], [Tensor::new([1.0, 0.0]), Tensor::zeros()]);
/// let mut dy = [Tensor::zeros(), Tensor::zeros()];
/// let score = BatchSum(Total(HalfSquaredError)).batch(&y, t.iter(), &mut dy);
/// assert_eq!((score.loss, score.sum()), (1.25, 2.5));
/// assert_eq!(dy[0], Tensor::new([2.0, 1.0]));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BatchSum<Q>(pub Q);

impl<Y: Shape, T: Scalar, Q: Loss<Y, T>> Loss<Y, T> for BatchSum<Q> {
    type Target = Q::Target;
    const SUMS: bool = true;

    fn sample(&self, y: &Tensor<Y, T>, target: &Q::Target, dy: &mut Tensor<Y, T>) -> T {
        self.0.sample(y, target, dy)
    }

    fn hit(&self, y: &Tensor<Y, T>, target: &Q::Target) -> Option<bool> {
        self.0.hit(y, target)
    }
}
