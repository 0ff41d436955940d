//! Rates that fall by a formula of the step.

use super::Schedule;

/// `η`, whatever the step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Constant(pub f64);

impl Schedule for Constant {
    fn rate(&self, _: usize) -> f64 {
        self.0
    }
}

/// `η₀·γ^⌊t/s⌋`: the rate falls by a factor every `s` steps. Some lectures call it linear decay.
///
/// ```
/// use optim::schedule::{Schedule, Step};
/// let step = Step { rate: 0.8, factor: 0.5, every: 10 };
/// assert_eq!([0, 9, 10, 29].map(|t| step.rate(t)), [0.8, 0.8, 0.4, 0.2]);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// η₀
    pub rate: f64,
    /// γ
    pub factor: f64,
    /// s, at least 1
    pub every: usize,
}

impl Schedule for Step {
    fn rate(&self, t: usize) -> f64 {
        self.rate * power(self.factor, t / self.every.max(1))
    }
}

/// `η₀·γᵏ` after `k` of the steps named.
#[derive(Clone, PartialEq, Debug)]
pub struct MultiStep {
    /// η₀
    pub rate: f64,
    /// γ
    pub factor: f64,
    /// the steps from which on the rate is smaller
    pub at: Vec<usize>,
}

impl Schedule for MultiStep {
    fn rate(&self, t: usize) -> f64 {
        let passed = self.at.iter().filter(|&&at| at <= t).count();
        self.rate * power(self.factor, passed)
    }
}

/// `η₀·γᵗ`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Exponential {
    /// η₀
    pub rate: f64,
    /// γ
    pub factor: f64,
}

impl Schedule for Exponential {
    fn rate(&self, t: usize) -> f64 {
        self.rate * power(self.factor, t)
    }
}

/// `η₀·e^(−k·t)`
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NaturalExponential {
    /// η₀
    pub rate: f64,
    /// k
    pub decay: f64,
}

impl Schedule for NaturalExponential {
    fn rate(&self, t: usize) -> f64 {
        self.rate * (-self.decay * t as f64).exp()
    }
}

/// From one rate to another along a line, and constant after.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Linear {
    /// the rate of step 0
    pub from: f64,
    /// the rate of step `steps` and of those after
    pub to: f64,
    /// how long it takes
    pub steps: usize,
}

impl Schedule for Linear {
    fn rate(&self, t: usize) -> f64 {
        self.from + (self.to - self.from) * part(t, self.steps)
    }
}

/// `η_end + (η₀ − η_end)·(1 − t/n)^p`, and `η_end` after `n` steps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Polynomial {
    /// η₀
    pub rate: f64,
    /// η_end
    pub end: f64,
    /// n
    pub steps: usize,
    /// p
    pub power: f64,
}

impl Schedule for Polynomial {
    fn rate(&self, t: usize) -> f64 {
        let left = 1.0 - part(t, self.steps);
        self.end + (self.rate - self.end) * left.powf(self.power)
    }
}

/// `s·d^(−½)·min(t^(−½), t·w^(−3/2))` of the step counted from 1: up along a line for `w` steps, then down with the root.
///
/// Vaswani et al.: Attention is all you need (2017).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Noam {
    /// s, 1 in the paper
    pub scale: f64,
    /// d, the width of the model
    pub width: usize,
    /// w, 4000 in the paper
    pub warm_up: usize,
}

impl Schedule for Noam {
    fn rate(&self, t: usize) -> f64 {
        let [t, width, warm_up] = [t, self.width, self.warm_up.max(1)].map(|n| n as f64);
        let t = t + 1.0;
        self.scale / width.sqrt() * (1.0 / t.sqrt()).min(t / warm_up.powf(1.5))
    }
}

/// How much of `steps` is over at step `t`, at most all.
pub(super) fn part(t: usize, steps: usize) -> f64 {
    t.min(steps) as f64 / steps.max(1) as f64
}

fn power(factor: f64, n: usize) -> f64 {
    factor.powi(i32::try_from(n).unwrap_or(i32::MAX))
}
