//! Four classic networks on one task, in one table; and what shortcuts are for: plain and residual networks as depth grows.
//!
//! `cargo run --release --example classify -- --data DIR --mirrored` with the IDX files of Fashion-MNIST in `DIR`; without it, on the
//! digits of the program, enlarged. With `--long`, the paper's ResNet-20 alone, to 0.93 of Fashion-MNIST.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use examples::images::{self, Images};
use examples::lesson::{Setting, at_least, heading};
use examples::picture::{Color, Figure, Mistakes, Plot};
use models::LeNet5;
use models::data::augment::{FlipHorizontal, Shift};
use optim::{CheckPointError, CheckPoints, Progress};

mod depth;
mod learn;
mod networks;

use learn::{Learnt, Plan, learn};
use networks::{NarrowResNet20, SmallInception, SmallVgg, WideResNet20};

/// How many images the networks of growing depth are taught: few, so that all of them can be learnt by heart.
const FEW: usize = 1500;

/// Compares LeNet-5, a small VGG, a small Inception and ResNet-20, and plain networks with residual ones.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Folder with the IDX files of Fashion-MNIST or MNIST, plain or gzip; without it, the digits of the program are used
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Whether images show the same when mirrored, as garments do and digits do not
    #[arg(long)]
    mirrored: bool,
    /// How often every image is seen, in place of what the setting has
    #[arg(long)]
    epochs: Option<usize>,
    /// Folder for check points of the long setting: a run that was cut off goes on from the last one, and ends in the same bits
    #[arg(long, value_name = "DIR", requires = "long")]
    check_points: Option<PathBuf>,
    /// How many threads work at once; the bits do not depend on it
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=2))]
    threads: u8,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let task = |folder: &Path| run(&options, folder);
    options.setting.run("classify", task)
}

fn run(options: &Options, folder: &Path) -> Result<(), Box<dyn Error>> {
    let setting = &options.setting;
    let [train, test] = images::load(options.data.as_deref())?;
    println!(
        "{} images to learn from, {} to test",
        train.len(),
        test.len()
    );
    let data = [&train, &test];
    // of many images two rounds tell enough
    let (batch, usual) = if train.len() < 10_000 {
        (32, 16)
    } else {
        (128, 2)
    };
    let chance = if options.mirrored { 0.5 } else { 0.0 };
    let plan = Plan {
        rate: 0.15,
        epochs: options
            .epochs
            .unwrap_or(setting.choose(usual.min(2), usual, 12)),
        batch,
        change: Some((Shift::by(2), FlipHorizontal { chance })),
        seed: setting.seed,
        threads: options.threads.into(),
    };
    if setting.long {
        heading(1, "The paper's ResNet-20");
        let kept = options.check_points.as_ref().map(|folder| CheckPoints {
            steps: 50,
            ..CheckPoints::new(folder)
        });
        let deep = learn::<WideResNet20>("ResNet-20", plan, data, kept, &mut Progress::new())?;
        print(std::slice::from_ref(&deep));
        draw_mistakes(&deep, &test, folder)?;
        return Ok(at_least("the accuracy of ResNet-20", deep.accuracy, 0.93)?);
    }

    heading(1, "Four networks, each with an idea");
    let all = four(plan, data, &mut Progress::new())?;
    print(&all);
    draw(&all, folder)?;
    if let Some(best) = all.iter().max_by(|a, b| a.accuracy.total_cmp(&b.accuracy)) {
        draw_mistakes(best, &test, folder)?;
    }

    heading(2, "Plain and residual networks as depth grows");
    let few: Vec<usize> = (0..train.len().min(FEW)).collect();
    let unseen: Vec<usize> = (0..test.len().min(FEW)).collect();
    let [few, unseen] = [train.pick(&few), test.pick(&unseen)];
    let plan = Plan {
        rate: 0.05,
        epochs: setting.choose(2, 16, 0),
        batch: 32,
        change: None,
        ..plan
    };
    let depths = depth::compare(plan, [&few, &unseen], &mut Progress::quiet())?;
    depths.print();
    depths.draw(&folder.join("depth.png"))?;

    let floor = setting.choose(0.3, if options.data.is_some() { 0.86 } else { 0.94 }, 0.0);
    for one in &all {
        at_least(format!("the accuracy of {}", one.name), one.accuracy, floor)?;
    }
    let gain = "the training loss of plain-56 over that of ResNet-56";
    Ok(at_least(
        gain,
        depths.gain(),
        setting.choose(1.0, 1.5, 0.0),
    )?)
}

/// The networks of the table.
fn four(
    plan: Plan,
    data: [&Images; 2],
    progress: &mut Progress<'_>,
) -> Result<Vec<Learnt>, CheckPointError> {
    // without normalisation, large rates end in nothing but dead units
    let careful = Plan { rate: 0.03, ..plan };
    Ok(vec![
        learn::<LeNet5>("LeNet-5", careful, data, None, progress)?,
        learn::<SmallVgg>("VGG-11", plan, data, None, progress)?,
        learn::<SmallInception>("Inception", plan, data, None, progress)?,
        learn::<NarrowResNet20>("ResNet-20", plan, data, None, progress)?,
    ])
}

/// The table.
fn print(all: &[Learnt]) {
    println!("\nnetwork     accuracy   parameters   M multiply-adds   s/epoch");
    for one in all {
        println!(
            "{:9}   {:8.4}   {:10}   {:15.2}   {:7.2}",
            one.name,
            one.accuracy,
            one.parameters,
            one.multiply_adds as f64 / 1e6,
            one.seconds()
        );
    }
}

/// Draws how the networks learn, and what they cost.
fn draw(all: &[Learnt], folder: &Path) -> Result<(), examples::picture::Error> {
    let mut learning = Plot::new("Unseen images").axes("epoch", "accuracy");
    let largest = all.iter().map(|one| one.parameters).max().unwrap_or(0);
    let mut cost = Plot::new("What it costs")
        .axes("thousand parameters", "accuracy")
        .across(0.0, largest as f64 / 900.0);
    for (one, color) in all.iter().zip(Color::ALL) {
        let by_epoch = one.by_epoch(|epoch| {
            let score = epoch.held_out.and_then(|score| score.accuracy());
            score.unwrap_or(f64::NAN)
        });
        learning = learning
            .line(one.name, color, by_epoch.clone())
            .dots("", color, by_epoch);
        cost = cost.dots(
            one.name,
            color,
            [[one.parameters as f64 / 1e3, one.accuracy]],
        );
    }
    let seconds = Plot::new("Time")
        .axes("", "s an epoch")
        .places(all.iter().map(|one| one.name))
        .bars("", Color::Blue, all.iter().map(Learnt::seconds));
    Figure::new("Four networks on one task", 3)
        .plots([learning, cost, seconds])
        .draw(folder.join("networks.png"))
}

/// Draws what a network is most wrong about.
fn draw_mistakes(
    one: &Learnt,
    test: &Images,
    folder: &Path,
) -> Result<(), examples::picture::Error> {
    let mut mistakes = Mistakes::new(20);
    mistakes.add(&test.images, &test.labels, &one.logits);
    let title = format!("What {} mistook", one.name);
    mistakes.draw(folder.join("mistakes.png"), &title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use examples::images::enlarged_digits;

    fn plan(epochs: usize) -> Plan {
        Plan {
            rate: 0.1,
            epochs,
            batch: 32,
            change: None,
            seed: 0,
            threads: 1,
        }
    }

    /// Sums over the layers of the tables in the papers, and of the types above.
    #[test]
    fn the_table_counts() {
        let [train, test] = enlarged_digits();
        let [few, unseen] = [train.pick(&[0, 1]), test.pick(&[0])];
        let mut quiet = Progress::quiet();
        let all = four(plan(1), [&few, &unseen], &mut quiet).expect("no check points");
        let counts: Vec<usize> = all.iter().map(|one| one.parameters).collect();
        assert_eq!(counts[0], 61_706);
        // 3×3 filters without biases, two numbers a channel behind each, the 1×1 of the shortcuts, the linear layer
        let stage = |i: usize, o: usize| {
            let shortcut = if i == o { 0 } else { i * o + 2 * o };
            9 * i * o + 2 * o + 5 * (9 * o * o + 2 * o) + shortcut
        };
        let resnet = 72 + 16 + stage(8, 8) + stage(8, 16) + stage(16, 32) + 330;
        assert_eq!(counts[3], resnet);
        // 5×5×6×28² + 25×6×16×10² and the three linear layers
        let lenet = 25 * 6 * 784 + 150 * 16 * 100 + 400 * 120 + 120 * 84 + 840;
        let found = all[0].multiply_adds as f64 / f64::from(lenet);
        assert!((1.0..1.05).contains(&found), "{found}");
    }

    #[test]
    fn a_short_training_learns_digits() {
        let [train, test] = enlarged_digits();
        let mut quiet = Progress::quiet();
        let plan = Plan {
            rate: 0.03,
            ..plan(3)
        };
        let found = learn::<LeNet5>("", plan, [&train, &test], None, &mut quiet);
        let found = found.expect("no check points");
        assert!(found.accuracy > 0.8, "{}", found.accuracy);
        assert_eq!([found.history.len(), found.logits.len()], [3, test.len()]);
    }

    #[test]
    fn no_data_is_an_error_that_names_the_folder() {
        let options = Options::parse_from(["classify", "--data", "no/such/folder"]);
        let error = run(&options, Path::new("nowhere"));
        assert!(error.is_err_and(|error| error.to_string().contains("no/such/folder")));
    }
}
