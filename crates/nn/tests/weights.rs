//! Files of weights against PyTorch's: state dicts that it wrote give its outputs here, and it loads those written here with
//! `strict=True` and comes to the same outputs (`fixtures/weights.py`).

#[path = "common/fixture.rs"]
mod fixture;

use std::path::PathBuf;

use core_tensor::{Image, Leaf, Pair, Params, Path, Role, Scalar, Shape, Tensor, Tokens, Vector};
use fixture::load;
use nn::weights::{Precision, to_bytes, to_bytes_as};
use nn::{
    BatchNorm, BatchNormPlain, Bidirectional, Bilinear, Conv1d, ConvTranspose2d, DepthwiseConv2d,
    DilatedConv2d, DropConnect, EachStep, Embedding, FlattenChannelsFirst, GroupNorm,
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

const NAMES: [&str; 3] = ["picture", "text", "product"];

/// Both ways, for one network in one precision.
fn exchanged<X: Shape, L: Layer<X, T>, T: Scalar>(name: &str, most: f64) {
    let cases = load("weights.txt", &NAMES);
    let case = cases.iter().find(|case| case.name == name).expect("a case");
    let mut net = Network::<X, L, T>::new(3);
    net.load(file(&format!("torch_{name}.safetensors")))
        .expect("PyTorch's weights fit");
    near(
        name,
        &outputs(&mut net, case.numbers("x")),
        case.numbers("y"),
        most,
    );

    fill(&mut *net.layers);
    let bytes = to_bytes_as(&*net.layers, Precision::F32).expect("all are finite");
    let ours = file(&format!("ours_{name}.safetensors"));
    if std::env::var_os("WRITE_FIXTURES").is_some() {
        std::fs::write(&ours, &bytes).expect("the folder can be written to");
    }
    let committed = std::fs::read(&ours).expect("the file is committed");
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
    again.load(&ours).expect("what was written fits");
    assert_eq!(
        to_bytes(&*again.layers).expect("finite"),
        to_bytes(&*net.layers).expect("finite")
    );
}

#[test]
fn a_network_of_images_is_exchanged_with_pytorch() {
    exchanged::<Image<4, 5, 2>, Picture<f64>, f64>("picture", 1e-12);
    exchanged::<Image<4, 5, 2>, Picture<f32>, f32>("picture", 2e-5);
}

#[test]
fn a_network_of_words_is_exchanged_with_pytorch() {
    exchanged::<Tokens<5, 7>, Text<f64>, f64>("text", 1e-12);
    exchanged::<Tokens<5, 7>, Text<f32>, f32>("text", 2e-5);
}

#[test]
fn a_network_of_pairs_is_exchanged_with_pytorch() {
    exchanged::<Pair<Vector<2>, Vector<3>>, Product<f64>, f64>("product", 1e-12);
    exchanged::<Pair<Vector<2>, Vector<3>>, Product<f32>, f32>("product", 2e-5);
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
