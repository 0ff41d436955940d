//! Frames, packed as an animated GIF.

use std::path::Path;

use gif::{Encoder, Frame, Repeat};

use super::Error;
use super::canvas::write;

/// Packs frames, each with its size and its RGB pixels, and writes them to `path`.
pub(super) fn save(
    path: &Path,
    hundredths: u16,
    frames: impl Iterator<Item = Result<([u32; 2], Vec<u8>), Error>>,
) -> Result<(), Error> {
    let undrawable = |reason: String| Error::Undrawable {
        path: path.into(),
        reason,
    };
    let mut packed = Vec::new();
    for frame in frames {
        let ([width, height], pixels) = frame?;
        let [Ok(width), Ok(height)] = [width, height].map(u16::try_from) else {
            return Err(undrawable(format!(
                "a film of {width}×{height} is too large"
            )));
        };
        // of 256 colours; 10 is the library's own balance of time and fidelity
        let mut frame = Frame::from_rgb_speed(width, height, &pixels, 10);
        frame.delay = hundredths;
        packed.push(frame);
    }
    let Some(last) = packed.last_mut() else {
        return Err(undrawable("a film has at least one frame".into()));
    };
    last.delay = 200;
    let pack = || -> Result<Vec<u8>, gif::EncodingError> {
        let mut bytes = Vec::new();
        let (width, height) = (packed[0].width, packed[0].height);
        let mut encoder = Encoder::new(&mut bytes, width, height, &[])?;
        encoder.set_repeat(Repeat::Infinite)?;
        packed
            .iter()
            .try_for_each(|frame| encoder.write_frame(frame))?;
        drop(encoder);
        Ok(bytes)
    };
    let bytes = pack().map_err(|error| undrawable(error.to_string()))?;
    write(path, &bytes).map_err(|source| Error::Unwritable {
        path: path.into(),
        source,
    })
}
