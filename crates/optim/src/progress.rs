//! What a person sees of a training run: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};

use core_tensor::Scalar;
use indicatif::{ProgressBar, ProgressStyle};
use nn::Score;

use crate::Epoch;

/// Where a training run reports to.
pub struct Progress<'w> {
    lines: Option<Box<dyn Write + 'w>>,
    bar: Option<ProgressBar>,
}

impl<'w> Progress<'w> {
    /// A line an epoch on standard output and, where that is a terminal, a bar of the batches below.
    pub fn new() -> Self {
        let bar = std::io::stdout()
            .is_terminal()
            .then(|| ProgressBar::new(0).with_style(style()));
        Self {
            lines: Some(Box::new(std::io::stdout())),
            bar,
        }
    }

    /// Nothing at all.
    pub fn quiet() -> Self {
        Self {
            lines: None,
            bar: None,
        }
    }

    /// A line an epoch, written to `to`.
    pub fn lines(to: impl Write + 'w) -> Self {
        Self {
            lines: Some(Box::new(to)),
            bar: None,
        }
    }

    pub(crate) fn start_epoch(&mut self, number: usize, of: usize, batches: usize) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("epoch {number}/{of}"));
            bar.set_length(batches as u64);
            bar.reset();
        }
    }

    pub(crate) fn batch<T: Scalar>(&mut self, so_far: &Score<T>) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            if bar.position() % 16 == 0 {
                bar.set_prefix(words(so_far));
            }
        }
    }

    pub(crate) fn end_epoch<T: Scalar>(&mut self, epoch: &Epoch<T>, of: usize) {
        let width = of.to_string().len();
        let held_out = epoch.held_out.as_ref().map_or(String::new(), |score| {
            format!(" | held out: {}", words(score))
        });
        let line = format!(
            "epoch {:width$}/{of}  {}{held_out}  {:.2} s",
            epoch.number,
            words(&epoch.train),
            epoch.seconds
        );
        match (&self.bar, &mut self.lines) {
            (Some(bar), Some(lines)) => bar.suspend(|| print(lines, &line)),
            (None, Some(lines)) => print(lines, &line),
            (_, None) => {}
        }
    }

    pub(crate) fn say(&mut self, what: &impl std::fmt::Display) {
        if let Some(lines) = &mut self.lines {
            print(lines, &what.to_string());
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

/// A reader that has gone away must not end the training.
fn print(to: &mut Box<dyn Write + '_>, line: &str) {
    let _ = writeln!(to, "{line}");
}

fn words<T: Scalar>(score: &Score<T>) -> String {
    let accuracy = score
        .accuracy()
        .map_or(String::new(), |accuracy| format!(" accuracy {accuracy:.4}"));
    format!("loss {:.4}{accuracy}", score.loss)
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {prefix}")
        .expect("the template is a constant")
}
