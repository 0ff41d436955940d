//! Localisation: is there a digit on a cluttered canvas, and where? Five outputs say it.
//!
//! `cargo run --release --example locate`, in seconds with `--quick`, for longer with `--long`
//!
//! Seeds 0, 1 and 2 reach a mean IoU of 0.802, 0.798 and 0.808, in two minutes of one core; with `--quick` 0.69, 0.70 and 0.70.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use core_tensor::Tensor;
use examples::lesson::{Setting, at_least, heading};
use examples::picture::{Color, Figure, Plot};
use examples::scenes::{Canvas, Clutter, Plan, SIDE, Scenes};
use models::data::digits;
use nn::{BatchNormRelu, Conv2d, DetectionLoss, Flatten, Init, Linear, MaxPool2d, Object, Relu};
use optim::metrics::{AveragePrecision, Bounds};
use optim::schedule::OneCycle;
use optim::{Adam, Crew, Pace, Progress, Trainer};

/// Three blocks of convolution, batch norm, relu and pooling, then two linear layers.
type Net = (
    (Conv2d<1, 16, 3, 1, 1>, BatchNormRelu<16>, MaxPool2d<2>),
    (Conv2d<16, 32, 3, 1, 1>, BatchNormRelu<32>, MaxPool2d<2>),
    (Conv2d<32, 64, 3, 1, 1>, BatchNormRelu<64>, MaxPool2d<2>),
    (Flatten, Linear<1024, 128>, Relu, Linear<128, 5>),
);

const UNSEEN: usize = 500;
const BATCH: usize = 32;
const RATE: f64 = 4e-3;

/// Finds digits.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    setting: Setting,
}

const QUICK: Plan = Plan {
    scenes: 8192,
    epochs: 5,
    asked: 0.6,
};
const USUAL: Plan = Plan {
    scenes: 8192,
    epochs: 60,
    asked: 0.75,
};
const LONG: Plan = Plan {
    scenes: 8192,
    epochs: 180,
    asked: 0.78,
};

/// How a detector did on scenes of digits that it never saw.
struct Found {
    /// mean overlap of the box with the object's, where there is one
    iou: f64,
    /// the share of scenes about which it is right whether there is an object
    presence: f64,
    /// average precision of boxes that overlap by half or more
    precision: f64,
    shown: Vec<Shown>,
}

/// A scene, what is there, and what was found.
struct Shown {
    canvas: Tensor<Canvas>,
    truth: Option<Object>,
    found: (f64, Object),
}

fn main() -> ExitCode {
    let Options { setting } = Options::parse();
    setting.run("locate", |folder| run(&setting, folder))
}

fn run(setting: &Setting, folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "One digit at most, anywhere, of any size");
    let plan = setting.choose(QUICK, USUAL, LONG);
    let found = learn(plan, setting.seed, &mut Progress::new());
    println!(
        "{UNSEEN} scenes of digits not seen before: mean IoU {:.4}, presence right in {:.4}, average precision at IoU 0.5 {:.4}",
        found.iou, found.presence, found.precision
    );
    let plots = found.shown.into_iter().map(draw);
    Figure::new(
        "Scenes of unseen digits: where they are, and where they were found",
        6,
    )
    .sized([190, 216])
    .plots(plots)
    .draw(folder.join("boxes.png"))?;
    Ok(at_least("mean IoU", found.iou, plan.asked)?)
}

/// Trains on new scenes in every epoch, and judges on those of other digits.
fn learn(plan: Plan, seed: u64, progress: &mut Progress<'_>) -> Found {
    let (train, test) = digits::load().split(5, seed);
    let mut trainer = Trainer::<Canvas, Net, _, _>::new(DetectionLoss, Adam::new(RATE), BATCH);
    trainer.network.init(Init::HeNormal, seed);
    trainer.seed(seed);
    let steps = plan.epochs * plan.scenes.div_ceil(BATCH);
    trainer.pace = Pace::steps(OneCycle::new(RATE, steps));
    let [source, unseen] = [train, test].map(|part| Scenes {
        digits: part.images,
        clutter: Clutter::PALE,
        count: plan.scenes,
        target: |object, _| object,
    });
    let mut crew = Crew::of(&trainer, 2, 2);
    trainer
        .with(&mut crew)
        .fit(source, None, plan.epochs, progress);

    let (canvases, truths) = unseen.fixed(UNSEEN);
    let mut found = Vec::new();
    trainer.predict(&canvases, |_, y| found.push(Object::read(y)));
    let (mut iou, mut objects, mut right) = (0.0, 0, 0);
    let mut precision = AveragePrecision::default();
    for ((p, object), truth) in found.iter().zip(&truths) {
        right += usize::from((*p > 0.5) == truth.is_some());
        precision.add(Some((*p, bounds(*object))), truth.map(bounds));
        if let Some(truth) = truth {
            iou += bounds(*object).iou(bounds(*truth));
            objects += 1;
        }
    }
    let shown = canvases.into_iter().zip(truths).zip(found);
    let shown = shown.map(|((canvas, truth), found)| Shown {
        canvas,
        truth,
        found,
    });
    Found {
        iou: iou / f64::from(objects),
        presence: right as f64 / UNSEEN as f64,
        precision: precision.at(0.5).unwrap_or(f64::NAN),
        shown: shown.take(18).collect(),
    }
}

fn bounds(object: Object) -> Bounds {
    Bounds {
        x: object.x,
        y: object.y,
        width: object.width,
        height: object.height,
    }
}

fn draw(shown: Shown) -> Plot {
    let (p, found) = shown.found;
    let title = match shown.truth {
        Some(truth) if p > 0.5 => format!("IoU {:.2}", bounds(truth).iou(bounds(found))),
        Some(_) => format!("missed: p = {p:.2}"),
        None if p > 0.5 => format!("nothing there: p = {p:.2}"),
        None => "nothing, rightly".into(),
    };
    let side = SIDE as f64;
    let outline = |plot: Plot, color, object: Object| {
        let middle = [object.x, object.y].map(|share| share * side);
        let sides = [object.width, object.height].map(|share| share * side);
        plot.outline(color, side, middle, sides)
    };
    let mut plot = Plot::new(title).image(&shown.canvas);
    if let Some(truth) = shown.truth {
        plot = outline(plot, Color::Green, truth);
    }
    if p > 0.5 {
        plot = outline(plot, Color::Orange, found);
    }
    plot
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_training_finds_digits() {
        let plan = Plan {
            scenes: 2048,
            epochs: 6,
            ..QUICK
        };
        let found = learn(plan, 0, &mut Progress::quiet());
        assert!(found.iou > 0.3, "{}", found.iou);
        assert!(found.presence > 0.8, "{}", found.presence);
        assert!(found.precision > 0.2, "{}", found.precision);
    }
}
