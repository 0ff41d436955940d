//! What a training run leaves behind: a line an epoch, as JSON or as CSV.

mod csv;
mod json;
mod lines;

use core::error::Error;
use core::fmt::{self, Write as _};
use std::io;
use std::path::PathBuf;

pub use csv::{Csv, History};
pub use json::Jsonl;

/// An epoch as its logs see it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Record<'r> {
    /// counted from 1
    pub epoch: usize,
    /// what was measured, by name, in the same order in every epoch: `train_loss`, `train_accuracy`, `held_out_loss`, `held_out_accuracy`,
    /// `rate`, `seconds`, `samples_per_second`, `gradient_norm`, `clip`, and whatever the user measures. What there was not is none
    pub values: &'r [(&'r str, Option<f64>)],
}

impl Record<'_> {
    /// The number of a name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let mut values = self.values.iter();
        values.find(|value| value.0 == name)?.1
    }
}

/// What is told of every epoch of a run: [`Progress::log`](crate::Progress::log).
pub trait Log {
    /// An epoch is over. What this writes should be whole on the disk, or on its way there, when it returns: the run may end at any moment.
    ///
    /// # Errors
    /// Why it could not be kept. The run goes on without this log.
    fn epoch(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Why a log could not be written, or not be gone on with.
#[derive(Debug)]
pub struct LogError {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    /// the operating system refuses to write
    Write(io::Error),
    /// it refuses to read
    Read(io::Error),
    /// a line that is none of a log, counted from 1, and what is wrong with it
    Line(usize, String),
    /// the columns of the file, and those that were to be written
    Columns(String, String),
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.fault {
            Fault::Write(source) => write!(
                f,
                "the log {path} cannot be written: {source}; choose a folder that exists, lets you write and has room"
            ),
            Fault::Read(source) => write!(
                f,
                "the log {path} cannot be read: {source}; name a file that lets you read"
            ),
            Fault::Line(line, what) => write!(
                f,
                "line {line} of the log {path} {what}; name a file that a run has written, or begin a new one"
            ),
            Fault::Columns(found, expected) => write!(
                f,
                "the log {path} has the columns {found}, expected {expected}; measure what was measured before, or begin a new file"
            ),
        }
    }
}

impl Error for LogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.fault {
            Fault::Write(source) | Fault::Read(source) => Some(source),
            Fault::Line(..) | Fault::Columns(..) => None,
        }
    }
}

/// The shortest digits that read back as the same bits.
fn number(value: f64, to: &mut String) {
    let written = write!(to, "{value:?}");
    written.expect("a string takes everything");
}
