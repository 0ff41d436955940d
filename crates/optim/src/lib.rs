//! Optimizers for anything that has [`Params`](core_tensor::Params), and the [`Trainer`] that runs them over data.
//!
//! ```
//! use core_tensor::{Tensor, Vector};
//! use nn::{Init, Linear, Mse};
//! use optim::{Data, Progress, Sgd, Trainer};
//!
//! // learn y = 2x + 1 from four points
//! let x: Vec<Tensor<Vector<1>>> = [0.0, 1.0, 2.0, 3.0].map(|x| Tensor::new([x])).into();
//! let y: Vec<Tensor<Vector<1>>> = [1.0, 3.0, 5.0, 7.0].map(|y| Tensor::new([y])).into();
//! let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Sgd { rate: 0.1 }, 4);
//! trainer.fit(Data::new(&x, &y), None, 200, &mut Progress::quiet());
//! let line = &trainer.network.layers;
//! assert!((line.weight[[0, 0]] - 2.0).abs() < 1e-3 && (line.bias[[0]] - 1.0).abs() < 2e-3);
//! ```
#![forbid(unsafe_code)]

mod adam;
mod adaptive;
mod average;
mod clip;
mod descend;
mod lbfgs;
mod line;
mod log;
pub mod metrics;
mod optimizer;
mod progress;
pub mod schedule;
mod sgd;
mod sign;
mod trainer;
mod tune;

pub use adam::{Adam, AdamW, Adamax, AmsGrad, NAdam, RAdam};
pub use adaptive::{AdaGrad, Adadelta, Epsilon, RmsProp};
pub use average::{Average, Averaging, Snapshot};
pub use clip::{Clip, Clipped, norm};
pub use descend::descend;
pub use lbfgs::{Lbfgs, Minimum, Reason};
pub use log::{Csv, History, Jsonl, Log, LogError, Record};
pub use optimizer::{Memory, Optimizer, Plan, Remembers, Treatment};
pub use progress::Progress;
pub use sgd::{LookAhead, Momentum, Nesterov, Sgd, Share};
pub use sign::{Lion, Rprop};
pub use trainer::{
    CheckPointError, CheckPoints, Crew, Crewed, Data, Each, EarlyStop, Epoch, Fault, Loader,
    Measured, NonFinite, Pace, RateRange, Round, Source, Targets, Trainer, Watch,
};
pub use tune::{Of, Tuned};
