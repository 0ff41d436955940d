//! Products of matrices that are parts of wider ones: sums of small whole numbers, so that a right result is equal to the last bit; and
//! the moments of columns, which are put together from blocks of rows.

use core_tensor::Scalar;
use core_tensor::kernel::{Layout, Product, RowNorm, Start};

/// Element `(i, j)` of factor number `seed`.
fn element(seed: usize, i: usize, j: usize) -> f64 {
    ((i * 7919 + j * 541 + seed * 104_729) % 11) as f64 - 5.0
}

/// A matrix whose rows begin `row` apart; what lies between them is no number, and after the last one lies nothing.
fn matrix<T: Scalar>(
    [down, across]: [usize; 2],
    row: usize,
    f: impl Fn(usize, usize) -> f64,
) -> Vec<T> {
    let len = if down == 0 {
        0
    } else {
        (down - 1) * row + across
    };
    let at = |p: usize| {
        if p % row < across {
            T::of(f(p / row, p % row))
        } else {
            T::nan()
        }
    };
    (0..len).map(at).collect()
}

fn check<T: Scalar>(m: usize, k: usize, n: usize, apart: [usize; 3]) {
    for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
        let p = Product { m, k, n, layout };
        let (turn_a, turn_b) = (layout == Layout::Tn, layout == Layout::Nt);
        let a_sides = if turn_a { [k, m] } else { [m, k] };
        let b_sides = if turn_b { [n, k] } else { [k, n] };
        let rows = [a_sides[1] + apart[0], b_sides[1] + apart[1], n + apart[2]];
        let a = |i, t| element(1, i, t);
        let b = |t, j| element(2, t, j);
        let left = matrix::<T>(
            a_sides,
            rows[0],
            |r, s| if turn_a { a(s, r) } else { a(r, s) },
        );
        let right = matrix::<T>(
            b_sides,
            rows[1],
            |r, s| if turn_b { b(s, r) } else { b(r, s) },
        );
        let row: Vec<T> = (0..n).map(|j| T::of(element(4, 0, j))).collect();
        type Begins<'a> = &'a dyn Fn(usize, usize) -> f64;
        let starts: [(Start<'_, T>, Begins<'_>); 3] = [
            (Start::Zero, &|_, _| 0.0),
            (Start::Row(&row), &|_, j| element(4, 0, j)),
            (Start::Output, &|i, j| element(3, i, j)),
        ];
        for (start, begins) in starts {
            let mut c = matrix::<T>([m, n], rows[2], |i, j| element(3, i, j));
            T::matmul_rows(p, rows, &left, &right, start, &mut c);
            for (place, c) in c.into_iter().enumerate() {
                let (i, j) = (place / rows[2], place % rows[2]);
                if j < n {
                    let sum: f64 = (0..k).map(|t| a(i, t) * b(t, j)).sum();
                    assert_eq!(c.to_f64(), Some(sum + begins(i, j)), "{p:?} at ({i}, {j})");
                } else {
                    assert!(c.is_nan(), "{p:?} wrote between its rows");
                }
            }
        }
    }
}

#[test]
fn rows_may_lie_apart() {
    for (m, k, n) in [
        (1, 9, 70),
        (3, 40, 5),
        (9, 33, 17),
        (5, 16, 64),
        (16, 16, 16),
        (33, 5, 26),
        (250, 70, 150),
    ] {
        for apart in [[0, 0, 0], [1, 2, 3], [64, 0, 17], [0, 40, 1]] {
            check::<f32>(m, k, n, apart);
            check::<f64>(m, k, n, apart);
        }
    }
}

#[test]
#[should_panic(
    expected = "the right factor, 3 rows of 4 numbers that begin 4 apart, does not lie in 11 numbers"
)]
fn a_matrix_must_lie_in_its_slice() {
    let p = Product {
        m: 2,
        k: 3,
        n: 4,
        layout: Layout::Nn,
    };
    f32::matmul_rows(
        p,
        [3, 4, 4],
        &[0.0; 6],
        &[0.0; 11],
        Start::Zero,
        &mut [0.0; 8],
    );
}

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
