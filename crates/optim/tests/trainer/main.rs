//! The Trainer: what it promises about batches, seeds, scores and what it prints.

mod crew;
mod loader;
mod logs;
mod options;
mod plane;
mod steps;
mod trouble;
