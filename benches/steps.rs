//! `cargo bench --bench steps`: criterion over the work of `benches::steps` and `benches::sequences`.

use benches::sequences::layers;
use benches::steps::{inference, training};
use criterion::{Criterion, criterion_group, criterion_main};

fn steps(c: &mut Criterion) {
    for mut work in training().into_iter().chain(inference()).chain(layers()) {
        c.bench_function(&work.name, |b| b.iter(&mut work.run));
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
