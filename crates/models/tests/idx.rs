//! IDX files that are right, and every way in which they can be wrong, with the exact words of the error.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use models::data::idx;
use tempfile::TempDir;

const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// A file of `n` images of 28×28: pixel `i` is `i mod 251`.
fn images(n: u32) -> Vec<u8> {
    let header = [0x0803, n, 28, 28].map(u32::to_be_bytes).concat();
    let pixels = (0..n * 784).map(|i| (i % 251) as u8);
    header.into_iter().chain(pixels).collect()
}

/// A file of the labels `0, 1, …`.
fn labels(n: u32) -> Vec<u8> {
    let header = [0x0801, n].map(u32::to_be_bytes).concat();
    let labels = (0..n).map(|i| (i % 10) as u8);
    header.into_iter().chain(labels).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A folder of three training and two test images.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in FILES
        .into_iter()
        .zip([images(3), labels(3), images(2), labels(2)])
    {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// What is said of a folder, in one line, its path written as `DIR`.
fn said(folder: &Path) -> String {
    let error = idx::load(folder).expect_err("the folder is wrong");
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text.replace(folder.to_str().unwrap(), "DIR")
        .replace(std::path::MAIN_SEPARATOR, "/")
}

/// What is said when one file of a right folder holds other bytes.
fn said_of(file: &str, bytes: &[u8]) -> String {
    let folder = folder();
    fs::write(folder.path().join(file), bytes).unwrap();
    said(folder.path())
}

#[track_caller]
fn check((train, test): (idx::Grey, idx::Grey)) {
    assert_eq!((train.len(), test.len()), (3, 2));
    assert_eq!(train.labels[2].index(), 2);
    // the second image begins with pixel 784 = 3·251 + 31; its second row 28 later
    assert_eq!(train.images[1][[0, 0, 0]], 31.0 / 255.0);
    assert_eq!(train.images[1][[1, 0, 0]], 59.0 / 255.0);
    assert_eq!(test.images[0][[27, 27, 0]], (783 % 251) as f32 / 255.0);
}

#[test]
fn plain_files() {
    check(idx::load(folder().path()).unwrap());
}

#[test]
fn every_name_plain_and_packed() {
    for dot in ["-", "."] {
        for gz in ["", ".gz"] {
            let folder = folder();
            for name in FILES {
                let old = folder.path().join(name);
                let bytes = fs::read(&old).unwrap();
                fs::remove_file(old).unwrap();
                let bytes = if gz.is_empty() { bytes } else { gzip(&bytes) };
                let name = name.replace("-idx", &format!("{dot}idx")) + gz;
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            check(idx::load(folder.path()).unwrap());
        }
    }
}

#[test]
fn whether_a_file_is_packed_is_told_from_its_bytes() {
    let folder = folder();
    let path = folder.path().join("train-images-idx3-ubyte");
    fs::write(path, gzip(&images(3))).unwrap();
    check(idx::load(folder.path()).unwrap());
}

#[test]
fn missing_folder() {
    let nowhere = folder().path().join("nowhere");
    assert_eq!(
        said(&nowhere),
        "DIR is no folder; name the one that holds the IDX files"
    );
}

#[test]
fn missing_file() {
    let folder = folder();
    fs::remove_file(folder.path().join("t10k-labels-idx1-ubyte")).unwrap();
    assert_eq!(
        said(folder.path()),
        "DIR holds none of t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, \
         t10k-labels.idx1-ubyte.gz; download one of them into it"
    );
    // a folder of that name is not the file
    fs::create_dir(folder.path().join("t10k-labels-idx1-ubyte")).unwrap();
    assert!(said(folder.path()).starts_with("DIR holds none of t10k-labels-idx1-ubyte, "));
}

#[cfg(unix)]
#[test]
fn unreadable() {
    let folder = folder();
    let path = folder.path().join("train-labels-idx1-ubyte");
    fs::remove_file(&path).unwrap();
    // a link to itself: readable by nobody, not even by root
    std::os::unix::fs::symlink(&path, &path).unwrap();
    let text = said(folder.path());
    assert!(
        text.starts_with("DIR/train-labels-idx1-ubyte cannot be read: "),
        "{text}"
    );
    assert!(
        text.ends_with("; check the file and its permissions"),
        "{text}"
    );
}

#[test]
fn truncated() {
    let whole = images(3);
    for bytes in [whole[..2000].to_vec(), gzip(&whole[..2000])] {
        assert_eq!(
            said_of("train-images-idx3-ubyte", &bytes),
            "DIR/train-images-idx3-ubyte holds 2 000 bytes, its header promises 2 368 (3×28×28); download it again"
        );
    }
    assert_eq!(
        said_of("train-labels-idx1-ubyte", &labels(3)[..10]),
        "DIR/train-labels-idx1-ubyte holds 10 bytes, its header promises 11 (3); download it again"
    );
}

#[test]
fn truncated_in_the_header() {
    assert_eq!(
        said_of("t10k-images-idx3-ubyte", &images(2)[..13]),
        "DIR/t10k-images-idx3-ubyte holds 13 bytes, the header of a file of images takes 16; download it again"
    );
    assert_eq!(
        said_of("t10k-labels-idx1-ubyte", &[]),
        "DIR/t10k-labels-idx1-ubyte holds 0 bytes, the header of a file of labels takes 8; download it again"
    );
}

#[test]
fn oversized() {
    let mut bytes = images(3);
    bytes.push(0);
    for bytes in [bytes.clone(), gzip(&bytes)] {
        assert_eq!(
            said_of("train-images-idx3-ubyte", &bytes),
            "DIR/train-images-idx3-ubyte holds more than the 2 368 bytes that its header promises (3×28×28); download it again"
        );
    }
}

#[test]
fn wrong_magic_number() {
    assert_eq!(
        said_of("train-images-idx3-ubyte", &labels(3)),
        "DIR/train-images-idx3-ubyte begins with 00000801, a file of images begins with 00000803; check that it is an IDX file of images"
    );
    assert_eq!(
        said_of("train-labels-idx1-ubyte", b"<html>not found</html>"),
        "DIR/train-labels-idx1-ubyte begins with 3c68746d, a file of labels begins with 00000801; check that it is an IDX file of labels"
    );
}

#[test]
fn wrong_sides() {
    let mut bytes = images(3);
    bytes[11] = 32;
    assert_eq!(
        said_of("train-images-idx3-ubyte", &bytes),
        "DIR/train-images-idx3-ubyte holds images of 32×28, expected 28×28; choose files of that size"
    );
}

#[test]
fn no_sample() {
    assert_eq!(
        said_of("t10k-images-idx3-ubyte", &images(0)),
        "DIR/t10k-images-idx3-ubyte holds 0 images, expected at least one; download it again"
    );
}

#[test]
fn label_out_of_range() {
    let mut bytes = labels(3);
    bytes[9] = 10;
    assert_eq!(
        said_of("train-labels-idx1-ubyte", &bytes),
        "DIR/train-labels-idx1-ubyte holds 10 as label 1 (counted from 0), expected 0 to 9; check that its classes are those of the images"
    );
}

#[test]
fn images_and_labels_not_equally_many() {
    assert_eq!(
        said_of("train-labels-idx1-ubyte", &labels(4)),
        "DIR/train-images-idx3-ubyte holds 3 images and DIR/train-labels-idx1-ubyte 4 labels, expected as many of one as of the \
         other; check that both belong together"
    );
}

#[test]
fn broken_gzip() {
    let whole = gzip(&images(3));
    // what is missing is said by the library that unpacks, each release in words of its own
    let cut = said_of("train-images-idx3-ubyte", &whole[..whole.len() - 9]);
    let why = cut
        .strip_prefix("DIR/train-images-idx3-ubyte cannot be unpacked by gzip: ")
        .and_then(|rest| rest.strip_suffix("; download it again"));
    assert!(why.is_some_and(|why| !why.is_empty()), "{cut}");
    // every pixel is there, but the checksum says they are others
    let mut wrong_sum = whole.clone();
    wrong_sum[whole.len() - 8] ^= 1;
    assert_eq!(
        said_of("train-images-idx3-ubyte", &wrong_sum),
        "DIR/train-images-idx3-ubyte cannot be unpacked by gzip: corrupt gzip stream does not have a matching checksum; download it again"
    );
}

/// A header may promise 4 billion images: what is read is what is there.
#[test]
fn a_promise_allocates_nothing() {
    let mut bytes = images(1);
    bytes[4..8].copy_from_slice(&[0xff; 4]);
    assert_eq!(
        said_of("train-images-idx3-ubyte", &bytes),
        "DIR/train-images-idx3-ubyte holds 800 bytes, its header promises 3 367 254 359 296 (4294967295×28×28); download it again"
    );
}

/// Megabytes of zeroes after what the header promises: the first of them is enough to refuse the file, the rest is never unpacked.
#[test]
fn a_bomb_is_left_alone() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&images(3)).unwrap();
    let zeros = vec![0; 1 << 20];
    (0..64).for_each(|_| encoder.write_all(&zeros).unwrap());
    let mut bomb = encoder.finish().unwrap();
    // what follows is no gzip any more: who unpacked it all would say so
    bomb.truncate(bomb.len() - 100);
    assert_eq!(
        said_of("train-images-idx3-ubyte", &bomb),
        "DIR/train-images-idx3-ubyte holds more than the 2 368 bytes that its header promises (3×28×28); download it again"
    );
}

/// Cut anywhere, plain or packed, a file is refused with one line and no panic; so it is with any byte of its header changed.
#[test]
fn no_broken_file_gets_through() {
    let folder = folder();
    let path = folder.path().join("t10k-images-idx3-ubyte");
    let plain = images(2);
    for whole in [plain.clone(), gzip(&plain)] {
        for end in 0..whole.len() {
            fs::write(&path, &whole[..end]).unwrap();
            said(folder.path());
        }
    }
    for at in 0..16 {
        for bit in 0..8 {
            let mut bytes = plain.clone();
            bytes[at] ^= 1 << bit;
            fs::write(&path, &bytes).unwrap();
            said(folder.path());
        }
    }
    fs::write(&path, &plain).unwrap();
    check(idx::load(folder.path()).unwrap());
}
