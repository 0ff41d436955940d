//! Gradients that are too large, made smaller.

use core_tensor::{Leaf, Params, Path, Scalar, Zeroed};

use crate::tune::delegate;
use crate::{Optimizer, Plan, Treatment};

/// How large a gradient may be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Clip {
    /// The gradient of the whole network, as one vector, keeps its direction and is at most so long: `g·min(1, c / (‖g‖ + 10⁻⁶))`, as in PyTorch.
    Norm(f64),
    /// No number of it is larger than this.
    Value(f64),
}

/// An optimizer that sees clipped gradients: what explodes is cut off. The gradient itself stays as it was.
///
/// Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks (2013).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Clipped<O> {
    /// the optimizer
    pub optimizer: O,
    /// how large its gradients may be
    pub clip: Clip,
}

impl<O> Clipped<O> {
    /// Clips by the norm of the whole gradient.
    pub const fn norm(optimizer: O, most: f64) -> Self {
        Self {
            optimizer,
            clip: Clip::Norm(most),
        }
    }

    /// Clips number by number.
    pub const fn value(optimizer: O, most: f64) -> Self {
        Self {
            optimizer,
            clip: Clip::Value(most),
        }
    }
}

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for Clipped<O> {
    delegate!(T);

    fn clip(&self) -> Option<Clip> {
        Some(self.clip)
    }

    fn step_by<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        state: &mut O::State<P::Grad>,
        plan: Plan<'_>,
    ) {
        let [scale, limit] = match self.clip {
            // what the plan scales, the norm is that of
            Clip::Norm(most) => [
                (most / (gradient_norm(net, grad, plan) + 1e-6)).min(1.0),
                f64::INFINITY,
            ],
            Clip::Value(most) => [1.0, most],
        };
        let own = Treatment {
            scale,
            limit,
            ..Treatment::PLAIN
        };
        self.optimizer
            .step_by(net, grad, state, &|leaf| plan(leaf).and(own));
    }
}

/// The length of a gradient as one vector of all that learns.
pub fn norm<T: Scalar, P: Params<T>>(net: &mut P, grad: &mut P::Grad) -> f64 {
    gradient_norm(net, grad, &|_| Treatment::PLAIN)
}

fn gradient_norm<T: Scalar, P: Params<T>>(net: &mut P, grad: &mut P::Grad, plan: Plan<'_>) -> f64 {
    let mut sum = 0.0;
    let mut add = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
        if leaf.role.learns() {
            sum += squares(g) * plan(leaf).scale.powi(2);
        }
    };
    net.visit([grad], &Path::Root, &mut add);
    sum.sqrt()
}

/// `Σ x²`, in as many sums as become vectors, in `f64` so that large numbers of a small kind do not overflow.
pub(crate) fn squares<T: Scalar>(x: &[T]) -> f64 {
    let mut sums = [0.0; 16];
    T::vectorize(
        #[inline(always)]
        || {
            let (blocks, rest) = x.as_chunks::<16>();
            let number = |x: T| x.to_f64().unwrap_or(f64::NAN);
            for block in blocks {
                for (sum, &x) in sums.iter_mut().zip(block) {
                    let x = number(x);
                    *sum += x * x;
                }
            }
            for (sum, &x) in sums.iter_mut().zip(rest) {
                let x = number(x);
                *sum += x * x;
            }
        },
    );
    sums.iter().sum()
}
