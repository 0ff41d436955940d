//! Pictures as they are: grey or in colour, with what shines through, in 8 or 16 bits.

use std::path::{Path, PathBuf};

use super::pictures::{decoded, jpeg, read, unpacked};
use crate::data::Error;

/// A picture in memory, with all that its file says of a pixel. A [`Picture`](super::pictures::Picture) is what is seen of it on white.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raster {
    /// rows
    pub height: usize,
    /// pixels of a row
    pub width: usize,
    /// numbers of a pixel: 1 grey, 2 grey and opacity, 3 red, green and blue, 4 these and opacity
    pub channels: usize,
    /// whether a number takes two bytes, the higher first
    pub deep: bool,
    /// row by row
    pub bytes: Vec<u8>,
    /// what its colours mean, if it says so: an ICC profile
    pub profile: Option<Vec<u8>>,
}

impl Raster {
    /// Reads a PNG or a JPEG, which of them its first bytes tell. A palette becomes colours, fewer than 8 bits become 8, and a JPEG whose EXIF
    /// says that the camera lay on its side is turned upright. A JPEG without colours is grey.
    ///
    /// # Errors
    /// If the file cannot be read, is neither, is damaged or cut, or promises more pixels than so many bytes can hold.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::decode(path, &read(path)?)
    }

    /// The same from bytes; errors call them `name`.
    ///
    /// # Errors
    /// As [`open`](Raster::open).
    pub fn decode(name: impl Into<PathBuf>, bytes: &[u8]) -> Result<Self, Error> {
        decoded(name, bytes, from_png, from_jpeg)
    }

    /// Whether the last number of a pixel says how opaque it is.
    pub fn has_opacity(&self) -> bool {
        self.channels.is_multiple_of(2)
    }

    /// Number `channel` of the pixel at a row and a column, from 0 to 255; a number of 16 bits lies in between.
    ///
    /// # Panics
    /// If there is no such pixel.
    #[track_caller]
    pub fn level(&self, [y, x]: [usize; 2], channel: usize) -> f32 {
        assert!(
            x < self.width && channel < self.channels,
            "there is no such pixel"
        );
        let i = (y * self.width + x) * self.channels + channel;
        match self.deep {
            true => {
                f32::from(u16::from_be_bytes([
                    self.bytes[2 * i],
                    self.bytes[2 * i + 1],
                ])) / 257.0
            }
            false => f32::from(self.bytes[i]),
        }
    }

    /// What EXIF's number for the camera's position undoes: 2 to 4 mirror and turn by a half, 5 to 8 exchange rows and columns first.
    fn upright(self, position: u16) -> Self {
        if !(2..=8).contains(&position) {
            return self;
        }
        let aside = position >= 5;
        let (height, width) = match aside {
            true => (self.width, self.height),
            false => (self.height, self.width),
        };
        let pixel = self.channels * if self.deep { 2 } else { 1 };
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for y in 0..height {
            for x in 0..width {
                let (y, x) = match position {
                    2 => (y, width - 1 - x),
                    3 => (height - 1 - y, width - 1 - x),
                    4 => (height - 1 - y, x),
                    5 => (x, y),
                    6 => (width - 1 - x, y),
                    7 => (width - 1 - x, height - 1 - y),
                    _ => (x, height - 1 - y),
                };
                let at = (y * self.width + x) * pixel;
                bytes.extend_from_slice(&self.bytes[at..at + pixel]);
            }
        }
        Self {
            height,
            width,
            bytes,
            ..self
        }
    }
}

fn from_png(bytes: &[u8]) -> Result<Raster, String> {
    let (frame, bytes, profile) = unpacked(bytes, png::Transformations::EXPAND)?;
    Ok(Raster {
        height: frame.height as usize,
        width: frame.width as usize,
        channels: frame.color_type.samples(),
        deep: frame.bit_depth == png::BitDepth::Sixteen,
        bytes,
        profile,
    })
}

fn from_jpeg(bytes: &[u8]) -> Result<Raster, String> {
    let (picture, [exif, profile]) = jpeg(bytes)?;
    let grey = picture
        .rgb
        .chunks_exact(3)
        .all(|p| p[0] == p[1] && p[1] == p[2]);
    let raster = Raster {
        height: picture.height,
        width: picture.width,
        channels: if grey { 1 } else { 3 },
        deep: false,
        bytes: match grey {
            true => picture.rgb.iter().step_by(3).copied().collect(),
            false => picture.rgb,
        },
        profile,
    };
    let position = exif.as_deref().and_then(position);
    Ok(raster.upright(position.unwrap_or(1)))
}

/// How the camera lay: tag 274 of the first directory of EXIF, which is a TIFF.
fn position(exif: &[u8]) -> Option<u16> {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let little = tiff.starts_with(b"II*\0");
    if !little && !tiff.starts_with(b"MM\0*") {
        return None;
    }
    let short = |at: usize| {
        let pair = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match little {
            true => u16::from_le_bytes(pair),
            false => u16::from_be_bytes(pair),
        })
    };
    // a number of four bytes by its halves
    let (low, high) = if little { (4, 6) } else { (6, 4) };
    let directory = usize::from(short(high)?) << 16 | usize::from(short(low)?);
    let entries = (0..usize::from(short(directory)?)).map(|i| directory + 2 + 12 * i);
    let mut tags = entries.map_while(|at| Some((short(at)?, short(at + 8)?)));
    tags.find(|&(tag, _)| tag == 274).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A TIFF with the camera's position, as the standard lays it out.
    fn exif(big: bool, position: u16) -> Vec<u8> {
        let short = |n: u16| {
            if big {
                n.to_be_bytes()
            } else {
                n.to_le_bytes()
            }
        };
        let long = |n: u32| {
            if big {
                n.to_be_bytes()
            } else {
                n.to_le_bytes()
            }
        };
        let mut tiff = if big { *b"MM\0*" } else { *b"II*\0" }.to_vec();
        tiff.extend(long(8));
        tiff.extend(short(2));
        for (tag, value) in [(0x0100, 7), (0x0112, position)] {
            tiff.extend([short(tag), short(3)].concat());
            tiff.extend(long(1));
            tiff.extend([short(value), [0, 0]].concat());
        }
        tiff
    }

    #[test]
    fn positions_are_read_in_both_orders_of_bytes() {
        for big in [false, true] {
            assert_eq!(position(&exif(big, 6)), Some(6));
            assert_eq!(
                position(&[&b"Exif\0\0"[..], &exif(big, 3)].concat()),
                Some(3)
            );
            // cut anywhere, it says nothing
            let whole = exif(big, 8);
            (0..whole.len() - 4).for_each(|end| assert_eq!(position(&whole[..end]), None));
        }
        assert_eq!(position(b"JUNK"), None);
    }

    #[test]
    fn positions_are_undone() {
        // of 2×3 pixels; where row 0 and column 0 of each lie is said by the standard
        let seen = Raster {
            height: 2,
            width: 3,
            channels: 1,
            deep: false,
            bytes: vec![1, 2, 3, 4, 5, 6],
            profile: None,
        };
        for (position, height, expected) in [
            (1, 2, [1, 2, 3, 4, 5, 6]),
            (2, 2, [3, 2, 1, 6, 5, 4]),
            (3, 2, [6, 5, 4, 3, 2, 1]),
            (4, 2, [4, 5, 6, 1, 2, 3]),
            (5, 3, [1, 4, 2, 5, 3, 6]),
            (6, 3, [4, 1, 5, 2, 6, 3]),
            (7, 3, [6, 3, 5, 2, 4, 1]),
            (8, 3, [3, 6, 2, 5, 1, 4]),
        ] {
            let upright = seen.clone().upright(position);
            assert_eq!(
                (upright.height, upright.bytes),
                (height, expected.to_vec()),
                "{position}"
            );
        }
    }
}
