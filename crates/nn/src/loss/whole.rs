//! Losses that look at a sample as a whole.

use core_tensor::{Scalar, Shape, Tensor, mutant};

use crate::Loss;

/// Kullback–Leibler divergence of a distribution from its logarithms: `Σ t·(ln t − y)`, a target of 0 counting nothing.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `−t`
///
/// Kullback, Leibler: On information and sufficiency (1951); PyTorch's `batchmean`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct KlDivergence;

impl<Y: Shape, T: Scalar> Loss<Y, T> for KlDivergence {
    type Target = Tensor<Y, T>;

    fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
        let mut loss = T::zero();
        let numbers = y.as_slice().iter().zip(target.as_slice());
        for ((&y, &t), d) in numbers.zip(dy.as_mut_slice()) {
            if t > T::zero() {
                loss += t * (t.ln() - y);
            }
            *d = mutant::slope("KlDivergence", -t);
        }
        loss
    }
}

/// One less the cosine of the angle between output and target: `1 − y·t / (|y|·|t|)`; lengths below 10⁻⁸ count as that.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `(cos·y/|y| − t/|t|) / |y|`
///
/// Barz, Denzler: Deep learning on small datasets without pre-training using cosine loss (2020).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cosine;

impl<Y: Shape, T: Scalar> Loss<Y, T> for Cosine {
    type Target = Tensor<Y, T>;

    fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
        let dot = |a: &[T], b: &[T]| -> T { a.iter().zip(b).map(|(&a, &b)| a * b).sum() };
        let (y, t) = (y.as_slice(), target.as_slice());
        let smallest = T::of(1e-8);
        let [length_y, length_t] = [y, t].map(|x| dot(x, x).sqrt().max(smallest));
        let cosine = dot(y, t) / (length_y * length_t);
        for ((&y, &t), d) in y.iter().zip(t).zip(dy.as_mut_slice()) {
            let turned = mutant::slope("Cosine length", cosine * y / length_y);
            *d = (turned - mutant::slope("Cosine angle", t / length_t)) / length_y;
        }
        T::one() - cosine
    }
}

/// How little two regions overlap: `1 − (2·Σ y·t + 1) / (Σ y + Σ t + 1)` for probabilities and a mask of zeros and ones. The ones in it keep
/// empty regions from dividing by zero.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `(d − 2·t) / (Σ y + Σ t + 1)` with `d = (2·Σ y·t + 1) / (Σ y + Σ t + 1)`
///
/// Milletari, Navab, Ahmadi: V-Net (2016), with the sums unsquared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dice;

impl<Y: Shape, T: Scalar> Loss<Y, T> for Dice {
    type Target = Tensor<Y, T>;

    fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
        let (y, t) = (y.as_slice(), target.as_slice());
        let (one, two) = (T::one(), T::of(2.0));
        let both: T = y.iter().zip(t).map(|(&y, &t)| y * t).sum();
        let sum = y.iter().chain(t).copied().sum::<T>() + one;
        let overlap = (two * both + one) / sum;
        for (&t, d) in t.iter().zip(dy.as_mut_slice()) {
            *d = mutant::slope("Dice", (overlap - two * t) / sum);
        }
        one - overlap
    }
}
