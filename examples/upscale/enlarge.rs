//! The network on a picture: which one, in tiles of which sides, and what becomes of its outputs.

use std::error::Error;
use std::path::Path;

use core_tensor::{Image, Shape, Zeroed};
use indicatif::{ProgressBar, ProgressStyle};
use models::EsrganSlim;
use models::data::raster::Raster;
use models::tiled::Tiled;
use nn::Layer;
use nn::weights::{Archive, Weights};

use crate::output::Output;

/// What was written.
pub(crate) struct Large {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) tiles: usize,
}

/// How many times larger a network of the file's makes a picture: the layer before the pixels are repeated has three channels for each
/// pixel that one becomes.
pub(crate) fn factor(archive: &Archive<'_>) -> Result<usize, String> {
    let layer = archive.tensors.get("UPN3.weight");
    let channels = layer.and_then(|layer| layer.sides.first());
    let channels = *channels.ok_or("it holds no UPN3.weight; choose weights of ESRGAN-slim")?;
    let known = [2, 3, 4, 8];
    known.into_iter().find(|s| 3 * s * s == channels).ok_or_else(|| {
        format!("UPN3.weight has {channels} outputs, expected 12, 27, 48 or 192, for the factors 2, 3, 4 and 8; choose weights of ESRGAN-slim")
    })
}

/// Enlarges a picture into a file.
///
/// # Errors
/// If the weights are not those of the network, or the file cannot be written; then whatever stood there stays.
pub(crate) fn run(
    small: &Raster,
    factor: usize,
    weights: &Weights<'_>,
    threads: usize,
    path: &Path,
) -> Result<Large, Box<dyn Error>> {
    // short sides take short tiles; the outputs of a large factor take more memory
    let short = small.height.min(small.width) < 128;
    let job = (small, threads, path);
    match (factor, short) {
        (2, true) => with::<2, 12, 32>(weights, job),
        (2, false) => with::<2, 12, 128>(weights, job),
        (3, true) => with::<3, 27, 32>(weights, job),
        (3, false) => with::<3, 27, 128>(weights, job),
        (4, true) => with::<4, 48, 32>(weights, job),
        (4, false) => with::<4, 48, 128>(weights, job),
        (8, _) => with::<8, 192, 32>(weights, job),
        _ => Err(format!("there is no network that enlarges {factor} times").into()),
    }
}

fn with<const S: usize, const U: usize, const SIDE: usize>(
    weights: &Weights<'_>,
    (small, threads, path): (&Raster, usize, &Path),
) -> Result<Large, Box<dyn Error>>
where
    EsrganSlim<S, U>: Layer<Image<SIDE, SIDE, 3>>,
{
    let mut layers = EsrganSlim::<S, U>::boxed();
    weights.read(&mut *layers)?;
    write::<Image<SIDE, SIDE, 3>, _>(&*layers, S, small, threads, path)
}

fn write<X: Shape, L: Layer<X> + Sync>(
    layers: &L,
    factor: usize,
    small: &Raster,
    threads: usize,
    path: &Path,
) -> Result<Large, Box<dyn Error>> {
    let sides = [small.height, small.width];
    let tiles = Tiled::<X, L>::tiles(sides);
    let mut output = Output::create(path, small, factor)?;
    let bar = ProgressBar::new(tiles as u64);
    bar.set_style(ProgressStyle::with_template(
        "{bar:40} tile {pos} of {len}, {eta} left",
    )?);
    let mut tiled = Tiled::<X, L>::new(threads.min(tiles));
    tiled.run(
        layers,
        sides,
        |place, pixel| {
            for (c, x) in pixel.iter_mut().enumerate() {
                // a grey is red, green and blue
                *x = small.level(place, if small.channels < 3 { 0 } else { c });
            }
        },
        |rows| output.rows(rows),
        || bar.inc(1),
    )?;
    output.finish()?;
    bar.finish_and_clear();
    Ok(Large {
        height: factor * small.height,
        width: factor * small.width,
        tiles,
    })
}
