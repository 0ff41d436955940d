//! Files of weights that do not fit, or are damaged: an error that says so, and a network that stays as it was.

use std::fs;
use std::path::PathBuf;

use core_tensor::{Leaf, Params, Path, Tensor, Vector, Zeroed};
use nn::weights::{Archive, Builder, Dtype, Mismatch, Precision, Weights, WeightsError};
use nn::weights::{to_bytes, to_bytes_as};
use nn::{BatchNorm, Bilinear, Frozen, Linear, LinearNoBias, Network, Relu, network};

type Net = (Linear<2, 3>, Relu, BatchNorm<3>, Frozen<LinearNoBias<3, 1>>);

network! {
    struct Product<T> { product: Bilinear<2, 3, 4, T> }
}

fn net(first: f32) -> Network<Vector<2>, Net> {
    let mut net = Network::new(1);
    let layers: &mut Net = &mut net.layers;
    layers.0.weight = Tensor::new([[first, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    layers.2.variance = Tensor::full(1.0);
    layers.3.0.weight = Tensor::new([[7.0], [8.0], [9.0]]);
    net
}

fn numbers(layers: &Net) -> Vec<f32> {
    let mut all = Vec::new();
    layers.look(&Path::Root, &mut |_: Leaf<'_>, weight: &[f32]| {
        all.extend_from_slice(weight)
    });
    all
}

/// What reading these bytes says; nothing may have changed.
fn error(bytes: &[u8]) -> WeightsError {
    let mut net = net(1.0);
    let before = numbers(&net.layers);
    let error = Weights::parse(bytes)
        .and_then(|weights| weights.read(&mut *net.layers))
        .expect_err("these are not its weights");
    assert_eq!(numbers(&net.layers), before, "{error}");
    error
}

fn f32s(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

#[test]
fn matrices_have_their_outputs_first_and_frozen_parts_are_there() {
    let bytes = to_bytes(&*net(1.0).layers).expect("finite");
    let archive = Archive::parse(&bytes).expect("its own");
    assert!(archive.sealed);
    let names: Vec<&str> = archive.tensors.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "0.bias",
            "0.weight",
            "2.bias",
            "2.running_mean",
            "2.running_var",
            "2.weight",
            "3.weight"
        ]
    );
    let weight = &archive.tensors["0.weight"];
    assert_eq!(
        (weight.dtype, weight.sides.as_slice()),
        (Dtype::F32, [3, 2].as_slice())
    );
    assert_eq!(weight.bytes, f32s(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
    assert_eq!(archive.tensors["3.weight"].bytes, f32s(&[7.0, 8.0, 9.0]));
}

#[test]
fn everything_that_does_not_fit_is_listed_at_once() {
    let mut builder = Builder::new();
    builder.add("0.weight", Dtype::F32, &[2, 3], f32s(&[0.0; 6]));
    builder.add("0.bias", Dtype::I64, &[3], vec![0; 24]);
    builder.add("2.weight", Dtype::F32, &[3], f32s(&[1.0; 3]));
    builder.add("2.bias", Dtype::F32, &[3], f32s(&[1.0; 3]));
    builder.add("2.running_mean", Dtype::F32, &[3], f32s(&[1.0; 3]));
    // PyTorch's counter is no surplus, but without a normalisation beside it it is
    builder.add("2.num_batches_tracked", Dtype::I64, &[], vec![0; 8]);
    builder.add("0.num_batches_tracked", Dtype::I64, &[], vec![0; 8]);
    builder.add("3.weight", Dtype::F32, &[1, 3], f32s(&[1.0; 3]));
    let error = error(&builder.build());
    let WeightsError::Mismatched(list) = &error else {
        panic!("{error}")
    };
    assert_eq!(list.len(), 4);
    assert!(matches!(&list[0], Mismatch::Numbers { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "4 tensors do not fit the network: 0.bias holds I64, expected F16, BF16, F32 or F64; 0.num_batches_tracked of one number is too much; \
         0.weight is 2×3, expected 3×2; 2.running_var is missing, expected 3; change the network's type, or rename or leave out what the file holds"
    );
}

#[test]
fn two_tensors_of_one_name_are_an_error() {
    let bytes = to_bytes(&*net(1.0).layers).expect("finite");
    let weights = Weights::parse(&bytes).expect("its own");
    let renamed = weights.rename(|name| Some(name.replace("2.weight", "2.bias")));
    let error = renamed
        .read(&mut *net(1.0).layers)
        .expect_err("2.bias is there twice");
    assert_eq!(
        error.to_string(),
        "2 tensors do not fit the network: 2.bias is there twice; 2.weight is missing, expected 3; change the network's type, or rename or leave out what the file holds"
    );
}

#[test]
fn what_is_not_finite_is_refused_on_both_sides() {
    let mut broken = net(1.0);
    broken.layers.0.bias[[1]] = f32::NAN;
    let error_of = |error: WeightsError| error.to_string();
    assert_eq!(
        error_of(to_bytes(&*broken.layers).expect_err("NaN")),
        "0.bias holds NaN at place 1; every weight must be finite, take those of an earlier step"
    );
    broken.layers.0.bias[[1]] = 7e4;
    assert_eq!(
        error_of(to_bytes_as(&*broken.layers, Precision::F16).expect_err("beyond 65504")),
        "0.bias holds 70000 at place 1, which F16 cannot hold; write the file in a wider kind of number"
    );
    assert!(to_bytes_as(&*broken.layers, Precision::Bf16).is_ok());

    let mut builder = Builder::new();
    nn::weights::add_to(&mut builder, &*net(1.0).layers, Precision::F64).expect("finite");
    let large: Vec<u8> = [0.0, 1.0, 1e300]
        .iter()
        .flat_map(|x: &f64| x.to_le_bytes())
        .collect();
    builder.add("2.bias", Dtype::F64, &[3], large);
    let said = error(&builder.build()).to_string();
    assert!(said.starts_with("2.bias holds 1000000"), "{said}");
    assert!(
        said.ends_with("at place 2; every weight must be finite, take those of an earlier step")
    );
}

#[test]
fn no_bit_can_be_flipped_and_no_byte_left_out() {
    let bytes = to_bytes(&*net(1.0).layers).expect("finite");
    for length in 0..bytes.len() {
        error(&bytes[..length]);
    }
    let mut unseen = 0;
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let mut read = net(10.0);
        let result = Weights::parse(&flipped).and_then(|file| file.read(&mut *read.layers));
        let expected = net(if result.is_ok() { 1.0 } else { 10.0 });
        assert_eq!(
            numbers(&read.layers),
            numbers(&expected.layers),
            "bit {bit}"
        );
        unseen += usize::from(result.is_ok());
    }
    // a file whose word `crc32` is another has no checksum, and nothing else wrong with it
    assert!(unseen <= 8 * "crc32".len(), "{unseen} bits");
    let mut longer = bytes;
    longer.push(0);
    error(&longer);
}

#[test]
fn a_foreign_file_never_panics() {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/torch_product.safetensors");
    let bytes = fs::read(path).expect("the file is committed");
    let read = |bytes: &[u8]| {
        let mut layers = Product::<f32>::boxed();
        Weights::parse(bytes).and_then(|weights| weights.read(&mut *layers))
    };
    read(&bytes).expect("PyTorch's weights fit");
    for length in 0..bytes.len() {
        read(&bytes[..length]).expect_err("it is cut short");
    }
    // it has no checksum, so that another number goes unseen; another header does not
    let header = 8 + usize::from(bytes[0]);
    for bit in 0..8 * header {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read(&flipped).is_err(), "bit {bit} of the header");
    }
    for bytes in [&b"not a file"[..], &[0xff; 64], &[]] {
        read(bytes).expect_err("no safetensors");
    }
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    net(1.0).save(&path).expect("written");
    net(10.0).save(&path).expect("written over");
    let mut other = net(1.0);
    // a reader keeps what it has opened
    other.load(&path).expect("read");
    assert_eq!(numbers(&other.layers), numbers(&net(10.0).layers));

    let mut broken = net(1.0);
    broken.layers.0.bias[[0]] = f32::INFINITY;
    let said = broken.save(&path).expect_err("not finite").to_string();
    assert_eq!(
        said,
        format!(
            "{}: 0.bias holds inf at place 0; every weight must be finite, take those of an earlier step",
            path.display()
        )
    );
    other.load(&path).expect("the old file is still there");
    let names = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 1, "nothing is left beside it");
}

#[test]
fn the_system_s_refusals_name_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("no/net.safetensors");
    let said = net(1.0)
        .save(&nowhere)
        .expect_err("no such folder")
        .to_string();
    assert!(
        said.starts_with(&format!("{} cannot be written: ", nowhere.display())),
        "{said}"
    );
    let said = net(1.0)
        .load(&nowhere)
        .expect_err("no such file")
        .to_string();
    assert!(
        said.starts_with(&format!("{} cannot be read: ", nowhere.display())),
        "{said}"
    );
    net(1.0)
        .load(folder.path())
        .expect_err("a folder is no file");

    let empty = folder.path().join("empty.safetensors");
    fs::write(&empty, []).expect("written");
    let said = net(1.0)
        .load(&empty)
        .expect_err("nothing in it")
        .to_string();
    assert!(
        said.starts_with(&format!(
            "{}: this is no file of safetensors",
            empty.display()
        )),
        "{said}"
    );
}

#[test]
fn a_file_that_is_being_written_to_is_not_mapped() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    net(1.0).save(&path).expect("written");
    let writer = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("opened");
    writer.lock().expect("locked");
    let said = net(1.0).load(&path).expect_err("locked").to_string();
    assert!(
        said.contains("another process has locked it to write"),
        "{said}"
    );
    drop(writer);
    net(1.0).load(&path).expect("free again");
}
