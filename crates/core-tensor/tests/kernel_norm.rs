//! Normalisation: the moments of columns, which are put together from blocks of rows, those of rows, and the way back through rows.

use core_tensor::Scalar;
use core_tensor::kernel::{RowNorm, Start};

/// Every column holds an arithmetic progression, far from zero: of `rows` numbers one apart the squares add up to `rows·(rows² − 1)/12`.
fn check_moments<T: Scalar>([rows, columns]: [usize; 2], offset: f64, within: f64) {
    let x: Vec<T> = (0..rows * columns)
        .map(|i| {
            // neither in order nor alike in all columns
            let row = (i / columns * 3 + i % columns) % rows;
            T::of(offset + (i % columns) as f64 + row as f64 / rows as f64)
        })
        .collect();
    let [mut mean, mut squares] = [(); 2].map(|()| vec![T::nan(); columns]);
    let mut scratch = vec![T::nan(); 2 * columns];
    T::column_moments(&x, [&mut mean, &mut squares], &mut scratch);
    let n = rows as f64;
    let wanted = n * (n * n - 1.0) / 12.0 / (n * n);
    for (c, (mean, squares)) in mean.into_iter().zip(squares).enumerate() {
        let middle = offset + c as f64 + (n - 1.0) / 2.0 / n;
        let [mean, squares] = [mean, squares].map(|x| x.to_f64().expect("a number"));
        let of = format!("column {c} of {columns}, {rows} rows");
        assert!(
            (mean / middle - 1.0).abs() < within,
            "{of}: mean {mean}, not {middle}"
        );
        assert!(
            (squares / wanted - 1.0).abs() < 100.0 * within,
            "{of}: {squares}, not {wanted}"
        );
    }
}

#[test]
fn moments_of_columns_in_one_block_and_in_many() {
    // 3 does not divide the numbers of rows, so that each column has all of its numbers once
    for sides in [
        [2, 1],
        [7, 3],
        [500, 64],
        [4001, 64],
        [1025, 17],
        [20_003, 5],
        [100, 700],
    ] {
        check_moments::<f64>(sides, 1e3, 1e-13);
        check_moments::<f32>(sides, 8.0, 3e-6);
        check_moments::<f32>(sides, 100.0, 3e-6);
    }
}

#[test]
fn a_row_unlike_its_beginning_stays_finite() {
    // Its sums are taken around the mean of its first numbers. Where all that follow are alike, rounding can leave less than nothing of their
    // variance, which no root is to see.
    let norm = RowNorm {
        centred: true,
        epsilon: 1e-5_f32,
    };
    let n = 1 << 20;
    let scale = vec![1.0; n];
    for value in (1..10).map(|i| 1000.0 + 10.1 * i as f32) {
        let (mut x, mut y) = (vec![value; n], vec![0.0; n]);
        x[..64].fill(0.0);
        f32::normalize_rows(norm, &x, &scale, Start::Zero, &mut y);
        assert!(y.iter().all(|y| y.is_finite()), "{value}");
    }
}

/// A small whole number.
fn element(seed: usize, i: usize, j: usize) -> f64 {
    ((i * 7919 + j * 541 + seed * 104_729) % 11) as f64 - 5.0
}

/// `dx`, and what is added to the gradients of scale and shift, by the formula.
fn backward_by_formula(centred: bool, [rows, n]: [usize; 2]) -> [Vec<f64>; 3] {
    let (mut dx, mut dscale, mut dshift) = (vec![], vec![1.0; n], vec![2.0; n]);
    for i in 0..rows {
        let [x, dy] = [1, 2].map(|seed| Vec::from_iter((0..n).map(|j| element(seed, i, j))));
        let g = Vec::from_iter(dy.iter().enumerate().map(|(j, dy)| element(3, 0, j) * dy));
        let mean_of = |terms: &dyn Fn(usize) -> f64| (0..n).map(terms).sum::<f64>() / n as f64;
        let centre = if centred { mean_of(&|j| x[j]) } else { 0.0 };
        let inverse = (mean_of(&|j| (x[j] - centre).powi(2)) + 1e-5)
            .sqrt()
            .recip();
        let normal = Vec::from_iter(x.iter().map(|x| (x - centre) * inverse));
        let all = if centred { mean_of(&|j| g[j]) } else { 0.0 };
        let along = mean_of(&|j| g[j] * normal[j]);
        for j in 0..n {
            dx.push((g[j] - all - normal[j] * along) * inverse);
            dscale[j] += dy[j] * normal[j];
            dshift[j] += dy[j];
        }
    }
    [dx, dscale, dshift]
}

fn check_backward<T: Scalar>(centred: bool, [rows, n]: [usize; 2], asked: usize, within: f64) {
    let made = |seed: usize, rows: usize| -> Vec<T> {
        let places = (0..rows).flat_map(|i| (0..n).map(move |j| (i, j)));
        places.map(|(i, j)| T::of(element(seed, i, j))).collect()
    };
    let (x, scale, mut dy) = (made(1, rows), made(3, 1), made(2, rows));
    let (mut dscale, mut dshift) = (vec![T::of(1.0); n], vec![T::of(2.0); n]);
    let norm = RowNorm {
        centred,
        epsilon: T::of(1e-5),
    };
    let sums = [
        (asked > 0).then_some(&mut dscale[..]),
        (asked > 1).then_some(&mut dshift[..]),
    ];
    T::normalize_rows_backward(norm, &x, &scale, &mut dy, sums);
    let found = [dy, dscale, dshift];
    let wanted = backward_by_formula(centred, [rows, n]);
    for (found, wanted) in found.iter().zip(&wanted).take(1 + asked) {
        for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            let error = (found.to_f64().expect("a number") - wanted).abs();
            assert!(
                error <= within * (1.0 + wanted.abs()),
                "number {i} of {rows} rows of {n}: {found}, not {wanted}"
            );
        }
    }
}

#[test]
fn back_through_normalised_rows() {
    for n in (2..40).chain([63, 64, 65, 100, 129]) {
        for (centred, asked) in [(true, 2), (true, 0), (false, 1), (false, 0)] {
            check_backward::<f32>(centred, [5, n], asked, 2e-4);
            check_backward::<f64>(centred, [5, n], asked, 1e-11);
        }
    }
}

#[test]
#[should_panic(expected = "7 numbers cannot be met with 8")]
fn sums_of_another_length() {
    let norm = RowNorm {
        centred: true,
        epsilon: 1e-5,
    };
    let sums = [Some(&mut [0.0; 7][..]), None];
    f32::normalize_rows_backward(norm, &[0.0; 16], &[1.0; 8], &mut [0.0; 16], sums);
}

#[test]
#[should_panic(expected = "5 sums cannot hold two for each of 3 columns")]
fn slopes_of_columns_with_too_little_room() {
    f32::slope_columns(&[0.0; 6], &[0.0; 6], &[0.0; 3], &mut [0.0; 5]);
}
