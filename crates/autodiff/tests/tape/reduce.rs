//! Sums, means, extremes and softmax.

use autodiff::{Real, Tape};
use core_tensor::{Filter, Image, Matrix, Sequence, Tensor, Vector};

use crate::agree::{agree, pull, pulled};

const WIDE: [f64; 2] = [-1.5, 1.5];

/// Sums over a side: `len` numbers, of which those that lie `inner` apart are added, `side` of them.
fn sums<R: Real>(x: &[R], side: usize, inner: usize) -> Vec<R> {
    let outer = x.len() / (side * inner);
    let entry = |i: usize| {
        (0..side)
            .map(|s| x[(i / inner * side + s) * inner + i % inner])
            .sum()
    };
    (0..outer * inner).map(entry).collect()
}

fn means<R: Real>(x: &[R], side: usize, inner: usize) -> Vec<R> {
    let divided = |sum| sum / R::of(side as f64);
    sums(x, side, inner).into_iter().map(divided).collect()
}

/// `eˣ / Σ eˣ` of every row, as it is written in books.
fn softmax<R: Real>(x: &[R], row: usize) -> Vec<R> {
    let rows = x.chunks(row).flat_map(|row| {
        let sum: R = row.iter().map(|x| x.exp()).sum();
        row.iter().map(move |x| x.exp() / sum)
    });
    rows.collect()
}

agree! {
    sum in WIDE, Tensor<Matrix<3, 5>, T>: |_, x| (x * x).sum(); |x| x.iter().map(|&x| x * x).sum();
    sum_of_filter in WIDE, Tensor<Filter<2, 1, 3, 2>, T>: |_, x| (x * x).sum(); |x| x.iter().map(|&x| x * x).sum();
    mean in WIDE, Tensor<Image<3, 2, 5>, T>: |_, x| x.sin().mean(); |x| x.iter().map(|x| x.sin()).sum::<R>() / R::of(30.0);
    sum_of_a_vector in WIDE, Tensor<Vector<5>, T>: |_, x| x.sum_axis::<0>().exp(); |x| sums(x, 5, 1)[0].exp();
    sum_of_rows in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.sum_axis::<0>()); |x| pulled(sums(x, 3, 5));
    sum_of_columns in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.sum_axis::<1>()); |x| pulled(sums(x, 5, 1));
    sum_over_steps in WIDE, Tensor<Sequence<3, 5>, T>: |tape, x| pull(tape, x.sum_axis::<0>()); |x| pulled(sums(x, 3, 5));
    sum_of_a_step in WIDE, Tensor<Sequence<3, 5>, T>: |tape, x| pull(tape, x.sum_axis::<1>()); |x| pulled(sums(x, 5, 1));
    sum_over_height in WIDE, Tensor<Image<3, 4, 5>, T>: |tape, x| pull(tape, x.sum_axis::<0>()); |x| pulled(sums(x, 3, 20));
    sum_over_width in WIDE, Tensor<Image<3, 4, 5>, T>: |tape, x| pull(tape, x.sum_axis::<1>()); |x| pulled(sums(x, 4, 5));
    sum_over_channels in WIDE, Tensor<Image<3, 4, 5>, T>: |tape, x| pull(tape, x.sum_axis::<2>()); |x| pulled(sums(x, 5, 1));
    mean_of_rows in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.mean_axis::<0>()); |x| pulled(means(x, 3, 5));
    mean_of_columns in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.mean_axis::<1>()); |x| pulled(means(x, 5, 1));
    mean_over_height in WIDE, Tensor<Image<3, 4, 5>, T>: |tape, x| pull(tape, x.mean_axis::<0>()); |x| pulled(means(x, 3, 20));
    mean_over_width in WIDE, Tensor<Image<3, 4, 5>, T>: |tape, x| pull(tape, x.mean_axis::<1>()); |x| pulled(means(x, 4, 5));
    mean_over_channels in WIDE, Tensor<Image<3, 4, 5>, T>: |tape, x| pull(tape, x.mean_axis::<2>()); |x| pulled(means(x, 5, 1));
    mean_of_steps in WIDE, Tensor<Sequence<3, 5>, T>: |tape, x| pull(tape, x.mean_axis::<0>()); |x| pulled(means(x, 3, 5));
    sums_of_one in WIDE, Tensor<Matrix<1, 1>, T>: |_, x| x.sum_axis::<0>().sum_axis::<0>() * x.sum() * x.mean(); |x| x[0].powi(3);

    largest in WIDE, Tensor<Matrix<3, 5>, T>: |_, x| x.largest().exp(); |x| x.iter().copied().fold(x[0], |a, b| if b > a { b } else { a }).exp();
    smallest in WIDE, Tensor<Matrix<3, 5>, T>: |_, x| x.smallest().exp(); |x| x.iter().copied().fold(x[0], |a, b| if b < a { b } else { a }).exp();
    log_sum_exp in WIDE, Tensor<Matrix<3, 5>, T>: |_, x| x.log_sum_exp().powi(2); |x| x.iter().map(|x| x.exp()).sum::<R>().ln().powi(2);
    softmax_of_rows in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.softmax()); |x| pulled(softmax(x, 5));
    softmax_of_pixels in WIDE, Tensor<Image<2, 3, 4>, T>: |tape, x| pull(tape, x.softmax()); |x| pulled(softmax(x, 4));
    log_softmax in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.log_softmax()); |x| pulled(softmax(x, 5).into_iter().map(|p| p.ln()));
    softmax_of_one in WIDE, (Tensor<Vector<1>, T>, Tensor<Vector<1>, T>): |_, (x, z)| x.softmax().sum() * z.sum() + x.at([0]).softmax() * z.at([0]).log_sum_exp(); |x| x[1] + x[1];
    cross_entropy in WIDE, Tensor<Vector<5>, T>: |_, x| x.log_sum_exp() - x.at([2]); |x| -softmax(x, 5)[2].ln();
}

/// Of equals, the first has the whole derivative.
#[test]
fn ties_go_to_the_first() {
    let x = Tensor::<Matrix<2, 3>, f64>::new([[1.0, 7.0, -2.0], [7.0, -2.0, 0.0]]);
    Tape::new().record(|tape| {
        let x = tape.variable(&x);
        let (largest, smallest) = (x.largest(), x.smallest());
        assert_eq!((largest.value(), smallest.value()), (7.0, -2.0));
        assert_eq!(
            largest.backward().of(&x),
            Tensor::new([[0.0, 1.0, 0.0], [0.0; 3]])
        );
        assert_eq!(
            smallest.backward().of(&x),
            Tensor::new([[0.0, 0.0, 1.0], [0.0; 3]])
        );
        let zeros = tape.variable(&Tensor::<Vector<3>, f64>::new([0.0, -0.0, 0.0]));
        assert_eq!(
            zeros.smallest().backward().of(&zeros),
            Tensor::new([1.0, 0.0, 0.0])
        );
        let odd = tape.variable(&Tensor::<Vector<3>, f64>::new([0.0, f64::NAN, 1.0]));
        assert!(odd.largest().value().is_nan() && odd.smallest().value().is_nan());
    });
}

/// Logits of ±10⁴, where `eˣ` overflows: the largest one takes all.
#[test]
fn softmax_of_large_numbers() {
    let x = Tensor::<Vector<3>, f64>::new([1e4, -1e4, 1e4]);
    Tape::new().record(|tape| {
        let x = tape.variable(&x);
        let sum = x.log_sum_exp();
        assert_eq!(sum.value(), 1e4 + 2f64.ln());
        assert_eq!(sum.backward().of(&x), Tensor::new([0.5, 0.0, 0.5]));
        assert_eq!(x.softmax().value(), [0.5, 0.0, 0.5]);
        // p·(δ − p)
        let first = x.softmax().at([0]).backward().of(&x);
        assert_eq!(first, Tensor::new([0.25, 0.0, -0.25]));
        let logs = x.log_softmax();
        let ln2 = 2f64.ln();
        let found = logs.value();
        assert!(
            (found[0] + ln2).abs() < 1e-15 && (found[2] + ln2).abs() < 1e-15,
            "{found:?}"
        );
        assert_eq!(found[1], -2e4 - ln2);
        // δ − p
        assert_eq!(
            logs.at([1]).backward().of(&x),
            Tensor::new([-0.5, 1.0, -0.5])
        );
    });
    let x = Tensor::<Vector<2>, f32>::new([-1e4, 1e4]);
    Tape::new().record(|tape| {
        let x = tape.variable(&x);
        assert_eq!(x.log_softmax().value(), [-2e4, 0.0]);
        assert_eq!(x.softmax().value(), [0.0, 1.0]);
        assert_eq!((x - 1e4).log_sum_exp().value(), 0.0);
        let slopes = (x.log_softmax().at([0]) * 3.0).backward().of(&x);
        assert_eq!(slopes, Tensor::new([3.0, -3.0]));
    });
}

/// Sides of no length: sums are zero, the rest is as empty as it was.
#[test]
fn nothing_is_reduced_to_zero() {
    Tape::<f64>::new().record(|tape| {
        let [wide, high] = [(); 2].map(|()| tape.variable(&Tensor::<Matrix<2, 0>, f64>::zeros()));
        assert_eq!(wide.sum_axis::<1>().value(), [0.0; 2]);
        assert_eq!(wide.sum_axis::<0>().value(), [0.0; 0]);
        let empty = wide.softmax() + high.log_softmax();
        let sum = empty.transpose().sum() + wide.sum_axis::<0>().sum();
        assert_eq!(sum.value(), 0.0);
        assert_eq!(sum.backward().of(&wide), Tensor::zeros());
    });
}

#[test]
#[should_panic(expected = "no number is the largest of none")]
fn nothing_has_no_largest() {
    Tape::<f64>::new().record(|tape| {
        tape.variable(&Tensor::<Vector<0>, f64>::zeros()).largest();
    });
}
