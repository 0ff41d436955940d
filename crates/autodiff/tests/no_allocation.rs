//! A second recording of the same calculation, its walk back included, allocates nothing and frees nothing. A program of its own without
//! the test harness, whose other thread would be counted.

#[path = "../../core-tensor/tests/common/counting.rs"]
mod counting;

use std::hint::black_box;

use autodiff::{Point, Real, Recording, Tape, Var};
use core_tensor::{Filter, Image, Matrix, Tensor, Vector};
use counting::counted;

/// How many calls of the allocator happen in `f`.
fn calls_in(f: impl FnOnce()) -> usize {
    let (allocations, frees) = counted(f);
    allocations + frees
}

/// Takes the same gradient four times on one tape. The first may allocate, and must, or nothing was recorded.
fn only_the_first_allocates<X: Point<Scalar = f64>>(
    what: &str,
    x: &X,
    f: impl for<'t> Fn(Recording<'t, f64>, X::Vars<'t>) -> Var<'t, f64>,
) {
    let mut tape = Tape::new();
    let calls = [(); 4].map(|()| {
        calls_in(|| {
            black_box(tape.value_and_grad(&f, black_box(x)));
        })
    });
    assert!(calls[0] > 0, "{what}: the counter counts nothing");
    assert_eq!(calls[1..], [0; 3], "{what}: calls after {}", calls[0]);
}

fn rosenbrock<R: Real>(x: &[R]) -> R {
    let mut sum = R::zero();
    for pair in x.windows(2) {
        let (u, v) = (pair[1] - pair[0] * pair[0], R::one() - pair[0]);
        sum += R::of(100.0) * u * u + v * v;
    }
    sum
}

fn main() {
    // the counter counts, or the zeroes below would mean nothing
    assert_eq!(calls_in(|| drop(black_box(Box::new(1.0)))), 2);

    only_the_first_allocates("numbers", &[0.5_f64; 100], |_, x| rosenbrock(&x));
    let layers = (
        Tensor::<Matrix<4, 3>, f64>::full(0.25),
        Tensor::<Vector<3>, f64>::full(0.5),
    );
    only_the_first_allocates("a layer and its loss", &layers, |tape, (weights, bias)| {
        let x = tape.constant(&Tensor::<Matrix<5, 4>, f64>::full(0.5));
        let logits = x.matmul(weights).add_row(bias);
        let scale = (bias.sum() * 2.0).exp();
        let y = logits.log_softmax() * scale + logits.tanh() / scale;
        y.mean() + logits.log_sum_exp() + logits.softmax().at([1, 2])
    });
    let image = (
        Tensor::<Image<6, 6, 2>, f64>::full(0.5),
        Tensor::<Filter<3, 3, 2, 4>, f64>::full(0.25),
    );
    only_the_first_allocates("a convolution", &image, |_, (image, filter)| {
        image.conv2d::<1, 1, _, _>(filter).relu().sum()
    });
    println!("test result: ok. only the first recording on a tape allocates");
}
