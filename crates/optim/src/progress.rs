//! What a person sees of a training run: a bar on a terminal, plain lines elsewhere; and the logs that are told of every epoch.

use core::error::Error;
use core::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use core_tensor::Scalar;
use indicatif::{ProgressBar, ProgressStyle};
use nn::Score;

use crate::{Clip, Epoch, Log, Record};

/// Where a training run reports to.
///
/// ```no_run
/// use optim::{Csv, Jsonl, Progress};
/// let progress = Progress::new().log(Jsonl::create("run.jsonl")?).log(Csv::create("run.csv")?);
/// # Ok::<(), optim::LogError>(())
/// ```
pub struct Progress<'w> {
    lines: Option<Box<dyn Write + 'w>>,
    bar: Option<ProgressBar>,
    logs: Vec<Box<dyn Log + 'w>>,
    failed: Option<Box<dyn Error + Send + Sync>>,
    run: Option<Run>,
}

/// How far a run is.
struct Run {
    clock: Instant,
    /// the number of its first epoch
    first: usize,
    epochs: usize,
    /// those that are over
    done: usize,
    /// of the present epoch
    batches: usize,
    epoch_clock: Instant,
}

impl Run {
    /// What is left at the speed so far, where `part` of the present epoch is done.
    fn left(&self, part: f64) -> Option<Duration> {
        let done = self.done as f64 + part;
        let share = (self.epochs as f64 - done) / done;
        Duration::try_from_secs_f64(self.clock.elapsed().as_secs_f64() * share).ok()
    }
}

impl<'w> Progress<'w> {
    /// A line an epoch on standard output and, where that is a terminal, a bar of the batches below.
    pub fn new() -> Self {
        let terminal = std::io::stdout().is_terminal();
        Self {
            bar: terminal.then(|| ProgressBar::new(0).with_style(style())),
            ..Self::lines(std::io::stdout())
        }
    }

    /// Nothing at all.
    pub fn quiet() -> Self {
        Self {
            lines: None,
            bar: None,
            logs: Vec::new(),
            failed: None,
            run: None,
        }
    }

    /// A line an epoch, written to `to`.
    pub fn lines(to: impl Write + 'w) -> Self {
        Self {
            lines: Some(Box::new(to)),
            ..Self::quiet()
        }
    }

    /// The same, with a log that is told of every epoch.
    #[must_use]
    pub fn log(mut self, log: impl Log + 'w) -> Self {
        self.logs.push(Box::new(log));
        self
    }

    /// Why a log could not be written, the first of the reasons if there were several. It was said when it happened, and the run went on
    /// without that log.
    pub fn failed(&self) -> Option<&(dyn Error + Send + Sync)> {
        self.failed.as_deref()
    }

    pub(crate) fn start_epoch(&mut self, number: usize, of: usize, batches: usize) {
        let now = Instant::now();
        // a run may go on behind the epochs that a check point holds
        let (clock, first) = match &self.run {
            Some(run) if number > run.first => (run.clock, run.first),
            _ => (now, number),
        };
        self.run = Some(Run {
            clock,
            first,
            epochs: of + 1 - first,
            done: number - first,
            batches,
            epoch_clock: now,
        });
        if let Some(bar) = &self.bar {
            bar.set_message(format!("epoch {number}/{of}"));
            bar.set_length(batches as u64);
            bar.reset();
        }
    }

    pub(crate) fn batch<T: Scalar>(&mut self, so_far: &Score<T>) {
        let (Some(bar), Some(run)) = (&self.bar, &self.run) else {
            return;
        };
        bar.inc(1);
        if bar.position() % 16 == 0 {
            let seconds = run.epoch_clock.elapsed().as_secs_f64();
            let left = run.left(bar.position() as f64 / run.batches as f64);
            let speed = speed(so_far.samples, seconds);
            bar.set_prefix(format!("{}  {speed}{}", words(so_far), time_left(left)));
        }
    }

    pub(crate) fn end_epoch<T: Scalar>(
        &mut self,
        epoch: &Epoch<T>,
        of: usize,
        measured: &[(&str, f64)],
    ) {
        if self.lines.is_some() {
            let left = self.run.as_ref().and_then(|run| run.left(1.0));
            let line = line(epoch, of, measured, left);
            self.print(&line);
        }
        if self.logs.is_empty() {
            return;
        }
        let values = values(epoch, measured);
        let record = Record {
            epoch: epoch.number,
            values: &values,
        };
        let mut errors = Vec::new();
        self.logs.retain_mut(|log| match log.epoch(&record) {
            Ok(()) => true,
            Err(error) => {
                errors.push(error);
                false
            }
        });
        for error in errors {
            self.print(&error.to_string());
            self.failed.get_or_insert(error);
        }
    }

    pub(crate) fn say(&mut self, what: &impl Display) {
        self.print(&what.to_string());
    }

    /// A reader that has gone away must not end the training.
    fn print(&mut self, line: &str) {
        let Some(lines) = &mut self.lines else { return };
        let mut print = || {
            let _ = writeln!(lines, "{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub(crate) fn finish(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Default for Progress<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// An epoch in numbers, by name.
fn values<'m, T: Scalar>(
    epoch: &Epoch<T>,
    measured: &[(&'m str, f64)],
) -> Vec<(&'m str, Option<f64>)> {
    let loss = |score: Score<T>| score.loss.to_f64().unwrap_or(f64::NAN);
    let clip = epoch
        .clip
        .map(|(Clip::Norm(most) | Clip::Value(most))| most);
    let mut values = vec![
        ("train_loss", Some(loss(epoch.train))),
        ("train_accuracy", epoch.train.accuracy()),
        ("held_out_loss", epoch.held_out.map(loss)),
        (
            "held_out_accuracy",
            epoch.held_out.and_then(|score| score.accuracy()),
        ),
        ("rate", Some(epoch.rate)),
        ("seconds", Some(epoch.seconds)),
        ("samples_per_second", Some(epoch.samples_per_second())),
        ("gradient_norm", Some(epoch.gradient_norm)),
        ("clip", clip),
    ];
    values.extend(measured.iter().map(|&(name, value)| (name, Some(value))));
    values
}

/// An epoch in a line.
fn line<T: Scalar>(
    epoch: &Epoch<T>,
    of: usize,
    measured: &[(&str, f64)],
    left: Option<Duration>,
) -> String {
    let width = of.to_string().len();
    let mut line = format!(
        "epoch {:width$}/{of}  {}",
        epoch.number,
        words(&epoch.train)
    );
    if let Some(score) = &epoch.held_out {
        line.push_str(&format!(" | held out: {}", words(score)));
    }
    for (name, value) in measured {
        line.push_str(&format!(" {name} {value:.4}"));
    }
    let speed = speed(epoch.train.samples, epoch.seconds);
    let left = left.filter(|_| epoch.number < of);
    format!("{line}  {:.2} s, {speed}{}", epoch.seconds, time_left(left))
}

fn words<T: Scalar>(score: &Score<T>) -> String {
    let accuracy = score
        .accuracy()
        .map_or(String::new(), |accuracy| format!(" accuracy {accuracy:.4}"));
    format!("loss {:.4}{accuracy}", score.loss)
}

fn speed(samples: usize, seconds: f64) -> String {
    format!("{:.0} samples/s", samples as f64 / seconds.max(1e-9))
}

/// `, 1:02:03 left`
fn time_left(left: Option<Duration>) -> String {
    let Some(left) = left else {
        return String::new();
    };
    let seconds = left.as_secs_f64().ceil() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!(", {minutes}:{seconds:02} left"),
        _ => format!(", {hours}:{minutes:02}:{seconds:02} left"),
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {prefix}")
        .expect("the template is a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_told_in_hours_only_where_there_are_some() {
        let told = |seconds| time_left(Some(Duration::from_secs_f64(seconds)));
        assert_eq!(told(0.2), ", 0:01 left");
        assert_eq!(told(61.0), ", 1:01 left");
        assert_eq!(told(3723.0), ", 1:02:03 left");
        assert_eq!(time_left(None), "");
    }

    #[test]
    fn what_is_left_follows_from_what_is_done() {
        let run = Run {
            clock: Instant::now() - Duration::from_secs(30),
            first: 1,
            epochs: 5,
            done: 1,
            batches: 8,
            epoch_clock: Instant::now(),
        };
        // an epoch and a half in 30 s: three and a half to come
        let left = run.left(0.5).expect("a time").as_secs_f64();
        assert!((left - 70.0).abs() < 0.5, "{left}");
        // before anything is done, nothing can be said
        let begun = Run { done: 0, ..run };
        assert_eq!(begun.left(0.0), None);
    }
}
