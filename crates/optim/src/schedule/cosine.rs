//! Rates along half a cosine.

use core::f64::consts::PI;

use super::Schedule;
use super::decay::part;

/// `η_end + (η₀ − η_end)·(1 + cos(π·t/n))/2`, and `η_end` after `n` steps.
///
/// Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts (2016).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cosine {
    /// η₀
    pub rate: f64,
    /// η_end, usually 0
    pub end: f64,
    /// n
    pub steps: usize,
}

impl Schedule for Cosine {
    fn rate(&self, t: usize) -> f64 {
        Anneal::Cosine.between(self.rate, self.end, part(t, self.steps))
    }
}

/// [`Cosine`] again and again, each time `times` as long as the last (warm restarts).
///
/// Loshchilov, Hutter: SGDR: stochastic gradient descent with warm restarts (2016).
///
/// ```
/// use optim::schedule::{Restarts, Schedule};
/// let restarts = Restarts { rate: 1.0, end: 0.0, steps: 10, times: 2 };
/// assert_eq!([0, 10, 30, 70].map(|t| restarts.rate(t)), [1.0; 4]);
/// assert!((restarts.rate(20) - 0.5).abs() < 1e-15); // the middle of the second
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Restarts {
    /// η₀
    pub rate: f64,
    /// η_end
    pub end: f64,
    /// how long the first takes
    pub steps: usize,
    /// how much longer each next one takes, at least 1
    pub times: usize,
}

impl Schedule for Restarts {
    fn rate(&self, t: usize) -> f64 {
        let (mut t, mut steps) = (t, self.steps.max(1));
        if self.times <= 1 {
            t %= steps;
        }
        while t >= steps {
            t -= steps;
            steps = steps.saturating_mul(self.times);
        }
        Anneal::Cosine.between(self.rate, self.end, part(t, steps))
    }
}

/// How a rate goes from one value to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anneal {
    /// along half a cosine
    Cosine,
    /// along a line
    Linear,
}

impl Anneal {
    fn between(self, from: f64, to: f64, part: f64) -> f64 {
        match self {
            Self::Cosine => to + (from - to) / 2.0 * (1.0 + (PI * part).cos()),
            Self::Linear => from + (to - from) * part,
        }
    }
}

/// One cycle: from `peak / divide` up to the peak for a share of the steps, then down to `peak / (divide · end)`. Step `steps − 1` is the last.
///
/// Smith, Topin: Super-convergence: very fast training of neural networks using large learning rates (2017).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OneCycle {
    /// the largest rate
    pub peak: f64,
    /// how many steps there are
    pub steps: usize,
    /// the share of them that goes up
    pub rising: f64,
    /// how much smaller than the peak the first rate is
    pub divide: f64,
    /// how much smaller than the first rate the last one is
    pub end: f64,
    /// how it goes up and down
    pub anneal: Anneal,
}

impl OneCycle {
    /// PyTorch's numbers: up for 0.3 of the steps from a 25th, down to a ten thousandth of that, along cosines.
    pub const fn new(peak: f64, steps: usize) -> Self {
        Self {
            peak,
            steps,
            rising: 0.3,
            divide: 25.0,
            end: 1e4,
            anneal: Anneal::Cosine,
        }
    }
}

impl Schedule for OneCycle {
    fn rate(&self, t: usize) -> f64 {
        let first = self.peak / self.divide;
        let (top, last) = (
            self.rising * self.steps as f64 - 1.0,
            self.steps as f64 - 1.0,
        );
        let t = (t as f64).min(last);
        if t <= top {
            // who rises for one step begins at the peak
            let part = if top > 0.0 { t / top } else { 1.0 };
            self.anneal.between(first, self.peak, part)
        } else {
            self.anneal
                .between(self.peak, first / self.end, (t - top) / (last - top))
        }
    }
}
