//! Files as slices of bytes, which the operating system reads page by page when they are looked at.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// A file mapped into memory, to be read. As long as it lives it holds the file's shared lock ([`File::lock_shared`]).
///
/// Nobody may change a file that is mapped, nor make it shorter: replace it by another of the same name, as everything here that writes a
/// file does. A program that writes into it all the same, without asking for its lock, changes the bytes under the reader's eyes.
#[derive(Debug)]
pub struct Mapped {
    bytes: Mmap,
    // unlocks the file when it is closed
    _locked: File,
}

impl Mapped {
    /// Maps a whole file.
    ///
    /// # Errors
    /// If it cannot be opened, or another process has locked it to write.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    "another process has locked it to write",
                ));
            }
            // a file system without locks
            Err(std::fs::TryLockError::Error(_)) => {}
        }
        // SAFETY: the bytes are only read here, and nobody else changes them: whoever writes replaces the file (this crate's users) or asks
        // for its lock, which is held as long as the map. What ignores both is outside of what a program can guard against, as stated above.
        let bytes = unsafe { Mmap::map(&file)? };
        Ok(Self {
            bytes,
            _locked: file,
        })
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}
