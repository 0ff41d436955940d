//! What an optimizer is: one fused loop over every tensor, its gradient and what is remembered beside it.

use core_tensor::{Leaf, Params, Path, Scalar, Visit, Zeroed};

/// Moves weights against their gradient.
///
/// An optimizer is plain numbers that may be changed between steps (a schedule sets `rate`); what it remembers of a network is a
/// `State` of values shaped like the gradient.
pub trait Optimizer<T: Scalar> {
    /// What is remembered between steps, for a gradient of type `G`.
    type State<G: Zeroed>;

    /// What is remembered before the first step.
    fn start<G: Zeroed>(&self) -> Self::State<G>;

    /// One step. Allocates nothing.
    fn step<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, state: &mut Self::State<P::Grad>);
}

/// How much of a batch's statistic goes into the running one (PyTorch's `momentum`).
const STATISTIC: f64 = 0.1;

/// Walks the network and `beside` it the gradient and what is remembered; `update` gets the tensors that learn. A running statistic
/// follows the batch's, which lies in its place in the gradient.
pub(crate) fn update<T: Scalar, P: Params<T>, const K: usize>(
    net: &mut P,
    beside: [&mut P::Grad; K],
    update: impl FnMut(&mut [T], [&mut [T]; K]),
) {
    net.visit(beside, &Path::Root, &mut Update(update));
}

struct Update<F>(F);

impl<T: Scalar, const K: usize, F: FnMut(&mut [T], [&mut [T]; K])> Visit<T, K> for Update<F> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], beside: [&mut [T]; K]) {
        if leaf.role.learns() {
            return (self.0)(weight, beside);
        }
        let share = T::of(STATISTIC);
        for (running, &mut new) in weight.iter_mut().zip(&mut *beside[0]) {
            *running += share * (new - *running);
        }
    }
}
