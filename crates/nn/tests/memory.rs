//! The memory of a pass is a constant of the type: exactly so much suffices, whatever the address it begins at.

use std::any::type_name;
use std::mem::offset_of;
use std::sync::Mutex;

use core_tensor::{
    Image, Pair, Params, Room, Scalar, Sequence, Shape, Tensor, Tokens, Vector, Zeroed,
};
use nn::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, Aux, AvgPool1d, AvgPool2d, BatchNorm, BatchNormPlain,
    BatchNormRelu, Bidirectional, Bilinear, Concat, Conv1d, Conv2d, Conv2dNoBias, ConvTranspose2d,
    Crop2d, DropConnect, EachStep, Embedding, EncoderBlock, First, Flatten, FlattenChannelsFirst,
    Frozen, GlobalAvgPool, GlobalMaxPool, GroupedConv2d, GroupedConv2dNoBias, Gru, GruResetBefore,
    Init, LastStep, Layer, LearnedPositions, Linear, LinearNoBias, Lstm, MaxPool1d, MaxPool2d, Mse,
    MultiHeadAttention, Normed, Numbered, Pass, PeepholeLstm, PixelShuffle, PixelUnshuffle,
    PositionalEncoding, PreNormBlock, Product, RRelu, Relu, Repeat, Reshape, Residual, Rnn, Second,
    Sigmoid, Stateful, Sum, Tanh, UpsampleBilinear2d, UpsampleNearest2d, ZeroPad2d, gradient, init,
    network, predict, training_room,
};

/// Trains and predicts in exactly the room that the type states, at every offset within a cache line.
fn fits<X: Shape, L: Layer<X, T>, T: Scalar>() {
    let (mut layers, mut grad) = (L::boxed(), L::Grad::boxed());
    init(&mut *layers, Init::XavierNormal, 1);
    for samples in [1, 3, 64] {
        let (training, inference) = (
            training_room::<X, L, T>(samples),
            L::ROOM.inference(samples),
        );
        let x: Vec<_> = (0..samples)
            .map(|n| Tensor::from_fn(|i| T::of((n + i) as f64 % 3.0)))
            .collect();
        let targets: Vec<_> = (0..samples).map(|_| Tensor::full(T::one())).collect();
        let mut memory = vec![T::nan(); training + 64];
        // large batches are slow in a debug build: the one offset that is on no cache line will do
        let offsets: &[usize] = if samples < 64 {
            &[0, 1, 5, 15, 16]
        } else {
            &[1]
        };
        for &offset in offsets {
            let pass = Pass::train(&mut memory[offset..][..training], 0);
            let score = gradient(&*layers, &Mse, &x, targets.iter(), &mut grad, pass);
            assert!(score.loss.is_finite(), "a batch of {samples}");
            let y = predict::<X, L, T>(&layers, &x, &mut memory[offset..][..inference]);
            assert_eq!(y.len(), samples);
        }
    }
}

macro_rules! fit { ($($test:ident: $x:ty => $layers:ty;)+) => {$(
    #[test]
    fn $test() {
        fn in_scalar<T: Scalar>() { fits::<$x, $layers, T>() }
        in_scalar::<f32>();
        in_scalar::<f64>();
    }
)+} }

network! { struct Named<T> { conv: Conv2d<3, 5, 3, 2, 1, T>, act: Relu, flat: Flatten, out: Linear<30, 7, T> } }

fit! {
    one_layer: Vector<5> => Linear<5, 3, T>;
    one_number: Vector<1> => (Linear<1, 1, T>, Tanh, Linear<1, 1, T>);
    no_weights: Image<5, 7, 3> => (Relu, MaxPool2d<2>, AvgPool2d<2, 1>, Sigmoid, Flatten);
    perceptron: Vector<17> => (Linear<17, 33, T>, Relu, Linear<33, 9, T>, Tanh, Linear<9, 3, T>);
    odd_channels: Image<9, 7, 3> => (Conv2d<3, 5, 3, 1, 1, T>, Relu, MaxPool2d<2>, Conv2d<5, 7, 3, 1, 2, T>, Tanh, AvgPool2d<2>, Flatten, Linear<42, 3, T>);
    strided: Image<11, 9, 1> => (Conv2d<1, 17, 5, 2, 2, T>, Relu, Conv2d<17, 3, 3, 2, 0, T>);
    lenet: Image<28, 28, 1> => Lenet<T>;
    residuals: Image<5, 5, 3> => (Conv2d<3, 5, 3, 1, 1, T>, Residual<(Conv2d<5, 5, 3, 1, 1, T>, Relu, Residual<(Conv2d<5, 9, 1, 1, 0, T>, Tanh, Conv2d<9, 5, 3, 1, 1, T>)>, Residual<Relu>)>, Relu, Residual<Conv2d<5, 5, 1, 1, 0, T>>);
    sums: Image<5, 5, 3> => (Sum<(Conv2d<3, 5, 3, 2, 1, T>, Tanh, Conv2d<5, 7, 1, 1, 0, T>), Conv2d<3, 7, 1, 2, 0, T>>, Relu, Residual<Sum<Conv2d<7, 7, 3, 1, 1, T>, Relu>>);
    a_residual_first: Vector<7> => (Residual<Residual<(Linear<7, 31, T>, Relu, Linear<31, 7, T>)>>, Linear<7, 2, T>);
    inception: Image<5, 4, 3> => (Conv2d<3, 5, 3, 1, 1, T>, Concat<(Conv2d<5, 2, 1, 1, 0, T>, (Conv2d<5, 3, 1, 1, 0, T>, Relu, Conv2d<3, 7, 3, 1, 1, T>), (MaxPool2d<3, 1, 1>, Conv2d<5, 1, 1, 1, 0, T>), Residual<Relu>)>, Relu);
    a_concat_first: Vector<7> => (Concat<(Linear<7, 31, T>, (Relu, Linear<7, 5, T>), Frozen<Linear<7, 3, T>>)>, Linear<39, 2, T>);
    gates: Vector<7> => (Product<(Linear<7, 31, T>, Relu, Linear<31, 5, T>), (Linear<7, 5, T>, Sigmoid)>, Product<Sum<Relu, Linear<5, 5, T>>, Linear<5, 5, T>>);
    repeated: Image<5, 4, 3> => (Repeat<Residual<(Conv2d<3, 5, 3, 1, 1, T>, Relu, Conv2d<5, 3, 1, 1, 0, T>)>, 3>, Flatten, Repeat<(Linear<60, 60, T>, Tanh), 2>);
    heads: Image<5, 4, 3> => (Conv2d<3, 5, 3, 1, 1, T>, Aux<(Flatten, Linear<100, 13, T>), (Relu, Conv2d<5, 2, 3, 2, 1, T>, Aux<(Flatten, Linear<12, 31, T>, Relu, Linear<31, 3, T>), (Flatten, Linear<12, 3, T>)>)>);
    frozen_first: Image<6, 6, 1> => (Frozen<(Conv2d<1, 3, 3, 1, 0, T>, Relu)>, MaxPool2d<2>, Flatten, Linear<12, 5, T>);
    frozen_between: Vector<9> => (Linear<9, 5, T>, Frozen<(Linear<5, 21, T>, Tanh)>, Linear<21, 3, T>);
    all_frozen: Vector<9> => Frozen<(Linear<9, 5, T>, Tanh)>;
    resized: Image<6, 8, 4> => (ZeroPad2d<1>, UpsampleNearest2d<2>, Crop2d<1>, PixelShuffle<2>, AdaptiveMaxPool2d<5, 7>, UpsampleBilinear2d<2>, PixelUnshuffle<2>, AdaptiveAvgPool2d<4, 3>, AvgPool2d<3, 1, 1, 3, 1, 1, false>, BatchNormPlain<4, T>, GlobalAvgPool);
    reshaped: Vector<9> => (DropConnect<9, 7, T>, RRelu, LinearNoBias<7, 12, T>, Reshape<Sequence<4, 3>>, MaxPool1d<2, 1>, AvgPool1d<2, 1>, GlobalMaxPool);
    pairs: Pair<Vector<3>, Vector<5>> => (Sum<Bilinear<3, 5, 7, T>, Sum<(First, Linear<3, 7, T>), (Second, LinearNoBias<5, 7, T>)>>, Linear<7, 2, T>);
    words: Tokens<5, 7> => (Embedding<7, 3, T, 2>, Flatten, Linear<15, 2, T>);
    recurrent: Sequence<5, 3> => (Rnn<3, 7, T>, Lstm<7, 5, T>, Gru<5, 3, T>, LastStep, Linear<3, 2, T>);
    both_ways: Sequence<3, 5> => (Bidirectional<Lstm<5, 3, T>>, Bidirectional<(Gru<6, 5, T>, Rnn<5, 1, T>, LastStep)>, Linear<2, 3, T>);
    one_step: Sequence<1, 1> => (Lstm<1, 1, T>, Gru<1, 1, T>, Bidirectional<Rnn<1, 1, T>>);
    given: Pair<Sequence<5, 3>, Pair<Vector<7>, Vector<7>>> => (Stateful<PeepholeLstm<3, 7, T>>, Stateful<Lstm<7, 7, T>>, First, GruResetBefore<7, 3, T>, LastStep);
    given_one_step: Pair<Sequence<1, 1>, Vector<1>> => (Stateful<GruResetBefore<1, 1, T>>, Stateful<Gru<1, 1, T>>, Stateful<Rnn<1, 1, T>>);
    attention: Sequence<5, 6> => (PositionalEncoding, EncoderBlock<6, 3, 7, false, T>, PreNormBlock<6, 2, 5, true, T>, LearnedPositions<5, 6, T>, EachStep<Linear<6, 3, T>>);
    attention_alone: Sequence<3, 1> => MultiHeadAttention<1, 1, true, T>;
    positions_alone: Sequence<7, 5> => PositionalEncoding;
    normed: Image<6, 5, 3> => (Normed<Conv2dNoBias<3, 8, 3, 1, 1, T>, BatchNormRelu<8, T>>, Residual<Numbered<1, (GroupedConv2dNoBias<2, 4, 4, 3, 1, 1, T>, BatchNorm<8, T>)>>, Relu, Sum<Normed<Conv2dNoBias<8, 5, 1, 2, 0, T>, BatchNorm<5, T>>, (Conv2d<8, 5, 3, 2, 1, T>, BatchNorm<5, T>)>, FlattenChannelsFirst);
    named: Image<4, 5, 3> => (Named<T>, Relu, Named2<T>);
}

network! { struct Named2<T> { bend: Residual<Linear<7, 7, T>>, out: Linear<7, 1, T> } }

type Lenet<T = f32> = (
    Conv2d<1, 6, 5, 1, 2, T>,
    Relu,
    MaxPool2d<2>,
    Conv2d<6, 16, 5, 1, 0, T>,
    Relu,
    MaxPool2d<2>,
    Flatten,
    Linear<400, 120, T>,
    Relu,
    Linear<120, 84, T>,
    Relu,
    Linear<84, 10, T>,
);

#[test]
fn the_room_of_a_small_net_by_hand() {
    // a sample: outputs of 3, 3 and 2, gradients by inputs of 3 and 4 (activations work in place), the loss's of 2
    type Net = (Linear<4, 3>, Relu, Linear<3, 2>);
    let room = Room {
        kept: 3 + 3 + 2,
        fixed: 0,
        back: 3 + 4,
        scoped: 0,
        scratch: 0,
        pieces: 5,
    };
    assert_eq!(<Net as Layer<Vector<4>>>::ROOM, room);
    assert_eq!(
        training_room::<Vector<4>, Net, f32>(10),
        10 * (8 + 7 + 2) + (6 + 2) * 16
    );
    assert_eq!(room.inference(10), 10 * 8 + (5 + 2) * 16);
}

#[test]
#[should_panic(expected = "make it with room for the batch: `ROOM.training(samples)`")]
fn room_for_fewer_samples() {
    let mut room = [0.0; training_room::<Vector<40>, Linear<40, 40>, f32>(1)];
    let x: Vec<_> = (0..8).map(|_| Tensor::full(1.0)).collect();
    let (layers, mut grad) = (Linear::<40, 40>::boxed(), Linear::<40, 40>::boxed());
    gradient(
        &*layers,
        &Mse,
        &x,
        x.iter(),
        &mut grad,
        Pass::train(&mut room, 0),
    );
}

// memory as a property of the program: checked by the compiler, and laid out before it starts
const LENET_BYTES: usize = 4 * training_room::<Image<28, 28, 1>, Lenet, f32>(64);
const _: () = assert!(
    LENET_BYTES < 9 << 20,
    "training LeNet-5 on batches of 64 fits 9 MiB"
);
const _: () = assert!(
    <Lenet as Params<f32>>::COUNT == 61_706,
    "LeCun et al. (1998), with full connections in the second convolution"
);

static ARENA: Mutex<[f32; training_room::<Vector<2>, Xor, f32>(4)]> = Mutex::new([0.0; _]);

/// Exclusive or, solved: the hidden units count how many inputs are on, from 0 and from 1.
type Xor = (Linear<2, 2>, Relu, Linear<2, 1>);
static XOR: Xor = (
    Linear {
        weight: Tensor::new([[1.0, 1.0], [1.0, 1.0]]),
        bias: Tensor::new([0.0, -1.0]),
    },
    Relu,
    Linear {
        weight: Tensor::new([[1.0], [-2.0]]),
        bias: Tensor::new([0.0]),
    },
);

#[test]
fn a_network_and_its_arena_can_be_static() {
    let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].map(Tensor::<Vector<2>>::new);
    let truth = [0.0, 1.0, 1.0, 0.0].map(Tensor::<Vector<1>>::full);
    let mut arena = ARENA.lock().expect("no other test holds it");
    assert_eq!(predict(&XOR, &x, &mut *arena), truth);
    let mut grad = <Xor as Params<f32>>::Grad::boxed();
    let score = gradient(
        &XOR,
        &Mse,
        &x,
        truth.iter(),
        &mut grad,
        Pass::train(&mut *arena, 0),
    );
    assert_eq!((score.loss, grad.2.bias[[0]]), (0.0, 0.0));
}

#[test]
fn weights_begin_at_a_cache_line() {
    macro_rules! lines { ($($field:ident of $($layer:ty),+;)*) => { $($(
        let (alone, after_another) = (<$layer>::boxed(), <(Linear<3, 5>, $layer)>::boxed());
        assert_eq!(offset_of!($layer, $field), 0);
        for weight in [&alone.$field, &after_another.1.$field] {
            let address = weight.as_slice().as_ptr().addr();
            assert_eq!(address % 64, 0, "{} in {}", stringify!($field), type_name::<$layer>());
        }
    )+)* }; }
    lines! {
        weight of Linear<3, 5>, LinearNoBias<3, 5>, DropConnect<3, 5>, Bilinear<3, 2, 5>, Embedding<3, 5>, MultiHeadAttention<6, 2>,
            Conv2d<1, 5, 3>, Conv2dNoBias<1, 5, 3>, GroupedConv2d<3, 3, 3, 3>, GroupedConv2dNoBias<3, 3, 3, 3>, ConvTranspose2d<3, 5, 2>,
            Conv1d<3, 5, 2>, Linear<3, 5, f64>;
        weight_ih of Rnn<3, 5>, Lstm<3, 5>, PeepholeLstm<3, 5>, Gru<3, 5>, GruResetBefore<3, 5>;
    }
}
