//! Metrics: how good outputs are, in the numbers that people compare. Each takes in one output at a time, so that any loop over any data can
//! fill it: [`Trainer::predict`](crate::Trainer::predict) hands them out.

mod boxes;
mod classes;
mod numbers;
mod ranks;

pub use boxes::{AveragePrecision, Bounds};
pub use classes::{Confusion, TopK};
pub use numbers::Errors;
pub use ranks::Auc;

/// `a / b`, or nothing where nothing was counted.
fn ratio(a: u64, b: u64) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}
