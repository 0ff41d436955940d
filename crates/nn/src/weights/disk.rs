//! Files that are read as they stand, and replaced whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use core_tensor::map::Mapped;

use super::WeightsError;

/// A file as bytes.
pub(super) fn map(path: &Path) -> Result<Mapped, WeightsError> {
    Mapped::open(path).map_err(|source| WeightsError::Unreadable {
        path: path.into(),
        source,
    })
}

/// Puts a file with these bytes in the place of whatever stands there. They go to a file beside it first, whose name ends in `.part`, and to
/// the disk; then it takes the name. Whatever happens meanwhile, the name stands for the old file or for the new one.
///
/// # Errors
/// If the operating system refuses; then the old file is still there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), WeightsError> {
    let part = beside(path);
    let written = write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if let Err(source) = written {
        // what could not be finished is of no use; that it cannot be removed either changes nothing
        let _ = fs::remove_file(&part);
        return Err(WeightsError::Unwritable {
            path: path.into(),
            source,
        });
    }
    // the name itself must reach the disk too; where folders cannot be opened, the system sees to it
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn write(part: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(part)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A name that no other writer uses: `.weights.safetensors.4711-0.part`.
fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{process}-{count}.part"));
    path.with_file_name(name)
}
