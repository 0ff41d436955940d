//! Losses: how wrong an output is, and in which direction.

mod class;
mod detection;
mod number;
mod reduction;
mod several;
mod whole;

use core::fmt;

use core_tensor::{Batch, BatchMut, Scalar, Shape, Tensor, Vector, mutant};

pub use class::{
    LabelSmoothing, Nll, PixelCrossEntropy, SoftCrossEntropy, StepCrossEntropy,
    WeightedCrossEntropy, WeightedNll,
};
pub use detection::{DetectionLoss, Object};
pub use number::{Bce, BceWithLogits, Focal, HalfSquaredError, Hinge, Huber, Mae, SmoothL1};
pub use reduction::{BatchSum, Total};
pub use several::{Auxiliary, Weighted};
pub use whole::{Cosine, Dice, KlDivergence};

/// How wrong outputs of shape `Y` are.
///
/// The loss of a batch is the mean over its samples; around a loss, [`BatchSum`] makes its gradient that of their sum. Within a sample, losses that are summed number by number take the mean over its
/// numbers, and [`Total`] makes it their sum; losses of a row ([`CrossEntropy`], [`KlDivergence`], …) are sums over it, and means over the
/// rows if there are several. Several outputs have a [`Weighted`] sum of losses, or an [`Auxiliary`] one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not accept outputs of shape `{Y}`",
    label = "this loss is not made for the network's output"
)]
pub trait Loss<Y: Shape, T: Scalar = f32> {
    /// What a sample should have been.
    type Target;
    /// Whether the gradient of a batch is that of the sum over its samples instead of their mean: [`BatchSum`].
    const SUMS: bool = false;

    /// The loss of one sample; `dy` becomes its gradient.
    fn sample(&self, y: &Tensor<Y, T>, target: &Self::Target, dy: &mut Tensor<Y, T>) -> T;

    /// Whether the output names the target's class; `None` where there are no classes.
    fn hit(&self, y: &Tensor<Y, T>, target: &Self::Target) -> Option<bool> {
        let _ = (y, target);
        None
    }

    /// The mean loss of a batch, and how many outputs name their class; `dy` becomes the gradient of that mean, or of the sum if the loss
    /// [sums](Loss::SUMS).
    ///
    /// # Panics
    /// If there are not as many targets, or gradients, as outputs.
    #[track_caller]
    fn batch<'t>(
        &self,
        y: Batch<'_, Y, T>,
        targets: impl ExactSizeIterator<Item = &'t Self::Target>,
        dy: BatchMut<'_, Y, T>,
    ) -> Score<T>
    where
        Self::Target: 't,
    {
        assert_eq!(
            y.len(),
            targets.len(),
            "a batch of {} samples came with {} targets",
            y.len(),
            targets.len()
        );
        assert_eq!(
            y.len(),
            dy.len(),
            "a batch of {} samples came with room for {} gradients",
            y.len(),
            dy.len()
        );
        let share = T::of(1.0 / y.len().max(1) as f64);
        let mut score = Score {
            loss: T::zero(),
            hits: 0,
            judged: 0,
            samples: y.len(),
        };
        for ((y, target), dy) in y.iter().zip(targets).zip(dy.iter_mut()) {
            score.loss += self.sample(y, target, dy) * share;
            if !Self::SUMS {
                let slope = mutant::slope("Loss mean", share);
                dy.as_mut_slice().iter_mut().for_each(|d| *d *= slope);
            }
            if let Some(hit) = self.hit(y, target) {
                score.judged += 1;
                score.hits += usize::from(hit);
            }
        }
        score
    }
}

/// How a network did on some samples.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Score<T = f32> {
    /// the mean loss
    pub loss: T,
    /// how many outputs named their class
    pub hits: usize,
    /// how many outputs could name a class: none where the loss knows no classes
    pub judged: usize,
    /// how many samples there were
    pub samples: usize,
}

impl<T: Scalar> Score<T> {
    /// No samples yet.
    pub fn none() -> Self {
        Self {
            loss: T::zero(),
            hits: 0,
            judged: 0,
            samples: 0,
        }
    }

    /// The share of outputs that named their class; `None` where the loss knows no classes.
    pub fn accuracy(&self) -> Option<f64> {
        (self.judged > 0).then(|| self.hits as f64 / self.judged as f64)
    }

    /// The sum of the losses of all samples.
    pub fn sum(&self) -> T {
        self.loss * T::of(self.samples as f64)
    }

    /// Both together: the loss is the mean over all samples.
    pub fn and(self, other: Self) -> Self {
        let samples = self.samples + other.samples;
        Self {
            loss: (self.sum() + other.sum()) / T::of(samples.max(1) as f64),
            hits: self.hits + other.hits,
            judged: self.judged + other.judged,
            samples,
        }
    }
}

/// Softmax cross-entropy of logits: `log Σ exp(yⱼ) − y_class`, finite wherever the differences of the logits are.
///
/// # Shapes
/// `Vector<N>` against [`Class<N>`].
///
/// # Gradient
/// `softmax(y) − one-hot(class)`
///
/// Bridle: Probabilistic interpretation of feedforward classification network outputs (1990).
pub struct CrossEntropy;

impl<const N: usize, T: Scalar> Loss<Vector<N>, T> for CrossEntropy {
    type Target = Class<N>;

    fn sample(
        &self,
        y: &Tensor<Vector<N>, T>,
        class: &Class<N>,
        dy: &mut Tensor<Vector<N>, T>,
    ) -> T {
        let [largest, log_sum] = T::softmax_row(y.as_slice(), dy.as_mut_slice());
        mutant::values("CrossEntropy softmax", dy.as_mut_slice());
        dy[[class.index()]] -= mutant::slope("CrossEntropy class", T::one());
        // the difference first: large logits would drown the logarithm
        (largest - y[[class.index()]]) + log_sum
    }

    fn hit(&self, y: &Tensor<Vector<N>, T>, class: &Class<N>) -> Option<bool> {
        Some(y.argmax() == class.index())
    }
}

/// Mean squared error: `Σ (y − t)² / n` over the `n` numbers of a sample.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `2·(y − t) / n`
///
/// Legendre: Nouvelles méthodes pour la détermination des orbites des comètes (1805).
pub struct Mse;

impl<Y: Shape, T: Scalar> Loss<Y, T> for Mse {
    type Target = Tensor<Y, T>;

    fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
        let share = T::of(1.0 / Y::LEN as f64);
        let mut sum = T::zero();
        for ((&y, &t), d) in y
            .as_slice()
            .iter()
            .zip(target.as_slice())
            .zip(dy.as_mut_slice())
        {
            let error = y - t;
            sum += error * error;
            *d = mutant::slope("Mse", (error + error) * share);
        }
        sum * share
    }
}

/// One of `N` classes, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Class<const N: usize>(u32);

impl<const N: usize> Class<N> {
    /// Class number `index`.
    ///
    /// # Panics
    /// If there is no such class; in a constant, that is a compile error. Numbers from outside go through `Class::try_from`.
    pub const fn new(index: usize) -> Self {
        assert!(
            index < N,
            "a class counts from 0 and is less than their number"
        );
        Self(index as u32)
    }

    /// Its number.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl<const N: usize> TryFrom<usize> for Class<N> {
    type Error = ClassError;

    fn try_from(index: usize) -> Result<Self, ClassError> {
        if index < N {
            Ok(Self(index as u32))
        } else {
            Err(ClassError { index, classes: N })
        }
    }
}

impl<const N: usize> fmt::Display for Class<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A label that names no class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClassError {
    /// the label
    pub index: usize,
    /// how many classes there are
    pub classes: usize,
}

impl fmt::Display for ClassError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "label {} names no class: expected 0 to {}; check that the labels count from 0",
            self.index,
            self.classes.saturating_sub(1)
        )
    }
}

impl core::error::Error for ClassError {}
