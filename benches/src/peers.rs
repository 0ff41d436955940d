//! Our side of `cargo xtask peers`, by the names that the programs in `benches/peers` have for the same work.

use std::mem;

use crate::{Work, elements, optimizers, sequences, steps};

/// Training steps, inference, layers by themselves, and an optimizer by itself.
pub fn all() -> Vec<Work> {
    let elements = elements::all().into_iter().map(|floored| floored.work);
    let layers = sequences::layers().into_iter().chain(elements);
    let alone = [
        "LSTM",
        "GELU (exact), 1 M numbers, both",
        "tanh, 1 M numbers, both",
        "softmax, 1,000 rows of 1,000, both",
    ];
    let layers = layers.filter(|work| alone.iter().any(|name| work.name.starts_with(name)));
    let adam = optimizers::large()
        .into_iter()
        .filter(|update| update.name == "Adam, 10 M");
    let adam = adam.map(|mut update| Work::new(mem::take(&mut update.name), 0.0, update.run));
    steps::training()
        .into_iter()
        .chain(steps::deep())
        .chain(steps::inference())
        .chain(layers)
        .chain(adam)
        .collect()
}
