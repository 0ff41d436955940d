//! Duals in tensors: the plain kernels of `core_tensor` carry derivatives.

use autodiff::Dual;
use core_tensor::{Matrix, Real, Scalar, Tensor};

type D = Dual<f64, 2>;

/// `A(t)·A(t)` with `A = [[1, t], [0, 2]]`: the product is `[[1, 3t], [0, 4]]`.
#[test]
fn matrix_product() {
    let t = D::variable(5.0, 1);
    let a = Tensor::<Matrix<2, 2>, D>::new([[D::of(1.0), t], [D::of(0.0), D::of(2.0)]]);
    let product = a.matmul(&a);
    let got: Vec<_> = product
        .as_slice()
        .iter()
        .map(|y| (y.value, y.partials))
        .collect();
    let none = [0.0, 0.0];
    assert_eq!(
        got,
        [(1.0, none), (15.0, [0.0, 3.0]), (0.0, none), (4.0, none)]
    );
}

/// `∂pᵢ/∂xⱼ = pᵢ·(δᵢⱼ − pⱼ)`; the probabilities of `[0, ln 3]` are a quarter and three.
#[test]
fn softmax() {
    let x = [D::variable(0.0, 0), D::variable(3f64.ln(), 1)];
    let mut y = [D::default(); 2];
    let [largest, rest] = D::softmax_row(&x, &mut y);
    let log_sum = largest + rest;
    let close = |got: D, value: f64, partials: [f64; 2]| {
        let pairs = [
            (got.value, value),
            (got.partials[0], partials[0]),
            (got.partials[1], partials[1]),
        ];
        assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-15), "{got}");
    };
    close(y[0], 0.25, [0.1875, -0.1875]);
    close(y[1], 0.75, [-0.1875, 0.1875]);
    close(log_sum, 4f64.ln(), [0.25, 0.75]);
}

/// `relu'(0) = 0`, in the kernel too.
#[test]
fn relu() {
    let x = [-1.0, 0.0, 2.0].map(|x| D::variable(x, 0));
    let mut y = [D::default(); 3];
    D::relu_all(&x, &mut y);
    assert_eq!(
        y.map(|y| (y.value, y.partials[0])),
        [(0.0, 0.0), (0.0, 0.0), (2.0, 1.0)]
    );
}

/// Forward over backward: the derivative of `dy·(1 − y²)` for `y = tanh x` is `−2·y·(1 − y²)`.
#[test]
fn derivative_of_a_backward_kernel() {
    let x = [Dual::<f64>::variable(0.5, 0)];
    let (mut y, mut dy) = ([Dual::default()], [Dual::of(1.0)]);
    Dual::tanh_all(&x, &mut y);
    Dual::tanh_backward(&y, &mut dy);
    let tanh = 0.462_117_157_260_009_76;
    let slope = 1.0 - tanh * tanh;
    assert!((dy[0].value - slope).abs() < 1e-15);
    assert!((dy[0].partials[0] + 2.0 * tanh * slope).abs() < 1e-15);
}
