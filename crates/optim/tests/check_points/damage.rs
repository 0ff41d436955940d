//! Files that are damaged, foreign, or of another trainer: an error that says so, and a trainer that stays as it was.

use std::path::PathBuf;

use core_tensor::{Tensor, Vector};
use nn::weights::{Archive, Builder, Dtype};
use nn::{Linear, Mse};
use optim::{
    Adam, AdamW, Average, Averaging, CheckPointError, EarlyStop, Fault, NAdam, Pace, Trainer,
};

use crate::task::{fit, task};

type Small = Trainer<Vector<2>, Linear<2, 1>, Mse, Adam>;

/// A small trainer that has taken a step.
fn small() -> Small {
    let mut trainer = Small::new(Mse, Adam::new(0.1), 2);
    trainer.seed(3);
    trainer.average = Some(Average::new(Averaging::Mean));
    trainer.step(&[Tensor::new([1.0, 2.0])], &[Tensor::new([3.0])]);
    trainer
}

/// Its state, as bytes.
fn state(trainer: &mut Small) -> Vec<u8> {
    trainer.to_bytes().expect("all is finite")
}

/// A new one.
fn new() -> Small {
    let mut trainer = Small::new(Mse, Adam::new(0.1), 2);
    trainer.average = Some(Average::new(Averaging::Mean));
    trainer
}

#[test]
fn no_bit_can_be_flipped_and_no_byte_left_out() {
    let bytes = state(&mut small());
    let mut tried = new();
    let before = state(&mut tried);
    for length in 0..bytes.len() {
        tried
            .resume_from(&bytes[..length])
            .expect_err("it is cut short");
    }
    let mut damaged = bytes.clone();
    for bit in 0..8 * bytes.len() {
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(
            tried.resume_from(&damaged).is_err(),
            "bit {bit} goes unseen"
        );
        damaged[bit / 8] ^= 1 << (bit % 8);
    }
    damaged.push(0);
    tried.resume_from(&damaged).expect_err("it is too long");
    assert!(state(&mut tried) == before, "nothing has changed");
    tried.resume_from(&bytes).expect("its own");
    assert!(state(&mut tried) == bytes, "everything has changed");
}

/// The bytes with one tensor made anew, and a right checksum.
fn changed(bytes: &[u8], name: &str, new: Option<(Dtype, &[usize], Vec<u8>)>) -> Vec<u8> {
    let mut builder = Builder::new();
    for (old, view) in Archive::parse(bytes).expect("its own").tensors {
        if old != name {
            builder.add(old, view.dtype, &view.sides, view.bytes.to_vec());
        }
    }
    if let Some((dtype, sides, bytes)) = new {
        builder.add(name, dtype, sides, bytes);
    }
    builder.build()
}

fn words(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

#[test]
fn files_of_others_are_told_apart() {
    let bytes = state(&mut small());
    let mut tried = new();
    let before = state(&mut tried);
    let mut said = |bytes: &[u8]| {
        let fault = tried
            .resume_from(bytes)
            .expect_err("this is not its check point");
        assert!(state(&mut tried) == before, "{fault}");
        fault.to_string()
    };
    let version = changed(
        &bytes,
        "trainer/version",
        Some((Dtype::U64, &[1], words(&[0]))),
    );
    assert_eq!(
        said(&version),
        "this check point has format 0, this library reads format 1; go back to it with the version that wrote it"
    );
    let weights = nn::weights::to_bytes(&*small().network.layers).expect("finite");
    assert_eq!(
        said(&weights),
        "this is no check point: it has no trainer/version; name a file that a trainer has saved"
    );
    assert!(
        said(b"something else").starts_with("this is no file of safetensors, or it is cut short: ")
    );
    let same = "; make the trainer as the one that wrote it";
    let of_another = |what: &str| format!("this check point is of another trainer: {what}{same}");
    let less = changed(&bytes, "trainer/memory.0.1/bias", None);
    assert_eq!(said(&less), of_another("it lacks trainer/memory.0.1/bias"));
    let more = changed(&bytes, "trainer/more", Some((Dtype::U8, &[0], vec![])));
    assert_eq!(said(&more), of_another("it has trainer/more"));
    let twice = changed(
        &bytes,
        "trainer/order",
        Some((Dtype::U64, &[2], words(&[1, 1]))),
    );
    assert_eq!(
        said(&twice),
        of_another("trainer/order does not hold each sample once")
    );
    let far = changed(
        &bytes,
        "trainer/run",
        Some((Dtype::U64, &[6], words(&[0, 0, 0, 0, 0, 3]))),
    );
    assert_eq!(said(&far), of_another("it is at sample 3 of 0"));
    let moments = changed(
        &bytes,
        "trainer/memory.0.0/weight",
        Some((Dtype::F64, &[2, 1], vec![0; 16])),
    );
    assert_eq!(
        said(&moments),
        of_another("trainer/memory.0.0/weight is F64 [2, 1], expected F32 [2, 1]")
    );
    let wider = changed(&bytes, "weight", Some((Dtype::F32, &[1, 3], vec![0; 12])));
    assert!(
        said(&wider)
            .starts_with("1 tensor does not fit the network: weight is 1×3, expected 1×2; ")
    );
    let not_finite = changed(&bytes, "bias", Some((Dtype::F32, &[1], vec![0xff; 4])));
    assert!(said(&not_finite).starts_with("bias holds NaN at place 0; "));
}

#[test]
fn another_trainer_says_what_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("best.safetensors");
    fit(&mut task(Adam::new(0.05), folder.path()), &mut || {});
    let said = |error: CheckPointError| {
        let file = format!("{}: ", path.display());
        error
            .to_string()
            .strip_prefix(&file)
            .expect("the file is named")
            .to_string()
    };
    let same = "; make the trainer as the one that wrote it";
    let error = task(NAdam::new(0.05), folder.path())
        .resume(&path)
        .expect_err("Adam's");
    assert!(matches!(error.fault, Fault::Optimizer { .. }));
    assert_eq!(
        said(error),
        format!("this check point is of the optimizer Adam, the trainer has NAdam{same}")
    );
    task(AdamW::new(0.05), folder.path())
        .resume(&path)
        .expect_err("Adam's");

    let mut plain = task(Adam::new(0.05), folder.path());
    plain.pace = Pace::Constant;
    let error = plain.resume(&path).expect_err("of a plateau");
    assert_eq!(
        said(error),
        format!(
            "this check point is of another trainer: it has trainer/plateau; it has trainer/plateau.counts{same}"
        )
    );
    let mut plain = task(Adam::new(0.05), folder.path());
    plain.early_stop = None;
    let error = said(plain.resume(&path).expect_err("of an early stop"));
    assert!(
        error.contains("it has what an early stop keeps; "),
        "{error}"
    );
    let mut plain = task(Adam::new(0.05), folder.path());
    plain.average = None;
    let error = said(plain.resume(&path).expect_err("with an average"));
    assert!(
        error.contains("it has trainer/average; it has trainer/average/1.bias; "),
        "{error}"
    );
    // what keeps watch need not be there yet
    let mut other = task(Adam::new(0.05), folder.path());
    other.early_stop = Some(EarlyStop::loss(9));
    other.resume(&path).expect("its own");
}
