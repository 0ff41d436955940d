//! Compression: images as codes of few numbers and back, by autoencoders, dense and convolutional, taught by squared errors or by a
//! cross-entropy a pixel, beside the best that is linear, principal components.
//!
//! `cargo run --release --example compress`, in seconds with `--quick`, for longer with `--long`; with `--data DIR` on the IDX files of MNIST
//! or Fashion-MNIST in `DIR`, without it on the digits of the program, enlarged.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use core_tensor::Vector;
use examples::images::{Grey, Images, load};
use examples::lesson::{Setting, at_least, heading};
use models::data::Pca;
use models::{ConvAutoencoder, DenseAutoencoder};
use nn::{BceWithLogits, Mse};

mod draw;
mod learn;

use learn::{Coded, Plan, learn};

type Dense<const CODE: usize> = DenseAutoencoder<784, 128, CODE>;

/// Codes images and restores them.
#[derive(Parser)]
struct Options {
    /// Folder with the IDX files of MNIST or Fashion-MNIST, plain or gzip; without it, the digits of the program are used
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    setting: Setting,
}

fn main() -> ExitCode {
    let Options { data, setting } = Options::parse();
    setting.run("compress", |folder| run(data.as_deref(), &setting, folder))
}

fn run(data: Option<&Path>, setting: &Setting, folder: &Path) -> Result<(), Box<dyn Error>> {
    let [train, test] = load(data)?;
    // as many samples in all, however many there are of them
    let seen = setting.choose(30_000, 150_000, 1_200_000);
    let plan = Plan {
        epochs: (seen / train.len()).max(1),
        seed: setting.seed,
    };
    println!(
        "{} images to learn from, {} held out, {} epochs",
        train.len(),
        test.len(),
        plan.epochs
    );
    let wide = rivals::<8>(1, plan, [&train, &test]);
    let narrow = rivals::<2>(2, plan, [&train, &test]);
    draw::restored(&test, [&wide, &narrow]).draw(folder.join("restored.png"))?;
    println!(
        "\nhow many of the held-out images have a nearest neighbour of their own class in the plane:"
    );
    for coded in &narrow {
        let share = draw::neighbours(coded, &train.labels, &test.labels);
        println!("{:<28} {share:.4}", coded.name);
    }
    draw::planes(&test.labels, &narrow).draw(folder.join("planes.png"))?;
    for (numbers, all) in [(8, wide), (2, narrow)] {
        for coded in &all[1..] {
            let what = format!(
                "the squared error of {numbers} principal components over that of {numbers} numbers, {},",
                coded.name
            );
            at_least(what, all[0].error / coded.error, 1.0)?;
        }
    }
    Ok(())
}

/// Principal components first, then the autoencoders with as many numbers.
fn rivals<const CODE: usize>(part: u8, plan: Plan, parts: [&Images; 2]) -> Vec<Coded> {
    heading(part, &format!("784 pixels as {CODE} numbers, and back"));
    let [train, test] = parts;
    let pca = Pca::fit(&train.images, CODE);
    let codes = parts.map(|part| part.images.iter().map(|x| pca.code(x)).collect());
    let restored = test.images.iter().map(|x| pca.restore(&pca.code(x)));
    let linear = Coded::new("principal components", test, restored.collect(), codes);
    let sigmoid = |y: f32| 1.0 / (1.0 + (-y).exp());
    let [dense, conv] = [
        ("dense, squared error", "dense, cross-entropy"),
        (
            "convolutional, squared error",
            "convolutional, cross-entropy",
        ),
    ];
    vec![
        linear,
        learn::<Vector<784>, Dense<CODE>, _>(dense.0, plan, (Mse, |y| y), parts),
        learn::<Vector<784>, Dense<CODE>, _>(dense.1, plan, (BceWithLogits, sigmoid), parts),
        learn::<Grey, ConvAutoencoder<CODE>, _>(conv.0, plan, (Mse, |y| y), parts),
        learn::<Grey, ConvAutoencoder<CODE>, _>(conv.1, plan, (BceWithLogits, sigmoid), parts),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_beat_the_mean_image() {
        let [mut train, mut test] = examples::images::enlarged_digits();
        for (part, n) in [(&mut train, 256), (&mut test, 60)] {
            part.images.truncate(n);
            part.labels.truncate(n);
        }
        let parts = [&train, &test];
        let [none, linear] = [0, 4].map(|count| {
            let pca = Pca::fit(&train.images, count);
            let restored = test.images.iter().map(|x| pca.restore(&pca.code(x)));
            Coded::new("linear", &test, restored.collect(), [vec![], vec![]]).error
        });
        let plan = Plan {
            epochs: 12,
            seed: 0,
        };
        let sigmoid: fn(f32) -> f32 = |y| 1.0 / (1.0 + (-y).exp());
        let way = (BceWithLogits, sigmoid);
        let coded = learn::<Vector<784>, Dense<4>, _>("dense", plan, way, parts);
        assert!(linear < 0.6 * none, "{linear} {none}");
        assert!(coded.error < 0.9 * none, "{} {none}", coded.error);
        assert_eq!(coded.codes.map(|codes| codes.len()), [256, 60]);
    }
}
