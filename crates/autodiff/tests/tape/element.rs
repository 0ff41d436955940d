//! Operators and functions of shaped values, number by number.

use autodiff::{Dual, Real, Tape};
use core_tensor::{Filter, Image, Matrix, Sequence, Tensor, Vector};
use num_traits::Float;

use crate::agree::{agree, pull, pulled};

/// Two lists of equal length.
fn halves<R>(x: &[R]) -> (&[R], &[R]) {
    x.split_at(x.len() / 2)
}

/// `f` of pairs, where the second list is repeated.
fn pairs<R: Real>(a: &[R], b: &[R], f: impl Fn(R, R) -> R) -> R {
    pulled(a.iter().zip(b.iter().cycle()).map(|(&a, &b)| f(a, b)))
}

const WIDE: [f64; 2] = [-1.5, 1.5];
const POSITIVE: [f64; 2] = [0.3, 2.0];

agree! {
    add in WIDE, (Tensor<Vector<5>, T>, Tensor<Vector<5>, T>): |tape, (a, b)| pull(tape, a + b); |x| { let (a, b) = halves(x); pairs(a, b, |a, b| a + b) };
    sub in WIDE, (Tensor<Matrix<3, 5>, T>, Tensor<Matrix<3, 5>, T>): |tape, (a, b)| pull(tape, a - b); |x| { let (a, b) = halves(x); pairs(a, b, |a, b| a - b) };
    mul in WIDE, (Tensor<Image<3, 2, 5>, T>, Tensor<Image<3, 2, 5>, T>): |tape, (a, b)| pull(tape, a * b); |x| { let (a, b) = halves(x); pairs(a, b, |a, b| a * b) };
    div in POSITIVE, (Tensor<Sequence<3, 7>, T>, Tensor<Sequence<3, 7>, T>): |tape, (a, b)| pull(tape, a / b); |x| { let (a, b) = halves(x); pairs(a, b, |a, b| a / b) };
    of_filters in POSITIVE, (Tensor<Filter<2, 1, 3, 2>, T>, Tensor<Filter<2, 1, 3, 2>, T>): |tape, (a, b)| pull(tape, (a + b) / a * b - b); |x| { let (a, b) = halves(x); pairs(a, b, |a, b| (a + b) / a * b - b) };
    negated in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, -x); |x| pulled(x.iter().map(|&x| -x));

    by_itself in POSITIVE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x * x + x / x - (x - x) * x); |x| pulled(x.iter().map(|&x| x * x + R::one()));
    assigning in POSITIVE, (Tensor<Vector<5>, T>, Tensor<Vector<5>, T>): |tape, (a, b)| {
        let mut y = a;
        y += b;
        y *= a;
        y -= b;
        y /= a;
        pull(tape, y)
    }; |x| { let (a, b) = halves(x); pairs(a, b, |a, b| ((a + b) * a - b) / a) };

    number_on_the_right in POSITIVE, (Tensor<Matrix<3, 2>, T>, Tensor<Vector<1>, T>): |tape, (x, s)| {
        let s = s.at([0]);
        pull(tape, ((x + s) * s - s) / s)
    }; |x| { let (x, s) = x.split_at(6); pairs(x, s, |x, s| ((x + s) * s - s) / s) };
    number_on_the_left in POSITIVE, (Tensor<Matrix<3, 2>, T>, Tensor<Vector<1>, T>): |tape, (x, s)| {
        let s = s.at([0]);
        pull(tape, s / (s - s * (s + x)))
    }; |x| { let (x, s) = x.split_at(6); pairs(x, s, |x, s| s / (s - s * (s + x))) };
    number_that_was_worked_out in POSITIVE, Tensor<Matrix<3, 2>, T>: |tape, x| {
        let s = x.at([2, 1]).exp().sqrt();
        pull(tape, x / s + s)
    }; |x| { let s = (x[5] / R::of(2.0)).exp(); pulled(x.iter().map(|&x| x / s + s)) };
    number_assigning in POSITIVE, (Tensor<Vector<5>, T>, Tensor<Vector<1>, T>): |tape, (x, s)| {
        let (mut y, s) = (x, s.at([0]));
        y += s;
        y *= s;
        y -= s;
        y /= s;
        y += T::of(1.5);
        y *= T::of(1.5);
        y -= T::of(0.5);
        y /= T::of(3.0);
        pull(tape, y)
    }; |x| { let (x, s) = x.split_at(5); pairs(x, s, |x, s| (((x + s) * s - s) / s + R::of(1.5)) * R::of(0.5) - R::one() / R::of(6.0)) };
    plain_number in POSITIVE, Tensor<Vector<5>, T>: |tape, x| pull(tape, ((x + T::of(2.0)) * T::of(3.0) - T::of(1.0)) / T::of(4.0));
        |x| pulled(x.iter().map(|&x| (R::of(3.0) * x + R::of(5.0)) / R::of(4.0)));

    row_added in WIDE, (Tensor<Matrix<3, 5>, T>, Tensor<Vector<5>, T>): |tape, (x, row)| pull(tape, x.add_row(row)); |x| { let (x, r) = x.split_at(15); pairs(x, r, |x, r| x + r) };
    row_subtracted in WIDE, (Tensor<Image<2, 3, 5>, T>, Tensor<Vector<5>, T>): |tape, (x, row)| pull(tape, x.sub_row(row)); |x| { let (x, r) = x.split_at(30); pairs(x, r, |x, r| x - r) };
    row_multiplied in WIDE, (Tensor<Image<2, 3, 5>, T>, Tensor<Vector<5>, T>): |tape, (x, row)| pull(tape, x.mul_row(row)); |x| { let (x, r) = x.split_at(30); pairs(x, r, |x, r| x * r) };
    row_divided_by in POSITIVE, (Tensor<Sequence<3, 5>, T>, Tensor<Vector<5>, T>): |tape, (x, row)| pull(tape, x.div_row(row)); |x| { let (x, r) = x.split_at(15); pairs(x, r, |x, r| x / r) };
    row_of_one in POSITIVE, (Tensor<Matrix<4, 1>, T>, Tensor<Vector<1>, T>): |tape, (x, row)| pull(tape, x.div_row(row).mul_row(row).add_row(row).sub_row(row).div_row(row)); |x| { let (x, r) = x.split_at(4); pairs(x, r, |x, r| x / r) };
    row_of_itself in WIDE, Tensor<Matrix<3, 2>, T>: |tape, x| pull(tape, x.mul_row(x.row(1)).sub_row(x.row(1))); |x| pairs(x, &x[2..4], |x, r| x * r - r);

    mapped in WIDE, Tensor<Image<2, 3, 2>, T>: |tape, x| pull(tape, x.map(|x| x * x * x - x.sin())); |x| pulled(x.iter().map(|&x| x.powi(3) - x.sin()));
    zipped in POSITIVE, (Tensor<Matrix<2, 3>, T>, Tensor<Matrix<2, 3>, T>): |tape, (a, b)| pull(tape, a.zip(b, |a, b| a.powf(b) / b)); |x| { let (a, b) = halves(x); pairs(a, b, |a, b| (b * a.ln()).exp() / b) };
    zipped_with_itself in POSITIVE, Tensor<Vector<3>, T>: |tape, x| pull(tape, x.zip(x, |a, b| a * b * b)); |x| pulled(x.iter().map(|&x| x.powi(3)));

    exp in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.exp()); |x| pulled(x.iter().map(|x| x.sinh() + x.cosh()));
    ln in POSITIVE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.ln()); |x| pulled(x.iter().map(|x| R::of(2.0) * x.sqrt().ln()));
    sqrt in POSITIVE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.sqrt()); |x| pulled(x.iter().map(|x| x.powf(R::of(0.5))));
    abs in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.abs()); |x| pulled(x.iter().map(|&x| if x < R::zero() { -x } else { x }));
    powi in POSITIVE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.powi(3) + x.powi(-2)); |x| pulled(x.iter().map(|&x| x * x * x + R::one() / (x * x)));
    sin in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.sin()); |x| pulled(x.iter().map(|&x| (R::of(core::f64::consts::FRAC_PI_2) - x).cos()));
    cos in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.cos()); |x| pulled(x.iter().map(|&x| (R::of(core::f64::consts::FRAC_PI_2) - x).sin()));
    tanh in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.tanh()); |x| pulled(x.iter().map(|&x| R::one() - R::of(2.0) / ((x + x).exp() + R::one())));
    erf in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.erf()); |x| pulled(x.iter().map(|&x| erf_by_series(x)));
    sigmoid in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.sigmoid()); |x| pulled(x.iter().map(|&x| ((x / R::of(2.0)).tanh() + R::one()) / R::of(2.0)));
    relu in WIDE, Tensor<Vector<5>, T>: |tape, x| pull(tape, x.relu()); |x| pulled(x.iter().map(|&x| if x > R::zero() { x } else { R::zero() }));
    functions_of_one_number in POSITIVE, Tensor<Vector<1>, T>: |_, x| { let x = x.at([0]); x.exp().ln() * x.sigmoid() + x.map(|x| x * x).relu().abs() - x.sin().powi(2) - x.cos().powi(2) + x.erf() - x.tanh().sqrt() };
        |x| x[0] / (R::one() + (-x[0]).exp()) + x[0] * x[0] - R::one() + erf_by_series(x[0]) - x[0].tanh().sqrt();
}

/// `2/√π · Σ (−1)ⁿ·x²ⁿ⁺¹ / (n!·(2n + 1))`
fn erf_by_series<R: Real>(x: R) -> R {
    let (mut term, mut sum) = (x, x);
    for n in 1..40 {
        term = -term * x * x / R::of(f64::from(n));
        sum += term / R::of(f64::from(2 * n + 1));
    }
    R::of(core::f64::consts::FRAC_2_SQRT_PI) * sum
}

/// Plain numbers on the left, which only the scalars themselves can be.
#[test]
fn plain_numbers_on_the_left() {
    let x = Tensor::<Vector<2>, f64>::new([2.0, 4.0]);
    Tape::new().record(|tape| {
        let x = tape.variable(&x);
        let all = [1.0 + x, 1.0 - x, 3.0 * x, 8.0 / x];
        assert_eq!(
            all.map(|y| y.value()),
            [[3.0, 5.0], [-1.0, -3.0], [6.0, 12.0], [4.0, 2.0]]
        );
        let slopes = all.map(|y| *y.sum().backward().of(&x).as_slice().first().unwrap());
        assert_eq!(slopes, [1.0, -1.0, 3.0, -2.0]);
    });
    Tape::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<1>, f32>::new([2.0]));
        assert_eq!((6.0 / x).sum().backward().of(&x)[[0]], -1.5);
    });
    let two = Dual::<f64>::variable(2.0, 0);
    Tape::new().record(|tape| {
        // d/dx s/x = −s/x², and by s: −1/x²
        let x = tape.variable(&Tensor::<Vector<1>, _>::new([Dual::<f64>::constant(2.0)]));
        let slope = (two / x).sum().backward().of(&x)[[0]];
        assert_eq!((slope.value, slope.partials), (-0.5, [-0.25]));
    });
}

/// relu'(0) = 0, |x|'(0) = 0, at both zeros.
#[test]
fn kinks() {
    let x = Tensor::<Vector<4>, f64>::new([-1.0, -0.0, 0.0, 1.0]);
    Tape::new().record(|tape| {
        let x = tape.variable(&x);
        assert_eq!(
            x.relu().sum().backward().of(&x),
            Tensor::new([0.0, 0.0, 0.0, 1.0])
        );
        assert_eq!(
            x.abs().sum().backward().of(&x),
            Tensor::new([-1.0, 0.0, 0.0, 1.0])
        );
    });
}

/// Where a branch or a flat place meets an infinite slope, its share is zero.
#[test]
fn zero_times_infinity_is_zero() {
    let x = Tensor::<Vector<2>, f64>::new([0.0, 4.0]);
    Tape::new().record(|tape| {
        let x = tape.variable(&x);
        // x·√x has the slope 1.5·√x
        assert_eq!(
            (x * x.sqrt()).sum().backward().of(&x),
            Tensor::new([0.0, 3.0])
        );
        let still = tape.constant(&Tensor::<Vector<2>, f64>::new([0.0, 1.0]));
        assert_eq!(
            (x.sqrt() * still).sum().backward().of(&x),
            Tensor::new([0.0, 0.25])
        );
        let steep = x.sqrt().sum().backward().of(&x);
        assert_eq!(steep, Tensor::new([f64::INFINITY, 0.25]));
        // 1/(1 + e⁻ˣ) where e⁻ˣ overflows
        let far = tape.variable(&Tensor::<Vector<1>, f64>::new([-1000.0]));
        assert_eq!(far.sigmoid().sum().backward().of(&far)[[0]], 0.0);
    });
}
