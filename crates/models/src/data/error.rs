//! What can be wrong with a file of data, each in one line: the file, what was expected, what was found, what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What an IDX file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `idx3-ubyte`: a number of images of H×W bytes
    Images,
    /// `idx1-ubyte`: a number of labels of one byte
    Labels,
}

impl Kind {
    /// The number that its files begin with: two zero bytes, 8 for bytes, and how many sides follow.
    pub const fn magic(self) -> u32 {
        match self {
            Kind::Images => 0x0803,
            Kind::Labels => 0x0801,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Images => "images",
            Kind::Labels => "labels",
        })
    }
}

/// Why files of data could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such folder.
    #[error("{} is no folder; name the one that holds the IDX files", path.display())]
    MissingFolder {
        /// what was named
        path: PathBuf,
    },
    /// The folder lacks a file, under every name it could have.
    #[error("{} holds none of {}; download one of them into it", folder.display(), names.join(", "))]
    MissingFile {
        /// where it should be
        folder: PathBuf,
        /// the names that were looked for
        names: Vec<String>,
    },
    /// The operating system would not read it.
    #[error("{} cannot be read: {source}; check the file and its permissions", path.display())]
    Unreadable {
        /// the file
        path: PathBuf,
        /// what the operating system said
        source: io::Error,
    },
    /// A gzip file is cut short, or its checksum is wrong.
    #[error("{} cannot be unpacked by gzip: {source}; download it again", path.display())]
    Gzip {
        /// the file
        path: PathBuf,
        /// what the decoder said
        source: io::Error,
    },
    /// It is no IDX file, or one of another kind.
    #[error("{} begins with {found:08x}, a file of {kind} begins with {:08x}; check that it is an IDX file of {kind}", path.display(), kind.magic())]
    Magic {
        /// the file
        path: PathBuf,
        /// what it should hold
        kind: Kind,
        /// the number it begins with
        found: u32,
    },
    /// The images have other sides than the network takes.
    #[error("{} holds images of {}×{}, expected {}×{}; choose files of that size", path.display(), found[0], found[1], expected[0], expected[1])]
    Sides {
        /// the file
        path: PathBuf,
        /// height and width as they should be
        expected: [usize; 2],
        /// height and width as the header says
        found: [u32; 2],
    },
    /// It ends inside its header.
    #[error("{} holds {} bytes, the header of a file of {kind} takes {expected}; download it again", path.display(), grouped(*found))]
    Header {
        /// the file
        path: PathBuf,
        /// what it should hold
        kind: Kind,
        /// bytes of a header
        expected: usize,
        /// bytes of the file, unpacked
        found: u64,
    },
    /// It ends before all that its header promises.
    #[error("{} holds {} bytes, its header promises {} ({promised}); download it again", path.display(), grouped(*found), grouped(*expected))]
    Truncated {
        /// the file
        path: PathBuf,
        /// bytes that the header promises, its own among them
        expected: u64,
        /// what the header promises: `60000×28×28`
        promised: String,
        /// bytes of the file, unpacked
        found: u64,
    },
    /// It goes on after all that its header promises; how far was not read.
    #[error("{} holds more than the {} bytes that its header promises ({promised}); download it again", path.display(), grouped(*expected))]
    Oversized {
        /// the file
        path: PathBuf,
        /// bytes that the header promises, its own among them
        expected: u64,
        /// what the header promises: `60000×28×28`
        promised: String,
    },
    /// It holds no sample at all.
    #[error("{} holds 0 {kind}, expected at least one; download it again", path.display())]
    Empty {
        /// the file
        path: PathBuf,
        /// what it should hold
        kind: Kind,
    },
    /// A label names no class.
    #[error("{} holds {found} as label {index} (counted from 0), expected 0 to {}; check that its classes are those of the images", path.display(), classes - 1)]
    Label {
        /// the file
        path: PathBuf,
        /// which label, counted from 0
        index: usize,
        /// how many classes there are
        classes: usize,
        /// the label
        found: u8,
    },
    /// The images and the labels are not equally many.
    #[error("{} holds {images_found} images and {} {labels_found} labels, expected as many of one as of the other; check that both belong together", images.display(), labels.display())]
    Count {
        /// the file of images
        images: PathBuf,
        /// how many it holds
        images_found: usize,
        /// the file of labels
        labels: PathBuf,
        /// how many it holds
        labels_found: usize,
    },
}

/// A number with its digits in groups of three.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
