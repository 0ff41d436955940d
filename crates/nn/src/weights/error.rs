//! What can be wrong with a file of weights, each in one line: the file, what was expected, what was found, what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why weights could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The operating system would not read it.
    #[error("{} cannot be read: {source}; check the file and its permissions", path.display())]
    Unreadable {
        /// the file
        path: PathBuf,
        /// what the operating system said
        source: io::Error,
    },
    /// The operating system would not write it; what stood there before is still there.
    #[error("{} cannot be written: {source}; check the folder, its permissions and the space left", path.display())]
    Unwritable {
        /// the file
        path: PathBuf,
        /// what the operating system said
        source: io::Error,
    },
    /// Something is wrong with what a file holds.
    #[error("{}: {error}", path.display())]
    In {
        /// the file
        path: PathBuf,
        /// what is wrong
        error: Box<WeightsError>,
    },
    /// It is no file of safetensors, or a damaged one.
    #[error(
        "this is no file of safetensors, or it is cut short: {what}; write or download it again"
    )]
    Invalid {
        /// what is wrong
        what: String,
    },
    /// The file was changed after it was written.
    #[error(
        "the file is damaged: its bytes give the checksum {found}, it says {expected}; write or download it again"
    )]
    Damaged {
        /// the checksum in the file
        expected: String,
        /// that of its bytes
        found: String,
    },
    /// The file holds other tensors than the network has.
    #[error("{} not fit the network: {}; change the network's type, or rename or leave out what the file holds", count(.0.len()), list(.0))]
    Mismatched(Vec<Mismatch>),
    /// A weight that no network can work with.
    #[error(
        "{name} holds {value} at place {place}; every weight must be finite, take those of an earlier step"
    )]
    NonFinite {
        /// the tensor, by its name in files
        name: String,
        /// which of its numbers, as they lie in the file
        place: usize,
        /// the number
        value: f64,
    },
    /// A weight that the file's kind of number does not reach to.
    #[error(
        "{name} holds {value} at place {place}, which {precision} cannot hold; write the file in a wider kind of number"
    )]
    TooLarge {
        /// the tensor, by its name in files
        name: String,
        /// which of its numbers, as they lie in the file
        place: usize,
        /// the number
        value: f64,
        /// the kind of number
        precision: &'static str,
    },
}

impl WeightsError {
    /// The same, with the file it was found in.
    pub fn of(self, path: &Path) -> Self {
        match self {
            Self::Unreadable { .. } | Self::Unwritable { .. } | Self::In { .. } => self,
            error => Self::In {
                path: path.into(),
                error: Box::new(error),
            },
        }
    }
}

/// One tensor that does not fit. Names and sides are those in files.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Mismatch {
    /// The network has it, the file does not.
    Missing {
        /// its name
        name: String,
        /// its sides
        sides: Vec<usize>,
    },
    /// The file has it, the network does not.
    Surplus {
        /// its name
        name: String,
        /// its sides
        sides: Vec<usize>,
    },
    /// Two tensors of the file were given the same name.
    Twice {
        /// the name
        name: String,
    },
    /// It has other sides.
    Sides {
        /// its name
        name: String,
        /// those of the network
        expected: Vec<usize>,
        /// those of the file
        found: Vec<usize>,
    },
    /// It holds something else than floats.
    Numbers {
        /// its name
        name: String,
        /// what it holds, as safetensors calls it
        found: String,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, sides } => {
                write!(f, "{name} is missing, expected {}", written(sides))
            }
            Self::Surplus { name, sides } => {
                write!(f, "{name} of {} is too much", written(sides))
            }
            Self::Twice { name } => write!(f, "{name} is there twice"),
            Self::Sides {
                name,
                expected,
                found,
            } => write!(
                f,
                "{name} is {}, expected {}",
                written(found),
                written(expected)
            ),
            Self::Numbers { name, found } => {
                write!(f, "{name} holds {found}, expected F16, BF16, F32 or F64")
            }
        }
    }
}

fn written(sides: &[usize]) -> String {
    match sides {
        [] => "one number".into(),
        _ => sides
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join("×"),
    }
}

fn count(mismatches: usize) -> String {
    match mismatches {
        1 => "1 tensor does".into(),
        n => format!("{n} tensors do"),
    }
}

fn list(mismatches: &[Mismatch]) -> String {
    mismatches
        .iter()
        .map(Mismatch::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
