//! Losses that are summed number by number, each of one formula. The derivative comes from [`Dual`](autodiff::Dual).
//!
//! All are means over the numbers of a sample, as PyTorch's; [`Total`](crate::Total) makes them sums.

use core_tensor::{Real, Scalar, Shape, Tensor};

use crate::{ElementwiseLoss, Loss, LossFormula};

/// Mean absolute error: `Σ |y − t| / n`.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `sign(y − t) / n`, 0 where they are equal.
///
/// Boscovich (1757), before the method of least squares; the median is its lowest point.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mae;

/// Half the squared error: `½·(y − t)²`, so that the gradient is the error itself. [`Total`](crate::Total) of it is the classical `½·Σ (y − t)²`.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `(y − t) / n`
///
/// Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986), as the sum.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HalfSquaredError;

/// `(y − t)²/2` up to an error of `delta`, beyond it `δ·(|y − t| − δ/2)`: outliers pull no harder than `δ`.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `clamp(y − t, −δ, δ) / n`
///
/// Huber: Robust estimation of a location parameter (1964).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Huber {
    /// `δ`, above 0
    pub delta: f64,
}

/// [`Huber`] divided by its bound: `(y − t)²/(2β)` up to an error of `beta`, beyond it `|y − t| − β/2`.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `clamp((y − t)/β, −1, 1) / n`
///
/// Girshick: Fast R-CNN (2015), with PyTorch's `β`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SmoothL1 {
    /// `β`, above 0
    pub beta: f64,
}

/// Binary cross-entropy of probabilities: `−t·ln y − (1 − t)·ln(1 − y)`; a logarithm below −100 counts as −100 (PyTorch's clamp), where its
/// slope is 0. From logits, [`BceWithLogits`] is exact at any distance.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `((1 − t)/(1 − y) − t/y) / n`
///
/// Solla, Levin, Fleisher: Accelerated learning in layered neural networks (1988).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bce;

/// Binary cross-entropy of logits: `ln(1 + e^y) − t·y`, finite for any logit. For several labels a sample, or a label a pixel, the
/// targets are as many zeros and ones.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `(σ(y) − t) / n`
///
/// Solla, Levin, Fleisher: Accelerated learning in layered neural networks (1988), of probabilities.
///
/// ```
/// use core_tensor::{Image, Tensor, Vector};
/// use nn::{BceWithLogits, Loss, Total};
///
/// // three labels a sample, of which any may hold: the mean over the labels, and the sum
/// let (y, labels) = (Tensor::<Vector<3>>::zeros(), Tensor::new([1.0, 0.0, 1.0]));
/// let mut dy = Tensor::zeros();
/// assert_eq!(BceWithLogits.sample(&y, &labels, &mut dy), 2_f32.ln());
/// assert_eq!(Total(BceWithLogits).sample(&y, &labels, &mut dy), 3.0 * 2_f32.ln());
/// assert_eq!(dy, Tensor::new([-0.5, 0.5, -0.5]));
/// // a label a pixel
/// let (y, mask) = (Tensor::<Image<1, 2, 1>>::zeros(), Tensor::new([[[1.0], [0.0]]]));
/// assert_eq!(BceWithLogits.sample(&y, &mask, &mut Tensor::zeros()), 2_f32.ln());
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BceWithLogits;

/// Binary cross-entropy of logits in which what is known already counts less: `α_t·(1 − p_t)^γ·(−ln p_t)` with `p_t` the probability that
/// the logit gives to the target, `α_t = α` for targets of 1 and `1 − α` for 0.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// With `s = 1` for a target of 1 and `−1` for 0: `s·α_t·(1 − p_t)^γ·(γ·p_t·ln p_t − (1 − p_t)) / n`.
///
/// Lin et al.: Focal loss for dense object detection (2017).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Focal {
    /// `α`, the weight of targets of 1: 0.25 in the paper
    pub alpha: f64,
    /// `γ`, how much less what is known counts: 2 in the paper
    pub gamma: f64,
}

/// `max(0, 1 − t·y)` for targets of −1 and 1.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `−t / n` where `t·y < 1`, else 0, at the kink too.
///
/// Cortes, Vapnik: Support-vector networks (1995).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hinge;

// one loss: its formula of itself, an output and a target, which is no closure, for that may stay outside of the loop
macro_rules! formulas { ($($name:ident($of:tt, $y:ident, $t:ident) = $formula:expr;)+) => {$(
    impl LossFormula for $name {
        #[inline(always)]
        fn value<R: Real>(&self, $y: R, $t: R) -> R {
            let $of = self;
            $formula
        }
    }

    impl<Y: Shape, T: Scalar> Loss<Y, T> for $name {
        type Target = Tensor<Y, T>;

        fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
            ElementwiseLoss(*self).sample(y, target, dy)
        }
    }
)+} }
formulas! {
    Mae(_, y, t) = (y - t).abs();
    HalfSquaredError(_, y, t) = R::of(0.5) * (y - t) * (y - t);
    Huber(of, y, t) = huber(R::of(of.delta), y - t);
    SmoothL1(of, y, t) = huber(R::of(of.beta), y - t) / R::of(of.beta);
    Bce(_, y, t) = -t * clamped_ln(y) - (R::one() - t) * clamped_ln(R::one() - y);
    BceWithLogits(_, y, t) = y.softplus() - t * y;
    Focal(of, y, t) = focal(of, y, t);
    Hinge(_, y, t) = R::zero().max(R::one() - t * y);
}

#[inline(always)]
fn huber<R: Real>(delta: R, error: R) -> R {
    let (half, size) = (R::of(0.5), error.abs());
    if size <= delta {
        half * error * error
    } else {
        delta * (size - half * delta)
    }
}

#[inline(always)]
fn clamped_ln<R: Real>(x: R) -> R {
    R::of(-100.0).max(x.ln())
}

#[inline(always)]
fn focal<R: Real>(of: &Focal, y: R, t: R) -> R {
    let (one, alpha) = (R::one(), R::of(of.alpha));
    let p = y.sigmoid();
    let missed = p + t - (p * t + p * t);
    let weight = alpha * t + (one - alpha) * (one - t);
    weight * missed.powf(R::of(of.gamma)) * (y.softplus() - t * y)
}
