//! Optimizers that look at the sign of a gradient.

use core_tensor::{Params, Scalar, Zeroed};

use crate::sgd::{each_weight, plain_state};
use crate::{Memory, Optimizer, Plan, descend};

/// Rprop: every weight has a step `Δ` of its own, which grows while the gradient keeps its sign and shrinks when that changes:
/// `Δ ← Δ·η⁺` if `g·g_old > 0`, `Δ·η⁻` if `< 0`, within bounds; `θ ← θ − sign(g)·Δ`. After a change of sign the weight rests for a step, and
/// nothing is remembered of the gradient. The memory is `g_old, Δ`.
///
/// For whole-set descent only: the mean sign of many mini-batches is not the sign of their mean.
///
/// Riedmiller, Braun: A direct adaptive method for faster backpropagation learning (1993), in the form without weight backtracking.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rprop {
    /// the first step of every weight, 0.01 in PyTorch; later changes of it do nothing
    pub rate: f64,
    /// η⁺, usually 1.2
    pub grow: f64,
    /// η⁻, usually 0.5
    pub shrink: f64,
    /// the smallest step, usually 10⁻⁶
    pub least: f64,
    /// the largest step, usually 50
    pub most: f64,
}

impl Rprop {
    /// The paper's factors and bounds.
    pub const fn new(rate: f64) -> Self {
        Self {
            rate,
            grow: 1.2,
            shrink: 0.5,
            least: 1e-6,
            most: 50.0,
        }
    }
}

each_weight! { Rprop remembers 2: |own, memory| {
    let first = memory.count() == 1;
    let [grow, shrink, least, most] =
        [own.grow, own.shrink, own.least, own.most].map(T::of);
    let (zero, one) = (T::zero(), T::one());
} |rate, [g, old, step]| {
    let before = if first { rate } else { step };
    let agreement = g * old;
    let factor = if agreement > zero {
        grow
    } else if agreement < zero {
        shrink
    } else {
        one
    };
    let wanted = before * factor;
    let wanted = if wanted < least { least } else { wanted };
    let step = if wanted > most { most } else { wanted };
    let old = if agreement < zero { zero } else { g };
    [sign(old) * step, old, step]
} }

/// The sign, 0 of 0.
#[inline(always)]
fn sign<T: Scalar>(x: T) -> T {
    let (zero, one) = (T::zero(), T::one());
    if x > zero {
        one
    } else if x < zero {
        -one
    } else {
        // 0, and NaN stays
        x
    }
}

/// Lion: `θ ← θ − η·sign(β₁·m + (1 − β₁)·g)`, then `m ← β₂·m + (1 − β₂)·g`. The memory is `m`. Usual numbers: η = 10⁻⁴, β₁ = 0.9, β₂ = 0.99, together with
/// a decoupled decay three to ten times that of AdamW (see [`Tuned`](crate::Tuned)).
///
/// Chen et al.: Symbolic discovery of optimization algorithms (2023).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lion {
    /// η
    pub rate: f64,
    /// β₁, how much of the mean goes into a step
    pub beta1: f64,
    /// β₂, how long the mean of gradients remembers
    pub beta2: f64,
}

impl Lion {
    /// The paper's numbers, at a rate.
    pub const fn new(rate: f64) -> Self {
        Self {
            rate,
            beta1: 0.9,
            beta2: 0.99,
        }
    }
}

each_weight! { Lion remembers 1: |own, memory| {
    memory.count();
    let [beta1, rest1, beta2, rest2] =
        [own.beta1, 1.0 - own.beta1, own.beta2, 1.0 - own.beta2].map(T::of);
} |rate, [g, m]| {
    let step = sign(beta1 * m + rest1 * g);
    [rate * step, beta2 * m + rest2 * g]
} }
