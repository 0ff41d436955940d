//! Curves of a run that is still going on.

use std::error::Error;
use std::path::PathBuf;

use optim::{History, Log, Record};

use super::{Panel, curves};

/// A log that draws: after every epoch the picture is written anew, whole or not at all, so that a run that ends early leaves the curves of
/// what it did.
///
/// ```no_run
/// use examples::picture::Live;
/// use optim::Progress;
/// let live = Live::new("run.png", "LeNet-5")
///     .panel("cross-entropy", ["train_loss", "held_out_loss"], true)
///     .panel("accuracy", ["train_accuracy", "held_out_accuracy"], false);
/// let progress = Progress::new().log(live);
/// ```
#[derive(Clone, Debug)]
pub struct Live {
    path: PathBuf,
    title: String,
    panels: Vec<Followed>,
}

#[derive(Clone, Debug)]
struct Followed {
    title: String,
    names: [String; 2],
    numbers: [Vec<f64>; 2],
    log: bool,
}

impl Live {
    /// A picture without panels yet.
    pub fn new(path: impl Into<PathBuf>, title: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            title: title.into(),
            panels: Vec::new(),
        }
    }

    /// One more panel: two values of the [`Record`], the first in the colour of training, the second in that of the data held out. A name
    /// that no record has draws nothing.
    #[must_use]
    pub fn panel(mut self, title: impl Into<String>, names: [&str; 2], log: bool) -> Self {
        self.panels.push(Followed {
            title: title.into(),
            names: names.map(str::to_owned),
            numbers: [Vec::new(), Vec::new()],
            log,
        });
        self
    }

    /// Goes on with the curves of the epochs before, where a run goes on: those that a [`Csv`](optim::Csv) holds.
    #[must_use]
    pub fn after(mut self, history: &History) -> Self {
        history.each(|record| self.take(record));
        self
    }

    /// An epoch that is run once more takes the place of what it was, and of those that had come after it.
    fn take(&mut self, record: &Record<'_>) {
        for panel in &mut self.panels {
            for (name, numbers) in panel.names.iter().zip(&mut panel.numbers) {
                numbers.resize(record.epoch.saturating_sub(1), f64::NAN);
                numbers.push(record.get(name).unwrap_or(f64::NAN));
            }
        }
    }
}

impl Log for Live {
    fn epoch(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.take(record);
        let panels: Vec<Panel<'_>> = self
            .panels
            .iter()
            .map(|panel| Panel {
                title: &panel.title,
                train: &panel.numbers[0],
                held_out: &panel.numbers[1],
                log: panel.log,
            })
            .collect();
        Ok(curves(&self.path, &self.title, &panels)?)
    }
}
