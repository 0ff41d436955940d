//! A PNG that is written row by row into a temporary file, which takes its name when all is done.

use std::error::Error;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use models::data::raster::Raster;
use png::{BitDepth, ColorType, Compression, Encoder, Info, StreamWriter};
use tempfile::NamedTempFile;

/// The picture that is being written.
pub(crate) struct Output<'r> {
    path: PathBuf,
    file: NamedTempFile,
    writer: StreamWriter<'static, BufWriter<std::fs::File>>,
    small: &'r Raster,
    factor: usize,
    /// the next row
    y: usize,
}

/// Whether a picture may be written there, as far as can be told before.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    let is_png = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("png"));
    if !is_png {
        return Err(format!(
            "{} does not end in .png, and a PNG is what is written; name it so",
            path.display()
        ));
    }
    if path.is_dir() {
        return Err(format!("{} is a folder; name a file", path.display()));
    }
    let folder = folder(path);
    if !folder.is_dir() {
        return Err(format!("{} is no folder; make it first", folder.display()));
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

impl<'r> Output<'r> {
    /// Begins a PNG with the sides of `small` times `factor`, its colours, depth and profile.
    pub(crate) fn create(
        path: &Path,
        small: &'r Raster,
        factor: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let unwritable = unwritable(path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".").suffix(".part");
        #[cfg(unix)]
        {
            // as any new file; the system takes away what the user's mask says
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder(path)).map_err(&unwritable)?;
        let [height, width] = [small.height, small.width].map(|side| u32::try_from(side * factor));
        let mut info = Info::with_size(width?, height?);
        info.color_type = match small.channels {
            1 => ColorType::Grayscale,
            2 => ColorType::GrayscaleAlpha,
            3 => ColorType::Rgb,
            _ => ColorType::Rgba,
        };
        info.bit_depth = match small.deep {
            true => BitDepth::Sixteen,
            false => BitDepth::Eight,
        };
        info.icc_profile = small.profile.clone().map(Into::into);
        let sink = BufWriter::new(file.reopen().map_err(&unwritable)?);
        let mut encoder = Encoder::with_info(sink, info)?;
        encoder.set_compression(Compression::Balanced);
        let writer = encoder.write_header()?.into_stream_writer()?;
        Ok(Self {
            path: path.into(),
            file,
            writer,
            small,
            factor,
            y: 0,
        })
    }

    /// The next rows as red, green and blue from 0 to 255, as the network gives them.
    pub(crate) fn rows(&mut self, rows: &[f32]) -> Result<(), Box<dyn Error>> {
        use std::io::Write;
        let width = self.small.width * self.factor;
        let mut line = Vec::new();
        for row in rows.chunks_exact(3 * width) {
            line.clear();
            for (x, rgb) in row.chunks_exact(3).enumerate() {
                match self.small.channels {
                    1 | 2 => {
                        self.level(&mut line, 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2])
                    }
                    _ => rgb.iter().for_each(|&level| self.level(&mut line, level)),
                }
                if self.small.has_opacity() {
                    self.level(&mut line, self.opacity([self.y, x]));
                }
            }
            self.writer
                .write_all(&line)
                .map_err(unwritable(&self.path))?;
            self.y += 1;
        }
        Ok(())
    }

    fn level(&self, line: &mut Vec<u8>, level: f32) {
        // beyond the range the nearest level is taken
        match self.small.deep {
            true => line.extend(((level * 257.0).round() as u16).to_be_bytes()),
            false => line.push(level.round() as u8),
        }
    }

    /// Opacity between the middles of the four pixels around; a constant stays what it is.
    fn opacity(&self, place: [usize; 2]) -> f32 {
        let ends = [self.small.height, self.small.width];
        let along = |axis: usize| {
            let at = (place[axis] as f32 + 0.5) / self.factor as f32 - 0.5;
            let at = at.clamp(0.0, (ends[axis] - 1) as f32);
            let low = at as usize;
            (low, (low + 1).min(ends[axis] - 1), at - low as f32)
        };
        let ((top, bottom, down), (left, right, across)) = (along(0), along(1));
        let level = |y, x| self.small.level([y, x], self.small.channels - 1);
        let row = |y| level(y, left) + across * (level(y, right) - level(y, left));
        row(top) + down * (row(bottom) - row(top))
    }

    /// Ends the file, brings it to the disk and gives it its name.
    pub(crate) fn finish(self) -> Result<(), Box<dyn Error>> {
        let unwritable = unwritable(&self.path);
        self.writer.finish()?;
        self.file.as_file().sync_all().map_err(&unwritable)?;
        let kept = self.file.persist(&self.path);
        kept.map_err(|error| unwritable(error.error))?;
        Ok(())
    }
}

fn unwritable(path: &Path) -> impl Fn(std::io::Error) -> String {
    move |error| {
        format!(
            "{} cannot be written: {error}; check the folder, its permissions and the space left",
            path.display()
        )
    }
}
