//! What can be wrong with a check point, each in one line: the file, what was expected, what was found, what to do.

use std::path::{Path, PathBuf};

use nn::weights::WeightsError;

/// Why a check point could not be written, or not be gone back to.
#[derive(Debug, thiserror::Error)]
#[error("{}", .fault.in_file(.path))]
pub struct CheckPointError {
    /// the file
    pub path: PathBuf,
    /// what is wrong with it
    pub fault: Fault,
}

/// What is wrong with a check point.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file cannot be read or written, is damaged, or its weights do not fit.
    #[error("{0}")]
    File(WeightsError),
    /// It is no check point.
    #[error("this is no check point: {0}; name a file that a trainer has saved")]
    Foreign(String),
    /// It was written by another version of this library.
    #[error(
        "this check point has format {found}, this library reads format {expected}; go back to it with the version that wrote it"
    )]
    Version {
        /// the format that is read here
        expected: u64,
        /// that of the file
        found: u64,
    },
    /// It was written with another optimizer.
    #[error(
        "this check point is of the optimizer {found}, the trainer has {expected}; make the trainer as the one that wrote it"
    )]
    Optimizer {
        /// the trainer's
        expected: String,
        /// the file's
        found: String,
    },
    /// It was written by a trainer of other parts or options.
    #[error("this check point is of another trainer: {}; make the trainer as the one that wrote it", .0.join("; "))]
    Differs(Vec<String>),
    /// Numbers that no file holds.
    #[error(
        "a check point holds numbers of f32 or f64, the network those of {0}; train in one of these"
    )]
    Numbers(&'static str),
}

impl Fault {
    pub(super) fn of(self, path: &Path) -> CheckPointError {
        CheckPointError {
            path: path.into(),
            fault: self,
        }
    }

    fn in_file(&self, path: &Path) -> String {
        match self {
            // these say it themselves
            Self::File(WeightsError::Unreadable { .. } | WeightsError::Unwritable { .. }) => {
                self.to_string()
            }
            _ => format!("{}: {self}", path.display()),
        }
    }
}

impl From<WeightsError> for Fault {
    fn from(error: WeightsError) -> Self {
        Self::File(error)
    }
}
