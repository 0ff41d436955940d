//! A row of numbers an epoch.

use core::error::Error;
use std::path::Path;

use super::lines::{Lines, read};
use super::{Fault, Log, LogError, Record, number};

/// A line an epoch with commas between its numbers, under a line of their names. Every number reads back as the same bits; what is not finite
/// is `NaN`, `inf` or `-inf`, and what there was not is empty.
///
/// Written as [`Jsonl`](crate::Jsonl) is; [`History`] reads it.
#[derive(Debug)]
pub struct Csv {
    lines: Lines,
    /// the line of names in the file, none if that is still to be written
    names: Option<String>,
}

impl Csv {
    /// A new file; what was there is gone.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let lines = Lines::create(path.as_ref())?;
        Ok(Self { lines, names: None })
    }

    /// Goes on with a file, or begins it. A last line that was never finished is cut off, and so are, when the first epoch is told, the
    /// lines of that epoch and of later ones: a run that was cut off behind its last check point does them once more.
    ///
    /// # Errors
    /// If it cannot be read and written, or is none of these. An epoch that has other columns is an error when it is told.
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let history = History::read(&path)?;
        let names = (!history.names.is_empty()).then(|| header(history.names()));
        let lines = Lines::append(path.as_ref(), |line| line.split(',').next()?.parse().ok())?;
        Ok(Self { lines, names })
    }
}

impl Log for Csv {
    fn epoch(&mut self, record: &Record<'_>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let names = header(record.values.iter().map(|(name, _)| *name));
        match &self.names {
            None => {
                self.lines.text(names.clone())?;
                self.names = Some(names);
            }
            Some(found) if *found != names => {
                return Err(self
                    .lines
                    .fault(Fault::Columns(found.clone(), names))
                    .into());
            }
            Some(_) => {}
        }
        let mut line = record.epoch.to_string();
        for (_, value) in record.values {
            line.push(',');
            if let Some(value) = value {
                number(*value, &mut line);
            }
        }
        Ok(self.lines.line(record.epoch, line)?)
    }
}

/// The line of names.
fn header<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut line = "epoch".to_owned();
    for name in names {
        line.push(',');
        quote(name, &mut line);
    }
    line
}

/// As CSV wants it (RFC 4180): between quotation marks where it must be.
fn quote(text: &str, to: &mut String) {
    if text.contains([',', '"', '\n', '\r']) {
        to.push_str(&format!("\"{}\"", text.replace('"', "\"\"")));
    } else {
        to.push_str(text);
    }
}

/// What a [`Csv`] holds: the epochs of the runs so far.
///
/// ```
/// use optim::{Csv, History, Log, Record};
/// # let path = std::env::temp_dir().join(format!("history-{}.csv", std::process::id()));
/// let mut csv = Csv::create(&path)?;
/// csv.epoch(&Record { epoch: 1, values: &[("train_loss", Some(0.5)), ("clip", None)] })?;
/// let history = History::read(&path)?;
/// # std::fs::remove_file(&path)?;
/// let mut losses = Vec::new();
/// history.each(|record| losses.push((record.epoch, record.get("train_loss"), record.get("clip"))));
/// assert_eq!(losses, [(1, Some(0.5), None)]);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone, PartialEq, Default, Debug)]
pub struct History {
    names: Vec<String>,
    epochs: Vec<(usize, Vec<Option<f64>>)>,
}

impl History {
    /// Reads a file; where there is none, nothing has happened yet. A last line that was never finished is left out.
    ///
    /// # Errors
    /// If it cannot be read, or was not written by a [`Csv`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LogError> {
        let path = path.as_ref();
        Self::parse(&read(path)?).map_err(|fault| fault.in_log(path))
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let (names, rest) = names(text);
        let Some(("epoch", names)) = names.split_first().map(|(e, n)| (e.as_str(), n)) else {
            return Err(Fault::Line(1, "has no column epoch in front".into()));
        };
        let first = 1 + text.lines().count() - rest.lines().count();
        let epochs = rest.lines().zip(first..).map(|(line, at)| {
            let wrong = |what: String| Fault::Line(at, what);
            let (epoch, numbers) = line.split_once(',').unwrap_or((line, ""));
            let epoch = epoch.parse();
            let epoch = epoch.map_err(|_| wrong("does not begin with an epoch".into()))?;
            let numbers = numbers
                .split(',')
                .take(if names.is_empty() { 0 } else { usize::MAX });
            let value = |text: &str| match text {
                "" => Ok(None),
                text => text
                    .parse()
                    .map(Some)
                    .map_err(|_| wrong(format!("holds {text:?} where a number was expected"))),
            };
            let numbers = numbers.map(value).collect::<Result<Vec<_>, _>>()?;
            if numbers.len() != names.len() {
                return Err(wrong(format!(
                    "holds {} numbers, expected {}",
                    numbers.len(),
                    names.len()
                )));
            }
            Ok((epoch, numbers))
        });
        let epochs = epochs.collect::<Result<_, _>>()?;
        let names = names.to_vec();
        Ok(Self { names, epochs })
    }

    /// What was measured.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Tells of every epoch, in the order of the file.
    pub fn each(&self, mut tell: impl FnMut(&Record<'_>)) {
        for (epoch, numbers) in &self.epochs {
            let values: Vec<_> = self.names().zip(numbers.iter().copied()).collect();
            let (epoch, values) = (*epoch, &values[..]);
            tell(&Record { epoch, values });
        }
    }
}

/// The names of the first line, which may hold ends of lines between quotation marks, and what comes after it.
fn names(text: &str) -> (Vec<String>, &str) {
    let (mut names, mut name, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if quoted && chars.next_if(|(_, c)| *c == '"').is_some() => name.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(std::mem::take(&mut name)),
            '\n' if !quoted => {
                names.push(name);
                return (names, &text[at + 1..]);
            }
            c => name.push(c),
        }
    }
    names.push(name);
    (names, "")
}
