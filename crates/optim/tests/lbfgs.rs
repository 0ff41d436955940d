//! L-BFGS against PyTorch's, step by step, and where it must give up.

#[path = "../../nn/tests/common/fixture.rs"]
mod fixture;

use core_tensor::{Tensor, Vector, params};
use nn::{Linear, Mse, Network, Tanh, weights};
use optim::{Lbfgs, Minimum, Reason};

struct Point {
    at: Tensor<Vector<2>, f64>,
}
params!(f64: [] Point<> { at: Weight Vector<2> });

fn rosenbrock(point: &mut Point, gradient: &mut Point) -> f64 {
    let (x, y) = (point.at[[0]], point.at[[1]]);
    let valley = y - x * x;
    gradient.at = Tensor::new([-2.0 * (1.0 - x) - 400.0 * x * valley, 200.0 * valley]);
    (1.0 - x).powi(2) + 100.0 * valley.powi(2)
}

/// The steps of `run`, each begun anew, beside PyTorch's.
fn compare(name: &str, steps: usize, run: impl Fn(Lbfgs) -> (Minimum, Vec<f64>)) {
    let names = ["rosenbrock", "rosenbrock_short", "network"];
    let cases = fixture::load("lbfgs.txt", &names);
    let case = cases.iter().find(|case| case.name == name).expect("loaded");
    let values = case.numbers("values");
    let path = case.numbers("path");
    let width = path.len() / values.len();
    for (k, (value, expected)) in values.iter().zip(path.chunks(width)).enumerate() {
        let (minimum, found) = run(Lbfgs {
            iterations: k + 1,
            change: 1e-9,
            ..Lbfgs::default()
        });
        // a difference of the last bit grows from step to step; and later PyTorch has ended
        if k >= steps {
            break;
        }
        assert_eq!(
            (minimum.iterations, minimum.reason),
            (k + 1, Reason::Iterations)
        );
        assert!(
            (minimum.value - value).abs() < 1e-6 * value,
            "{name}, step {}: {} and {value}",
            k + 1,
            minimum.value
        );
        for (found, expected) in found.iter().zip(expected) {
            let error = (found - expected).abs() / expected.abs().max(1.0);
            assert!(
                error < 1e-6,
                "{name}, step {}: {found} and {expected}",
                k + 1
            );
        }
    }
}

fn valley(lbfgs: Lbfgs) -> (Minimum, Vec<f64>) {
    let mut point = Point {
        at: Tensor::new([-1.5, 2.0]),
    };
    let minimum = lbfgs.minimise(&mut point, rosenbrock);
    (minimum, point.at.as_slice().to_vec())
}

#[test]
fn rosenbrock_step_by_step() {
    compare("rosenbrock", 37, valley);
}

#[test]
fn with_two_steps_remembered() {
    compare("rosenbrock_short", 25, |lbfgs| {
        valley(Lbfgs {
            history: 2,
            ..lbfgs
        })
    });
}

#[test]
fn a_network_step_by_step() {
    type Net = (Linear<3, 5, f64>, Tanh, Linear<5, 2, f64>);
    let cases = fixture::load("network.txt", &["inputs"]);
    let inputs = &cases[0];
    let x = Tensor::<Vector<3>, f64>::batch(inputs.numbers("x"));
    let targets: Vec<Tensor<Vector<2>, f64>> = inputs
        .numbers("target")
        .chunks(2)
        .map(|t| Tensor::from_slice(t).expect("two"))
        .collect();
    let start = ["weight1", "bias1", "weight2", "bias2"].map(|name| inputs.numbers(name));
    compare("network", 30, |lbfgs| {
        let mut net = Network::<Vector<3>, Net, f64>::new(7);
        nn::set_weights(&mut *net.layers, &start.concat());
        let (layers, room) = net.parts();
        let minimum = lbfgs.minimise(layers, |layers, grad| {
            let pass = nn::Pass::train(room, 0);
            nn::gradient(layers, &Mse, x, targets.iter(), grad, pass).loss
        });
        let found = weights(&mut *net.layers);
        (minimum, found)
    });
}

#[test]
fn it_says_why_it_ended() {
    let (minimum, at) = valley(Lbfgs::default());
    assert!(matches!(minimum.reason, Reason::Flat | Reason::Still));
    assert!(at.iter().all(|x| (x - 1.0).abs() < 1e-5), "{at:?}");
    // where the gradient is zero there is nothing to do
    let mut point = Point {
        at: Tensor::new([1.0, 1.0]),
    };
    let minimum = Lbfgs::default().minimise(&mut point, rosenbrock);
    assert_eq!(
        (minimum.reason, minimum.iterations, minimum.evaluations),
        (Reason::Flat, 0, 1)
    );
    // a value that is none leaves the weights alone
    let mut point = Point {
        at: Tensor::new([0.5, 0.5]),
    };
    let minimum = Lbfgs::default().minimise(&mut point, |_, gradient| {
        gradient.at = Tensor::new([1.0, f64::NAN]);
        1.0
    });
    assert_eq!(minimum.reason, Reason::NotFinite);
    assert_eq!(point.at.as_slice(), [0.5, 0.5]);
}

/// Below 0 the logarithm is not a number: such steps are too long, not the end.
#[test]
fn a_cliff_is_stepped_back_from() {
    let mut point = Point {
        at: Tensor::new([4.0, 3.0]),
    };
    // x − ln x is lowest at 1 and is not a number below 0
    let minimum = Lbfgs::default().minimise(&mut point, |point, gradient| {
        gradient.at = Tensor::from_fn(|i| 1.0 - 1.0 / point.at[[i]]);
        point.at.as_slice().iter().map(|x| x - x.ln()).sum::<f64>()
    });
    assert!((minimum.value - 2.0).abs() < 1e-12, "{minimum:?}");
}
