//! Localisation: is there a digit on a cluttered canvas, and where? Five outputs say it.
//!
//! `cargo run --release --example locate`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use core_tensor::Tensor;
use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};
use examples::scenes::{Canvas, Clutter, SIDE, Scenes};
use models::data::digits;
use nn::{BatchNorm, Conv2d, DetectionLoss, Flatten, Init, Linear, MaxPool2d, Object, Relu};
use optim::metrics::{AveragePrecision, Bounds};
use optim::schedule::Cosine;
use optim::{Adam, Pace, Progress, Trainer};

/// Three blocks of convolution, batch norm, relu and pooling, then two linear layers.
type Net = (
    (Conv2d<1, 16, 3, 1, 1>, BatchNorm<16>, Relu, MaxPool2d<2>),
    (Conv2d<16, 32, 3, 1, 1>, BatchNorm<32>, Relu, MaxPool2d<2>),
    (Conv2d<32, 32, 3, 1, 1>, BatchNorm<32>, Relu, MaxPool2d<2>),
    (Flatten, Linear<512, 128>, Relu, Linear<128, 5>),
);

const SCENES: usize = 8192;
const EPOCHS: usize = 36;
const UNSEEN: usize = 500;
const BATCH: usize = 32;

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
    lesson("locate", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "One digit at most, anywhere, of any size");
    let found = learn(SCENES, EPOCHS, &mut Progress::new());
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
    if found.iou < 0.75 {
        return Err(format!("mean IoU {:.4}, expected at least 0.75", found.iou).into());
    }
    Ok(())
}

/// Trains on `scenes` new scenes an epoch, and judges on those of other digits.
fn learn(scenes: usize, epochs: usize, progress: &mut Progress<'_>) -> Found {
    let (train, test) = digits::load().split(5, 0);
    let mut trainer = Trainer::<Canvas, Net, _, _>::new(DetectionLoss, Adam::new(2e-3), BATCH);
    trainer.network.init(Init::HeNormal, 0);
    let steps = epochs * scenes.div_ceil(BATCH);
    trainer.pace = Pace::steps(Cosine {
        rate: 2e-3,
        end: 0.0,
        steps,
    });
    let [source, unseen] = [train, test].map(|part| Scenes {
        digits: part.images,
        clutter: Clutter::PALE,
        count: scenes,
        target: |object, _| object,
    });
    trainer.fit(source, None, epochs, progress);

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
        let found = learn(2048, 6, &mut Progress::quiet());
        assert!(found.iou > 0.3, "{}", found.iou);
        assert!(found.presence > 0.8, "{}", found.presence);
        assert!(found.precision > 0.2, "{}", found.precision);
    }
}
