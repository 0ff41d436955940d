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

/// The options that every task has, for `#[command(flatten)]`. A task is a lesson with a number that it must reach.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Setting {
    /// Run in seconds, with a smaller number to reach
    #[arg(long)]
    pub quick: bool,
    /// Take longer, and reach more
    #[arg(long, conflicts_with = "quick")]
    pub long: bool,
    /// Seed of the weights and of all that is drawn: the same seed gives the same bits
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Folder for the pictures [default: target/ and the name of the task]
    #[arg(long, value_name = "DIR")]
    pub pictures: Option<PathBuf>,
}

impl Setting {
    /// What is quick, what is usual or what is long, as the options say.
    pub fn choose<C>(&self, quick: C, usual: C, long: C) -> C {
        match (self.quick, self.long) {
            (true, _) => quick,
            (_, true) => long,
            _ => usual,
        }
    }

    /// Runs a task, which draws its pictures into the folder that it is given.
    ///
    /// What it says when it fails goes to standard error, and the exit code is 2, or 1 where it [missed](Missed) its number.
    pub fn run(
        &self,
        name: &str,
        run: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>,
    ) -> ExitCode {
        ended(name, self.pictures.clone(), run)
    }
}

/// A number that was not reached.
#[derive(Debug, thiserror::Error)]
#[error("{what} is {found:.4}, expected at least {expected}")]
pub struct Missed {
    what: String,
    found: f64,
    expected: f64,
}

/// Whether a task reached its number.
///
/// # Errors
/// If it did not, or the number is none.
pub fn at_least(what: impl Into<String>, found: f64, expected: f64) -> Result<(), Missed> {
    let what = what.into();
    if found >= expected {
        return Ok(());
    }
    Err(Missed {
        what,
        found,
        expected,
    })
}

/// Runs a lesson, which draws its pictures into the folder that it is given.
///
/// What it says when it fails goes to standard error, and the exit code is 2.
pub fn lesson(name: &str, run: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>) -> ExitCode {
    ended(name, Options::parse().pictures, run)
}

fn ended(
    name: &str,
    folder: Option<PathBuf>,
    run: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>,
) -> ExitCode {
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
            ExitCode::from(if error.is::<Missed>() { 1 } else { 2 })
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

/// What each piece of `work` comes to, all at the same time: trainings that know nothing of one another.
///
/// ```
/// assert_eq!(examples::lesson::at_once([&|| 1 + 2, &|| 3 * 4]), [3, 12]);
/// ```
///
/// # Panics
/// If one of them does.
pub fn at_once<R: Send, const N: usize>(work: [&(dyn Fn() -> R + Sync); N]) -> [R; N] {
    std::thread::scope(|scope| {
        let threads = work.map(|piece| scope.spawn(piece));
        threads.map(|thread| thread.join().expect("its own words are above"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_is_named() {
        assert!(at_least("accuracy", 0.5, 0.5).is_ok());
        let missed = |found| {
            at_least("accuracy", found, 0.5)
                .expect_err("below")
                .to_string()
        };
        assert_eq!(missed(0.25), "accuracy is 0.2500, expected at least 0.5");
        assert_eq!(missed(f64::NAN), "accuracy is NaN, expected at least 0.5");
    }

    #[test]
    fn settings_choose() {
        let setting = |quick, long| Setting {
            quick,
            long,
            ..Setting::default()
        };
        let chosen = [(true, false), (false, false), (false, true)]
            .map(|(quick, long)| setting(quick, long).choose(1, 2, 3));
        assert_eq!(chosen, [1, 2, 3]);
    }
}
