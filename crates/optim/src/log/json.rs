//! A JSON object an epoch.

use core::error::Error;
use std::path::Path;

use super::lines::Lines;
use super::{Log, LogError, Record, number};

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

    /// Goes on with a file, or begins it. A last line that was never finished is cut off, and so are, when the first epoch is told, the
    /// lines of that epoch and of later ones: a run that was cut off behind its last check point does them once more.
    ///
    /// # Errors
    /// If it cannot be read and written.
    pub fn append(path: impl AsRef<Path>) -> Result<Self, LogError> {
        Lines::append(path.as_ref(), |line| {
            let digits = line.strip_prefix("{\"epoch\":")?;
            let end = digits.find(|c: char| !c.is_ascii_digit())?;
            digits[..end].parse().ok()
        })
        .map(Self)
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
        Ok(self.0.line(record.epoch, line)?)
    }
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
