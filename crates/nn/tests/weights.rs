//! Files of weights against PyTorch's: state dicts that it wrote give its outputs here, and it loads those written here with
//! `strict=True` and comes to the same outputs (`fixtures/weights.py`).

#[path = "common/fixture.rs"]
mod fixture;

use std::path::PathBuf;

use core_tensor::{
    Image, Leaf, Pair, Params, Path, Role, Scalar, Sequence, Shape, Tensor, Tokens, Vector,
};
use fixture::load;
use nn::weights::{Precision, Weights, to_bytes, to_bytes_as};
use nn::{
    BatchNorm, BatchNormPlain, Bidirectional, Bilinear, Conv1d, ConvTranspose2d, DepthwiseConv2d,
    DilatedConv2d, DropConnect, EachStep, Embedding, EncoderBlock, FlattenChannelsFirst, GroupNorm,
    GroupedConv2d, Gru, Layer, LayerNorm, LearnedPositions, LearnedSwish, Linear, LinearNoBias,
    Lstm, MultiHeadAttention, Network, PRelu, RectConv2d, RmsNorm, Rnn, network,
};

network! {
    struct Picture<T> {
        rect: RectConv2d<2, 4, 3, 2, 1, 1, 1, 0, T>,
        norm: BatchNorm<4, T>,
        bend: PRelu<4, T>,
        grouped: GroupedConv2d<2, 2, 3, 3, 1, 1, T>,
        depthwise: DepthwiseConv2d<6, 3, 1, 1, T>,
        up: ConvTranspose2d<6, 4, 3, 2, 1, T>,
        groups: GroupNorm<2, 4, T>,
        dilated: DilatedConv2d<4, 3, 3, 2, 1, 0, T>,
        flat: FlattenChannelsFirst,
        full: Linear<27, 5, T>,
        plain: BatchNormPlain<5, T>,
        connect: DropConnect<5, 3, T>,
        slope: PRelu<1, T>,
    }
}

network! {
    struct Text<T> {
        words: Embedding<7, 4, T>,
        positions: LearnedPositions<5, 4, T>,
        attention: MultiHeadAttention<4, 2, false, T>,
        norm: LayerNorm<4, T>,
        lstm: Lstm<4, 3, T>,
        both: Bidirectional<Lstm<3, 2, T>>,
        gru: Gru<4, 3, T>,
        rnn: Rnn<3, 4, T>,
        rms: RmsNorm<4, T>,
        conv: Conv1d<4, 2, 3, 1, 1, T>,
        swish: LearnedSwish<2, T>,
        each: EachStep<LinearNoBias<2, 3, T>>,
    }
}

network! {
    struct Product<T> { product: Bilinear<2, 3, 4, T> }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The outputs of a file's weights.
fn outputs<X: Shape, L: Layer<X, T>, T: Scalar>(net: &mut Network<X, L, T>, x: &[f64]) -> Vec<f64> {
    let x: Vec<T> = x.iter().map(|&x| T::of(x)).collect();
    let y = net.predict(Tensor::batch(&x));
    Tensor::flat(y)
        .iter()
        .map(|y| y.to_f64().expect("a number"))
        .collect()
}

fn near(what: &str, found: &[f64], expected: &[f64], most: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= most * expected.abs().max(1.0),
            "{what}[{i}] is {found}, PyTorch has {expected}"
        );
    }
}

/// Weights that are the same on every machine, and exact in 16 bits: sixteenths between −1 and 1, variances from 1 to 2.
fn fill<T: Scalar, P: Params<T>>(layers: &mut P) {
    let mut state = 1_u32;
    let mut set = |leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]| {
        for w in weight {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let sixteenths = f64::from(state >> 27) / 16.0;
            *w = T::of(if leaf.role == Role::Variance {
                1.0 + sixteenths / 2.0
            } else {
                sixteenths - 1.0
            });
        }
    };
    layers.visit([], &Path::Root, &mut set);
}

const NAMES: [&str; 5] = ["picture", "text", "product", "stack", "encoder"];

/// The names of one side as the other has them.
type Rename = fn(&str) -> Option<String>;
const ALIKE: [Rename; 2] = [|name| Some(name.into()); 2];

/// Both ways, for one network in one precision, with PyTorch's names from ours and ours from PyTorch's.
fn exchanged<X: Shape, L: Layer<X, T>, T: Scalar>(
    name: &str,
    most: f64,
    [theirs, ours]: [Rename; 2],
) {
    let read = |file: PathBuf, net: &mut Network<X, L, T>| {
        let bytes = std::fs::read(file).expect("the file is committed");
        let weights = Weights::parse(&bytes).expect("safetensors").rename(ours);
        weights.read(&mut *net.layers).expect("the weights fit");
    };
    let cases = load("weights.txt", &NAMES);
    let case = cases.iter().find(|case| case.name == name).expect("a case");
    let mut net = Network::<X, L, T>::new(3);
    read(file(&format!("torch_{name}.safetensors")), &mut net);
    near(
        name,
        &outputs(&mut net, case.numbers("x")),
        case.numbers("y"),
        most,
    );

    fill(&mut *net.layers);
    let bytes = to_bytes_as(&*net.layers, Precision::F32).expect("all are finite");
    let bytes = Weights::parse(&bytes)
        .expect("just written")
        .rename(theirs)
        .to_bytes();
    let written = file(&format!("ours_{name}.safetensors"));
    if std::env::var_os("WRITE_FIXTURES").is_some() {
        std::fs::write(&written, &bytes).expect("the folder can be written to");
    }
    let committed = std::fs::read(&written).expect("the file is committed");
    assert!(
        bytes == committed,
        "{name}: the file is not the one that PyTorch has read"
    );
    near(
        name,
        &outputs(&mut net, case.numbers("x")),
        case.numbers("ours"),
        most,
    );
    // and back
    let mut again = Network::<X, L, T>::new(1);
    read(written, &mut again);
    assert_eq!(
        to_bytes(&*again.layers).expect("finite"),
        to_bytes(&*net.layers).expect("finite")
    );
}

#[test]
fn a_network_of_images_is_exchanged_with_pytorch() {
    exchanged::<Image<4, 5, 2>, Picture<f64>, f64>("picture", 1e-12, ALIKE);
    exchanged::<Image<4, 5, 2>, Picture<f32>, f32>("picture", 2e-5, ALIKE);
}

#[test]
fn a_network_of_words_is_exchanged_with_pytorch() {
    exchanged::<Tokens<5, 7>, Text<f64>, f64>("text", 1e-12, ALIKE);
    exchanged::<Tokens<5, 7>, Text<f32>, f32>("text", 2e-5, ALIKE);
}

#[test]
fn a_network_of_pairs_is_exchanged_with_pytorch() {
    exchanged::<Pair<Vector<2>, Vector<3>>, Product<f64>, f64>("product", 1e-12, ALIKE);
    exchanged::<Pair<Vector<2>, Vector<3>>, Product<f32>, f32>("product", 2e-5, ALIKE);
}

/// The layers of a stacked LSTM are numbered behind the names of their tensors there, in front of them here.
#[test]
fn a_stacked_lstm_is_exchanged_with_pytorch() {
    let theirs: Rename = |name| {
        let (layer, tensor) = name.split_once('.')?;
        Some(format!("{}{layer}", tensor.strip_suffix('0')?))
    };
    let ours: Rename = |name| {
        let (tensor, layer) = name.rsplit_once("_l")?;
        Some(format!("{layer}.{tensor}_l0"))
    };
    type Stack<T> = (Lstm<3, 4, T>, Lstm<4, 4, T>);
    exchanged::<Sequence<5, 3>, Stack<f64>, f64>("stack", 1e-12, [theirs, ours]);
    exchanged::<Sequence<5, 3>, Stack<f32>, f32>("stack", 2e-5, [theirs, ours]);
}

network! {
    struct Encoder<T> { layers: (EncoderBlock<6, 3, 5, false, T>, EncoderBlock<6, 3, 5, false, T>) }
}

#[test]
fn a_transformer_is_exchanged_with_pytorch() {
    exchanged::<Sequence<5, 6>, Encoder<f64>, f64>("encoder", 1e-12, ALIKE);
    exchanged::<Sequence<5, 6>, Encoder<f32>, f32>("encoder", 2e-5, ALIKE);
}

#[test]
fn files_of_every_precision_load() {
    let cases = load("weights.txt", &NAMES);
    let case = cases
        .iter()
        .find(|case| case.name == "product")
        .expect("a case");
    for precision in ["f16", "bf16", "f64"] {
        let mut net = Network::<Pair<Vector<2>, Vector<3>>, Product<f64>, f64>::new(3);
        net.load(file(&format!("torch_product_{precision}.safetensors")))
            .expect(precision);
        near(
            precision,
            &outputs(&mut net, case.numbers("x")),
            case.numbers(precision),
            1e-12,
        );
    }
}
