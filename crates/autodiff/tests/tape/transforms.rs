//! Gradients, Jacobians, Hessians and their products, of functions where they are known.

use autodiff::check::relative_error;
use autodiff::{
    Dual, Real, Tape, Var, derivative, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp,
};
use core_tensor::{Matrix, Tensor, Vector};
use num_traits::Float;

/// `Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`
fn rosenbrock<R: Real, const N: usize>(x: [R; N]) -> R {
    let terms = x
        .windows(2)
        .map(|x| R::of(100.0) * (x[1] - x[0] * x[0]).powi(2) + (R::one() - x[0]).powi(2));
    terms.sum()
}

/// Row `i` of its Hessian by hand.
fn rosenbrock_hessian<const N: usize>(x: [f64; N]) -> [[f64; N]; N] {
    let mut h = [[0.0; N]; N];
    for i in 0..N - 1 {
        h[i][i] += 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
        h[i + 1][i + 1] += 200.0;
        h[i][i + 1] -= 400.0 * x[i];
        h[i + 1][i] -= 400.0 * x[i];
    }
    h
}

fn close<const N: usize>(found: [f64; N], right: [f64; N], tolerance: f64) {
    let worst = found
        .iter()
        .zip(right)
        .map(|(&a, b)| relative_error(a, b))
        .fold(0.0, f64::max);
    assert!(worst <= tolerance, "found {found:?}, right {right:?}");
}

#[test]
fn hessian_of_rosenbrock() {
    // more numbers than are worked out at once
    let x: [f64; 11] = core::array::from_fn(|i| 0.5 + 0.125 * i as f64);
    let (found, right) = (hessian(|x| rosenbrock(x), &x), rosenbrock_hessian(x));
    for (found, right) in found.into_iter().zip(right) {
        close(found, right, 1e-13);
    }
    let transposed: [[f64; 11]; 11] = core::array::from_fn(|j| found.map(|row| row[j]));
    assert_eq!(found, transposed);
    assert_eq!(
        hessian(|x| rosenbrock(x), &[1.0_f32, 1.0]),
        [[802.0, -400.0], [-400.0, 200.0]]
    );
    let v: [f64; 11] = core::array::from_fn(|i| 1.0 - 0.25 * i as f64);
    let (gradient, product) = hvp(|x| rosenbrock(x), &x, &v);
    close(
        product,
        right.map(|row| row.iter().zip(v).map(|(h, v)| h * v).sum()),
        1e-12,
    );
    close(gradient, grad(|x| rosenbrock(x), &x), 1e-15);
    // at the minimum all of it is flat
    assert_eq!(
        value_and_grad(|x| rosenbrock(x), &[1.0; 5]),
        (0.0, [0.0; 5])
    );
    assert_eq!(
        hessian(
            |[x]: [Var<'_, Dual<f64, 8>>; 1]| Real::of(x.value().value),
            &[3.0]
        ),
        [[0.0]]
    );
}

/// Spherical coordinates: three numbers to three.
fn ball<R: Real>([r, theta, phi]: [R; 3]) -> [R; 3] {
    [
        r * theta.sin() * phi.cos(),
        r * theta.sin() * phi.sin(),
        r * theta.cos(),
    ]
}

fn ball_jacobian([r, t, p]: [f64; 3]) -> [[f64; 3]; 3] {
    let ((st, ct), (sp, cp)) = (t.sin_cos(), p.sin_cos());
    [
        [st * cp, r * ct * cp, -r * st * sp],
        [st * sp, r * ct * sp, r * st * cp],
        [ct, -r * st, 0.0],
    ]
}

#[test]
fn jacobian_products_both_ways() {
    let x = [2.0, 0.7, -0.4];
    let right = ball_jacobian(x);
    for (found, right) in jacobian(|x| ball(x), &x).into_iter().zip(right) {
        close(found, right, 1e-15);
    }
    let (dx, dy) = ([0.3, -1.0, 2.0], [1.0, 0.25, -3.0]);
    let (value, forward) = jvp(ball, &x, &dx);
    let (same, mut pullback) = vjp(|x| ball(x), &x);
    close(value, ball(x), 1e-15);
    close(same, ball(x), 1e-15);
    close(
        forward,
        right.map(|row| row.iter().zip(dx).map(|(j, dx)| j * dx).sum()),
        1e-15,
    );
    let backward = pullback(&dy);
    close(
        backward,
        core::array::from_fn(|j| (0..3).map(|i| right[i][j] * dy[i]).sum()),
        1e-15,
    );
    let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    assert!(relative_error(dot(dy, forward), dot(backward, dx)) < 1e-15);
    // linear in the cotangent, zero for zero, the same bits again
    close(
        pullback(&dy.map(|dy| -4.0 * dy)),
        backward.map(|b| -4.0 * b),
        0.0,
    );
    assert_eq!((pullback(&[0.0; 3]), pullback(&dy)), ([0.0; 3], backward));
}

/// Fewer inputs than results go forward, fewer results back, and shaped values always back.
#[test]
fn jacobians_of_all_sides() {
    let powers = jacobian(
        |[x]| [x, x * x, x.powi(3), x * 0.0 + 7.0, 7.0.into()],
        &[2.0],
    );
    assert_eq!(powers, [[1.0], [4.0], [12.0], [0.0], [0.0]]);
    let twice = jacobian(
        |[x, y]| {
            let z = x * y;
            [z * z, z, x, y, z.sqrt()]
        },
        &[2.0, 8.0],
    );
    assert_eq!(
        twice,
        [
            [256.0, 64.0],
            [8.0, 2.0],
            [1.0, 0.0],
            [0.0, 1.0],
            [1.0, 0.25]
        ]
    );
    let product = jacobian(
        |x: [Var<'_, f32>; 4]| [x.iter().product()],
        &[1.0, 2.0, 3.0, 4.0],
    );
    assert_eq!(product, [[24.0, 12.0, 8.0, 6.0]]);
    let wide = jacobian(|[a, b, c]| [a * b, b * c], &[2.0, 3.0, 5.0]);
    assert_eq!(wide, [[3.0, 2.0, 0.0], [0.0, 5.0, 3.0]]);
    let shaped = jacobian(
        |x| Var::stack(x).exp().concat(Var::stack(x)).unstack(),
        &[0.0, 0.0_f64],
    );
    assert_eq!(shaped, [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    let nothing: [[f64; 0]; 1] = jacobian(|_| [7.0.into()], &[]);
    assert_eq!(nothing, [[]; 1]);
}

/// The gradient of `½·|A·x − b|²` is `Aᵀ(A·x − b)` by x, `(A·x − b)·xᵀ` by A.
#[test]
fn gradients_by_tuples_of_tensors() {
    let a = Tensor::<Matrix<3, 2>, f64>::new([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0]]);
    let x = Tensor::<Vector<2>, f64>::new([2.0, -1.0]);
    let (point, b) = (
        (a, x, [0.5, 9.0_f64]),
        Tensor::<Vector<3>, f64>::new([1.0, 2.0, 3.0]),
    );
    // A·x = [0, −2.5, 8], less b: [−1, −4.5, 5]
    let mut tape = Tape::new();
    for _ in 0..3 {
        let (value, (da, dx, [scale, none])) = tape.value_and_grad(
            |tape, (a, x, [scale, _])| {
                let error = a.matvec(x) - tape.constant(&b);
                error.dot(error) * scale
            },
            &point,
        );
        assert_eq!((value, scale, none), (23.125, 46.25, 0.0));
        assert_eq!(dx, Tensor::new([-1.0 + 4.5 + 15.0, -2.0 - 2.25 - 10.0]));
        assert_eq!(da, Tensor::new([[-2.0, 1.0], [-9.0, 4.5], [10.0, -5.0]]));
    }
}

/// `f⁽ⁿ⁾` of `x·eˣ` is `(x + n)·eˣ`.
#[test]
fn derivatives_of_derivatives() {
    fn f<R: Real>(x: R) -> R {
        x * x.exp()
    }
    let first = |x| derivative(f, x);
    let second = |x: f64| derivative(|x| derivative(f, x).1, x).1;
    let third = |x: f64| derivative(|x| derivative(|x| derivative(f, x).1, x).1, x).1;
    let e = 1f64.exp();
    close(
        [first(1.0).0, first(1.0).1, second(1.0), third(1.0)],
        [e, 2.0 * e, 3.0 * e, 4.0 * e],
        1e-15,
    );
    assert_eq!(derivative(|x| Float::powi(x, 2), 3.0_f32), (9.0, 6.0));
}

#[test]
fn gradients_of_mixed_points_come_back_in_order() {
    // a + 2·Σu + 3·b₀ + 5·b₁ + Σ(v·w), at lengths that end within a line
    let u = Tensor::<Vector<3>, f64>::new([1.0, 2.0, 3.0]);
    let v = Tensor::<Vector<9>, f64>::from_fn(|i| i as f64);
    let w = Tensor::<Vector<9>, f64>::from_fn(|i| 10.0 + i as f64);
    let point = (7.0_f64, u, [4.0_f64, 6.0], [v, w]);
    let mut tape = Tape::new();
    for round in 0..3 {
        let (value, (da, du, db, [dv, dw])) = tape.value_and_grad(
            |_, (a, u, b, [v, w])| a + u.sum() * 2.0 + b[0] * 3.0 + b[1] * 5.0 + (v * w).sum(),
            &point,
        );
        assert_eq!(value, 7.0 + 12.0 + 12.0 + 30.0 + 564.0, "round {round}");
        assert_eq!((da, db), (1.0, [3.0, 5.0]));
        assert_eq!(du, Tensor::full(2.0));
        assert_eq!((&dv, &dw), (&point.3[1], &point.3[0]));
    }
}

#[test]
fn what_was_recorded_before_leaves_nothing() {
    let mut tape = Tape::<f64>::new();
    let sum_of_none = |tape: &mut Tape<f64>| {
        tape.record(|tape| {
            let none = tape.variable(&Tensor::<Vector<0>, f64>::new([]));
            (none.sum().value(), none.mean().value())
        })
    };
    let full = Tensor::<Vector<40>, f64>::full(3.0);
    assert_eq!(
        tape.record(|tape| tape.variable(&full).sum().value()),
        120.0
    );
    assert_eq!(sum_of_none(&mut tape), (0.0, 0.0));
    // a constant has no walk back to read from
    let (value, gradient) = tape.value_and_grad(|tape, _| tape.constant(&2.0_f64), &full);
    assert_eq!((value, gradient), (2.0, Tensor::zeros()));
}
