//! Products of matrices that are parts of wider ones: sums of small whole numbers, so that a right result is equal to the last bit.

use core_tensor::Scalar;
use core_tensor::kernel::{Layout, Product, Start};

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
