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
    #[error("{} is no folder; name the one that holds {holding}", path.display())]
    MissingFolder {
        /// what was named
        path: PathBuf,
        /// what it should hold
        holding: &'static str,
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
    /// A file of records of one length ends inside one.
    #[error("{} ends after {found} of the {expected} bytes of record {index} (counted from 0); download it again", path.display())]
    Cut {
        /// the file
        path: PathBuf,
        /// which record, counted from 0
        index: usize,
        /// bytes of a record
        expected: usize,
        /// bytes that there are of this one
        found: usize,
    },
    /// It holds fewer or more records than such files do.
    #[error("{} holds {} records than the {} of its kind; download it again", path.display(), if *more { "more" } else { "fewer" }, grouped(*expected as u64))]
    Records {
        /// the file
        path: PathBuf,
        /// how many it should hold
        expected: usize,
        /// whether there are more; how many was not read
        more: bool,
    },
    /// A table holds no line that names its columns, or nothing below it.
    #[error("{} holds {found}, expected a line that names the columns and at least one row; export it again with a header", path.display())]
    NoTable {
        /// the file
        path: PathBuf,
        /// what it holds instead
        found: &'static str,
    },
    /// Two columns of a table share their name.
    #[error("{} names the column {column:?} twice; rename one of them", path.display())]
    SameColumns {
        /// the file
        path: PathBuf,
        /// the name
        column: String,
    },
    /// A table lacks a column.
    #[error("{} has no column {column:?}; its columns are {}", path.display(), known.join(", "))]
    NoColumn {
        /// the file
        path: PathBuf,
        /// what was asked for
        column: String,
        /// what there is
        known: Vec<String>,
    },
    /// A row of a table has fewer or more fields than its header.
    #[error("{} has {found} fields in line {line}, its header names {expected}; mend the line", path.display())]
    Fields {
        /// the file
        path: PathBuf,
        /// counted from 1
        line: u64,
        /// how many columns there are
        expected: usize,
        /// how many fields there are
        found: usize,
    },
    /// A line is no text.
    #[error("{} has bytes that are no UTF-8 in line {line}; save it as UTF-8", path.display())]
    Utf8 {
        /// the file
        path: PathBuf,
        /// counted from 1
        line: u64,
    },
    /// A cell of a table is not what its column is read as.
    #[error("{} holds {found:?} in line {line}, column {column:?}, expected {expected}; mend the cell", path.display())]
    Cell {
        /// the file
        path: PathBuf,
        /// counted from 1
        line: u64,
        /// the column's name
        column: String,
        /// what it should be
        expected: String,
        /// what it is
        found: String,
    },
    /// The folders in a folder of pictures are not as many as there are classes.
    #[error("{} holds {} folders ({}), expected {expected}, one a class", path.display(), found.len(), found.join(", "))]
    Classes {
        /// the folder
        path: PathBuf,
        /// how many classes there are
        expected: usize,
        /// the folders' names
        found: Vec<String>,
    },
    /// Something lies in a folder of pictures where it cannot be told what it is for.
    #[error("{} is {found}, expected {expected} there; move it elsewhere", path.display())]
    Stray {
        /// what lies there
        path: PathBuf,
        /// what should lie there
        expected: &'static str,
        /// what it is
        found: &'static str,
    },
    /// A picture is damaged, or of a kind that is not read.
    #[error("{} cannot be read as a picture: {reason}; save it again as PNG or JPEG", path.display())]
    Picture {
        /// the file
        path: PathBuf,
        /// what the decoder said
        reason: String,
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
