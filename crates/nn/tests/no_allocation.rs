//! A training step and inference allocate nothing and free nothing. A program of its own without the test harness, whose other thread
//! would be counted.

#[path = "../../core-tensor/tests/common/counting.rs"]
mod counting;

use std::hint::black_box;

use core_tensor::{Image, Leaf, Pair, Path, Sequence, Shape, Tensor, Vector};
use counting::counted;
use nn::{
    AdaptiveMaxPool2d, Aux, Auxiliary, AvgPool2d, BatchNormPlain, Bidirectional, Class, Concat,
    Conv2d, Crop2d, CrossEntropy, DropConnect, EachStep, EncoderBlock, First, Flatten,
    GlobalAvgPool, Gradients, Gru, GruResetBefore, Init, LastStep, Layer, Linear, LinearNoBias,
    Loss, Lstm, MaxNorm, MaxPool1d, MaxPool2d, Mse, Network, PeepholeLstm, Penalty, PixelShuffle,
    PositionalEncoding, PreNormBlock, Product, RRelu, Relu, Repeat, Reshape, Residual, Rnn,
    Sigmoid, Stateful, Sum, Tanh, UpsampleBilinear2d, ZeroPad2d,
};

/// A step of plain gradient descent; whole batches and a smaller one, the first step included.
fn nothing_in_a_step<X: Shape, L: Layer<X>, Q: Loss<L::Y>>(
    loss: &Q,
    target: impl Fn(usize) -> Q::Target,
) {
    let mut net = Network::<X, L>::new(8);
    net.init(Init::HeNormal, 1);
    let mut grad = net.new_gradient();
    let x: Vec<_> = (0..8)
        .map(|n| Tensor::from_fn(|i| ((n + i) % 5) as f32 / 4.0))
        .collect();
    let targets: Vec<_> = (0..8).map(target).collect();
    let mut losses = [0.0; 4];
    let step = counted(|| {
        for (i, samples) in [8, 8, 3, 8].into_iter().enumerate() {
            let score = net.gradient(
                loss,
                &x[..samples],
                &targets[..samples],
                &mut grad,
                Gradients::Overwrite,
                0,
            );
            losses[i] = score.loss;
            let mut descend = |_: Leaf<'_>, w: &mut [f32], [g]: [&mut [f32]; 1]| {
                w.iter_mut().zip(g).for_each(|(w, g)| *w -= 0.01 * *g);
            };
            net.layers.visit([&mut *grad], &Path::Root, &mut descend);
        }
    });
    assert!(losses[3] < losses[0], "it learned nothing: {losses:?}");
    assert_eq!(step, (0, 0), "allocations and frees of four training steps");
    let inference = counted(|| {
        black_box(net.predict(&x));
        black_box(net.predict(&x[..1]));
        black_box(net.score(loss, &x, &targets));
    });
    assert_eq!(inference, (0, 0), "allocations and frees of inference");
}

type Mlp = (Linear<4, 32>, Tanh, Linear<32, 32>, Tanh, Linear<32, 2>);

type LeNet5 = (
    Conv2d<1, 6, 5, 1, 2>,
    Relu,
    MaxPool2d<2>,
    Conv2d<6, 16, 5>,
    Relu,
    MaxPool2d<2>,
    Flatten,
    Linear<400, 120>,
    Relu,
    Linear<120, 84>,
    Relu,
    Linear<84, 10>,
);

/// Layers that pad, pool, look up and forget.
type Many = (
    ZeroPad2d<1>,
    PixelShuffle<2>,
    AdaptiveMaxPool2d<4>,
    UpsampleBilinear2d<2>,
    Crop2d<1>,
    BatchNormPlain<1>,
    AvgPool2d<2, 1, 1, 2, 1, 1, false>,
    Flatten,
    DropConnect<49, 12>,
    RRelu,
    Reshape<Sequence<4, 3>>,
    MaxPool1d<2, 1>,
    GlobalAvgPool,
    LinearNoBias<3, 1>,
);

type Reader = (
    Bidirectional<Lstm<4, 8>>,
    Rnn<16, 8>,
    Gru<8, 8>,
    LastStep,
    Linear<8, 3>,
);

/// Goes on from a state of 8 numbers and a cell of as many.
type Begun = Pair<Sequence<6, 4>, Pair<Vector<8>, Vector<8>>>;
type Continuing = (
    Stateful<PeepholeLstm<4, 8>>,
    First,
    GruResetBefore<8, 3>,
    LastStep,
);

type Transformer = (
    PositionalEncoding,
    EncoderBlock<6, 2, 12>,
    PreNormBlock<6, 3, 12, true>,
    EachStep<Linear<6, 1>>,
);

/// Every way to fork and to meet.
type Forked = (
    Concat<(
        Conv2d<2, 3, 1>,
        (Conv2d<2, 2, 3, 1, 1>, Relu),
        MaxPool2d<3, 1, 1>,
    )>,
    Product<Conv2d<7, 4, 1>, (Conv2d<7, 4, 3, 1, 1>, Sigmoid)>,
    Repeat<Residual<(Conv2d<4, 4, 3, 1, 1>, Tanh)>, 3>,
    Aux<
        (Flatten, Linear<324, 3>),
        (
            Sum<Conv2d<4, 2, 1>, Conv2d<4, 2, 3, 1, 1>>,
            Flatten,
            Linear<162, 3>,
        ),
    >,
);

fn main() {
    // the counter counts, or the zeroes below would mean nothing
    assert_eq!(counted(|| drop(black_box(Box::new(1.0_f32)))), (1, 1));
    assert_eq!(counted(|| drop(black_box(vec![0.0_f32; 100]))), (1, 1));

    nothing_in_a_step::<Vector<4>, Mlp, _>(&Mse, |n| Tensor::new([1.0, n as f32 / 8.0]));
    nothing_in_a_step::<Image<28, 28, 1>, LeNet5, _>(&CrossEntropy, |n| Class::<10>::new(n % 10));
    nothing_in_a_step::<Image<5, 3, 4>, Many, _>(&Mse, |n| Tensor::new([n as f32 / 8.0]));
    nothing_in_a_step::<Begun, Continuing, _>(&CrossEntropy, |n| Class::<3>::new(n % 3));
    nothing_in_a_step::<Sequence<6, 4>, Reader, _>(&CrossEntropy, |n| Class::<3>::new(n % 3));
    nothing_in_a_step::<Sequence<5, 6>, Transformer, _>(&Mse, |n| Tensor::full(n as f32 / 8.0));
    let loss = Auxiliary {
        main: CrossEntropy,
        head: CrossEntropy,
        weight: 0.3,
    };
    nothing_in_a_step::<Image<9, 9, 2>, Forked, _>(&loss, |n| Class::<3>::new(n % 3));

    let mut net = Network::<Image<9, 9, 2>, Forked>::new(1);
    net.init(Init::HeNormal, 1);
    let mut grad = net.new_gradient();
    let chosen = Penalty::elastic(0.5, 0.5).on(|leaf| leaf.path.starts_with("3.1"));
    let regularise = counted(|| {
        black_box(Penalty::l2(0.5).add_gradient(&mut *net.layers, &mut grad));
        black_box(chosen.add_gradient(&mut *net.layers, &mut grad));
        MaxNorm::new(0.5).project(&mut *net.layers);
    });
    assert_eq!(regularise, (0, 0), "allocations and frees of regularisers");
    println!("test result: ok. training and inference allocate nothing and free nothing");
}
