//! Every optimizer against PyTorch's, or against the paper's formula where PyTorch lacks it: on Rosenbrock's valley, on a small network,
//! and with given gradients that are huge, tiny and zero. `fixtures/make.py` writes the numbers.

#[path = "../../nn/tests/common/fixture.rs"]
mod fixture;

use core_tensor::{Leaf, Params, Path, Role, Scalar, Tensor, Vector, Zeroed, params};
use nn::{Gradients, Linear, Mse, Network, Tanh};
use optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, AmsGrad, Clipped, Epsilon, Lion, LookAhead, Momentum,
    NAdam, Nesterov, Of, Optimizer, RAdam, RmsProp, Rprop, Sgd, Tuned,
};

/// The cases of the file.
const CASES: [&str; 32] = [
    "inputs",
    "sgd",
    "momentum",
    "momentum_average",
    "momentum_dampened",
    "nesterov",
    "nesterov_taken",
    "nesterov_held",
    "adagrad",
    "adagrad_inside",
    "adadelta",
    "rmsprop",
    "rmsprop_centred",
    "rmsprop_momentum",
    "rmsprop_centred_momentum",
    "rmsprop_inside",
    "rprop",
    "adam",
    "adam_fast",
    "adam_uncorrected",
    "amsgrad",
    "amsgrad_uncorrected",
    "adamw",
    "adamax",
    "nadam",
    "radam",
    "radam_slow",
    "lion",
    "adam_l2",
    "sgd_rates",
    "momentum_clipped_norm",
    "momentum_clipped_value",
];

/// Weights and nothing else.
struct Weights<const N: usize, T: Scalar> {
    weight: Tensor<Vector<N>, T>,
}
params!(T: [const N: usize, T: Scalar] Weights<N, T> { weight: Weight Vector<N> });

/// The largest difference of a step, relative to the larger of 1 and the number.
fn worst<T: Scalar>(found: &[T], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let error = |(w, e): (&T, &f64)| (w.to_f64().expect("a number") - e).abs() / e.abs().max(1.0);
    found.iter().zip(expected).map(error).fold(0.0, f64::max)
}

/// The steps for a network whose gradient `gradient` calculates, beside the numbers after steps of the path, counted from 0.
fn descend<T: Scalar, P: Params<T>>(
    net: &mut P,
    optimizer: &impl Optimizer<T>,
    mut gradient: impl FnMut(usize, &mut P, &mut P::Grad),
    path: &[(usize, &[f64])],
) -> f64 {
    let mut grad = P::Grad::boxed();
    let mut state = optimizer.start();
    let mut error = 0.0_f64;
    let last = path.last().expect("a path").0;
    for step in 0..=last {
        optimizer.before(net, &mut state);
        gradient(step, net, &mut grad);
        optimizer.step(net, &mut grad, &mut state);
        if let Some((_, expected)) = path.iter().find(|(at, _)| *at == step) {
            let mut all: Vec<T> = Vec::new();
            net.look(&Path::Root, &mut |_: Leaf<'_>, w: &[T]| {
                all.extend_from_slice(w)
            });
            error = error.max(worst(&all, expected));
        }
    }
    error
}

fn number<T: Scalar>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::of(x)).collect()
}

fn rosenbrock(case: &fixture::Case, optimizer: &impl Optimizer<f64>) -> f64 {
    let mut point = Weights {
        weight: Tensor::<Vector<2>, f64>::new([-1.5, 2.0]),
    };
    let path: Vec<(usize, &[f64])> = case.numbers("rosenbrock").chunks(2).enumerate().collect();
    assert_eq!(path.len(), 50);
    descend(
        &mut point,
        optimizer,
        |_, at, grad| {
            let (x, y) = (at.weight[[0]], at.weight[[1]]);
            let valley = y - x * x;
            grad.weight = Tensor::new([-2.0 * (1.0 - x) - 400.0 * x * valley, 200.0 * valley]);
        },
        &path,
    )
}

fn given<T: Scalar>(
    case: &fixture::Case,
    inputs: &fixture::Case,
    optimizer: &impl Optimizer<T>,
) -> f64 {
    let mut point = Weights::<7, T> {
        weight: Tensor::from_slice(&number(inputs.numbers("start"))).expect("seven"),
    };
    let gradients = inputs.numbers("gradients");
    let path: Vec<(usize, &[f64])> = [0, 1, 19]
        .into_iter()
        .zip(case.numbers("given").chunks(7))
        .collect();
    descend(
        &mut point,
        optimizer,
        |step, _, grad| {
            grad.weight = Tensor::from_slice(&number(&gradients[7 * step..][..7])).expect("seven");
        },
        &path,
    )
}

type Net = (Linear<3, 5, f64>, Tanh, Linear<5, 2, f64>);

fn network(case: &fixture::Case, optimizer: &impl Optimizer<f64>) -> f64 {
    let inputs = &fixture::load("network.txt", &["inputs"])[0];
    let mut net = Network::<Vector<3>, Net, f64>::new(7);
    let all = ["weight1", "bias1", "weight2", "bias2"].map(|name| inputs.numbers(name));
    nn::set_weights(&mut *net.layers, &all.concat());
    let x = Tensor::<Vector<3>, f64>::batch(inputs.numbers("x"));
    let targets: Vec<Tensor<Vector<2>, f64>> = inputs
        .numbers("target")
        .chunks(2)
        .map(|t| Tensor::from_slice(t).expect("two"))
        .collect();
    let path: Vec<(usize, &[f64])> = [0, 4, 49]
        .into_iter()
        .zip(case.numbers("network").chunks(32))
        .collect();
    let mut room = vec![0.0; nn::training_room::<Vector<3>, Net, f64>(7)];
    descend(
        &mut *net.layers,
        optimizer,
        |_, net, grad| {
            let pass = nn::Pass {
                gradients: Gradients::Overwrite,
                ..nn::Pass::train(&mut room, 0)
            };
            nn::gradient(net, &Mse, x, targets.iter(), grad, pass);
        },
        &path,
    )
}

fn compare(name: &str, optimizer: impl Optimizer<f64> + Optimizer<f32>) {
    let cases = fixture::load("optimizers.txt", &CASES);
    let find = |name: &str| {
        let case = cases.iter().find(|case| case.name == name);
        case.expect("the file holds the case")
    };
    let (case, inputs) = (find(name), find("inputs"));
    let found = [
        ("Rosenbrock", rosenbrock(case, &optimizer), 1e-10),
        // a difference of the last bit grows where the centred mean square cancels
        ("network", network(case, &optimizer), 1e-6),
        ("given", given::<f64>(case, inputs, &optimizer), 1e-12),
        ("given in f32", given::<f32>(case, inputs, &optimizer), 1e-5),
    ];
    for (what, error, most) in found {
        assert!(error < most, "{name}, {what}: {error:e} from the fixture");
    }
}

macro_rules! cases { ($($name:ident $optimizer:expr;)+) => {$(
    #[test]
    fn $name() {
        compare(stringify!($name), $optimizer);
    }
)+} }
#[rustfmt::skip]
cases! {
    sgd Sgd { rate: 1e-3 };
    momentum Momentum::new(5e-4, 0.9);
    momentum_average Momentum::average(2e-3, 0.9);
    momentum_dampened Momentum::dampened(1e-3, 0.8, 0.25);
    nesterov Nesterov::new(5e-4, 0.9);
    nesterov_taken Nesterov { look_ahead: LookAhead::Taken, ..Nesterov::new(5e-4, 0.9) };
    nesterov_held Nesterov { look_ahead: LookAhead::Held, ..Nesterov::new(5e-4, 0.9) };
    adagrad AdaGrad::new(0.1);
    adagrad_inside AdaGrad { epsilon: 1e-2, place: Epsilon::Inside, ..AdaGrad::new(0.1) };
    adadelta Adadelta::new(1.0);
    rmsprop RmsProp::new(0.01);
    rmsprop_centred RmsProp { decay: 0.9, epsilon: 1e-6, centred: true, ..RmsProp::new(0.01) };
    rmsprop_momentum RmsProp { momentum: 0.9, ..RmsProp::new(2e-3) };
    rmsprop_centred_momentum RmsProp { momentum: 0.8, centred: true, ..RmsProp::new(2e-3) };
    rmsprop_inside RmsProp { decay: 0.9, epsilon: 1e-2, place: Epsilon::Inside, ..RmsProp::new(0.01) };
    rprop Rprop::new(0.01);
    adam Adam::new(1e-3);
    adam_fast Adam { rate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, corrected: true };
    adam_uncorrected Adam { corrected: false, ..Adam::new(0.01) };
    amsgrad AmsGrad { beta2: 0.9, ..AmsGrad::new(0.05) };
    amsgrad_uncorrected AmsGrad { beta2: 0.99, corrected: false, ..AmsGrad::new(0.01) };
    adamw AdamW { weight_decay: 0.1, ..AdamW::new(0.05) };
    adamax Adamax::new(0.05);
    nadam NAdam::new(0.05);
    radam RAdam { beta2: 0.9, ..RAdam::new(2e-3) };
    radam_slow RAdam::new(5e-4);
    lion Lion::new(0.01);
    adam_l2 Tuned::new(Adam::new(0.05)).l2(0.1);
    sgd_rates Tuned::new(Sgd { rate: 5e-4 }).rate_of(Of::part("0.weight"), 2.0).rate_of(Of::part("weight"), 2.0);
    momentum_clipped_norm Clipped::norm(Momentum::new(0.02, 0.9), 0.5);
    momentum_clipped_value Clipped::value(Momentum::new(0.02, 0.9), 0.25);
}

/// A role stands for all tensors that have it, a part for all in it, and the last word counts.
#[test]
fn tensors_by_role_and_by_name() {
    let moved = |sgd: &Tuned<Sgd>| {
        let mut net = Network::<Vector<3>, Net, f64>::new(1);
        let mut grad = net.new_gradient();
        let ones = |_: Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| g.fill(1.0);
        net.layers.visit([&mut *grad], &Path::Root, &mut { ones });
        sgd.step(
            &mut *net.layers,
            &mut grad,
            &mut Optimizer::<f64>::start(sgd),
        );
        let (first, _, second) = &*net.layers;
        [
            first.weight[[0, 0]],
            first.bias[[0]],
            second.weight[[0, 0]],
            second.bias[[0]],
        ]
    };
    let sgd = Tuned::new(Sgd { rate: 1.0 });
    let of = |of: Of| sgd.clone().rate_of(of, 3.0);
    assert_eq!(moved(&of(Of::All)), [-3.0, -3.0, -3.0, -3.0]);
    assert_eq!(moved(&of(Of::Role(Role::Bias))), [-1.0, -3.0, -1.0, -3.0]);
    assert_eq!(moved(&of(Of::part("2"))), [-1.0, -1.0, -3.0, -3.0]);
    assert_eq!(moved(&of(Of::part("2.bias"))), [-1.0, -1.0, -1.0, -3.0]);
    assert_eq!(moved(&of(Of::part("2.b"))), [-1.0; 4], "no such part");
    assert_eq!(moved(&of(Of::part("2.bias.x"))), [-1.0; 4], "no such part");
    let both = of(Of::All).rate_of(Of::part("0"), 0.0);
    assert_eq!(moved(&both), [0.0, 0.0, -3.0, -3.0]);
}
