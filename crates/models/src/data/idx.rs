//! IDX files, plain and packed by gzip: MNIST (LeCun, Cortes, Burges 1998), Fashion-MNIST (Xiao, Rasul, Vollgraf 2017) and their kin.
//!
//! The format is a header of big-endian 32-bit numbers (the kind of file, then each side) and the bytes. A header may promise what it
//! likes: memory grows with what has been read, by no length that was only promised, and reading stops at the first byte past the promise.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use core_tensor::{Image, Tensor};
use flate2::bufread::MultiGzDecoder;
use nn::Class;

use crate::data::{Dataset, Error, Kind};

/// The side of an image, in pixels.
const SIDE: usize = 28;
const CLASSES: usize = 10;
/// What every gzip file begins with; no IDX file does.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Grey images of 28×28 pixels from 0 to 1, of 10 classes.
pub type Grey = Dataset<Image<SIDE, SIDE, 1>, CLASSES>;

/// The training and the test set in a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
/// `t10k-labels-idx1-ubyte`, each also with a dot for the second hyphen (`train-images.idx3-ubyte`) and with `.gz`.
///
/// Whether a file is packed is told from its first bytes, not from its name.
///
/// # Errors
/// If the folder or a file is missing, cannot be read, or is not what its header and its name promise.
pub fn load(folder: impl AsRef<Path>) -> Result<(Grey, Grey), Error> {
    let folder = folder.as_ref();
    if !folder.is_dir() {
        return Err(Error::MissingFolder {
            path: folder.into(),
            holding: "the IDX files",
        });
    }
    Ok((part(folder, "train")?, part(folder, "t10k")?))
}

/// One of the two sets.
fn part(folder: &Path, part: &str) -> Result<Grey, Error> {
    let images_path = find(folder, part, "images", "idx3")?;
    let labels_path = find(folder, part, "labels", "idx1")?;
    let images = images(&images_path)?;
    let labels = labels(&labels_path)?;
    if images.len() != labels.len() {
        return Err(Error::Count {
            images: images_path,
            images_found: images.len(),
            labels: labels_path,
            labels_found: labels.len(),
        });
    }
    Ok(Dataset { images, labels })
}

/// The first of the names under which the file is known.
fn find(folder: &Path, part: &str, what: &str, idx: &str) -> Result<PathBuf, Error> {
    let names = ["-", "."].map(|dot| format!("{part}-{what}{dot}{idx}-ubyte"));
    let names = names.iter().flat_map(|n| [n.clone(), format!("{n}.gz")]);
    let names: Vec<String> = names.collect();
    for name in &names {
        let path = folder.join(name);
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => return Ok(path),
            // a folder of that name is not the file: look further
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(Error::Unreadable { path, source }),
        }
    }
    Err(Error::MissingFile {
        folder: folder.into(),
        names,
    })
}

/// The images of a file, bytes divided by 255.
///
/// # Errors
/// If the file cannot be read or is no whole file of images of 28×28.
pub fn images(path: &Path) -> Result<Vec<Tensor<Image<SIDE, SIDE, 1>>>, Error> {
    let mut file = Idx::open(path, Kind::Images)?;
    let [n, sides @ ..] = file.header::<3>()?;
    if sides != [SIDE as u32; 2] {
        return Err(Error::Sides {
            path: path.into(),
            expected: [SIDE; 2],
            found: sides,
        });
    }
    let mut images = Vec::new();
    file.samples::<{ SIDE * SIDE }>(n, |bytes| {
        images.push(Tensor::from_fn(|i| f32::from(bytes[i]) / 255.0));
        Ok(())
    })?;
    Ok(images)
}

/// The labels of a file.
///
/// # Errors
/// If the file cannot be read, is no whole file of labels, or holds a label that is not below 10.
pub fn labels(path: &Path) -> Result<Vec<Class<CLASSES>>, Error> {
    let mut file = Idx::open(path, Kind::Labels)?;
    let [n] = file.header()?;
    let mut labels = Vec::new();
    file.samples::<1>(n, |&[found]| {
        let label = Class::try_from(usize::from(found)).map_err(|_| Error::Label {
            path: path.into(),
            index: labels.len(),
            classes: CLASSES,
            found,
        })?;
        labels.push(label);
        Ok(())
    })?;
    Ok(labels)
}

/// A file as it is read: its bytes unpacked, and how many there were so far.
struct Idx<'p> {
    path: &'p Path,
    kind: Kind,
    reader: Box<dyn Read>,
    packed: bool,
    /// its sides, as they are told to people
    promised: String,
    read: u64,
}

impl<'p> Idx<'p> {
    fn open(path: &'p Path, kind: Kind) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.into(),
            source,
        };
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let packed = file.fill_buf().map_err(unreadable)?.starts_with(&GZIP);
        let reader: Box<dyn Read> = if packed {
            Box::new(BufReader::new(MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Ok(Self {
            path,
            kind,
            reader,
            packed,
            promised: String::new(),
            read: 0,
        })
    }

    /// Fills `bytes` as far as the file goes; returns how far that is.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    let path = self.path.into();
                    return Err(if self.packed {
                        Error::Gzip { path, source }
                    } else {
                        Error::Unreadable { path, source }
                    });
                }
            }
        }
        self.read += filled as u64;
        Ok(filled)
    }

    /// The next number of the header; `None` where the file ends.
    fn number(&mut self) -> Result<Option<u32>, Error> {
        let mut bytes = [0; 4];
        let whole = self.fill(&mut bytes)? == bytes.len();
        Ok(whole.then(|| u32::from_be_bytes(bytes)))
    }

    /// Checks the kind of file and returns its sides.
    fn header<const RANK: usize>(&mut self) -> Result<[u32; RANK], Error> {
        let mut sides = [0; RANK];
        match self.number()? {
            Some(magic) if magic == self.kind.magic() => {}
            Some(found) => {
                return Err(Error::Magic {
                    path: self.path.into(),
                    kind: self.kind,
                    found,
                });
            }
            None => return Err(self.header_ends(RANK)),
        }
        for side in &mut sides {
            *side = self.number()?.ok_or_else(|| self.header_ends(RANK))?;
        }
        self.promised = sides.map(|side| side.to_string()).join("×");
        Ok(sides)
    }

    fn header_ends(&self, rank: usize) -> Error {
        Error::Header {
            path: self.path.into(),
            kind: self.kind,
            expected: 4 + 4 * rank,
            found: self.read,
        }
    }

    /// Hands out `n` samples of `LEN` bytes, and checks that there are neither fewer nor more.
    fn samples<const LEN: usize>(
        &mut self,
        n: u32,
        mut take: impl FnMut(&[u8; LEN]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let path = self.path;
        if n == 0 {
            return Err(Error::Empty {
                path: path.into(),
                kind: self.kind,
            });
        }
        let expected = self.read + u64::from(n) * LEN as u64;
        let mut bytes = [0; LEN];
        for _ in 0..n {
            if self.fill(&mut bytes)? < LEN {
                return Err(Error::Truncated {
                    path: path.into(),
                    expected,
                    promised: self.promised.clone(),
                    found: self.read,
                });
            }
            take(&bytes)?;
        }
        // asking for one byte more also makes gzip check its sum
        if self.fill(&mut [0])? > 0 {
            return Err(Error::Oversized {
                path: path.into(),
                expected,
                promised: self.promised.clone(),
            });
        }
        Ok(())
    }
}
