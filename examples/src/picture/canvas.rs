//! A sheet of pixels: drawn large, shrunk for smooth edges, packed as PNG, and written so that a file is whole or not there.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Error;

/// A sheet that is being drawn on.
pub(super) type Sheet<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
/// What the drawing steps return: the plotting library has a type of error for every step, and all that people need is its words.
pub(super) type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Everything is drawn this many times larger, then shrunk: the library puts letters and thick lines on whole pixels.
pub(super) const SCALE: u32 = 3;

pub(super) const INK: RGBColor = RGBColor(38, 42, 51);
pub(super) const PALE: RGBColor = RGBColor(104, 111, 124);
pub(super) const GRID: RGBColor = RGBColor(228, 231, 236);
pub(super) const BLUE: RGBColor = RGBColor(31, 111, 180);
pub(super) const ORANGE: RGBColor = RGBColor(214, 92, 16);

/// A length in pixels of the finished picture.
pub(super) const fn px(length: u32) -> i32 {
    (length * SCALE) as i32
}

/// Text of a size in pixels, its anchor in the middle of its upper edge.
pub(super) fn text(size: u32, style: FontStyle, color: RGBColor) -> TextStyle<'static> {
    let font = FontDesc::new(FontFamily::SansSerif, f64::from(px(size)), style);
    TextStyle {
        font,
        color: color.to_backend_color(),
        pos: Pos::new(HPos::Center, VPos::Top),
    }
}

/// Draws a white sheet of `width`×`height` pixels and writes it to `path`.
pub(super) fn save(
    path: &Path,
    size: [u32; 2],
    draw: impl FnOnce(&Sheet<'_>) -> Drawn,
) -> Result<(), Error> {
    let pixels = sheet(path, size, draw)?;
    let png = pack(&pixels, size[0], size[1]).map_err(|reason| Error::Undrawable {
        path: path.into(),
        reason: reason.to_string(),
    })?;
    write(path, &png).map_err(|source| Error::Unwritable {
        path: path.into(),
        source,
    })
}

/// Draws a white sheet of `width`×`height` pixels, for what will lie at `path`: its RGB pixels.
pub(super) fn sheet(
    path: &Path,
    [width, height]: [u32; 2],
    draw: impl FnOnce(&Sheet<'_>) -> Drawn,
) -> Result<Vec<u8>, Error> {
    register_fonts();
    let [large_width, large_height] = [width * SCALE, height * SCALE];
    let mut large = vec![255; (large_width * large_height * 3) as usize];
    let undrawable = |reason: &dyn Display| Error::Undrawable {
        path: path.into(),
        reason: reason.to_string(),
    };
    {
        let backend = BitMapBackend::with_buffer(&mut large, (large_width, large_height));
        let sheet = backend.into_drawing_area();
        draw(&sheet).map_err(|reason| undrawable(&reason))?;
        sheet.present().map_err(|reason| undrawable(&reason))?;
    }
    Ok(shrink(&large, width as usize))
}

fn register_fonts() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let regular = include_bytes!("../../fonts/DejaVuSans.ttf");
        let bold = include_bytes!("../../fonts/DejaVuSans-Bold.ttf");
        for (style, bytes) in [
            (FontStyle::Normal, regular.as_slice()),
            (FontStyle::Bold, bold),
        ] {
            let registered = register_font("sans-serif", style, bytes);
            assert!(
                registered.is_ok(),
                "the font is part of the program and is whole"
            );
        }
    });
}

/// Every pixel the mean of a square of the large sheet.
fn shrink(large: &[u8], width: usize) -> Vec<u8> {
    let scale = SCALE as usize;
    let row = width * scale * 3;
    let mut pixels = Vec::with_capacity(large.len() / (scale * scale));
    for band in large.chunks_exact(row * scale) {
        for x in 0..width {
            for channel in 0..3 {
                let at = |dy: usize, dx: usize| band[dy * row + (x * scale + dx) * 3 + channel];
                let square = (0..scale).flat_map(|dy| (0..scale).map(move |dx| (dy, dx)));
                let sum: usize = square.map(|(dy, dx)| usize::from(at(dy, dx))).sum();
                pixels.push((sum / (scale * scale)) as u8);
            }
        }
    }
    pixels
}

fn pack(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// Writes beside the file, then renames: the file is the old one or the whole new one, whatever happens in between.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = Path::new(&beside);
    let written = File::create_new(beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(beside, path)
    });
    written.inspect_err(|_| {
        // the first error is the one to tell; there may be nothing to remove
        let _ = fs::remove_file(beside);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_takes_means() {
        // two pixels of a picture, 3×3 each: black with one white pixel of nine, and grey
        let mut large = vec![0; 6 * 3 * 3];
        large[..3].fill(255);
        for y in 0..3 {
            large[(y * 6 + 3) * 3..(y * 6 + 6) * 3].fill(90);
        }
        assert_eq!(shrink(&large, 2), [28, 28, 28, 90, 90, 90]);
    }
}
