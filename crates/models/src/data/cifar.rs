//! CIFAR-10 and CIFAR-100 in their binary version: colour images of 32×32 (Krizhevsky 2009).
//!
//! A file is records without a header: the class (for CIFAR-100 the one of 20 and then the one of 100), then all red, all green and all blue
//! bytes. How many records belong into each file is known, so that a file cut between two of them is noticed, too.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use core_tensor::{Image, Tensor};
use nn::Class;

use crate::data::{Dataset, Error, Kind};

const SIDE: usize = 32;
const PIXELS: usize = SIDE * SIDE;

/// Colour images of 32×32, channels from 0 to 1, of `N` classes.
pub type Colour<const N: usize> = Dataset<Image<SIDE, SIDE, 3>, N>;

/// The training and the test set of CIFAR-10 in a folder: `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, 10,000 images each.
///
/// # Errors
/// If the folder or a file is missing, cannot be read, is cut or too long, or holds a label that is no class.
pub fn ten(folder: impl AsRef<Path>) -> Result<(Colour<10>, Colour<10>), Error> {
    let train = [1, 2, 3, 4, 5].map(|i| format!("data_batch_{i}.bin"));
    both(
        folder.as_ref(),
        &train,
        "test_batch.bin",
        [10_000; 2],
        |path, most| records::<1, 10>(path, Some(most)),
    )
}

/// The training and the test set of CIFAR-100 in a folder: `train.bin` with 50,000 and `test.bin` with 10,000 images.
///
/// # Errors
/// As [`ten`].
pub fn hundred(folder: impl AsRef<Path>) -> Result<(Colour<100>, Colour<100>), Error> {
    let train = ["train.bin".to_owned()];
    both(
        folder.as_ref(),
        &train,
        "test.bin",
        [50_000, 10_000],
        |path, most| fine(path, Some(most)),
    )
}

/// The same with the 20 coarse classes: `aquatic mammals`, `fish`, ….
///
/// # Errors
/// As [`ten`].
pub fn twenty(folder: impl AsRef<Path>) -> Result<(Colour<20>, Colour<20>), Error> {
    let train = ["train.bin".to_owned()];
    both(
        folder.as_ref(),
        &train,
        "test.bin",
        [50_000, 10_000],
        |path, most| coarse(path, Some(most)),
    )
}

/// The images of one file of CIFAR-10's form, however many.
///
/// # Errors
/// If the file cannot be read, is empty or cut, or holds a label that is no class.
pub fn ten_file(path: &Path) -> Result<Colour<10>, Error> {
    records::<1, 10>(path, None)
}

/// The images of one file of CIFAR-100's form with the 100 fine classes, however many.
///
/// # Errors
/// As [`ten_file`].
pub fn hundred_file(path: &Path) -> Result<Colour<100>, Error> {
    fine(path, None)
}

/// The same with the 20 coarse classes.
///
/// # Errors
/// As [`ten_file`].
pub fn twenty_file(path: &Path) -> Result<Colour<20>, Error> {
    coarse(path, None)
}

fn fine(path: &Path, count: Option<usize>) -> Result<Colour<100>, Error> {
    // the fine class is the last of two
    records::<2, 100>(path, count)
}

fn coarse(path: &Path, count: Option<usize>) -> Result<Colour<20>, Error> {
    read::<2, 20>(path, count, 0)
}

fn records<const LABELS: usize, const N: usize>(
    path: &Path,
    count: Option<usize>,
) -> Result<Colour<N>, Error> {
    read::<LABELS, N>(path, count, LABELS - 1)
}

fn both<const N: usize>(
    folder: &Path,
    train: &[String],
    test: &str,
    counts: [usize; 2],
    read: impl Fn(&Path, usize) -> Result<Colour<N>, Error>,
) -> Result<(Colour<N>, Colour<N>), Error> {
    if !folder.is_dir() {
        return Err(Error::MissingFolder {
            path: folder.into(),
            holding: "the binary version of CIFAR",
        });
    }
    let file = |name: &str, count| {
        let path = folder.join(name);
        if !path.is_file() {
            return Err(Error::MissingFile {
                folder: folder.into(),
                names: vec![name.into()],
            });
        }
        read(&path, count)
    };
    let mut all = Dataset {
        images: Vec::new(),
        labels: Vec::new(),
    };
    for name in train {
        let mut part = file(name, counts[0])?;
        all.images.append(&mut part.images);
        all.labels.append(&mut part.labels);
    }
    Ok((all, file(test, counts[1])?))
}

/// The records of a file, each of `LABELS` labels, of which that at `label` counts, and an image. Memory grows with what has been read.
fn read<const LABELS: usize, const N: usize>(
    path: &Path,
    count: Option<usize>,
    label: usize,
) -> Result<Colour<N>, Error> {
    let unreadable = |source| Error::Unreadable {
        path: path.into(),
        source,
    };
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let mut record = vec![0; LABELS + 3 * PIXELS];
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    loop {
        let found = fill(&mut file, &mut record).map_err(unreadable)?;
        let index = images.len();
        if found == 0 {
            break;
        }
        if count.is_some_and(|count| index == count) {
            return Err(wrong_count(path, index, true));
        }
        if found < record.len() {
            return Err(Error::Cut {
                path: path.into(),
                index,
                expected: record.len(),
                found,
            });
        }
        let class = Class::try_from(usize::from(record[label])).map_err(|_| Error::Label {
            path: path.into(),
            index,
            classes: N,
            found: record[label],
        })?;
        let planes = &record[LABELS..];
        images.push(Tensor::from_fn(|i| {
            f32::from(planes[i % 3 * PIXELS + i / 3]) / 255.0
        }));
        labels.push(class);
    }
    match count {
        Some(count) if images.len() < count => Err(wrong_count(path, count, false)),
        _ if images.is_empty() => Err(Error::Empty {
            path: path.into(),
            kind: Kind::Images,
        }),
        _ => Ok(Dataset { images, labels }),
    }
}

fn wrong_count(path: &Path, expected: usize, more: bool) -> Error {
    Error::Records {
        path: path.into(),
        expected,
        more,
    }
}

/// Fills `bytes` as far as the file goes; returns how far that is.
fn fill(file: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `n` records with one label each, 0.
    fn folder(counts: [usize; 2]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, n) in ["a.bin", "b.bin", "test.bin"]
            .into_iter()
            .zip([counts[0], counts[0], counts[1]])
        {
            std::fs::write(folder.path().join(name), vec![0; n * 3073]).unwrap();
        }
        folder
    }

    fn load(folder: &Path) -> Result<[usize; 2], String> {
        let train = ["a.bin", "b.bin"].map(str::to_owned);
        let read = |path: &Path, most| records::<1, 10>(path, Some(most));
        match both(folder, &train, "test.bin", [3, 2], read) {
            Ok((train, test)) => Ok([train.len(), test.len()]),
            Err(error) => Err(error.to_string().replace(folder.to_str().unwrap(), "DIR")),
        }
    }

    #[test]
    fn files_hold_as_many_records_as_they_should() {
        let says = |counts| load(folder(counts).path());
        assert_eq!(says([3, 2]), Ok([6, 2]));
        let fewer = "DIR/a.bin holds fewer records than the 3 of its kind; download it again";
        assert_eq!(says([2, 2]).unwrap_err(), fewer);
        let more = "DIR/test.bin holds more records than the 2 of its kind; download it again";
        assert_eq!(says([3, 3]).unwrap_err(), more);
        assert_eq!(says([0, 2]).unwrap_err(), fewer);
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = folder([3, 2]);
        std::fs::remove_file(folder.path().join("b.bin")).unwrap();
        let says = "DIR holds none of b.bin; download one of them into it";
        assert_eq!(load(folder.path()).unwrap_err(), says);
    }
}
