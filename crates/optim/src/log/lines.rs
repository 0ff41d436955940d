//! A file of whole lines, to which lines are added.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Fault, LogError};

/// A file of whole lines.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: File,
    /// where in the file which epoch begins, until the first line is written
    epochs: Vec<(usize, u64)>,
}

impl Lines {
    pub(super) fn create(path: &Path) -> Result<Self, LogError> {
        Self::open(path, File::create(path), Vec::new())
    }

    /// The file with what is in it, but for a last line that was never finished. `epoch` tells which epoch a line is of.
    pub(super) fn append(
        path: &Path,
        epoch: impl Fn(&str) -> Option<usize>,
    ) -> Result<Self, LogError> {
        let text = read(path)?;
        let (mut at, mut epochs) = (0, Vec::new());
        for line in text.split_inclusive('\n') {
            epochs.extend(epoch(line).map(|epoch| (epoch, at)));
            at += line.len() as u64;
        }
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false);
        let mut lines = Self::open(path, file.open(path), epochs)?;
        lines.cut(at)?;
        Ok(lines)
    }

    fn open(
        path: &Path,
        file: io::Result<File>,
        epochs: Vec<(usize, u64)>,
    ) -> Result<Self, LogError> {
        let path = path.to_owned();
        match file {
            Ok(file) => Ok(Self { path, file, epochs }),
            Err(source) => Err(Fault::Write(source).in_log(&path)),
        }
    }

    /// Cuts off what stands from here on.
    fn cut(&mut self, end: u64) -> Result<(), LogError> {
        let cut = self.file.set_len(end);
        let cut = cut.and_then(|()| self.file.seek(SeekFrom::Start(end)));
        cut.map(drop).map_err(|source| self.refused(source))
    }

    /// The line of an epoch, in one piece. The first takes the place of what was said of that epoch before, and of later ones.
    pub(super) fn line(&mut self, epoch: usize, line: String) -> Result<(), LogError> {
        let epochs = std::mem::take(&mut self.epochs);
        if let Some(&(_, end)) = epochs.iter().find(|(other, _)| *other >= epoch) {
            self.cut(end)?;
        }
        self.text(line)
    }

    /// A line in one piece.
    pub(super) fn text(&mut self, mut line: String) -> Result<(), LogError> {
        line.push('\n');
        let written = self.file.write_all(line.as_bytes());
        written.map_err(|source| self.refused(source))
    }

    fn refused(&self, source: io::Error) -> LogError {
        Fault::Write(source).in_log(&self.path)
    }

    pub(super) fn fault(&self, fault: Fault) -> LogError {
        fault.in_log(&self.path)
    }
}

/// The whole lines of a file, none where there is no file.
pub(super) fn read(path: &Path) -> Result<String, LogError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.map_err(|source| Fault::Read(source).in_log(path))?,
    };
    let end = bytes.iter().rposition(|&byte| byte == b'\n');
    let whole = &bytes[..end.map_or(0, |end| end + 1)];
    let text = String::from_utf8(whole.to_vec());
    text.map_err(|error| {
        let good = &whole[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|&&byte| byte == b'\n').count();
        Fault::Line(line, "is no text".into()).in_log(path)
    })
}

impl Fault {
    pub(super) fn in_log(self, path: &Path) -> LogError {
        LogError {
            path: path.to_owned(),
            fault: self,
        }
    }
}
