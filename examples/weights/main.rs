//! Trains the small networks whose weights come with `models`, and compares them with the files, bit for bit.
//!
//! `cargo run --release --example weights` trains the one that needs no data but the program's; `-- --mnist DIR --fashion DIR` the others
//! too, from the IDX files in these folders. With `--write`, the files are replaced.
//!
//! The bits are those of one instruction set: a machine without AVX-512 adds in another order. There the accuracy is compared alone.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use core_tensor::{Image, Tensor, Vector};
use examples::lesson::{Missed, at_least};
use models::data::augment::{Augment, Augmenter, FlipHorizontal, Shift};
use models::data::{Dataset, digits, idx};
use models::{LeNet5, LeNet8, trained};
use nn::weights::{Weights, replace, to_bytes};
use nn::{CrossEntropy, Init, Layer};
use optim::schedule::OneCycle;
use optim::{AdamW, Data, Loader, Pace, Progress, Trainer};

/// Samples of a batch.
const BATCH: usize = 32;
/// The largest rate of the cycle.
const RATE: f64 = 2e-3;
/// By how much the accuracy of another instruction set may differ.
const SLACK: f64 = 0.005;

/// Trains the networks whose weights come with `models`, and compares them with the files.
#[derive(Parser)]
struct Options {
    /// Folder with the IDX files of MNIST
    #[arg(long, value_name = "DIR")]
    mnist: Option<PathBuf>,
    /// Folder with the IDX files of Fashion-MNIST
    #[arg(long, value_name = "DIR")]
    fashion: Option<PathBuf>,
    /// Replace the files by what was trained
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(if error.is::<Missed>() { 1 } else { 2 })
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = &options.mnist {
        let (train, test) = idx::load(folder)?;
        let made = learn::<28, 28, LeNet5>([&train, &test], Shift::by(2), 8);
        compare(&trained::LENET5_MNIST, &made, options.write)?;
    }
    if let Some(folder) = &options.fashion {
        let (train, test) = idx::load(folder)?;
        let mirrored = (Shift::by(1), FlipHorizontal { chance: 0.5 });
        let made = learn::<28, 28, LeNet5>([&train, &test], mirrored, 10);
        compare(&trained::LENET5_FASHION, &made, options.write)?;
    }
    let (train, test) = digits::load().split(5, 0);
    let made = learn::<8, 8, LeNet8>([&train, &test], Shift::by(1), 40);
    compare(&trained::LENET8_DIGITS, &made, options.write)
}

/// What a training came to.
struct Made {
    bytes: Vec<u8>,
    accuracy: f64,
}

/// Trains on one thread, with seed 0.
fn learn<const H: usize, const W: usize, L>(
    [train, test]: [&Dataset<Image<H, W, 1>, 10>; 2],
    change: impl Augment<Image<H, W, 1>, f32> + Send,
    epochs: usize,
) -> Made
where
    L: Layer<Image<H, W, 1>, Y = Vector<10>>,
{
    let descent = AdamW {
        weight_decay: 0.02,
        ..AdamW::new(RATE)
    };
    let mut trainer = Trainer::<Image<H, W, 1>, L, _, _>::new(CrossEntropy, descent, BATCH);
    trainer.network.init(Init::HeNormal, 0);
    let steps = epochs * train.len().div_ceil(BATCH);
    trainer.pace = Pace::steps(OneCycle::new(RATE, steps));
    let mut augmenter = Augmenter::new(change);
    let changed = Loader::new(Data::new(&train.images, &train.labels))
        .change(|image: &mut Tensor<Image<H, W, 1>>, key| augmenter.apply(image, key));
    trainer.fit(changed, None, epochs, &mut Progress::new());
    let score = trainer.score(Data::new(&test.images, &test.labels));
    Made {
        bytes: to_bytes(&*trainer.network.layers).expect("a run that diverges ends before"),
        accuracy: score.accuracy().unwrap_or(f64::NAN),
    }
}

/// Whether this machine adds in the order of the machine that made the files.
fn same_instructions() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("avx512cd")
        && std::is_x86_feature_detected!("avx512dq")
        && std::is_x86_feature_detected!("avx512vl");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Compares what was made with the file, or replaces it.
fn compare<L>(kept: &trained::Kept<L>, made: &Made, write: bool) -> Result<(), Box<dyn Error>> {
    let name = kept.name;
    println!(
        "{name}: accuracy {:.4}, stated {}",
        made.accuracy, kept.accuracy
    );
    if write {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/models/weights");
        replace(&folder.join(name), &made.bytes)?;
        println!("{name}: written");
        return Ok(());
    }
    at_least(
        format!("the accuracy of {name}"),
        made.accuracy,
        kept.accuracy - SLACK,
    )?;
    // the file may be read, whatever its bits
    Weights::parse(kept.bytes)?;
    if made.bytes == kept.bytes {
        println!("{name}: the same bits");
        return Ok(());
    }
    if same_instructions() {
        return Err(format!(
            "{name} is not what its recipe makes: expected the same bits; replace it with --write"
        )
        .into());
    }
    println!(
        "{name}: other bits, on a machine of other instructions than those it was made with (AVX-512)"
    );
    Ok(())
}
