//! How the rate of a training run goes.

use crate::schedule::{OnPlateau, Schedule};

/// How the [`Trainer`](crate::Trainer) sets its optimizer's rate.
///
/// ```
/// use core_tensor::Vector;
/// use nn::{Linear, Mse};
/// use optim::{Pace, Sgd, Trainer, schedule::Cosine};
///
/// let mut trainer = Trainer::<Vector<2>, Linear<2, 1>, _, _>::new(Mse, Sgd { rate: 0.0 }, 8);
/// trainer.pace = Pace::steps(Cosine { rate: 0.1, end: 0.0, steps: 1000 });
/// ```
pub enum Pace {
    /// Not at all.
    Constant,
    /// By the number of steps taken.
    Steps(Box<dyn Schedule + Send + Sync>),
    /// By the number of epochs run.
    Epochs(Box<dyn Schedule + Send + Sync>),
    /// Down where the loss of the held-out data, or of the training where there is none, gains no more.
    Plateau(OnPlateau),
}

impl Pace {
    /// A schedule of the steps.
    pub fn steps(schedule: impl Schedule + Send + Sync + 'static) -> Self {
        Self::Steps(Box::new(schedule))
    }

    /// A schedule of the epochs.
    pub fn epochs(schedule: impl Schedule + Send + Sync + 'static) -> Self {
        Self::Epochs(Box::new(schedule))
    }
}
