//! The main job: a convolutional network, every shape of it checked by the compiler, learns handwritten digits.
//!
//! `cargo run --release --example digits` trains on the 8×8 digits that are part of the program; `--data DIR` trains LeNet-5 on the IDX
//! files of MNIST or Fashion-MNIST. Both draw how it went, and the worst mistakes.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use core_tensor::{Image, Vector};
use examples::picture::{Mistakes, Panel, curves};
use models::data::{Dataset, digits, idx};
use models::{LeNet5, LeNet8};
use nn::{CrossEntropy, Init, Layer};
use optim::{Adam, Data, Epoch, Progress, Trainer};

/// Trains a network on handwritten digits and draws how it went.
#[derive(Parser)]
struct Options {
    /// Folder with the IDX files of MNIST or Fashion-MNIST, plain or gzip; without it, the 8×8 digits of the program are used
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Seed of the split, the first weights and the order of samples: the same seed gives the same bits
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How often every sample is seen [default: 30, with --data 10]
    #[arg(long)]
    epochs: Option<usize>,
    /// Folder for the pictures
    #[arg(long, value_name = "DIR", default_value = "target/digits")]
    pictures: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(accuracy) => {
            println!("test accuracy {accuracy:.4}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<f64, Box<dyn std::error::Error>> {
    // before the training, so that a wrong name costs none
    std::fs::create_dir_all(&options.pictures).map_err(|error| {
        format!(
            "{} cannot be made: {error}; name another folder with --pictures",
            options.pictures.display()
        )
    })?;
    match &options.data {
        None => {
            let (train, test) = digits::load().split(5, options.seed);
            learn::<8, 8, LeNet8>(options, "LeNet on 8×8 digits", train, test, 30)
        }
        Some(folder) => {
            let (train, test) = idx::load(folder)?;
            learn::<28, 28, LeNet5>(options, "LeNet-5", train, test, 10)
        }
    }
}

/// Trains a network, draws how it went, and returns its accuracy on the test data.
fn learn<const H: usize, const W: usize, L>(
    options: &Options,
    title: &str,
    train: Dataset<Image<H, W, 1>, 10>,
    test: Dataset<Image<H, W, 1>, 10>,
    epochs: usize,
) -> Result<f64, Box<dyn std::error::Error>>
where
    L: Layer<Image<H, W, 1>, Y = Vector<10>>,
{
    let epochs = options.epochs.unwrap_or(epochs);
    let mut trainer = Trainer::<Image<H, W, 1>, L, _, _>::new(CrossEntropy, Adam::new(1e-3), 32);
    trainer.network.init(Init::HeNormal, options.seed);
    trainer.seed(options.seed);
    println!("{}", trainer.network.summary());
    println!(
        "{} samples to learn from, {} held out, seed {}\n",
        train.len(),
        test.len(),
        options.seed
    );

    let (learn_from, held_out) = (
        Data::new(&train.images, &train.labels),
        Data::new(&test.images, &test.labels),
    );
    let history = trainer.fit(learn_from, Some(held_out), epochs, &mut Progress::new());
    let score = trainer.score(held_out);

    let mut mistakes = Mistakes::new(20);
    for (images, labels) in test.images.chunks(32).zip(test.labels.chunks(32)) {
        mistakes.add(images, labels, trainer.network.predict(images));
    }
    draw(&options.pictures, title, &history, &mistakes)?;
    Ok(score.accuracy().unwrap_or(0.0))
}

fn draw<const H: usize, const W: usize>(
    folder: &Path,
    title: &str,
    history: &[Epoch],
    mistakes: &Mistakes<'_, H, W>,
) -> Result<(), Box<dyn std::error::Error>> {
    let by_epoch = |of: fn(&Epoch) -> f64| history.iter().map(of).collect::<Vec<_>>();
    let loss = Panel {
        title: "cross-entropy",
        train: &by_epoch(|epoch| epoch.train.loss.into()),
        held_out: &by_epoch(|epoch| epoch.held_out.map_or(f64::NAN, |score| score.loss.into())),
        log: true,
    };
    let accuracy = Panel {
        title: "accuracy",
        train: &by_epoch(|epoch| epoch.train.accuracy().unwrap_or(f64::NAN)),
        held_out: &by_epoch(|epoch| {
            epoch
                .held_out
                .and_then(|score| score.accuracy())
                .unwrap_or(f64::NAN)
        }),
        log: false,
    };
    let (curve, grid) = (folder.join("learning.png"), folder.join("mistakes.png"));
    curves(&curve, title, &[loss, accuracy])?;
    mistakes.draw(&grid, title)?;
    println!("\ndrew {} and {}", curve.display(), grid.display());
    Ok(())
}
