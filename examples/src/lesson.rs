//! What lessons have in common: where their pictures go, how they end, and sums of small lists.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
struct Options {
    /// Folder for the pictures [default: target/ and the name of the lesson]
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,
}

/// Runs a lesson, which draws its pictures into the folder that it is given.
///
/// What it says when it fails goes to standard error, and the exit code is 2.
pub fn lesson(name: &str, run: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>) -> ExitCode {
    let folder = Options::parse().pictures;
    let folder = folder.unwrap_or_else(|| Path::new("target").join(name));
    let made = std::fs::create_dir_all(&folder).map_err(|error| {
        let folder = folder.display();
        format!("{folder} cannot be made: {error}; name another folder with --pictures").into()
    });
    match made.and_then(|()| run(&folder)) {
        Ok(()) => {
            println!("\ndrew the pictures in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the title of a part.
pub fn heading(number: u8, title: &str) {
    println!("\n{number}. {title}\n");
}

/// `Σ aᵢ·bᵢ`
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `√Σ aᵢ²`
pub fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// `n` numbers from `low` to `high`, both among them, as far apart as each other.
pub fn spaced(low: f64, high: f64, n: usize) -> impl Iterator<Item = f64> + Clone {
    (0..n).map(move |i| low + (high - low) * i as f64 / (n - 1).max(1) as f64)
}

/// The middles of the `n`×`n` cells of a square from `low` to `high`, in the order in which
/// [`Plot::field`](crate::picture::Plot::field) takes them: the lowest row first.
pub fn cells(low: f64, high: f64, n: usize) -> impl Iterator<Item = [f64; 2]> + Clone {
    let at = move |i: usize| low + (high - low) * (i as f64 + 0.5) / n as f64;
    (0..n * n).map(move |i| [at(i % n), at(i / n)])
}
