//! Pictures, PNG or JPEG, and folders of them: a folder a class.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use core_tensor::{Image, Tensor};
use nn::Class;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::data::{Dataset, Error, Filter, resample};

const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];
/// The most pixels that a picture may have, whatever its header says.
const MOST: u64 = 1 << 28;
/// The most pixels that a byte of a file can stand for: gzip's 1032 bytes of 8 pixels each.
const DENSEST: u64 = 1032 * 8;

/// How a picture of other sides becomes an `Image<H, W, C>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// not at all: it is an error
    Exact,
    /// it is stretched or shrunk to both sides, bilinearly, by means over the pixels that become one (antialiased, as Pillow's `BILINEAR`)
    Stretch,
}

/// A picture in memory: rows of pixels of red, green and blue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// rows
    pub height: usize,
    /// pixels of a row
    pub width: usize,
    /// three bytes a pixel
    pub rgb: Vec<u8>,
}

impl Picture {
    /// Reads a PNG or a JPEG, which of them its first bytes tell. Transparent pixels lie on white; depths of 16 bits are cut to 8.
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
    /// As [`open`](Picture::open).
    pub fn decode(name: impl Into<PathBuf>, bytes: &[u8]) -> Result<Self, Error> {
        decoded(name, bytes, png, |bytes| {
            jpeg(bytes).map(|(picture, _)| picture)
        })
    }

    /// Grey from 0 to 1 (`0.299·R + 0.587·G + 0.114·B`) for one channel, colours from 0 to 1 for three; `None` if the sides differ.
    pub fn image<const H: usize, const W: usize, const C: usize>(
        &self,
    ) -> Option<Tensor<Image<H, W, C>>> {
        const {
            assert!(
                C == 1 || C == 3,
                "a picture is grey, 1 channel, or in colour, 3"
            )
        }
        let byte = |i: usize| f32::from(self.rgb[i]) / 255.0;
        let value = |i: usize| match C {
            1 => 0.299 * byte(3 * i) + 0.587 * byte(3 * i + 1) + 0.114 * byte(3 * i + 2),
            _ => byte(i),
        };
        ([self.height, self.width] == [H, W]).then(|| Tensor::from_fn(value))
    }

    /// The picture with other sides, as [`Fit::Stretch`] has it.
    ///
    /// # Panics
    /// If a side is 0.
    #[must_use]
    pub fn stretched(&self, height: usize, width: usize) -> Self {
        let numbers: Vec<f32> = self.rgb.iter().map(|&x| f32::from(x)).collect();
        let sides = [self.height, self.width, 3];
        let both = resample(Filter::Triangle, &numbers, sides, [height, width]);
        let rgb = both.iter().map(|x| x.round().clamp(0.0, 255.0) as u8);
        Self {
            height,
            width,
            rgb: rgb.collect(),
        }
    }
}

/// A file's bytes.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Unreadable {
        path: path.into(),
        source,
    })
}

/// What is in the bytes, as the reader says that their beginning calls for; errors call them `name`.
pub(super) fn decoded<P>(
    name: impl Into<PathBuf>,
    bytes: &[u8],
    png: fn(&[u8]) -> Result<P, String>,
    jpeg: fn(&[u8]) -> Result<P, String>,
) -> Result<P, Error> {
    let decoded = if bytes.starts_with(&PNG) {
        png(bytes)
    } else if bytes.starts_with(&JPEG) {
        jpeg(bytes)
    } else {
        Err("it begins as neither PNG nor JPEG".into())
    };
    decoded.map_err(|reason| Error::Picture {
        path: name.into(),
        reason,
    })
}

/// Whether so many bytes can hold so many pixels: nothing is allocated on the word of a header.
fn believable([height, width]: [u64; 2], bytes: usize) -> Result<(), String> {
    let pixels = height.saturating_mul(width);
    let most = MOST.min((bytes as u64).saturating_mul(DENSEST));
    if pixels == 0 || pixels > most {
        return Err(format!(
            "its header promises {height}×{width} pixels, {bytes} bytes hold at least 1 and at most {most}"
        ));
    }
    Ok(())
}

/// What a PNG's pixels are, they themselves, and what their colours mean, if it says so: an ICC profile.
type Unpacked = (png::OutputInfo, Vec<u8>, Option<Vec<u8>>);

/// The pixels of a PNG.
pub(super) fn unpacked(
    bytes: &[u8],
    transformations: png::Transformations,
) -> Result<Unpacked, String> {
    let said = |error: png::DecodingError| error.to_string();
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(transformations);
    let mut reader = decoder.read_info().map_err(said)?;
    let (width, height) = reader.info().size();
    believable([height.into(), width.into()], bytes.len())?;
    let size = reader.output_buffer_size().ok_or("it is too large")?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(said)?;
    // what is cut after the last pixel is cut all the same
    reader.finish().map_err(said)?;
    pixels.truncate(frame.buffer_size());
    let profile = reader.info().icc_profile.as_deref().map(<[u8]>::to_vec);
    Ok((frame, pixels, profile))
}

fn png(bytes: &[u8]) -> Result<Picture, String> {
    let (frame, pixels, _) = unpacked(bytes, png::Transformations::normalize_to_color8())?;
    let on_white = |x: u8, alpha: u8| {
        let (x, alpha) = (u32::from(x), u32::from(alpha));
        ((x * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    let rgb = match frame.color_type {
        png::ColorType::Rgb => pixels,
        png::ColorType::Grayscale => pixels.iter().flat_map(|&x| [x; 3]).collect(),
        png::ColorType::GrayscaleAlpha => pixels
            .chunks_exact(2)
            .flat_map(|p| [on_white(p[0], p[1]); 3])
            .collect(),
        png::ColorType::Rgba => pixels
            .chunks_exact(4)
            .flat_map(|p| [0, 1, 2].map(|c| on_white(p[c], p[3])))
            .collect(),
        png::ColorType::Indexed => return Err("its palette was not unpacked".into()),
    };
    Ok(Picture {
        height: frame.height as usize,
        width: frame.width as usize,
        rgb,
    })
}

/// What a JPEG says beside its pixels: EXIF, an ICC profile.
type Beside = [Option<Vec<u8>>; 2];

pub(super) fn jpeg(bytes: &[u8]) -> Result<(Picture, Beside), String> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| error.to_string())?;
    let info = decoder.info().ok_or("it has no header")?;
    let [height, width] = [info.height, info.width].map(usize::from);
    believable([height as u64, width as u64], bytes.len())?;
    // the decoder paints what is missing grey: a whole file ends as it should, whatever was appended
    if !bytes.windows(2).any(|pair| pair == [0xff, 0xd9]) {
        return Err("it ends before its end marker".into());
    }
    let rgb = decoder.decode().map_err(|error| error.to_string())?;
    if rgb.len() != height * width * 3 {
        return Err("its colours are neither grey nor red, green and blue".into());
    }
    let beside = [decoder.exif().cloned(), decoder.icc_profile()];
    Ok((Picture { height, width, rgb }, beside))
}

/// The pictures in a folder of `N` folders, one a class, and the folders' names, which number the classes in the order of the alphabet; so
/// do the files' names with the pictures of a class. Everything in it must be a picture.
///
/// # Errors
/// If a folder is missing, there are not `N` of them, one is empty, something else lies in them, or a picture is damaged or, under
/// [`Fit::Exact`], of other sides.
pub fn load<const H: usize, const W: usize, const C: usize, const N: usize>(
    folder: impl AsRef<Path>,
    fit: Fit,
) -> Result<(Dataset<Image<H, W, C>, N>, [String; N]), Error> {
    let folder = folder.as_ref();
    if !folder.is_dir() {
        return Err(Error::MissingFolder {
            path: folder.into(),
            holding: "a folder of pictures for each class",
        });
    }
    let folders = entries(folder)?;
    if let Some(path) = folders.iter().find(|path| !path.is_dir()) {
        return Err(Error::Stray {
            path: path.clone(),
            expected: "a folder for each class",
            found: "a file",
        });
    }
    let names: Vec<String> = folders
        .iter()
        .map(|path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into()
        })
        .collect();
    let names: [String; N] = names.try_into().map_err(|found| Error::Classes {
        path: folder.into(),
        expected: N,
        found,
    })?;
    let mut all = Dataset {
        images: Vec::new(),
        labels: Vec::new(),
    };
    for (class, folder) in folders.iter().enumerate() {
        let pictures = entries(folder)?;
        if pictures.is_empty() {
            return Err(Error::Stray {
                path: folder.clone(),
                expected: "pictures of a class",
                found: "an empty folder",
            });
        }
        for path in pictures {
            if path.is_dir() {
                return Err(Error::Stray {
                    path,
                    expected: "pictures alone",
                    found: "a folder",
                });
            }
            all.images.push(image(&path, fit)?);
            all.labels.push(Class::new(class));
        }
    }
    Ok((all, names))
}

fn image<const H: usize, const W: usize, const C: usize>(
    path: &Path,
    fit: Fit,
) -> Result<Tensor<Image<H, W, C>>, Error> {
    let picture = Picture::open(path)?;
    let sides = [picture.height, picture.width];
    let picture = match fit {
        Fit::Stretch if sides != [H, W] => picture.stretched(H, W),
        _ => picture,
    };
    picture.image().ok_or_else(|| Error::Sides {
        path: path.into(),
        expected: [H, W],
        found: sides.map(|side| side as u32),
    })
}

/// What lies in a folder, in the order of the alphabet.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable {
        path: folder.into(),
        source,
    };
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}
