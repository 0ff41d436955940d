//! Enlarges a picture by a network that was trained on photographs.
//!
//! `cargo run --release --example upscale INPUT.png OUTPUT.png`
//!
//! Any PNG or JPEG, grey, with colours or a palette, with 8 or 16 bits, becomes a PNG with twice the sides, as deep as it was. The network
//! sees the picture in tiles, whose seams cannot be seen, so that memory stays small whatever the sides. Opacity is enlarged without
//! it, by straight lines. With `--weights`, networks of the same kind for other factors can be used, as safetensors or as published.
#![forbid(unsafe_code)]

mod enlarge;
mod output;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use models::data::raster::Raster;
use models::{esrgan, keras};
use nn::weights::{Archive, Weights};

#[derive(Parser)]
#[command(about = "Enlarges a picture by a network that was trained on photographs")]
struct Options {
    /// The picture, PNG or JPEG
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// The larger picture, a PNG
    #[arg(value_name = "OUTPUT.png")]
    output: PathBuf,
    /// Other weights: a model.json as published, or safetensors [default: those that double]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// How many threads work
    #[arg(long, value_name = "N", default_value = "2")]
    threads: NonZeroUsize,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<String, Box<dyn Error>> {
    output::check(&options.output)?;
    let file = match &options.weights {
        None => None,
        Some(path) if path.extension().is_some_and(|end| end == "json") => {
            Some((path, keras::to_safetensors(path)?))
        }
        Some(path) => {
            let bytes = fs::read(path).map_err(|error| {
                let path = path.display();
                format!("{path} cannot be read: {error}; check the file and its permissions")
            })?;
            Some((path, bytes))
        }
    };
    let small = Raster::open(&options.input)?;
    let large = match &file {
        None => {
            let weights = esrgan::doubling();
            enlarge::run(&small, 2, &weights, options.threads.get(), &options.output)
        }
        Some((path, bytes)) => {
            let archive = Archive::parse(bytes).map_err(|error| error.of(path))?;
            let factor = enlarge::factor(&archive)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let weights = Weights::from(archive);
            enlarge::run(
                &small,
                factor,
                &weights,
                options.threads.get(),
                &options.output,
            )
        }
    }?;
    let (input, output) = (options.input.display(), options.output.display());
    Ok(format!(
        "{input}, {}×{}, became {output}, {}×{}, in {} tiles",
        small.width, small.height, large.width, large.height, large.tiles
    ))
}
