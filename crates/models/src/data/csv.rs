//! Tables of others as comma-separated values with a header (RFC 4180), the columns chosen by name.
//!
//! ```
//! use models::data::csv::Csv;
//!
//! let text = "kind,length,mass\ncat,0.5,4.5\ndog,0.9,31\n";
//! let table = Csv::read("animals.csv", text.as_bytes(), b',')?;
//! let animals = table.dataset(["length", "mass"], "kind", ["cat", "dog"])?;
//! assert_eq!((animals.images[1][[1]], animals.labels[1].index()), (31.0, 1));
//!
//! let error = table.numbers(["kind"]).expect_err("it is no number");
//! assert_eq!(error.to_string(), r#"animals.csv holds "cat" in line 2, column "kind", expected a finite number; mend the cell"#);
//! # Ok::<(), models::data::Error>(())
//! ```

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use core_tensor::{Tensor, Vector};
use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
use nn::Class;

use crate::data::{Dataset, Error};

/// A table that has been read: every row is as long as the header, every cell is text.
#[derive(Debug)]
pub struct Csv {
    path: PathBuf,
    columns: Vec<String>,
    /// each with the number of its line
    rows: Vec<(u64, StringRecord)>,
}

impl Csv {
    /// Reads a file with commas between its fields.
    ///
    /// # Errors
    /// If the file cannot be read, has no header or no row, names a column twice, is no UTF-8, or has a row of another length.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| Error::Unreadable {
            path: path.into(),
            source,
        })?;
        Self::read(path, file, b',')
    }

    /// Reads a table from anywhere, with `separator` between its fields; errors call it `name`.
    ///
    /// # Errors
    /// As [`open`](Csv::open).
    pub fn read(name: impl Into<PathBuf>, from: impl Read, separator: u8) -> Result<Self, Error> {
        let (path, mut bytes, mut from) = (name.into(), Vec::new(), from);
        if let Err(source) = from.read_to_end(&mut bytes) {
            return Err(Error::Unreadable { path, source });
        }
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .trim(Trim::All)
            .flexible(true)
            .from_reader(&bytes[..]);
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(mistake(path, &bytes, error)),
        };
        let columns: Vec<String> = header.iter().map(str::to_owned).collect();
        let twice = |(i, column): &(usize, &String)| columns[..*i].contains(column);
        if let Some((_, column)) = columns.iter().enumerate().find(twice) {
            let column = column.clone();
            return Err(Error::SameColumns { path, column });
        }
        let (mut rows, mut lines) = (Vec::new(), Lines::of(&bytes));
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => return Err(mistake(path, &bytes, error)),
            };
            let line = lines.at(record.position());
            if record.len() != columns.len() {
                return Err(Error::Fields {
                    path,
                    line,
                    expected: columns.len(),
                    found: record.len(),
                });
            }
            rows.push((line, record));
        }
        let found = match (columns.is_empty(), rows.is_empty()) {
            (true, _) => "nothing",
            (_, true) => "a header alone",
            _ => {
                return Ok(Self {
                    path,
                    columns,
                    rows,
                });
            }
        };
        Err(Error::NoTable { path, found })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows there are, at least one.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a table without rows is an error"
    )]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// What stands in a column, each once, in the order of the alphabet: the names of its classes.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn words(&self, column: &str) -> Result<Vec<&str>, Error> {
        let at = self.at(column)?;
        let mut words: Vec<&str> = self.rows.iter().map(|(_, row)| &row[at]).collect();
        words.sort_unstable();
        words.dedup();
        Ok(words)
    }

    /// A sample of each row: the numbers in these columns.
    ///
    /// # Errors
    /// If a column is missing, or a cell is no finite number.
    pub fn numbers<const N: usize>(
        &self,
        columns: [&str; N],
    ) -> Result<Vec<Tensor<Vector<N>>>, Error> {
        let mut at = [0; N];
        for (at, column) in at.iter_mut().zip(columns) {
            *at = self.at(column)?;
        }
        let mut samples = Vec::with_capacity(self.rows.len());
        for (line, row) in &self.rows {
            let mut numbers = [0.0; N];
            for (number, &at) in numbers.iter_mut().zip(&at) {
                let parsed = row[at].parse::<f32>().ok().filter(|x| x.is_finite());
                *number = parsed.ok_or_else(|| self.cell(*line, at, row, "a finite number"))?;
            }
            samples.push(Tensor::new(numbers));
        }
        Ok(samples)
    }

    /// The class of each row: the place among `names` of what stands in a column.
    ///
    /// # Errors
    /// If the column is missing, or a cell is none of the names.
    pub fn classes<const N: usize>(
        &self,
        column: &str,
        names: [&str; N],
    ) -> Result<Vec<Class<N>>, Error> {
        let at = self.at(column)?;
        let class = |(line, row): &(u64, StringRecord)| {
            let place = names.iter().position(|name| *name == &row[at]);
            let class = place.and_then(|place| Class::try_from(place).ok());
            class.ok_or_else(|| self.cell(*line, at, row, &format!("one of {}", names.join(", "))))
        };
        self.rows.iter().map(class).collect()
    }

    /// Both: numbers, and the class that each row belongs to.
    ///
    /// # Errors
    /// As [`numbers`](Csv::numbers) and [`classes`](Csv::classes).
    pub fn dataset<const I: usize, const N: usize>(
        &self,
        columns: [&str; I],
        class: &str,
        names: [&str; N],
    ) -> Result<Dataset<Vector<I>, N>, Error> {
        Ok(Dataset {
            images: self.numbers(columns)?,
            labels: self.classes(class, names)?,
        })
    }

    fn at(&self, column: &str) -> Result<usize, Error> {
        let place = self.columns.iter().position(|known| known == column);
        place.ok_or_else(|| Error::NoColumn {
            path: self.path.clone(),
            column: column.into(),
            known: self.columns.clone(),
        })
    }

    fn cell(&self, line: u64, at: usize, row: &StringRecord, expected: &str) -> Error {
        Error::Cell {
            path: self.path.clone(),
            line,
            column: self.columns[at].clone(),
            expected: expected.into(),
            found: row[at].into(),
        }
    }
}

/// Counts lines up to records: the reader itself counts empty lines to the record that follows them.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl<'b> Lines<'b> {
    fn of(bytes: &'b [u8]) -> Self {
        let (at, line) = (0, 1);
        Self { bytes, at, line }
    }

    /// The line in which a record begins that is not before the last one.
    fn at(&mut self, place: Option<&Position>) -> u64 {
        let start = place.map_or(0, |place| place.byte() as usize);
        while let Some(byte) = self.bytes.get(self.at) {
            if self.at >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// What the reader found wrong.
fn mistake(path: PathBuf, bytes: &[u8], error: csv::Error) -> Error {
    let line = Lines::of(bytes).at(error.position());
    match error.into_kind() {
        ErrorKind::Utf8 { .. } => Error::Utf8 { path, line },
        ErrorKind::Io(source) => Error::Unreadable { path, source },
        other => Error::Unreadable {
            path,
            source: std::io::Error::other(format!("{other:?}")),
        },
    }
}
