//! A small convolutional network learns garments: images changed anew in every epoch by a thread that works ahead, one cycle of the rate, an
//! early stop.
//!
//! `cargo run --release --example fashion -- --data DIR` with the IDX files of Fashion-MNIST or MNIST in `DIR`, plain or gzip; without it,
//! on the digits of the program, enlarged. With `--check-points DIR`, a run that was cut off goes on where it was when it is started again.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use examples::images::{Grey, Images, load};
use examples::picture::{Figure, Live, Mistakes, Plot};
use models::data::augment::{Augmenter, key};
use nn::{CrossEntropy, Init};
use optim::schedule::OneCycle;
use optim::{
    AdamW, CheckPoints, Csv, Data, EarlyStop, Epoch, History, Loader, Pace, Progress, Trainer,
};

mod garments;

use garments::{Change, Garments, change};

/// Samples of a batch.
const BATCH: usize = 64;
/// The largest rate of the cycle.
const PEAK: f64 = 3e-3;
/// How many epochs in a row may bring no gain in accuracy.
const PATIENCE: usize = 4;

/// Trains a convolutional network on images of garments, or of digits.
#[derive(Parser)]
struct Options {
    /// Folder with the IDX files of Fashion-MNIST or MNIST, plain or gzip; without it, the digits of the program are used
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Whether images show the same when mirrored, as garments do and digits do not
    #[arg(long)]
    mirrored: bool,
    /// Seed of the first weights, of the order and of what changes images: the same seed gives the same bits
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How often every image is seen at most [default: 12, without --data 5]
    #[arg(long)]
    epochs: Option<usize>,
    /// Folder for check points: a run that was cut off goes on from the last one, and ends in the same bits
    #[arg(long, value_name = "DIR")]
    check_points: Option<PathBuf>,
    /// Folder for the pictures
    #[arg(long, value_name = "DIR", default_value = "target/fashion")]
    pictures: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
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

fn run(options: &Options) -> Result<f64, Box<dyn Error>> {
    // before the training, so that a wrong name costs none
    std::fs::create_dir_all(&options.pictures).map_err(|error| {
        let folder = options.pictures.display();
        format!("{folder} cannot be made: {error}; name another folder with --pictures")
    })?;
    let [train, test] = load(options.data.as_deref())?;
    let usual = if options.data.is_some() { 12 } else { 5 };
    let epochs = options.epochs.unwrap_or(usual);
    let plan = Plan {
        change: change(options.mirrored),
        epochs,
        seed: options.seed,
    };
    // a twelfth judges when to stop; the test decides nothing
    let (train, held_out) = train.split(12, options.seed);
    changes(&train, plan.change).draw(options.pictures.join("changes.png"))?;
    let mut trainer = plan.trainer(train.len());
    println!("{}", trainer.network.summary());
    println!(
        "{} images to learn from, {} to judge by, {} to test\n",
        train.len(),
        held_out.len(),
        test.len()
    );
    trainer.check_points = options.check_points.as_ref().map(|folder| CheckPoints {
        steps: 200,
        ..CheckPoints::new(folder)
    });
    let resumed = trainer.resume_last()?;
    if resumed {
        println!("went on from the last check point\n");
    }
    let mut progress = progress(&options.pictures, resumed)?;
    plan.learn(&mut trainer, [&train, &held_out], epochs, &mut progress);
    let mut mistakes = Mistakes::new(20);
    for (images, labels) in test.images.chunks(BATCH).zip(test.labels.chunks(BATCH)) {
        mistakes.add(images, labels, trainer.network.predict(images));
    }
    mistakes.draw(options.pictures.join("mistakes.png"), "What it mistook")?;
    let score = trainer.score(Data::new(&test.images, &test.labels));
    println!("\ndrew the pictures in {}", options.pictures.display());
    Ok(score.accuracy().unwrap_or(0.0))
}

type Learner = Trainer<Grey, Garments<f32>, CrossEntropy, AdamW>;

/// How the network is trained.
#[derive(Clone, Copy)]
struct Plan {
    change: Change,
    epochs: usize,
    seed: u64,
}

impl Plan {
    /// A trainer for so many images, its first weights drawn.
    fn trainer(&self, images: usize) -> Learner {
        let adam = AdamW {
            weight_decay: 0.02,
            ..AdamW::new(PEAK)
        };
        let mut trainer = Learner::new(CrossEntropy, adam, BATCH);
        trainer.network.init(Init::HeNormal, self.seed);
        trainer.seed(self.seed);
        let steps = self.epochs * images.div_ceil(BATCH);
        trainer.pace = Pace::steps(OneCycle::new(PEAK, steps));
        trainer.early_stop = Some(EarlyStop::accuracy(PATIENCE));
        trainer
    }

    /// Trains up to an epoch with changed images, judged by unchanged ones; the best weights are those that stay.
    fn learn(
        &self,
        trainer: &mut Learner,
        [train, held_out]: [&Images; 2],
        epochs: usize,
        progress: &mut Progress<'_>,
    ) -> Vec<Epoch> {
        let mut augmenter = Augmenter::new(self.change);
        let changed = Loader::new(Data::new(&train.images, &train.labels))
            .change(|image, key| augmenter.apply(image, key));
        let held_out = Data::new(&held_out.images, &held_out.labels);
        trainer.fit(changed, Some(held_out), epochs, progress)
    }
}

/// One image as it is and as it may be seen, for each of the first classes.
fn changes(train: &Images, change: Change) -> Figure {
    let mut augmenter = Augmenter::new(change);
    let mut figure = Figure::new("Images, and what they are changed to", 8).sized([130, 140]);
    for class in [0, 5, 7, 9] {
        let Some(i) = train.labels.iter().position(|label| label.index() == class) else {
            continue;
        };
        for epoch in 0..8 {
            let mut image = train.images[i].map(|&x| x);
            if epoch > 0 {
                augmenter.apply(&mut image, key(0, epoch, i as u64));
            }
            // rows from below
            let pixels = (0..28).rev().flat_map(|y| (0..28).map(move |x| [y, x, 0]));
            let pixels = pixels.map(|at| -f64::from(image[at])).collect::<Vec<_>>();
            let name = if epoch == 0 { "as it is" } else { "" };
            figure = figure.plot(Plot::new(name).bare().square().field(28, pixels));
        }
    }
    figure
}

/// What the run tells while it goes on: lines, a table and curves, each whole after every epoch.
fn progress(folder: &Path, resumed: bool) -> Result<Progress<'static>, Box<dyn Error>> {
    let curves = Live::new(folder.join("learning.png"), "Learnt from changed images")
        .panel("cross-entropy", ["train_loss", "held_out_loss"], true)
        .panel("accuracy", ["train_accuracy", "held_out_accuracy"], false);
    let table = folder.join("learning.csv");
    if !resumed {
        return Ok(Progress::new().log(Csv::create(table)?).log(curves));
    }
    let curves = curves.after(&History::read(&table)?);
    Ok(Progress::new().log(Csv::append(table)?).log(curves))
}

#[cfg(test)]
mod tests {
    use super::*;
    use examples::images::enlarged_digits;

    /// What the program does without `--data`, by the half.
    #[test]
    fn enlarged_digits_are_learnt() {
        let [train, test] = enlarged_digits();
        assert_eq!([train.len(), test.len()], [1437, 360]);
        let (train, held_out) = train.split(12, 0);
        let plan = Plan {
            change: change(false),
            epochs: 3,
            seed: 0,
        };
        let mut trainer = plan.trainer(train.len());
        let history = plan.learn(&mut trainer, [&train, &held_out], 3, &mut Progress::quiet());
        assert!(history.len() <= 3);
        let score = trainer.score(Data::new(&test.images, &test.labels));
        assert!(score.accuracy() > Some(0.95), "{:?}", score.accuracy());
    }

    #[test]
    fn a_run_that_is_cut_off_goes_on_in_the_same_bits() {
        let [mut train, mut held_out] = enlarged_digits();
        for (part, n) in [(&mut train, 200), (&mut held_out, 40)] {
            part.images.truncate(n);
            part.labels.truncate(n);
        }
        let plan = Plan {
            change: change(true),
            epochs: 3,
            seed: 5,
        };
        let folder = std::env::temp_dir().join(format!("fashion-{}", std::process::id()));
        // up to an epoch, from where the folder says
        let run = |kept: bool, epochs: usize| {
            let mut trainer = plan.trainer(train.len());
            trainer.check_points = kept.then(|| CheckPoints::new(&folder));
            let resumed = trainer.resume_last().expect("a check point, or none");
            plan.learn(
                &mut trainer,
                [&train, &held_out],
                epochs,
                &mut Progress::quiet(),
            );
            let weights = trainer.network.layers.linear.weight.as_slice().to_vec();
            (resumed, weights)
        };
        let whole = run(false, 3);
        assert!(!run(true, 1).0);
        let (resumed, weights) = run(true, 3);
        std::fs::remove_dir_all(&folder).expect("made above");
        assert!(resumed && weights == whole.1);
    }

    #[test]
    fn no_data_is_an_error_that_names_the_folder() {
        let options = Options::parse_from(["fashion", "--data", "no/such/folder"]);
        let error = run(&Options {
            pictures: std::env::temp_dir().join("fashion-without-data"),
            ..options
        });
        assert!(error.is_err_and(|error| error.to_string().contains("no/such/folder")));
    }
}
