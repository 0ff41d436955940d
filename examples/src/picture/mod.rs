//! Pictures as PNG: [`Panel`]s of curves by epoch, the [worst mistakes](Mistakes) of a training, a [`Chart`] of any lines, and a
//! [`Figure`] of [`Plot`]s with anything in them, which may also be a film.
//!
//! The text is drawn with a font that is part of the program, so that the pictures are the same on every machine.

mod canvas;
mod chart;
mod color;
mod curves;
mod figure;
mod film;
mod frame;
mod image;
mod live;
mod mistakes;
mod plot;

use std::io;
use std::path::PathBuf;

pub use chart::{Chart, Line};
pub use color::Color;
pub use curves::{Panel, curves};
pub use figure::Figure;
pub use live::Live;
pub use mistakes::{Mistake, Mistakes};
pub use plot::Plot;

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
