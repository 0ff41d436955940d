//! CIFAR's binary files that are right, and every way in which they can be wrong, with the exact words of the error.

use std::fs;
use std::path::{Path, PathBuf};

use models::data::cifar;
use tempfile::TempDir;

/// A file of records: labels, then a red, a green and a blue plane, whose bytes count up from `k` times the number of the record.
fn records<const N: usize>(labels: &[[u8; N]]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bin");
    let mut bytes = Vec::new();
    for (k, labels) in labels.iter().enumerate() {
        bytes.extend(labels);
        bytes.extend((0..3072).map(|i| ((i + 7 * k) % 251) as u8));
    }
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What is said of a file, in one line, its path written as `X`.
fn said(path: &Path) -> String {
    let text = cifar::ten_file(path)
        .expect_err("the file is wrong")
        .to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.replace(path.to_str().unwrap(), "X")
}

#[test]
fn planes_become_channels() {
    let (_folder, path) = records(&[[3], [9]]);
    let images = cifar::ten_file(&path).unwrap();
    assert_eq!((images.labels[0].index(), images.labels[1].index()), (3, 9));
    // record 1, row 2, column 5 is byte 69 of each plane; green begins at 1024, blue at 2048
    let at = |c: usize| (69 + 1024 * c + 7) % 251;
    for c in 0..3 {
        assert_eq!(images.images[1][[2, 5, c]], at(c) as f32 / 255.0);
    }
}

#[test]
fn a_hundred_classes_and_twenty() {
    let (_folder, path) = records(&[[19, 99], [0, 21]]);
    let fine = cifar::hundred_file(&path).unwrap();
    assert_eq!([fine.labels[0].index(), fine.labels[1].index()], [99, 21]);
    let coarse = cifar::twenty_file(&path).unwrap();
    assert_eq!(
        [coarse.labels[0].index(), coarse.labels[1].index()],
        [19, 0]
    );
    assert_eq!(coarse.images[0], fine.images[0]);
    assert_eq!(fine.images[0][[0, 1, 0]], 1.0 / 255.0);
}

#[test]
fn wrong_labels() {
    let (_folder, path) = records(&[[3], [10]]);
    assert_eq!(
        said(&path),
        "X holds 10 as label 1 (counted from 0), expected 0 to 9; check that its classes are those of the images"
    );
    let (_folder, path) = records(&[[20, 3]]);
    let error = cifar::twenty_file(&path).unwrap_err().to_string();
    assert!(
        error.contains(" holds 20 as label 0 (counted from 0), expected 0 to 19; "),
        "{error}"
    );
}

#[test]
fn cut_files_of_any_length() {
    let (_folder, path) = records(&[[3], [9]]);
    let whole = fs::read(&path).unwrap();
    for end in (0..whole.len()).step_by(101).chain([3072, 3074, 6145]) {
        fs::write(&path, &whole[..end]).unwrap();
        let expected = match end {
            0 => "X holds 0 images, expected at least one; download it again".to_owned(),
            _ => format!(
                "X ends after {} of the 3073 bytes of record {} (counted from 0); download it again",
                end % 3073,
                end / 3073
            ),
        };
        assert_eq!(said(&path), expected);
    }
}

#[test]
fn folders() {
    let error = cifar::ten("no/such").unwrap_err().to_string();
    assert_eq!(
        error,
        "no/such is no folder; name the one that holds the binary version of CIFAR"
    );
    let (folder, path) = records(&[[0, 1]]);
    let error = cifar::hundred(folder.path()).unwrap_err().to_string();
    assert!(
        error.ends_with(" holds none of train.bin; download one of them into it"),
        "{error}"
    );
    fs::rename(path, folder.path().join("train.bin")).unwrap();
    let error = cifar::twenty(folder.path()).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "train.bin holds fewer records than the 50 000 of its kind; download it again"
        ),
        "{error}"
    );
}
