//! Layers of sequences against PyTorch: values and every gradient, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Leaf, Pair, Path, Scalar, Sequence, Shape, Tensor, Vector, Zeroed};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    Bidirectional, EachStep, EncoderBlock, Gru, GruResetBefore, LastStep, Layer, LearnedPositions,
    Linear, Lstm, MultiHeadAttention, Network, Pass, PeepholeLstm, PositionalEncoding,
    PreNormBlock, Recurrence, Recurrent, Rnn, Stateful, Tanh, training_room,
};

const RECURRENT: [&str; 34] = [
    "rnn_b2_l5_i3_n7",
    "rnn_b3_l4_i6_n5",
    "rnn_b1_l1_i2_n3",
    "rnn_both_ways",
    "rnn_last",
    "rnn_stack",
    "lstm_b2_l5_i3_n7",
    "lstm_b3_l4_i6_n5",
    "lstm_b1_l1_i2_n3",
    "lstm_both_ways",
    "lstm_last",
    "lstm_stack",
    "gru_b2_l5_i3_n7",
    "gru_b3_l4_i6_n5",
    "gru_b1_l1_i2_n3",
    "gru_both_ways",
    "gru_last",
    "gru_stack",
    "peephole_b2_l5_i3_n7",
    "peephole_b3_l4_i6_n5",
    "peephole_b1_l1_i2_n3",
    "before_b2_l5_i3_n7",
    "before_b3_l4_i6_n5",
    "before_b1_l1_i2_n3",
    "rnn_given_l4",
    "rnn_given_l1",
    "lstm_given_l4",
    "lstm_given_l1",
    "gru_given_l4",
    "gru_given_l1",
    "peephole_given_l4",
    "peephole_given_l1",
    "before_given_l4",
    "before_given_l1",
];

const ATTENTION: [&str; 10] = [
    "all_b2_l5_d6_h3",
    "causal_b2_l5_d6_h3",
    "all_b3_l7_d10_h2",
    "causal_b3_l7_d10_h2",
    "all_b1_l1_d3_h1",
    "causal_b1_l1_d3_h1",
    "post_l5_d6",
    "pre_l5_d6",
    "post_l3_d4",
    "pre_l3_d4",
];

/// One training pass: the fixture's tensors have the names of the layer's.
fn check<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case, epsilons: f64) {
    let (mut layer, mut grad) = (L::boxed(), L::Grad::boxed());
    let mut read = |leaf: Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
        w.copy_from_slice(&scalars(case.numbers(&leaf.path.to_string())));
    };
    layer.visit([], &Path::Root, &mut read);
    let x = scalars::<T>(case.numbers("x"));
    let x = Tensor::<X, T>::batch(&x);
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(x, &mut pass);
    let near = |name: &str, found: &[T]| {
        let what = format!("{}: {name}", case.title);
        close(&what, found, case.numbers(name), epsilons);
    };
    near("y", Tensor::flat(y));
    let dy = pass.batch::<L::Y>(y.len());
    Tensor::flat_mut(dy).copy_from_slice(&scalars(case.numbers("dy")));
    let dx = layer.backward(saved, dy, Some(&mut grad), &mut pass);
    near("dx", Tensor::flat(dx));
    let mut compare = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
        near(&format!("d{}", leaf.path), g);
    };
    layer.visit([&mut *grad], &Path::Root, &mut compare);
}

type Short = Sequence<4, 3>;
/// Steps, and the states before the first.
type Given<const L: usize, const I: usize, F, T> =
    Pair<Sequence<L, I>, <F as Recurrent<I, T>>::State>;

// the cases of one cell
macro_rules! cell {
    ($case:ident $name:ident $Cell:ident) => {
        match $name {
            "b2_l5_i3_n7" => check::<Sequence<5, 3>, $Cell<3, 7, T>, T>($case, 64.0),
            "b3_l4_i6_n5" => check::<Sequence<4, 6>, $Cell<6, 5, T>, T>($case, 64.0),
            "b1_l1_i2_n3" => check::<Sequence<1, 2>, $Cell<2, 3, T>, T>($case, 64.0),
            "given_l4" => {
                check::<Given<4, 3, $Cell<3, 5, T>, T>, Stateful<$Cell<3, 5, T>>, T>($case, 64.0)
            }
            "given_l1" => {
                check::<Given<1, 2, $Cell<2, 7, T>, T>, Stateful<$Cell<2, 7, T>>, T>($case, 64.0)
            }
            _ => panic!("{} has no test", $case.title),
        }
    };
}

// those of several layers
macro_rules! cells {
    ($case:ident $name:ident $Cell:ident) => {
        match $name {
            "both_ways" => check::<Short, Bidirectional<$Cell<3, 5, T>>, T>($case, 64.0),
            "last" => check::<Short, Bidirectional<($Cell<3, 5, T>, LastStep)>, T>($case, 64.0),
            "stack" => check::<Short, ($Cell<3, 5, T>, $Cell<5, 5, T>), T>($case, 64.0),
            _ => cell!($case $name $Cell),
        }
    };
}

fn recurrent<T: Scalar>(case: &Case) {
    let (kind, name) = case.name.split_once('_').expect("a name of two parts");
    match kind {
        "rnn" => cells!(case name Rnn),
        "lstm" => cells!(case name Lstm),
        "gru" => cells!(case name Gru),
        "peephole" => cell!(case name PeepholeLstm),
        _ => cell!(case name GruResetBefore),
    }
}

fn attention<T: Scalar>(case: &Case) {
    type Heads<const D: usize, const H: usize, T> = MultiHeadAttention<D, H, false, T>;
    type Causal<const D: usize, const H: usize, T> = MultiHeadAttention<D, H, true, T>;
    match case.name.as_str() {
        "all_b2_l5_d6_h3" => check::<Sequence<5, 6>, Heads<6, 3, T>, T>(case, 256.0),
        "causal_b2_l5_d6_h3" => check::<Sequence<5, 6>, Causal<6, 3, T>, T>(case, 256.0),
        "all_b3_l7_d10_h2" => check::<Sequence<7, 10>, Heads<10, 2, T>, T>(case, 256.0),
        "causal_b3_l7_d10_h2" => check::<Sequence<7, 10>, Causal<10, 2, T>, T>(case, 256.0),
        "all_b1_l1_d3_h1" => check::<Sequence<1, 3>, Heads<3, 1, T>, T>(case, 256.0),
        "causal_b1_l1_d3_h1" => check::<Sequence<1, 3>, Causal<3, 1, T>, T>(case, 256.0),
        "post_l5_d6" => check::<Sequence<5, 6>, EncoderBlock<6, 3, 9, false, T>, T>(case, 256.0),
        "pre_l5_d6" => check::<Sequence<5, 6>, PreNormBlock<6, 3, 9, false, T>, T>(case, 256.0),
        "post_l3_d4" => check::<Sequence<3, 4>, EncoderBlock<4, 2, 7, true, T>, T>(case, 256.0),
        _ => check::<Sequence<3, 4>, PreNormBlock<4, 2, 7, true, T>, T>(case, 256.0),
    }
}

#[test]
fn recurrent_layers_as_pytorch_has_them() {
    for case in load("recurrent.txt", &RECURRENT) {
        recurrent::<f32>(&case);
        recurrent::<f64>(&case);
    }
}

#[test]
fn attention_as_pytorch_has_it() {
    for case in load("attention.txt", &ATTENTION) {
        attention::<f32>(&case);
        attention::<f64>(&case);
    }
}

/// A cell of one unit by hand: with all gates' weights zero but the new one's, `c₁ = σ(0)·tanh(x)`, `h₁ = σ(0)·tanh(c₁)`, and the next step
/// keeps half of the cell.
#[test]
fn a_cell_by_hand() {
    let mut net = Network::<Sequence<2, 1>, Lstm<1, 1, f64>, f64>::new(1);
    net.layers.weight_ih[[0, 2, 0]] = 1.0;
    let x = [Tensor::new([[0.7], [-0.3]])];
    let y = net.predict(&x);
    let c1 = 0.5 * 0.7_f64.tanh();
    let c2 = 0.5 * c1 + 0.5 * (-0.3_f64).tanh();
    for (found, right) in y[0].as_slice().iter().zip([c1, c2].map(|c| 0.5 * c.tanh())) {
        assert!((found - right).abs() < 1e-15, "{found} {right}");
    }
}

#[test]
fn a_causal_step_knows_nothing_of_the_future() {
    type X = Sequence<5, 6>;
    let mut net = Network::<X, MultiHeadAttention<6, 2, true, f64>, f64>::new(1);
    net.init(nn::Init::XavierNormal, 3);
    let x = Tensor::<X, f64>::from_fn(|i| (1.7 * i as f64).sin());
    let mut other = x.map(|&x| x);
    other[[4, 2]] += 1.0;
    other[[3, 1]] -= 2.0;
    let steps = |net: &mut Network<X, _, f64>, x| net.predict(&[x])[0].as_slice().to_vec();
    let (y, changed) = (steps(&mut net, x), steps(&mut net, other));
    assert_eq!(y[..18], changed[..18]);
    assert!(y[18..].iter().zip(&changed[18..]).all(|(a, b)| a != b));
}

/// The table of the paper: sines at even places, cosines at odd ones, wavelengths from 2π to 10000·2π.
#[test]
fn positions_are_the_papers_waves() {
    type X = Sequence<300, 7>;
    let mut net = Network::<X, PositionalEncoding, f64>::new(2);
    let x = [1.0, -2.0].map(Tensor::<X, f64>::full);
    let y = net.predict(&x);
    for (x, y) in [1.0, -2.0].into_iter().zip(y) {
        for l in 0..300 {
            for d in 0..7 {
                let angle = l as f64 / 1e4_f64.powf((d / 2 * 2) as f64 / 7.0);
                let wave = if d % 2 == 0 { angle.sin() } else { angle.cos() };
                assert!(
                    (y[[l, d]] - (x + wave)).abs() < 1e-12,
                    "step {l}, number {d}"
                );
            }
        }
    }
}

#[test]
fn learned_positions_add_up_over_the_batch() {
    type X = Sequence<2, 3>;
    let mut layer = LearnedPositions::<2, 3, f64>::boxed();
    layer.table = Tensor::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let mut room = vec![f64::NAN; training_room::<X, LearnedPositions<2, 3, f64>, f64>(2)];
    let x = [10.0, 20.0].map(Tensor::<X, f64>::full);
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(&x, &mut pass);
    assert_eq!(y[1], Tensor::new([[21.0, 22.0, 23.0], [24.0, 25.0, 26.0]]));
    let dy = pass.batch::<X>(2);
    dy[0] = Tensor::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    dy[1] = Tensor::full(0.5);
    let mut grad = LearnedPositions::<2, 3, f64>::boxed();
    let dx = layer.backward(saved, dy, Some(&mut grad), &mut pass);
    assert_eq!(dx[1], Tensor::full(0.5));
    assert_eq!(grad.table, Tensor::new([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]]));
}

#[test]
fn each_step_is_a_sample_and_the_last_one_stays() {
    type Net = (EachStep<Linear<2, 1>>, LastStep);
    let mut net = Network::<Sequence<3, 2>, Net>::new(2);
    net.layers.0.0.weight = Tensor::new([[1.0], [10.0]]);
    net.layers.0.0.bias = Tensor::new([0.5]);
    let first = Tensor::new([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let x = [first, Tensor::full(1.0)];
    let y = net.predict(&x);
    assert_eq!(y, [65.5, 11.5].map(Tensor::<Vector<1>>::full));
}

/// A linear layer and a tanh inside a recurrence are the plain recurrent layer, whose weights lie one below the other.
#[test]
fn a_recurrence_of_one_s_own_is_as_pytorch_has_it() {
    type Cell = (Linear<10, 7, f64>, Tanh);
    type Own = Recurrence<Vector<3>, Vector<7>, Cell>;
    let cases = load("recurrent.txt", &RECURRENT);
    let case = cases.iter().find(|case| case.name == "rnn_b2_l5_i3_n7");
    let case = case.expect("it is one of them");
    let stacked = |of: &str| {
        [
            case.numbers(&format!("{of}weight_ih")),
            case.numbers(&format!("{of}weight_hh")),
        ]
        .concat()
    };
    let mut net = Network::<Sequence<5, 3>, Own, f64>::new(2);
    let linear = &mut net.layers.0.0;
    linear.weight.as_mut_slice().copy_from_slice(&stacked(""));
    linear
        .bias
        .as_mut_slice()
        .copy_from_slice(case.numbers("bias"));
    let x = Tensor::batch(case.numbers("x"));
    let mut grad = net.new_gradient();
    let (layers, room) = net.parts();
    let mut pass = Pass::train(room, 0);
    let (y, saved) = layers.forward(x, &mut pass);
    close("y", Tensor::flat(y), case.numbers("y"), 64.0);
    let dy = pass.batch(2);
    Tensor::flat_mut(dy).copy_from_slice(case.numbers("dy"));
    let dx: &mut [Tensor<Sequence<5, 3>, f64>] =
        layers.backward(saved, dy, Some(&mut grad), &mut pass);
    close("dx", Tensor::flat(dx), case.numbers("dx"), 64.0);
    close("dW", grad.0.weight.as_slice(), &stacked("d"), 64.0);
    close("db", grad.0.bias.as_slice(), case.numbers("dbias"), 64.0);
}

/// Read in two pieces with the state handed on, a sequence gives what it gives in one.
#[test]
fn a_long_sequence_in_pieces() {
    type Cell = PeepholeLstm<2, 3, f64>;
    type State = Pair<Vector<3>, Vector<3>>;
    let mut whole = Network::<Sequence<5, 2>, Cell, f64>::new(1);
    let mut first = Network::<Pair<Sequence<2, 2>, State>, Stateful<Cell>, f64>::new(1);
    let mut rest = Network::<Pair<Sequence<3, 2>, State>, Stateful<Cell>, f64>::new(1);
    whole.init(nn::Init::HeNormal, 5);
    first.init(nn::Init::HeNormal, 5);
    rest.init(nn::Init::HeNormal, 5);
    let numbers: Vec<f64> = (0..10).map(|i| (1.7 * f64::from(i)).sin()).collect();
    let y = whole.predict(Tensor::batch(&numbers))[0].as_slice();
    let begun = [&numbers[..4], &[0.0; 6]].concat();
    let y_first = first.predict(Tensor::batch(&begun))[0].as_slice();
    let (steps, state) = y_first.split_at(6);
    let later = [&numbers[4..], state].concat();
    let y_rest = rest.predict(Tensor::batch(&later))[0].as_slice();
    let pieces = [steps, &y_rest[..9]].concat();
    assert!(
        y.iter().zip(&pieces).all(|(a, b)| (a - b).abs() < 1e-15),
        "{y:?} {pieces:?}"
    );
}
