//! `cargo bench --bench derivatives`: criterion over the work of `benches::derivatives`.

use benches::derivatives::ratios;
use criterion::{Criterion, criterion_group, criterion_main};

fn derivatives(c: &mut Criterion) {
    for ratio in ratios() {
        for mut work in [ratio.work, ratio.beside] {
            c.bench_function(&work.name, |b| b.iter(&mut work.run));
        }
    }
}

criterion_group!(benches, derivatives);
criterion_main!(benches);
