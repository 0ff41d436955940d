//! Optimizers that give every weight a rate of its own.

use core_tensor::{Params, Scalar, Zeroed};

use crate::Optimizer;
use crate::optimizer::update;

/// Adam: `m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; θ ← θ − η · m̂ / (√v̂ + ε)` with the corrected means
/// `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`.
///
/// Kingma, Ba: Adam: a method for stochastic optimization (2014).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Adam {
    /// η
    pub rate: f64,
    /// β₁, how long the mean of gradients remembers
    pub beta1: f64,
    /// β₂, how long the mean of their squares remembers
    pub beta2: f64,
    /// ε, added to the root
    pub epsilon: f64,
}

impl Adam {
    /// Adam with the paper's β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    pub const fn new(rate: f64) -> Self {
        Self {
            rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }
}

/// What [`Adam`] remembers of a network.
pub struct AdamState<G> {
    /// `m`, the mean of gradients
    pub first: Box<G>,
    /// `v`, the mean of their squares
    pub second: Box<G>,
    /// `t`, how many steps were taken
    pub steps: i32,
}

impl<T: Scalar> Optimizer<T> for Adam {
    type State<G: Zeroed> = AdamState<G>;

    fn start<G: Zeroed>(&self) -> AdamState<G> {
        AdamState {
            first: G::boxed(),
            second: G::boxed(),
            steps: 0,
        }
    }

    fn step<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, state: &mut AdamState<P::Grad>) {
        state.steps = state.steps.saturating_add(1);
        let [beta1, beta2] = [self.beta1, self.beta2].map(T::of);
        let [rest1, rest2] = [1.0 - self.beta1, 1.0 - self.beta2].map(T::of);
        // m̂ and v̂ without two divisions a weight: their corrections are one number each for the whole step
        let rate = T::of(self.rate / (1.0 - self.beta1.powi(state.steps)));
        let correction = T::of((1.0 / (1.0 - self.beta2.powi(state.steps))).sqrt());
        let epsilon = T::of(self.epsilon);
        update(
            net,
            [grad, &mut state.first, &mut state.second],
            |weight, [grad, first, second]| {
                T::vectorize(
                    #[inline(always)]
                    || {
                        for (((w, &mut g), m), v) in
                            weight.iter_mut().zip(grad).zip(first).zip(second)
                        {
                            *m = (beta1 * *m + rest1 * g).flush();
                            *v = (beta2 * *v + rest2 * g * g).flush();
                            *w -= rate * *m / (v.sqrt() * correction + epsilon);
                        }
                    },
                );
            },
        );
    }
}
