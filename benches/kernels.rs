//! `cargo bench --bench kernels`: criterion over the work of `benches::kernels`.

use benches::kernels::{convolutions, products};
use criterion::{Criterion, criterion_group, criterion_main};

fn kernels(c: &mut Criterion) {
    for mut work in products().into_iter().chain(convolutions()) {
        c.bench_function(&work.name, |b| b.iter(&mut work.run));
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
