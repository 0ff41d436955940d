//! Schedules made of schedules.

use super::Schedule;

/// Up to the first rate of a schedule along a line, from a share of it; then the schedule, from its step 0.
///
/// Goyal et al.: Accurate, large minibatch SGD: training ImageNet in 1 hour (2017).
///
/// ```
/// use optim::schedule::{Constant, Schedule, WarmUp};
/// let warm = WarmUp { steps: 4, from: 0.0, then: Constant(0.8) };
/// assert_eq!([0, 1, 4, 100].map(|t| warm.rate(t)), [0.0, 0.2, 0.8, 0.8]);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WarmUp<S> {
    /// how long it takes
    pub steps: usize,
    /// the share of the rate that it begins with
    pub from: f64,
    /// what comes after
    pub then: S,
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn rate(&self, t: usize) -> f64 {
        match t.checked_sub(self.steps) {
            Some(t) => self.then.rate(t),
            None => {
                let share = self.from + (1.0 - self.from) * t as f64 / self.steps as f64;
                self.then.rate(0) * share
            }
        }
    }
}

/// One schedule after another, each from its step 0; the last goes on for ever.
#[derive(Default)]
pub struct Sequence {
    parts: Vec<(usize, Box<dyn Schedule + Send + Sync>)>,
}

impl Sequence {
    /// Begins with a schedule for so many steps.
    pub fn of(steps: usize, schedule: impl Schedule + Send + Sync + 'static) -> Self {
        Self::default().then(steps, schedule)
    }

    /// Goes on with a schedule for so many steps; the number of the last does not count.
    pub fn then(mut self, steps: usize, schedule: impl Schedule + Send + Sync + 'static) -> Self {
        self.parts.push((steps, Box::new(schedule)));
        self
    }
}

impl Schedule for Sequence {
    fn rate(&self, t: usize) -> f64 {
        let mut t = t;
        for (i, (steps, schedule)) in self.parts.iter().enumerate() {
            if t < *steps || i + 1 == self.parts.len() {
                return schedule.rate(t);
            }
            t -= steps;
        }
        0.0
    }
}

/// A schedule by epoch where steps are counted: `then.rate(⌊t / steps⌋)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PerEpoch<S> {
    /// how many steps an epoch has
    pub steps: usize,
    /// the schedule of the epochs
    pub of: S,
}

impl<S: Schedule> Schedule for PerEpoch<S> {
    fn rate(&self, t: usize) -> f64 {
        self.of.rate(t / self.steps.max(1))
    }
}
