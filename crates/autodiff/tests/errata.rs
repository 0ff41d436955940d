//! A printed rule of backpropagation that is wrong, beside the right one.

use autodiff::{Real, value_and_grad};

const X: f64 = 0.7;
const TARGETS: [f64; 2] = [0.2, 0.9];
/// Of the hidden neuron, and from it to each of two outputs.
const WEIGHTS: [f64; 3] = [0.4, -1.1, 0.8];

fn sigmoid<R: Real>(x: R) -> R {
    R::one() / (R::one() + (-x).exp())
}

/// `½·Σ(a − y)²` of two sigmoid outputs behind one hidden sigmoid.
fn error<R: Real>([w, v1, v2]: [R; 3]) -> R {
    let h = sigmoid(w * R::of(X));
    let squares = [(v1, TARGETS[0]), (v2, TARGETS[1])].map(|(v, y)| {
        let away = sigmoid(v * h) - R::of(y);
        away * away
    });
    R::of(0.5) * (squares[0] + squares[1])
}

/// Erratum: lecture 2 lets the error of an output count twice in the derivative by a weight of the hidden layer. Each counts once:
/// `∂E/∂w = Σₖ (aₖ − yₖ)·aₖ(1 − aₖ)·vₖ · h(1 − h)·x`.
#[test]
fn the_error_of_each_output_counts_once() {
    let [w, v1, v2] = WEIGHTS;
    let h = sigmoid(w * X);
    let parts = [(v1, TARGETS[0]), (v2, TARGETS[1])].map(|(v, y)| {
        let a = sigmoid(v * h);
        (a - y) * a * (1.0 - a) * v * h * (1.0 - h) * X
    });
    let found = value_and_grad(|weights| error(weights), &WEIGHTS).1[0];
    assert!((found - parts[0] - parts[1]).abs() < 1e-15);
    // and so do differences say
    let at = |w: f64| error([w, v1, v2]);
    let difference = (at(w + 1e-5) - at(w - 1e-5)) / 2e-5;
    assert!((found - difference).abs() < 1e-9);
    for twice in parts {
        assert!((found + twice - difference).abs() > 1e-3);
    }
}
