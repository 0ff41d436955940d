//! Super-resolution: pictures of half the sides are enlarged again by a network that is trained from scratch on five photographs, beside
//! bicubic interpolation.
//!
//! `cargo run --release --example superresolve`, in seconds with `--quick`, for longer with `--long`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use core_tensor::{Image, Tensor};
use examples::lesson::{Setting, at_least, heading};
use examples::picture::{Figure, Plot};
use models::Espcn;
use nn::{Crop2d, Init, Mse};
use optim::schedule::OneCycle;
use optim::{Adam, Crew, Pace, Progress, Trainer};

mod photos;

use photos::{LOW, PART, Patches, Photo, R, SEEN, psnr};

/// The network of the paper.
type Net = Espcn<R, { R * R }>;
/// What it says of the middle of a part, where it sees no border.
type Middle = (Net, Crop2d<SEEN>);

const BATCH: usize = 16;
const RATE: f64 = 2e-3;

/// Doubles the sides of photographs.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    setting: Setting,
}

/// What is learnt from.
#[derive(Clone, Copy)]
struct Plan {
    /// parts of photographs, an epoch
    parts: usize,
    epochs: usize,
    /// how many dB more than bicubic interpolation are asked for, the mean over photographs
    asked: f64,
}

const QUICK: Plan = Plan {
    parts: 512,
    epochs: 6,
    asked: 0.8,
};
const USUAL: Plan = Plan {
    parts: 2048,
    epochs: 32,
    asked: 1.0,
};
const LONG: Plan = Plan {
    parts: 2048,
    epochs: 120,
    asked: 1.1,
};

fn main() -> ExitCode {
    let Options { setting } = Options::parse();
    setting.run("superresolve", |folder| run(&setting, folder))
}

fn run(setting: &Setting, folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "Photographs of half the sides, enlarged again");
    let plan = setting.choose(QUICK, USUAL, LONG);
    let trainer = learn(plan, setting.seed, photos::train()?, &mut Progress::new());
    println!(
        "\nphotographs not seen before, PSNR in dB without {} pixels at the border:",
        photos::BORDER
    );
    println!("                nearest   bicubic   network      gain");
    let (mut figure, mut gain) = (
        Figure::new(
            "Photographs not seen before, of half the sides, a detail of each; PSNR of the whole",
            5,
        )
        .sized([250, 270]),
        0.0,
    );
    let held_out = photos::held_out()?;
    for photo in &held_out {
        let nearest = photo.nearest();
        let ours = enlarge(&trainer.network.layers.0, photo);
        let [a, b, c] =
            [&nearest, &photo.bicubic, &ours].map(|x| psnr(x, &photo.pixels, photo.side));
        println!(
            "{:<14} {a:>8.2} {b:>9.2} {c:>9.2} {:>9.2}",
            photo.name,
            c - b
        );
        gain += (c - b) / held_out.len() as f64;
        let shown: [(String, &[f32]); 4] = [
            (format!("nearest: {a:.2} dB"), &nearest),
            (format!("bicubic: {b:.2} dB"), &photo.bicubic),
            (format!("network: {c:.2} dB"), &ours),
            (photo.name.into(), &photo.pixels),
        ];
        figure = figure.plot(Plot::new("given").image(&photo.low_detail()));
        for (title, pixels) in shown {
            figure = figure.plot(Plot::new(title).image(&photo.detail(pixels)));
        }
    }
    println!("mean gain over bicubic interpolation: {gain:.2} dB");
    figure.draw(folder.join("enlarged.png"))?;
    at_least(
        "the gain over bicubic interpolation in dB",
        gain,
        plan.asked,
    )?;
    Ok(())
}

type Learner = Trainer<Image<PART, PART, 1>, Middle, Mse, Adam>;

/// Trains on parts of photographs.
fn learn(plan: Plan, seed: u64, photos: Vec<Photo>, progress: &mut Progress<'_>) -> Learner {
    let mut trainer = Learner::new(Mse, Adam::new(RATE), BATCH);
    trainer.network.init(Init::XavierNormal, seed);
    trainer.seed(seed);
    let steps = plan.epochs * plan.parts.div_ceil(BATCH);
    trainer.pace = Pace::steps(OneCycle::new(RATE, steps));
    let mut crew = Crew::of(&trainer, 2, 2);
    let patches = Patches {
        photos,
        count: plan.parts,
    };
    trainer
        .with(&mut crew)
        .fit(patches, None, plan.epochs, progress);
    trainer
}

/// What the network adds to bicubic interpolation, added.
fn enlarge(network: &Net, photo: &Photo) -> Vec<f32> {
    type Low = Image<LOW, LOW, 1>;
    let mut room = vec![0.0; <Net as nn::Layer<Low>>::ROOM.inference(1)];
    let low = photo.centred();
    let added = nn::predict::<Low, Net, f32>(network, Tensor::batch(&low), &mut room);
    let sum = photo.bicubic.iter().zip(added[0].as_slice());
    sum.map(|(bicubic, added)| (bicubic + added / photos::SCALE).clamp(0.0, 1.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_training_helps() {
        let plan = Plan {
            parts: 64,
            epochs: 4,
            ..QUICK
        };
        let trainer = learn(
            plan,
            0,
            photos::train().expect("part of the program"),
            &mut Progress::quiet(),
        );
        let photo = &photos::held_out().expect("part of the program")[0];
        let ours = enlarge(&trainer.network.layers.0, photo);
        let [bicubic, ours] = [&photo.bicubic, &ours].map(|x| psnr(x, &photo.pixels, photo.side));
        // Pillow's: 26.64 dB, from bytes
        assert!((bicubic - 26.64).abs() < 0.05, "{bicubic}");
        assert!(ours > bicubic + 0.02, "{ours} {bicubic}");
    }
}
