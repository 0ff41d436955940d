//! Twenty steps of every optimizer against PyTorch's, from the fixtures of this folder.

#[path = "../../nn/tests/common/fixture.rs"]
mod fixture;

use core_tensor::{Scalar, Tensor, Vector, params};
use optim::{Adam, Momentum, Optimizer, Sgd};

/// Seven weights and nothing else.
struct Weights<T: Scalar> {
    weight: Tensor<Vector<7>, T>,
}
params!(T: [T: Scalar] Weights<T> { weight: Weight Vector<7> });

/// The largest difference to the file, relative to the larger of 1 and the number.
fn run<T: Scalar>(case: &fixture::Case, optimizer: &impl Optimizer<T>) -> f64 {
    let to = |numbers: &[f64]| {
        Tensor::from_slice(&numbers.iter().map(|&x| T::of(x)).collect::<Vec<_>>())
            .expect("seven numbers")
    };
    let mut weights = Weights {
        weight: to(case.numbers("start")),
    };
    let mut state = optimizer.start();
    let mut worst = 0.0_f64;
    let steps = case
        .numbers("gradients")
        .chunks(7)
        .zip(case.numbers("parameters").chunks(7));
    assert_eq!(steps.len(), 20);
    for (gradient, expected) in steps {
        let mut gradient = Weights {
            weight: to(gradient),
        };
        optimizer.step(&mut weights, &mut gradient, &mut state);
        for (w, e) in weights.weight.as_slice().iter().zip(expected) {
            worst = worst.max((w.to_f64().expect("a number") - e).abs() / e.abs().max(1.0));
        }
    }
    worst
}

fn compare(file: &str, name: &str, optimizer: impl Optimizer<f64> + Optimizer<f32>) {
    let cases = match file {
        "adam.txt" => fixture::load(file, &["default", "fast"]),
        _ => fixture::load(file, &[name]),
    };
    let case = cases
        .iter()
        .find(|case| case.name == name)
        .expect("the file holds the case");
    let (double, single) = (run::<f64>(case, &optimizer), run::<f32>(case, &optimizer));
    assert!(
        double < 1e-13,
        "{}: {double:e} from PyTorch in f64",
        case.title
    );
    assert!(
        single < 1e-5,
        "{}: {single:e} from PyTorch in f32",
        case.title
    );
}

#[test]
fn sgd() {
    compare("sgd.txt", "sgd", Sgd { rate: 0.1 });
}

#[test]
fn momentum() {
    compare(
        "momentum.txt",
        "momentum",
        Momentum {
            rate: 0.1,
            momentum: 0.9,
        },
    );
}

#[test]
fn adam() {
    compare("adam.txt", "default", Adam::new(1e-3));
}

#[test]
fn adam_with_other_numbers() {
    compare(
        "adam.txt",
        "fast",
        Adam {
            rate: 0.1,
            beta1: 0.8,
            beta2: 0.95,
            epsilon: 1e-6,
        },
    );
}
