//! The trained network against what its author publishes of it, and in tiles against the whole.

use core_tensor::{Image, Params, Shape, Tensor, Zeroed};
use models::data::pictures::Picture;
use models::tiled::Tiled;
use models::{EsrganSlim, esrgan, keras};
use nn::weights::{Builder, Dtype, Weights};
use nn::{Layer, Network};
use std::fs;
use std::path::{Path, PathBuf};

type Flower = Image<128, 128, 3>;

// known to the compiler: the published count, the shapes, and how far it sees
const _: () = {
    const fn is<L: Layer<Image<9, 7, 3>, f32, Y = Y>, Y: Shape>(parameters: usize) {
        assert!(<L as Params<f32>>::TRAINABLE == parameters);
    }
    is::<EsrganSlim, Image<18, 14, 3>>(222_075);
    is::<EsrganSlim<3, 27>, Image<27, 21, 3>>(226_815);
    is::<EsrganSlim<4, 48>, Image<36, 28, 3>>(233_451);
    is::<EsrganSlim<8, 192>, Image<72, 56, 3>>(278_955);
};

fn picture(name: &str) -> Picture {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/esrgan-slim");
    Picture::open(folder.join(name)).unwrap()
}

fn levels(outputs: &[f32]) -> impl Iterator<Item = u8> + '_ {
    outputs.iter().map(|y| y.round() as u8)
}

fn layers() -> Box<EsrganSlim> {
    let mut layers = EsrganSlim::boxed();
    esrgan::doubling().read(&mut *layers).unwrap();
    layers
}

#[test]
fn the_flower_is_the_published_one() {
    let (small, doubled) = (picture("small.png"), picture("doubled.png"));
    let mut net = Network::<Flower, EsrganSlim>::new(1);
    esrgan::doubling().read(&mut *net.layers).unwrap();
    let x = [Tensor::from_fn(|i| f32::from(small.rgb[i]))];
    let y = net.predict(&x)[0].as_slice();
    assert_eq!(y.len(), doubled.rgb.len());
    let apart = levels(y).zip(&doubled.rgb).map(|(a, &b)| a.abs_diff(b));
    let apart: Vec<u8> = apart.collect();
    assert!(apart.iter().all(|&levels| levels <= 1));
    // nearly all are the same
    let other = apart.iter().filter(|&&levels| levels > 0).count();
    assert!(other < 20, "{other} of {} levels differ", apart.len());
}

/// The flower cut to its upper left corner, in tiles of `X`.
fn tiled<X: Shape>(layers: &EsrganSlim, sides: [usize; 2], threads: usize) -> Vec<f32>
where
    EsrganSlim: Layer<X>,
{
    let small = picture("small.png");
    let mut all = Vec::new();
    let pixel = |[y, x]: [usize; 2], pixel: &mut [f32]| {
        for (c, level) in pixel.iter_mut().enumerate() {
            *level = f32::from(small.rgb[(y * 128 + x) * 3 + c]);
        }
    };
    let rows = |rows: &[f32]| {
        all.extend_from_slice(rows);
        Ok::<(), ()>(())
    };
    Tiled::<X, EsrganSlim>::new(threads)
        .run(layers, sides, pixel, rows, || ())
        .unwrap();
    all
}

#[test]
fn tiles_change_nothing() {
    let layers = layers();
    assert_eq!(Tiled::<Flower, EsrganSlim>::margin(), [10, 10]);
    assert_eq!(Tiled::<Flower, EsrganSlim>::factor(), 2);
    let whole = tiled::<Flower>(&layers, [128, 128], 1);
    for (name, tiles) in [
        ("square", tiled::<Image<48, 48, 3>>(&layers, [128, 128], 2)),
        ("oblong", tiled::<Image<64, 96, 3>>(&layers, [128, 128], 3)),
        ("small", tiled::<Image<23, 128, 3>>(&layers, [128, 128], 1)),
    ] {
        let pairs = whole.iter().zip(&tiles);
        let apart = pairs.fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
        assert!(apart < 1e-3, "{name} tiles are {apart} levels off");
        assert_eq!(tiles.len(), whole.len());
    }
}

#[test]
fn short_sides_are_continued_by_their_mirror() {
    let layers = layers();
    let tiny = tiled::<Image<64, 64, 3>>(&layers, [5, 100], 2);
    assert_eq!(tiny.len(), 10 * 200 * 3);
    let one = tiled::<Image<32, 32, 3>>(&layers, [1, 1], 1);
    // a picture of one colour, as far as the network sees, stays nearly that colour
    let small = picture("small.png");
    for (y, c) in one.iter().zip([0, 1, 2].iter().cycle()) {
        assert!((y - f32::from(small.rgb[*c])).abs() < 4.0, "{one:?}");
    }
}

/// A `model.json` with its numbers in two files.
fn published(folder: &Path, json: &str, shards: [&[f32]; 2]) -> PathBuf {
    for (name, shard) in ["a.bin", "b.bin"].into_iter().zip(shards) {
        let bytes: Vec<u8> = shard.iter().flat_map(|x| x.to_le_bytes()).collect();
        fs::write(folder.join(name), bytes).unwrap();
    }
    let path = folder.join("model.json");
    fs::write(&path, json).unwrap();
    path
}

const JSON: &str = r#"{"weightsManifest": [{"paths": ["a.bin", "b.bin"], "weights": [
    {"name": "conv/kernel", "shape": [1, 2, 2, 1], "dtype": "float32"},
    {"name": "conv/bias", "shape": [1], "dtype": "float32"},
    {"name": "deep/norm/moving_variance", "shape": [2], "dtype": "float32"}]}]}"#;

#[test]
fn weights_of_keras_get_the_names_and_the_order_of_pytorch() {
    let folder = tempfile::tempdir().unwrap();
    let path = published(
        folder.path(),
        JSON,
        [&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0, 7.0]],
    );
    let bytes = keras::to_safetensors(path).unwrap();
    let mut expected = Builder::new();
    let mut add = |name, sides: &[usize], numbers: &[f32]| {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        expected.add(name, Dtype::F32, sides, bytes);
    };
    // height 1, width 2, inputs 2, outputs 1: the pixels of an input lie side by side
    add("conv.weight", &[1, 2, 1, 2], &[1.0, 3.0, 2.0, 4.0]);
    add("conv.bias", &[1], &[5.0]);
    add("deep.norm.running_var", &[2], &[6.0, 7.0]);
    assert_eq!(bytes, expected.build());
    assert_eq!(Weights::parse(&bytes).unwrap().names().count(), 3);
}

#[test]
fn files_that_are_not_keras_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (change, to, why) in [
        (
            "weightsManifest",
            "weights",
            "it has no list `weightsManifest`",
        ),
        (
            "\"a.bin\"",
            "\"../a.bin\"",
            "its path \"../a.bin\" leads elsewhere",
        ),
        ("\"a.bin\"", "7", "a path is no string"),
        ("\"b.bin\"", "\"c.bin\"", "c.bin cannot be read"),
        (
            "[1, 2, 2, 1]",
            "[1, 2, 3, 1]",
            "hold 28 bytes, its tensors take 36",
        ),
        ("[2]", "[1]", "hold more than 24 bytes, its tensors take 24"),
        (
            "[2]",
            "[2, 4294967296, 4294967296]",
            "of more than 268435456 numbers",
        ),
        (
            "[2]",
            "[268435456]",
            "it promises more than 268435456 numbers",
        ),
        ("[2]", "[-2]", "without a list of sides"),
        ("[1, 2, 2, 1]", "[4]", "as a kernel of fewer than two sides"),
        (
            "conv/bias",
            "conv/depthwise",
            "under a name that is not known",
        ),
        ("\"float32\"", "\"int32\"", "as \"int32\", expected float32"),
        ("]}", "", "is no model.json of TensorFlow.js"),
    ] {
        let json = JSON.replacen(change, to, 1);
        let path = published(folder.path(), &json, [&[1.0; 3], &[4.0; 4]]);
        let error = keras::to_safetensors(path).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let error = keras::to_safetensors(folder.path().join("none.json")).unwrap_err();
    assert!(
        error.to_string().contains("none.json cannot be read"),
        "{error}"
    );
}
