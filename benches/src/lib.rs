//! What is measured: pieces of work with their operations counted, for criterion (`cargo bench`) and for the table of
//! `cargo xtask bench`. A piece of work is named once, here, so that both measure the same.
#![forbid(unsafe_code)]

use std::time::Instant;

pub mod derivatives;
pub mod elements;
pub mod grouped;
pub mod kernels;
pub mod memory;
pub mod optimizers;
pub mod peak;
pub mod peers;
pub mod sequences;
pub mod steps;
pub mod tape;
pub mod threads;

/// A piece of work that can be repeated.
pub struct Work {
    /// what it is, as in the tables
    pub name: String,
    /// additions and multiplications of one run
    pub flops: f64,
    /// does it once
    pub run: Box<dyn FnMut()>,
    /// what a run uses up, made anew before each of them and not timed
    pub before: Option<Box<dyn FnMut()>>,
}

/// Seconds between two bursts of multiply-adds: short enough for the processor's clock to be the same, long enough for them to cost nothing.
const BETWEEN_BURSTS: f64 = 1e-3;

/// What was measured of a piece of work.
pub struct Measured {
    /// seconds of one run, the median of many
    pub seconds: f64,
    /// `f32` operations a second of multiply-adds on registers alone in between, the median of many bursts: the arithmetic peak at the clock
    /// that the processor grants this work. Instructions that read memory beside multiply-adds draw more power, and lower it.
    pub peak: f64,
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Work {
    /// A piece of work.
    pub fn new(name: impl Into<String>, flops: f64, run: impl FnMut() + 'static) -> Self {
        Self {
            name: name.into(),
            flops,
            run: Box::new(run),
            before: None,
        }
    }

    /// Seconds of one run, the median of many: see [`Self::measure`].
    pub fn median_seconds(&mut self, budget: f64) -> f64 {
        self.measure(budget).seconds
    }

    /// Runs as many times as fit `budget` seconds after a tenth of it for warming up, at least five, with a burst of multiply-adds now and
    /// then. Runs shorter than a clock can tell are timed in groups, if nothing must be done before each.
    pub fn measure(&mut self, budget: f64) -> Measured {
        let clock = Instant::now();
        let mut warm = 0_u32;
        while warm < 2 || clock.elapsed().as_secs_f64() < budget / 10.0 {
            self.seconds(1);
            warm += 1;
        }
        let group = (20e-6 * f64::from(warm) / clock.elapsed().as_secs_f64()).ceil();
        let group = if self.before.is_none() {
            group.max(1.0) as u32
        } else {
            1
        };
        let (mut times, mut peaks, clock) = (Vec::new(), Vec::new(), Instant::now());
        while times.len() < 5 || clock.elapsed().as_secs_f64() < budget {
            times.push(self.seconds(group));
            if clock.elapsed().as_secs_f64() > BETWEEN_BURSTS * peaks.len() as f64 {
                // the first finds its instructions far away
                peak::burst();
                peaks.push(peak::burst());
            }
        }
        Measured {
            seconds: median(&mut times),
            peak: median(&mut peaks),
        }
    }

    /// Seconds of one of so many runs.
    fn seconds(&mut self, runs: u32) -> f64 {
        if let Some(before) = &mut self.before {
            before();
        }
        let start = Instant::now();
        (0..runs).for_each(|_| (self.run)());
        start.elapsed().as_secs_f64() / f64::from(runs)
    }
}

/// Numbers between −½ and ½ that are never all alike.
pub(crate) fn numbers(n: usize) -> Vec<f32> {
    (0..n as u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32 - 0.5)
        .collect()
}
