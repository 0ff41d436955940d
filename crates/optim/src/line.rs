//! How far to go along a line: a search for a step that meets the strong Wolfe conditions.

/// A step, the value there and its slope along the line.
#[derive(Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) t: f64,
    pub(crate) f: f64,
    pub(crate) slope: f64,
}

/// A search along a line that goes down at its start.
pub(crate) struct Line {
    /// where it starts, at `t = 0`
    pub(crate) start: Trial,
    /// the largest number of the direction
    pub(crate) length: f64,
    /// ends when what is left of an interval moves no weight by more
    pub(crate) change: f64,
    /// the most trials after the first
    pub(crate) most: usize,
}

/// c₁: the share of the promised descent that must come true
const DESCENT: f64 = 1e-4;
/// c₂: the share of the slope that may be left
const CURVATURE: f64 = 0.9;

impl Line {
    /// Whether a trial lies too high.
    fn high(&self, trial: Trial) -> bool {
        let bound = self.start.f + DESCENT * trial.t * self.start.slope;
        trial.f.is_nan() || trial.f > bound
    }

    fn flat(&self, trial: Trial) -> bool {
        trial.slope.abs() <= -CURVATURE * self.start.slope
    }

    /// A step, begun at `first`: grows until an interval must hold a good one, then makes that smaller (algorithms 3.5 and 3.6 of Nocedal and
    /// Wright, with the lowest point of the cubic as the next trial).
    pub(crate) fn search(&self, first: f64, mut at: impl FnMut(f64) -> Trial) -> Trial {
        let (mut before, mut trial) = (self.start, at(first));
        for tried in 0..self.most {
            if self.high(trial) || tried > 1 && trial.f >= before.f {
                return self.zoom(before, trial, tried, at);
            }
            if self.flat(trial) {
                return trial;
            }
            if trial.slope >= 0.0 {
                return self.zoom(before, trial, tried, at);
            }
            let bounds = [trial.t + 0.01 * (trial.t - before.t), trial.t * 10.0];
            let next = lowest(before, trial, bounds);
            (before, trial) = (trial, at(next));
        }
        if trial.f < self.start.f {
            trial
        } else {
            self.start
        }
    }

    /// Makes an interval smaller that holds a good step.
    fn zoom(&self, a: Trial, b: Trial, tried: usize, mut at: impl FnMut(f64) -> Trial) -> Trial {
        // of both ends the lower one
        let (mut low, mut high) = if a.f <= b.f || b.f.is_nan() {
            (a, b)
        } else {
            (b, a)
        };
        let mut little = false;
        for _ in tried..self.most {
            let [left, right] = [low.t.min(high.t), low.t.max(high.t)];
            if (right - left) * self.length < self.change {
                break;
            }
            let mut t = lowest(low, high, [left, right]);
            // near an end twice in a row, or at it: a tenth away from it
            let margin = 0.1 * (right - left);
            let near = (right - t).min(t - left) < margin;
            if near && (little || t >= right || t <= left) {
                t = if (t - right).abs() < (t - left).abs() {
                    right - margin
                } else {
                    left + margin
                };
                little = false;
            } else {
                little = near;
            }
            let trial = at(t);
            if self.high(trial) || trial.f >= low.f {
                high = trial;
                continue;
            }
            if self.flat(trial) {
                return trial;
            }
            if trial.slope * (high.t - low.t) >= 0.0 {
                high = low;
            }
            low = trial;
        }
        low
    }
}

/// Where the cubic through two trials is lowest, within bounds; their middle if it has no lowest point.
fn lowest(a: Trial, b: Trial, [least, most]: [f64; 2]) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let mean = a.slope + b.slope - 3.0 * (a.f - b.f) / (a.t - b.t);
    let square = mean * mean - a.slope * b.slope;
    if square < 0.0 || !square.is_finite() {
        return (least + most) / 2.0;
    }
    let root = square.sqrt();
    let t = b.t - (b.t - a.t) * ((b.slope + root - mean) / (b.slope - a.slope + 2.0 * root));
    if t.is_nan() {
        (least + most) / 2.0
    } else {
        t.clamp(least, most)
    }
}
