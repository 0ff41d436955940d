//! What a training run leaves behind: a line an epoch, as JSON or as CSV.

use core::error::Error;
use core::fmt::{self, Write as _};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// An epoch as its logs see it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Record<'r> {
    /// counted from 1
    pub epoch: usize,
    /// what was measured, by name, in the same order in every epoch: `train_loss`, `train_accuracy`, `held_out_loss`, `held_out_accuracy`,
    /// `rate`, `seconds`, `samples_per_second`, `gradient_norm`, `clip`, and whatever the user measures. What there was not is none
    pub values: &'r [(&'r str, Option<f64>)],
}

impl Record<'_> {
    /// The number of a name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let mut values = self.values.iter();
        values.find(|value| value.0 == name)?.1
    }
}

/// What is told of every epoch of a run: [`Progress::log`](crate::Progress::log).
pub trait Log {
    /// An epoch is over. What this writes should be whole on the disk, or on its way there, when it returns: the run may end at any moment.
    ///
    /// # Errors
    /// Why it could not be kept. The run goes on without this log.
    fn epoch(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Why a log could not be written.
#[derive(Debug)]
pub struct LogError {
    path: PathBuf,
    source: io::Error,
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the log {} cannot be written: {}; choose a folder that exists, lets you write and has room",
            self.path.display(),
            self.source
        )
    }
}

impl Error for LogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// A file of whole lines.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: File,
}

impl Lines {
    fn create(path: &Path) -> Result<Self, LogError> {
        Self::open(path, File::create(path))
    }

    /// The file with what is in it, but for a last line that was never finished.
    fn append(path: &Path) -> Result<Self, LogError> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false);
        let mut lines = Self::open(path, file.open(path))?;
        lines.cut().map_err(|source| lines.error(source))?;
        Ok(lines)
    }

    fn open(path: &Path, file: io::Result<File>) -> Result<Self, LogError> {
        let path = path.to_owned();
        match file {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(LogError { path, source }),
        }
    }

    /// Cuts what stands behind the last end of a line, and leaves the file at its end.
    fn cut(&mut self) -> io::Result<()> {
        let mut end = self.file.seek(SeekFrom::End(0))?;
        let mut block = [0; 4096];
        while end > 0 {
            let from = end.saturating_sub(block.len() as u64);
            let block = &mut block[..(end - from) as usize];
            self.file.seek(SeekFrom::Start(from))?;
            self.file.read_exact(block)?;
            if let Some(last) = block.iter().rposition(|&byte| byte == b'\n') {
                end = from + last as u64 + 1;
                break;
            }
            end = from;
        }
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end)).map(drop)
    }

    /// A line in one piece.
    fn line(&mut self, mut line: String) -> Result<(), LogError> {
        line.push('\n');
        self.file
            .write_all(line.as_bytes())
            .map_err(|source| self.error(source))
    }

    fn error(&self, source: io::Error) -> LogError {
        let path = self.path.clone();
        LogError { path, source }
    }
}

/// A JSON object a line: `{"epoch":1,"train_loss":0.25,…}`. Every number reads back as the same bits; what is not finite is `null`, and what
/// there was not is left out.
///
/// Each line is handed to the operating system in one piece before the next epoch begins, so that a run that is killed leaves what it logged.
#[derive(Debug)]
pub struct Jsonl(Lines);

impl Jsonl {
    /// A new file; what was there is gone.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LogError> {
        Lines::create(path.as_ref()).map(Self)
    }

    /// Goes on with a file, or begins it. A last line that was never finished is cut off.
    ///
    /// # Errors
    /// If it cannot be read and written.
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LogError> {
        Lines::append(path.as_ref()).map(Self)
    }
}

impl Log for Jsonl {
    fn epoch(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut line = format!("{{\"epoch\":{}", record.epoch);
        for (name, value) in record.values {
            let Some(value) = value else { continue };
            line.push_str(",\"");
            escape(name, &mut line);
            line.push_str("\":");
            match value.is_finite() {
                true => number(*value, &mut line),
                false => line.push_str("null"),
            }
        }
        line.push('}');
        Ok(self.0.line(line)?)
    }
}

/// A line an epoch with commas between its numbers, under a line of their names. Every number reads back as the same bits; what is not finite
/// is `NaN`, `inf` or `-inf`, and what there was not is empty.
///
/// Written as [`Jsonl`] is.
#[derive(Debug)]
pub struct Csv {
    lines: Lines,
    /// whether the names are still to be written
    new: bool,
}

impl Csv {
    /// A new file; what was there is gone.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let lines = Lines::create(path.as_ref())?;
        Ok(Self { lines, new: true })
    }

    /// Goes on with a file, or begins it. A last line that was never finished is cut off. The columns are taken to be those of before.
    ///
    /// # Errors
    /// If it cannot be read and written.
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let mut lines = Lines::append(path.as_ref())?;
        let end = lines.file.stream_position();
        let new = end.map_err(|source| lines.error(source))? == 0;
        Ok(Self { lines, new })
    }
}

impl Log for Csv {
    fn epoch(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        if self.new {
            let mut names = "epoch".to_owned();
            for (name, _) in record.values {
                names.push(',');
                quote(name, &mut names);
            }
            self.lines.line(names)?;
            self.new = false;
        }
        let mut line = record.epoch.to_string();
        for (_, value) in record.values {
            line.push(',');
            if let Some(value) = value {
                number(*value, &mut line);
            }
        }
        Ok(self.lines.line(line)?)
    }
}

/// The shortest digits that read back as the same bits.
fn number(value: f64, to: &mut String) {
    let written = write!(to, "{value:?}");
    written.expect("a string takes everything");
}

/// As JSON wants it between quotation marks.
fn escape(text: &str, to: &mut String) {
    for c in text.chars() {
        match c {
            '"' | '\\' => to.extend(['\\', c]),
            c if c < ' ' => to.push_str(&format!("\\u{:04x}", c as u32)),
            c => to.push(c),
        }
    }
}

/// As CSV wants it (RFC 4180): between quotation marks where it must be.
fn quote(text: &str, to: &mut String) {
    if text.contains([',', '"', '\n', '\r']) {
        to.push_str(&format!("\"{}\"", text.replace('"', "\"\"")));
    } else {
        to.push_str(text);
    }
}
