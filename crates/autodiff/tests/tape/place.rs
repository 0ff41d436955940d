//! Parts of shaped values, and shapes put together.

use autodiff::{Tape, Var};
use core_tensor::{Image, Matrix, Sequence, Tensor, Vector};
use num_traits::Float;

use crate::agree::{agree, pull, pulled};

const WIDE: [f64; 2] = [-1.5, 1.5];

agree! {
    one_position in WIDE, Tensor<Matrix<3, 5>, T>: |_, x| x.at([1, 3]) * x.at([2, 0]) + x.at([1, 3]); |x| x[8] * x[10] + x[8];
    position_in_an_image in WIDE, Tensor<Image<2, 3, 4>, T>: |_, x| x.at([1, 2, 3]) * x.at([0, 1, 0]); |x| x[23] * x[4];
    row_of_a_matrix in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.row(2) * x.row(0) * x.row(2)); |x| pulled((0..5).map(|i| x[10 + i] * x[i] * x[10 + i]));
    row_of_an_image in WIDE, Tensor<Image<3, 2, 5>, T>: |tape, x| pull(tape, x.row(1).transpose()); |x| pulled((0..10).map(|i| x[10 + 5 * (i % 2) + i / 2]));
    row_of_a_row in WIDE, Tensor<Sequence<3, 5>, T>: |_, x| x.row(1).row(4) * x.row(2).row(4); |x| x[9] * x[14];
    concat_vectors in WIDE, (Tensor<Vector<3>, T>, Tensor<Vector<4>, T>): |tape, (a, b)| pull(tape, a.concat(b)); |x| pulled(x.to_vec());
    concat_columns in WIDE, (Tensor<Matrix<3, 2>, T>, Tensor<Matrix<3, 5>, T>): |tape, (a, b)| pull(tape, a.concat(b));
        |x| pulled((0..21).map(|i| { let (r, c) = (i / 7, i % 7); if c < 2 { x[2 * r + c] } else { x[6 + 5 * r + c - 2] } }));
    concat_channels in WIDE, (Tensor<Image<2, 3, 2>, T>, Tensor<Image<2, 3, 1>, T>): |tape, (a, b)| pull(tape, b.concat(a).concat(b));
        |x| pulled((0..24).map(|i| { let (p, c) = (i / 4, i % 4); if (1..3).contains(&c) { x[2 * p + c - 1] } else { x[12 + p] } }));
    concat_with_itself in WIDE, Tensor<Matrix<2, 3>, T>: |tape, x| pull(tape, x.concat(x)); |x| pulled((0..12).map(|i| x[i / 6 * 3 + i % 3]));
    stacked in WIDE, Tensor<Vector<3>, T>: |tape, x| { let [a, b, c] = x.unstack(); pull(tape, Var::stack([b, a * c, b, Float::exp(c), T::of(2.0).into()])) };
        |x| pulled([x[1], x[0] * x[2], x[1], x[2].exp(), R::of(2.0)]);
    unstacked in WIDE, Tensor<Vector<4>, T>: |_, x| { let [a, b, c, d] = x.unstack(); (a - b) * (c - d) }; |x| (x[0] - x[1]) * (x[2] - x[3]);
    reshaped in WIDE, Tensor<Matrix<3, 4>, T>: |tape, x| { let y = x.reshape::<Image<2, 3, 2>>(); pull(tape, y.mul_row(y.row(1).row(2)) + y) + x.at([1, 1]) };
        |x| pulled((0..12).map(|i| x[i] * x[10 + i % 2] + x[i])) + x[5];
    numbers_and_vectors_in_turn in WIDE, Tensor<Vector<3>, T>: |tape, x| {
        let (mut y, mut s) = (x, x.at([1]).exp());
        for k in 0..6 {
            s = y.at([k % 3]) * Float::sin(s) - s;
            y = (y * s).tanh() + s * s;
            let t = y.mean() + y.at([0]) * s;
            let [a, b, c] = y.unstack();
            y = Var::stack([c, a * t, Float::cos(b + t)]) * x;
            s += t * y.largest();
        }
        pull(tape, y * s)
    }; |x| {
        let (mut y, mut s) = ([x[0], x[1], x[2]], x[1].exp());
        for k in 0..6 {
            s = y[k % 3] * s.sin() - s;
            y = y.map(|y| (y * s).tanh() + s * s);
            let t = (y[0] + y[1] + y[2]) / R::of(3.0) + y[0] * s;
            let [a, b, c] = y;
            y = [c * x[0], a * t * x[1], (b + t).cos() * x[2]];
            s += t * y[0].max(y[1]).max(y[2]);
        }
        pulled(y.map(|y| y * s))
    };
    reshaped_and_back in WIDE, Tensor<Vector<12>, T>: |tape, x| pull(tape, x.reshape::<Matrix<3, 4>>().transpose().reshape::<Vector<12>>() * x); |x| pulled((0..12).map(|i| x[i % 3 * 4 + i / 3] * x[i]));
}

/// What is outside is said so.
#[test]
#[should_panic(expected = "position [1, 3] lies outside Matrix<2, 3>")]
fn position_outside() {
    Tape::new().record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>, f64>::zeros());
        let _ = x.at([1, 3]);
    });
}

#[test]
#[should_panic(expected = "there is no row 2 in Matrix<2, 3>")]
fn row_outside() {
    Tape::new().record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>, f64>::zeros());
        let _ = x.row(2);
    });
}

#[test]
#[should_panic(expected = "stack() of constants")]
fn stack_of_constants() {
    let _ = Var::<f64, Vector<2>>::stack([1.0.into(), 2.0.into()]);
}
