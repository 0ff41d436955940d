//! What keeps weights small: penalties that the loss gains, and a bound on the weights of each unit.
//!
//! A step with both is three lines:
//!
//! ```
//! use core_tensor::{Tensor, Vector};
//! use nn::{Gradients, Linear, MaxNorm, Mse, Network, Penalty};
//!
//! let (decay, bound) = (Penalty::l2(0.5), MaxNorm::new(1.0));
//! let mut net = Network::<Vector<2>, Linear<2, 1>>::new(1);
//! net.layers.weight = Tensor::new([[3.0], [4.0]]);
//! let mut grad = net.new_gradient();
//! let (x, t) = ([Tensor::new([1.0, 0.0])], [Tensor::new([3.0])]);
//! let score = net.gradient(&Mse, &x, &t, &mut grad, Gradients::Overwrite, 0);
//! let penalty = decay.add_gradient(&mut *net.layers, &mut grad);
//! // … the optimizer's step …
//! bound.project(&mut *net.layers);
//! assert_eq!((score.loss, penalty), (0.0, 0.25 * (9.0 + 16.0)));
//! assert_eq!(grad.weight, Tensor::new([[1.5], [2.0]]));
//! assert_eq!(net.layers.weight, Tensor::new([[0.6], [0.8]]));
//! ```

use core_tensor::{Leaf, Params, Path, Role, Scalar, mutant};

/// Which tensors are meant: by [`Role`], by name, by sides.
pub type Choice = fn(&Leaf<'_>) -> bool;

/// Those that multiply their input: neither biases nor what scales a normalised value.
fn weights(leaf: &Leaf<'_>) -> bool {
    leaf.role == Role::Weight
}

/// A penalty that the loss gains for chosen parameters: `l1·Σ |w| + l2/2·Σ w²`, and that of no others. Frozen tensors have none.
///
/// # Gradient
/// `l1·sign(w) + l2·w`; `sign` is 0 at 0.
///
/// Hoerl, Kennard: Ridge regression (1970); Tibshirani: Regression shrinkage and selection via the lasso (1996); Zou, Hastie: Regularization
/// and variable selection via the elastic net (2005).
#[derive(Clone, Copy, Debug)]
pub struct Penalty {
    /// what the absolute values count
    pub l1: f64,
    /// what half the squares count
    pub l2: f64,
    /// what is penalised: [weights](Role::Weight), unless told otherwise
    pub on: Choice,
}

impl Penalty {
    /// `λ·Σ |w|`, which brings weights to zero that are hardly needed.
    pub const fn l1(lambda: f64) -> Self {
        Self::elastic(lambda, 0.0)
    }

    /// `λ/2·Σ w²`, whose gradient is `λ·w`: in plain gradient descent the same as weight decay.
    pub const fn l2(lambda: f64) -> Self {
        Self::elastic(0.0, lambda)
    }

    /// `λ·Σ w²`, the other way to write it: [`l2`](Penalty::l2) of `2·λ`.
    pub const fn l2_whole(lambda: f64) -> Self {
        Self::l2(2.0 * lambda)
    }

    /// `l1·Σ |w| + l2/2·Σ w²`
    pub const fn elastic(l1: f64, l2: f64) -> Self {
        let on = weights;
        Self { l1, l2, on }
    }

    /// The same on other parameters.
    ///
    /// ```
    /// use core_tensor::Role;
    /// use nn::Penalty;
    /// // of the first layer alone, its bias too
    /// let first = Penalty::l1(1e-4).on(|leaf| leaf.path.starts_with("0"));
    /// let all = Penalty::l2(1e-4).on(|leaf| matches!(leaf.role, Role::Weight | Role::Bias));
    /// ```
    pub const fn on(self, on: Choice) -> Self {
        Self { on, ..self }
    }

    /// The penalty of a network; its gradient is added to `grad`. Call it after backward and before the optimizer. Allocates nothing.
    pub fn add_gradient<T: Scalar, L: Params<T>>(&self, net: &mut L, grad: &mut L::Grad) -> T {
        let mut sum = T::zero();
        let (l1, l2) = (T::of(self.l1), T::of(self.l2));
        let mut visit = |leaf: Leaf<'_>, weight: &mut [T], [grad]: [&mut [T]; 1]| {
            if leaf.role.learns() && (self.on)(&leaf) {
                sum += penalise(weight, grad, l1, l2);
            }
        };
        net.visit([grad], &Path::Root, &mut visit);
        sum
    }
}

/// How many sums run side by side.
const LANES: usize = 32;

/// The penalty of a tensor, in independent sums, as vectors need them and rounding likes them.
fn penalise<T: Scalar>(weight: &[T], grad: &mut [T], l1: T, l2: T) -> T {
    let mut sums = [T::zero(); LANES];
    let sums_here = &mut sums;
    let (weights, last_weights) = weight.as_chunks::<LANES>();
    let (grads, last_grads) = grad.as_chunks_mut::<LANES>();
    T::vectorize(
        #[inline(always)]
        || {
            for (weight, grad) in weights.iter().zip(grads) {
                add(weight, grad, sums_here, l1, l2);
            }
            add(last_weights, last_grads, sums_here, l1, l2);
        },
    );
    sums.into_iter().sum()
}

/// A number to each sum, and its slope to its gradient.
#[inline(always)]
fn add<T: Scalar>(weight: &[T], grad: &mut [T], sums: &mut [T; LANES], l1: T, l2: T) {
    let half = T::of(0.5) * l2;
    for ((sum, &w), g) in sums.iter_mut().zip(weight).zip(grad) {
        *sum += l1 * w.abs() + half * w * w;
        let slope = mutant::slope("Penalty absolute", l1 * sign(w));
        *g += slope + mutant::slope("Penalty square", l2 * w);
    }
}

/// −1, 0 or 1.
#[inline(always)]
fn sign<T: Scalar>(x: T) -> T {
    let above = if x > T::zero() { T::one() } else { T::zero() };
    let below = if x < T::zero() { T::one() } else { T::zero() };
    above - below
}

/// Keeps the length of each unit's incoming weights within a bound: after a step, `w ← w·min(1, bound/|w|)`. A unit is a column of a
/// [`Linear`](crate::Linear)'s weight, an output channel of a convolution's; its bias does not count.
///
/// Srivastava et al.: Dropout: a simple way to prevent neural networks from overfitting (2014), with bounds of 3 to 4.
#[derive(Clone, Copy, Debug)]
pub struct MaxNorm {
    /// the greatest length, above 0
    pub bound: f64,
    /// what is bounded: [weights](Role::Weight), unless told otherwise
    pub on: Choice,
}

impl MaxNorm {
    /// Lengths of at most `bound`.
    pub const fn new(bound: f64) -> Self {
        let on = weights;
        Self { bound, on }
    }

    /// The same on other parameters.
    pub const fn on(self, on: Choice) -> Self {
        Self { on, ..self }
    }

    /// Brings back what lies outside. Call it after the optimizer. Allocates nothing.
    pub fn project<T: Scalar, L: Params<T>>(&self, net: &mut L) {
        let bound = T::of(self.bound);
        let mut visit = |leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]| {
            if leaf.role.learns() && (self.on)(&leaf) {
                let units = leaf.sides.last().copied().unwrap_or(1);
                (0..units)
                    .step_by(LANES)
                    .for_each(|first| project(weight, units, first, bound));
            }
        };
        net.visit([], &Path::Root, &mut visit);
    }
}

/// The units from `first` on, up to [`LANES`] of them: the columns of a matrix with a row for each input.
fn project<T: Scalar>(weight: &mut [T], units: usize, first: usize, bound: T) {
    let count = LANES.min(units - first);
    let mut shares = [T::zero(); LANES];
    let shares = &mut shares[..count];
    T::vectorize(
        #[inline(always)]
        || {
            for row in weight.chunks_exact(units) {
                for (square, &w) in shares.iter_mut().zip(&row[first..]) {
                    *square += w * w;
                }
            }
            for share in shares.iter_mut() {
                let length = share.sqrt();
                *share = if length > bound {
                    bound / length
                } else {
                    T::one()
                };
            }
            for row in weight.chunks_exact_mut(units) {
                for (w, &share) in row[first..].iter_mut().zip(&*shares) {
                    *w *= share;
                }
            }
        },
    );
}
