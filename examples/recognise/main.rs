//! Which digit is it? A LeNet-5 that has learnt MNIST, part of the program, looks at any PNG or JPEG.
//!
//! `cargo run --release --example recognise -- examples/recognise/pictures/3.png`: dark on light or light on dark, anywhere on the picture,
//! of any size.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use models::data::pictures::Picture;
use models::{LeNet5, trained};
use nn::Network;

mod draw;
mod ink;

use ink::{Bounds, Grey, Ink};

/// Says which digit a picture shows.
#[derive(Parser)]
struct Options {
    /// Pictures of one digit each, PNG or JPEG
    #[arg(required_unless_present = "draw", value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
    /// Draw the pictures that come with this example into a folder: digits of the program, enlarged
    #[arg(long, value_name = "DIR", conflicts_with = "pictures")]
    draw: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = &options.draw {
        return draw::all(folder);
    }
    let mut reader = Reader::new();
    for path in &options.pictures {
        let (ink, probabilities) = reader.read(path)?;
        let Bounds { rows, columns } = ink.bounds;
        println!(
            "{}: {} ink in rows {} to {}, columns {} to {}\n",
            path.display(),
            if ink.dark { "dark" } else { "light" },
            rows[0],
            rows[1] - 1,
            columns[0],
            columns[1] - 1
        );
        for (digit, &p) in probabilities.iter().enumerate() {
            let bar = "█".repeat((40.0 * p).round() as usize);
            println!("{digit}  {p:.4}  {bar}");
        }
        let digit = best(&probabilities);
        println!(
            "\nit is a {digit}, by {:.2} %",
            100.0 * probabilities[digit]
        );
    }
    Ok(())
}

/// The most probable digit.
fn best(probabilities: &[f32; 10]) -> usize {
    let of = |&digit: &usize| probabilities[digit];
    let best = (0..10).max_by(|a, b| of(a).total_cmp(&of(b)));
    best.unwrap_or(0)
}

/// The network that has learnt.
struct Reader {
    network: Network<Grey, LeNet5>,
}

impl Reader {
    fn new() -> Self {
        let mut network = Network::new(1);
        trained::LENET5_MNIST.read(&mut *network.layers);
        Self { network }
    }

    /// What is drawn on a picture, and how probable each digit is.
    fn read(&mut self, path: &Path) -> Result<(Ink, [f32; 10]), Box<dyn Error>> {
        let picture = Picture::open(path)?;
        let ink = ink::find(&picture).map_err(|reason| format!("{}: {reason}", path.display()))?;
        let probabilities = self.probabilities(&ink);
        Ok((ink, probabilities))
    }

    /// The softmax of the logits.
    fn probabilities(&mut self, ink: &Ink) -> [f32; 10] {
        let logits = &self.network.predict(std::slice::from_ref(&ink.image))[0];
        let most = logits.as_slice().iter().copied().fold(f32::MIN, f32::max);
        let powers: [f32; 10] = core::array::from_fn(|i| (logits[[i]] - most).exp());
        let sum: f32 = powers.iter().sum();
        powers.map(|p| p / sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use models::data::digits;

    fn pictures() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("recognise/pictures")
    }

    #[test]
    fn the_pictures_are_recognised() {
        let mut reader = Reader::new();
        for digit in 0..10 {
            let path = pictures().join(format!("{digit}.png"));
            let (ink, probabilities) = reader.read(&path).expect("a digit");
            assert_eq!(best(&probabilities), digit, "{probabilities:?}");
            // by turns dark on light and light on dark
            assert_eq!(ink.dark, digit % 2 == 0);
            assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    /// Digits by other hands than those of MNIST, scanned otherwise, at an eighth of the resolution.
    #[test]
    fn most_of_other_peoples_digits_are_recognised() {
        let digits = digits::load();
        let mut reader = Reader::new();
        let mut right = 0;
        for (image, label) in digits.images.iter().zip(&digits.labels).take(500) {
            let rgb = image
                .as_slice()
                .iter()
                .flat_map(|x| [255 - (255.0 * x) as u8; 3]);
            let small = Picture {
                height: 8,
                width: 8,
                rgb: rgb.collect(),
            };
            let ink = ink::find(&framed(&small.stretched(40, 40))).expect("a digit");
            right += usize::from(best(&reader.probabilities(&ink)) == label.index());
        }
        assert!(right > 400, "{right} of 500");
    }

    /// White all around.
    fn framed(picture: &Picture) -> Picture {
        let side = picture.width + 20;
        let mut rgb = vec![255; 3 * side * side];
        for (i, row) in picture.rgb.chunks_exact(3 * picture.width).enumerate() {
            rgb[3 * ((i + 10) * side + 10)..][..row.len()].copy_from_slice(row);
        }
        Picture {
            height: side,
            width: side,
            rgb,
        }
    }

    #[test]
    fn what_is_no_picture_is_named() {
        let mut reader = Reader::new();
        let mut error = |path: &Path| match reader.read(path) {
            Ok(_) => panic!("{} was read", path.display()),
            Err(error) => error.to_string(),
        };
        let missing = error(Path::new("no/such.png"));
        assert!(missing.contains("no/such.png"), "{missing}");
        let text = error(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
        assert!(
            text.contains("Cargo.toml") && text.contains("neither PNG nor JPEG"),
            "{text}"
        );
    }
}
