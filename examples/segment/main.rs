//! Segmentation: which pixels of a cluttered canvas are the digit's? A U-Net says it of each, taught by a binary cross-entropy a pixel.
//!
//! `cargo run --release --example segment`, in seconds with `--quick`, for longer with `--long`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use core_tensor::Tensor;
use examples::lesson::{Setting, at_least, heading};
use examples::picture::Figure;
use examples::scenes::{Canvas, Clutter, Plan, Scenes};
use models::SmallUNet;
use models::data::digits;
use nn::{BceWithLogits, Init};
use optim::schedule::OneCycle;
use optim::{Adam, Crew, Pace, Progress, Trainer};

mod masks;

use masks::{Overlap, Shown, mask};

/// Half as wide as the small one of `models`.
type Net = SmallUNet<1, 1, f32, 8, 16, 32>;

const BATCH: usize = 32;
const RATE: f64 = 4e-3;
const UNSEEN: usize = 500;
const SHOWN: usize = 15;

/// As dark as the digit: brightness alone says nothing, only what hangs together does.
const CLUTTER: Clutter = Clutter {
    fragments: 0.95,
    lines: 0.9,
};

/// Finds the pixels of digits.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    setting: Setting,
}

const QUICK: Plan = Plan {
    scenes: 2048,
    epochs: 5,
    asked: 0.6,
};
const USUAL: Plan = Plan {
    scenes: 8192,
    epochs: 16,
    asked: 0.85,
};
const LONG: Plan = Plan {
    scenes: 8192,
    epochs: 64,
    asked: 0.88,
};

type Masked = Scenes<Tensor<Canvas>>;

fn main() -> ExitCode {
    let Options { setting } = Options::parse();
    setting.run("segment", |folder| run(&setting, folder))
}

fn run(setting: &Setting, folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "Which pixels are the digit's");
    let plan = setting.choose(QUICK, USUAL, LONG);
    let [mut source, unseen] = scenes(plan, setting.seed);
    let mut trainer = learn(plan, setting.seed, &mut source, &mut Progress::new());
    let unseen = unseen.fixed(UNSEEN);
    let (found, shown) = judge(&mut trainer, &unseen);
    let threshold = best_threshold(&source.fixed(UNSEEN));
    println!("\n{UNSEEN} scenes of digits not seen before:");
    println!("                   mean IoU   IoU of all pixels   empty scenes left empty");
    for (name, overlap) in [
        ("by brightness", &by_brightness(&unseen, threshold)),
        ("by the U-Net", &found),
    ] {
        println!(
            "{name:<16} {:>10.4} {:>19.4} {:>25.4}",
            overlap.mean(),
            overlap.of_all(),
            overlap.left_empty()
        );
    }
    let title = "Unseen digits: the scene, its mask, what was found, and the difference (orange: missed, blue: too much)";
    Figure::new(title, 3)
        .sized([400, 124])
        .plots(shown.into_iter().map(Shown::draw))
        .draw(folder.join("masks.png"))?;
    at_least("mean IoU", found.mean(), plan.asked)?;
    Ok(())
}

/// Scenes to learn from, and scenes of digits that are in none of them.
fn scenes(plan: Plan, seed: u64) -> [Masked; 2] {
    let (train, test) = digits::load().split(5, seed);
    [train, test].map(|part| Scenes {
        digits: part.images,
        clutter: CLUTTER,
        count: plan.scenes,
        target: |_, ink| mask(ink, 0.5),
    })
}

type Learner = Trainer<Canvas, Net, BceWithLogits, Adam>;

/// Trains on new scenes in every epoch.
fn learn(plan: Plan, seed: u64, source: &mut Masked, progress: &mut Progress<'_>) -> Learner {
    let steps = plan.epochs * plan.scenes.div_ceil(BATCH);
    let mut trainer = Learner::new(BceWithLogits, Adam::new(RATE), BATCH);
    trainer.network.init(Init::HeNormal, seed);
    trainer.seed(seed);
    trainer.pace = Pace::steps(OneCycle::new(RATE, steps));
    let mut crew = Crew::of(&trainer, 2, 2);
    trainer
        .with(&mut crew)
        .fit(source, None, plan.epochs, progress);
    trainer
}

/// How the network does on scenes that are not learnt from, and the first of them.
fn judge(
    trainer: &mut Learner,
    (canvases, truths): &(Vec<Tensor<Canvas>>, Vec<Tensor<Canvas>>),
) -> (Overlap, Vec<Shown>) {
    let (mut overlap, mut shown) = (Overlap::default(), Vec::new());
    trainer.predict(canvases, |i, logits| {
        // a probability of a half
        let found = mask(logits, 0.0);
        let iou = overlap.add(&found, &truths[i]);
        if i < SHOWN {
            shown.push(Shown {
                canvas: canvases[i].map(|&x| x),
                truth: truths[i].map(|&x| x),
                found,
                iou,
            });
        }
    });
    (overlap, shown)
}

/// How well pixels above a brightness do.
fn by_brightness(
    (canvases, truths): &(Vec<Tensor<Canvas>>, Vec<Tensor<Canvas>>),
    threshold: f32,
) -> Overlap {
    let mut overlap = Overlap::default();
    for (canvas, truth) in canvases.iter().zip(truths) {
        overlap.add(&mask(canvas, threshold), truth);
    }
    overlap
}

/// The brightness above which pixels are best taken for the digit's, to a fiftieth.
fn best_threshold(scenes: &(Vec<Tensor<Canvas>>, Vec<Tensor<Canvas>>)) -> f32 {
    let all = (15..50).map(|i| i as f32 / 50.0);
    let all = all.map(|threshold| (threshold, by_brightness(scenes, threshold).mean()));
    let best = all.max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map_or(0.5, |(threshold, _)| threshold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_learnt_and_judged() {
        let [source, unseen] = scenes(QUICK, 0);
        let (canvases, masks) = source.fixed(16);
        let mut trainer = Learner::new(BceWithLogits, Adam::new(0.02), 16);
        trainer.network.init(Init::HeNormal, 0);
        let losses: Vec<f32> = (0..24)
            .map(|_| trainer.step(&canvases, &masks).loss)
            .collect();
        // a logit of 0 everywhere has ln 2 = 0.693
        assert!(losses[0] > 0.5 && losses[23] < 0.3, "{losses:?}");
        let (found, shown) = judge(&mut trainer, &unseen.fixed(16));
        assert!((0.1..0.95).contains(&found.mean()), "{}", found.mean());
        assert_eq!(shown.len(), SHOWN);
    }
}
