//! Stochastic gradient descent, plain and with momentum.

use core_tensor::{Params, Scalar, Zeroed};

use crate::Optimizer;
use crate::optimizer::update;

/// Gradient descent: `θ ← θ − η·g`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sgd {
    /// η
    pub rate: f64,
}

impl<T: Scalar> Optimizer<T> for Sgd {
    type State<G: Zeroed> = ();

    fn start<G: Zeroed>(&self) {}

    fn step<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, (): &mut ()) {
        let rate = T::of(self.rate);
        update(net, [grad], |weight, [grad]| {
            T::vectorize(
                #[inline(always)]
                || {
                    for (w, &mut g) in weight.iter_mut().zip(grad) {
                        *w -= rate * g;
                    }
                },
            );
        });
    }
}

/// Gradient descent with momentum: `v ← µ·v + g; θ ← θ − η·v` from `v = 0`, as PyTorch with dampening 0.
///
/// Polyak: Some methods of speeding up the convergence of iteration methods (1964).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Momentum {
    /// η
    pub rate: f64,
    /// µ, usually 0.9
    pub momentum: f64,
}

impl<T: Scalar> Optimizer<T> for Momentum {
    /// the velocity `v`
    type State<G: Zeroed> = Box<G>;

    fn start<G: Zeroed>(&self) -> Box<G> {
        G::boxed()
    }

    fn step<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, velocity: &mut Box<P::Grad>) {
        let (rate, momentum) = (T::of(self.rate), T::of(self.momentum));
        update(net, [grad, velocity], |weight, [grad, velocity]| {
            T::vectorize(
                #[inline(always)]
                || {
                    for ((w, &mut g), v) in weight.iter_mut().zip(grad).zip(velocity) {
                        *v = (momentum * *v + g).flush();
                        *w -= rate * *v;
                    }
                },
            );
        });
    }
}
