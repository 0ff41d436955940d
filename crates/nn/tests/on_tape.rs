//! Layers on a tape, against the same derivatives without one: formulas, a network's own gradient, differences.

use autodiff::check::{STEP, five_point};
use autodiff::{Tape, Var};
use core_tensor::{Image, Tensor, Vector, Zeroed};
use nn::{
    AvgPool2d, Conv2d, Flatten, Frozen, Gradients, Init, Linear, Mse, Network, Recorded, Relu,
    Tanh, init, set_weights, weights,
};

type Net = (
    Conv2d<2, 3, 3, 1, 1, f64>,
    Tanh,
    AvgPool2d<2>,
    Flatten,
    Frozen<Linear<12, 5, f64>>,
    Linear<5, 2, f64>,
);
type Picture = Image<4, 5, 2>;

fn noise<S: core_tensor::Shape>(seed: usize) -> Tensor<S, f64> {
    Tensor::from_fn(|i| ((i * 29 + seed * 13) as f64 * 0.37).sin())
}

/// The mean squared error written on the tape, and the network's own way.
#[test]
fn a_network_and_its_own_gradient() {
    let (x, target) = (noise::<Picture>(1), noise::<Vector<2>>(2));
    let mut net = Network::<Picture, Net, f64>::new(1);
    net.init(Init::XavierNormal, 5);
    let mut grad = net.new_gradient();
    let (batch, targets) = ([x], [target]);
    let score = net.gradient(&Mse, &batch, &targets, &mut grad, Gradients::Overwrite, 0);
    let mut expected = Vec::new();
    let mut read = |_: core_tensor::Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| {
        expected.extend_from_slice(g);
    };
    core_tensor::Params::visit(
        &mut *net.layers,
        [&mut *grad],
        &core_tensor::Path::Root,
        &mut read,
    );

    let mut tape = Tape::new();
    for _ in 0..2 {
        let (loss, found) = tape.record(|tape| {
            let (x, t) = (tape.constant(&batch[0]), tape.constant(&targets[0]));
            let layers = Recorded::new(tape, &mut *net.layers);
            let error = layers.apply(x) - t;
            let loss = (error * error).mean();
            (loss.value(), layers.gradient(&loss.backward()))
        });
        assert!((loss - score.loss).abs() < 1e-15, "{loss} {}", score.loss);
        assert_eq!(found.len(), 57 + 12); // the frozen layer has 65 more
        for (a, b) in found.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
    }
}

type Cell = (Linear<3, 3, f64>, Tanh);

/// A cell that is applied again and again, with formulas between: `exp Σ s²` of the last state.
fn recurrent(
    cell: &mut Cell,
    x: &Tensor<Vector<3>, f64>,
) -> (f64, Tensor<Vector<3>, f64>, Vec<f64>) {
    Tape::new().record(|tape| {
        let first = tape.variable(x);
        let layers = Recorded::new(tape, cell);
        let mut state: Var<'_, f64, Vector<3>> = first;
        for turn in 0..4 {
            state = layers.apply(state);
            if turn % 2 == 0 {
                state = state + first * state;
            }
        }
        let y = (state * state).sum().exp();
        let gradients = y.backward();
        (y.value(), gradients.of(&first), layers.gradient(&gradients))
    })
}

#[test]
fn a_recurrent_cell_against_differences() {
    let (mut cell, x) = (Cell::boxed(), noise::<Vector<3>>(4));
    init(&mut *cell, Init::XavierNormal, 3);
    let w = weights(&mut *cell);
    let (_, dx, dw) = recurrent(&mut cell, &x);
    assert_eq!(dw.len(), 12);
    for (i, dw) in dw.iter().enumerate() {
        let along = |t: f64| {
            let mut moved = w.clone();
            moved[i] += t;
            set_weights(&mut *cell, &moved);
            recurrent(&mut cell, &x).0
        };
        let difference = five_point(along, STEP);
        assert!((dw - difference).abs() < 1e-8, "{i}: {dw} {difference}");
    }
    set_weights(&mut *cell, &w);
    for i in 0..3 {
        let along = |t: f64| {
            let moved = Tensor::from_fn(|j| x[[j]] + if i == j { t } else { 0.0 });
            recurrent(&mut cell, &moved).0
        };
        let difference = five_point(along, STEP);
        assert!(
            (dx[[i]] - difference).abs() < 1e-8,
            "{i}: {dx:?} {difference}"
        );
    }
}

/// A layer without weights, before and after one with some.
#[test]
fn layers_without_weights() {
    let mut linear = Linear::<2, 2, f64> {
        weight: Tensor::new([[1.0, -1.0], [2.0, 1.0]]),
        bias: Tensor::new([0.0, 0.5]),
    };
    let found = Tape::new().record(|tape| {
        let (mut relu, mut bend) = (Relu, Relu);
        let first = Recorded::new(tape, &mut relu);
        let last = Recorded::new(tape, &mut bend);
        let x = tape.variable(&Tensor::<Vector<2>, f64>::new([3.0, -4.0]));
        let linear = Recorded::new(tape, &mut linear);
        // relu(x) = (3, 0), of that (3, −2.5), of that (3, 0)
        let y = last.apply(linear.apply(first.apply(x))).sum();
        let gradients = y.backward();
        assert!(first.gradient(&gradients).is_empty());
        (y.value(), gradients.of(&x), linear.gradient(&gradients))
    });
    assert_eq!(
        found,
        (
            3.0,
            Tensor::new([1.0, 0.0]),
            vec![3.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        )
    );
}
