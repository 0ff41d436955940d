//! `cargo bench --bench tape`: criterion over the work of `benches::tape`.

use benches::tape::ratios;
use criterion::{Criterion, criterion_group, criterion_main};

fn tape(c: &mut Criterion) {
    for ratio in ratios() {
        for mut work in [ratio.work, ratio.beside] {
            c.bench_function(&work.name, |b| b.iter(&mut work.run));
        }
    }
}

criterion_group!(benches, tape);
criterion_main!(benches);
