//! Check points: everything that a training run needs to go on in the same bits.

mod error;
mod read;
mod values;
mod write;

use std::any::{TypeId, type_name};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use core_tensor::map::Mapped;
use core_tensor::{Params, Scalar, Shape};
use nn::weights::{Precision, WeightsError, replace};

use crate::{Optimizer, Progress, Trainer};

pub use error::{CheckPointError, Fault};

/// The format that is written and read here.
const VERSION: u64 = 1;

/// Which check points a training run leaves in a folder, as files of safetensors: `last`, `best` and `epoch-0007`. Each replaces its
/// predecessor whole, whenever the run is cut off.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Mse};
/// use optim::{Adam, CheckPoints, Data, Progress, Trainer};
/// # let folder = std::env::temp_dir().join(format!("check-points-{}", std::process::id()));
/// let x: Vec<Tensor<Vector<1>>> = [0.0, 1.0, 2.0, 3.0].map(|x| Tensor::new([x])).into();
/// let y: Vec<Tensor<Vector<1>>> = [1.0, 3.0, 5.0, 7.0].map(|y| Tensor::new([y])).into();
/// let run = |epochs| -> Result<f32, Box<dyn std::error::Error>> {
///     let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Adam::new(0.1), 2);
///     trainer.check_points = Some(CheckPoints::new(&folder));
///     trainer.resume_last()?;
///     trainer.fit(Data::new(&x, &y), None, epochs, &mut Progress::quiet());
///     Ok(trainer.network.layers.weight[[0, 0]])
/// };
/// // twenty epochs, and then as many as are missing to fifty
/// run(20)?;
/// let weight = run(50)?;
/// # std::fs::remove_dir_all(&folder)?;
/// // are fifty epochs
/// assert_eq!(weight, run(50)?);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckPoints {
    /// where they are; it is made when it is missing
    pub folder: PathBuf,
    /// whether the state after the last epoch is kept
    pub last: bool,
    /// whether the state after the best epoch is: by what an [early stop](Trainer::early_stop) watches, else by the loss
    pub best: bool,
    /// after how many epochs one is kept for good, 0 for never
    pub every: usize,
    /// after how many steps `last` is written within an epoch, too, 0 for never
    pub steps: usize,
}

impl CheckPoints {
    /// The last and the best epoch.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            last: true,
            best: true,
            every: 0,
            steps: 0,
        }
    }

    /// The file of this name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.safetensors"))
    }

    /// Makes the folder, and removes what a run that was cut off in the middle of writing has left in it.
    fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') && name.ends_with(".part") && name.contains(".safetensors.") {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// Writes a check point: the weights and all that training them remembers. Whatever happens meanwhile, the file is the old one or the new
    /// one.
    ///
    /// It holds the optimizer's memory and rate, the counts that schedules follow, a plateau's memory, the random state, the order of the data
    /// and how far the run has come in it, and what an early stop keeps and an [average](Trainer::average) remembers. It is a file of
    /// safetensors: [`Network::load`](nn::Network::load) takes the weights from it, under PyTorch's names; all else has names that begin with
    /// `trainer/`.
    ///
    /// # Errors
    /// If a weight is not finite, or the file cannot be written.
    pub fn save(&mut self, path: impl AsRef<Path>) -> Result<(), CheckPointError> {
        let order = std::mem::take(&mut self.order);
        let saved = self.save_in(path.as_ref(), &order);
        self.order = order;
        saved
    }

    /// Goes back to a check point, so that what follows comes to the same bits as if it had followed at once: [`fit`](Trainer::fit) goes on
    /// with the epoch, and within it with the batch, where it was. The trainer must have been made as the one that wrote it, of the same
    /// network, optimizer and options; what a file cannot hold, such as the loss and the schedule, is the program's.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is of another trainer. Then nothing has changed.
    pub fn resume(&mut self, path: impl AsRef<Path>) -> Result<(), CheckPointError> {
        let path = path.as_ref();
        let of = |fault: Fault| fault.of(path);
        let bytes = Mapped::open(path).map_err(|source| {
            of(Fault::File(WeightsError::Unreadable {
                path: path.into(),
                source,
            }))
        })?;
        self.resume_from(&bytes).map_err(of)
    }

    /// Goes back to the last check point in the folder of [`check_points`](Trainer::check_points), if there is one, and says whether there was:
    /// what a program that may be cut off begins with.
    ///
    /// # Errors
    /// As [`resume`](Trainer::resume).
    pub fn resume_last(&mut self) -> Result<bool, CheckPointError> {
        let Some(path) = self.check_points.as_ref().map(|kept| kept.file("last")) else {
            return Ok(false);
        };
        match path.try_exists() {
            Ok(false) => Ok(false),
            _ => self.resume(path).map(|()| true),
        }
    }

    /// The bytes of a check point, which [`save`](Trainer::save) writes to a file.
    ///
    /// # Errors
    /// If a weight is not finite.
    pub fn to_bytes(&mut self) -> Result<Vec<u8>, Fault> {
        let order = std::mem::take(&mut self.order);
        let bytes = self.check_point(&order);
        self.order = order;
        bytes
    }

    fn save_in(&mut self, path: &Path, order: &[usize]) -> Result<(), CheckPointError> {
        let bytes = self.check_point(order).map_err(|fault| fault.of(path))?;
        replace(path, &bytes).map_err(|error| Fault::File(error).of(path))
    }

    /// Writes what is asked for after a step.
    pub(super) fn keep_step(&mut self, order: &[usize], progress: &mut Progress<'_>) {
        let Some(kept) = &self.check_points else {
            return;
        };
        if kept.steps > 0 && self.steps.is_multiple_of(kept.steps) {
            let path = kept.file("last");
            self.keep(&path, order, progress);
        }
    }

    /// Writes what is asked for after an epoch.
    pub(super) fn keep_epoch(&mut self, gained: bool, progress: &mut Progress<'_>) {
        let Some(kept) = self.check_points.clone() else {
            return;
        };
        let number = self.run.done;
        let wanted = [
            (kept.best && gained, "best".to_string()),
            (
                kept.every > 0 && number.is_multiple_of(kept.every),
                format!("epoch-{number:04}"),
            ),
            (kept.last, "last".to_string()),
        ];
        let order = std::mem::take(&mut self.order);
        for (_, name) in wanted.iter().filter(|(wanted, _)| *wanted) {
            self.keep(&kept.file(name), &order, progress);
        }
        self.order = order;
    }

    fn keep(&mut self, path: &Path, order: &[usize], progress: &mut Progress<'_>) {
        if let Err(error) = self.save_in(path, order) {
            progress.say(&error);
            self.unsaved = Some(error);
        }
    }

    /// Makes the folder ready when a run begins.
    pub(super) fn prepare_folder(&mut self, progress: &mut Progress<'_>) {
        let Some(kept) = &self.check_points else {
            return;
        };
        if let Err(source) = kept.prepare() {
            let path = kept.folder.clone();
            let error = Fault::File(WeightsError::Unwritable { path, source }).of(&kept.folder);
            progress.say(&error);
            self.unsaved = Some(error);
        }
    }
}

/// The kind of number that holds every `T` exactly.
fn precision<T: Scalar>() -> Result<Precision, Fault> {
    let held = [TypeId::of::<f32>(), TypeId::of::<f64>()].contains(&TypeId::of::<T>());
    held.then(Precision::of::<T>)
        .ok_or(Fault::Numbers(type_name::<T>()))
}

/// The name of a type as it is written where it is imported: `Clipped<Adam>`.
fn short_name<O>() -> String {
    let mut short = String::new();
    for part in type_name::<O>().split_inclusive(|c: char| !c.is_alphanumeric() && c != '_') {
        if part.ends_with(':') {
            continue;
        }
        short.push_str(part);
    }
    short
}
