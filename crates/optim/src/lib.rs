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

mod adaptive;
mod optimizer;
mod progress;
mod sgd;
mod trainer;

pub use adaptive::{Adam, AdamState};
pub use optimizer::Optimizer;
pub use progress::Progress;
pub use sgd::{Momentum, Sgd};
pub use trainer::{Data, Epoch, Trainer};
