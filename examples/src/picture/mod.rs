//! Pictures as PNG: [`Panel`]s of curves by epoch, the [worst mistakes](Mistakes) of a training, and a [`Chart`] of any lines.
//!
//! The text is drawn with a font that is part of the program, so that the pictures are the same on every machine.

mod canvas;
mod chart;
mod curves;
mod mistakes;

use std::io;
use std::path::PathBuf;

pub use chart::{Chart, Line};
pub use curves::{Panel, curves};
pub use mistakes::{Mistake, Mistakes};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be written. Whatever was there before is there still.
    #[error("{} cannot be written: {source}; choose a folder that exists and lets you write", path.display())]
    Unwritable {
        /// the picture
        path: PathBuf,
        /// what the operating system said
        source: io::Error,
    },
    /// Drawing failed before anything was written.
    #[error("{} cannot be drawn: {reason}; check the numbers to be drawn", path.display())]
    Undrawable {
        /// the picture
        path: PathBuf,
        /// what the plotting library said
        reason: String,
    },
}
