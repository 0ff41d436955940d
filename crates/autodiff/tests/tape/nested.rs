//! Derivatives of derivatives, either way round: duals on a tape, and handles of a tape inside duals.

use autodiff::{Dual, Real, Tape, derivative, grad, value_and_grad};
use core_tensor::{Matrix, Tensor, Vector};
use num_traits::Float;

/// `½·xᵀ·A·x` for a fixed A has the gradient `½(A + Aᵀ)·x` and the Hessian `½(A + Aᵀ)`.
#[test]
fn walk_back_over_duals() {
    let a = Tensor::<Matrix<2, 2>, Dual<f64>>::new(
        [[2.0, 1.0], [5.0, 4.0]].map(|row| row.map(Dual::constant)),
    );
    let x = Tensor::<Vector<2>, Dual<f64>>::from_fn(|i| Dual {
        value: [3.0, -1.0][i],
        partials: [[1.0, 2.0][i]],
    });
    let gradient = Tape::new().record(|tape| {
        let (a, x) = (tape.constant(&a), tape.variable(&x));
        (x.dot(a.matvec(x)) * Dual::of(0.5)).backward().of(&x)
    });
    let found = [0, 1].map(|i| (gradient[[i]].value, gradient[[i]].partials[0]));
    // ½(A + Aᵀ) = [[2, 3], [3, 4]], times x and times the direction
    assert_eq!(found, [(3.0, 8.0), (5.0, 11.0)]);
}

/// Two duals deep: the third derivative of `x·y³` by x, y, y is `6y`.
#[test]
fn walk_back_over_duals_of_duals() {
    let [x, y] = [2.0, 5.0].map(Dual::<Dual<f64>>::of);
    let y = Dual {
        value: Dual::variable(y.value.value, 0),
        partials: [Dual::of(1.0)],
    };
    let [dx, _] = grad(|[x, y]| x * y.powi(3), &[x, y]);
    assert_eq!(dx.value.value, 125.0);
    assert_eq!(dx.value.partials[0], 75.0);
    assert_eq!(dx.partials[0].partials[0], 30.0);
}

/// A slope, learnt: `f(x; w) = tanh(w·x)` has `∂f/∂x = w·(1 − f²)`, and by w: `(1 − f²)(1 − 2·w·x·f)`.
#[test]
fn gradient_of_a_derivative() {
    let (w, x) = (0.75, 0.5);
    let f = (w * x).tanh();
    let (slope, [by_w, by_x]) = value_and_grad(
        |[w, x]| derivative(|x| (x * Dual::constant(w)).tanh(), x).1,
        &[w, x],
    );
    let bend = 1.0 - f * f;
    assert!((slope - w * bend).abs() < 1e-15, "{slope}");
    assert!(
        (by_w - bend * (1.0 - 2.0 * w * x * f)).abs() < 1e-15,
        "{by_w}"
    );
    assert!((by_x + 2.0 * w * w * f * bend).abs() < 1e-15, "{by_x}");
}

/// The same with a second derivative inside: that of `w·x³` is `6·w·x`.
#[test]
fn gradient_of_a_second_derivative() {
    fn cubic<R: Real>(x: R) -> R {
        x.powi(3)
    }
    let found = value_and_grad(
        |[w, x]| derivative(|x| derivative(cubic, x).1, x).1 * w,
        &[2.0, 5.0],
    );
    assert_eq!(found, (60.0, [30.0, 12.0]));
}

/// All rules of numbers hold for handles inside duals, as for duals inside duals.
#[test]
fn handles_inside_duals_obey_the_rules() {
    fn f<R: Real>(x: R) -> R {
        (x * x + R::one()).sqrt().ln() * x.sin() - x.atan2(R::of(2.0)) / x.exp().hypot(R::one())
            + x.erf().powf(R::of(1.5))
    }
    for x in [0.3, 0.9, 2.0] {
        let right = f(Dual {
            value: Dual::<f64>::variable(x, 0),
            partials: [Dual::of(1.0)],
        });
        let (slope, [curvature]) = value_and_grad(|[x]| derivative(f, x).1, &[x]);
        assert!(
            (slope - right.partials[0].value).abs() < 1e-14,
            "{x}: {slope}"
        );
        assert!(
            (curvature - right.partials[0].partials[0]).abs() < 1e-13,
            "{x}: {curvature}"
        );
    }
}

/// Two tapes at once, one recording inside the other: values may pass, as plain numbers.
#[test]
fn two_tapes_at_once() {
    let inner_slope = |x: f64| grad(|[y]| y * y * x, &[3.0])[0];
    let outer = Tape::new().record(|tape| {
        let x = tape.variable(&5.0_f64);
        (x * inner_slope(x.value())).backward().of(&x)
    });
    assert_eq!(outer, 30.0); // 2·3·5, of which the outer tape sees a constant
}
