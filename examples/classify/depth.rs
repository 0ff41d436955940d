//! Plain against residual networks as depth grows: more layers could do no harm, since those added might do nothing, but plain ones learn worse.

use std::path::Path;

use examples::images::Images;
use examples::picture::{Color, Figure, Plot};
use optim::{CheckPointError, Progress};

use crate::learn::{Learnt, Plan, learn};
use crate::networks::{Plain, Residual};

/// How many layers.
const DEPTHS: [usize; 3] = [8, 20, 56];

/// The two kinds at every depth.
pub(crate) struct Depths {
    pub(crate) plain: Vec<Learnt>,
    pub(crate) residual: Vec<Learnt>,
}

/// Teaches both kinds at every depth the same images by the same plan.
///
/// # Errors
/// None without check points.
pub(crate) fn compare(
    plan: Plan,
    data: [&Images; 2],
    progress: &mut Progress<'_>,
) -> Result<Depths, CheckPointError> {
    let mut all = Depths {
        plain: Vec::new(),
        residual: Vec::new(),
    };
    // a type is no value: one line a depth
    all.plain
        .push(learn::<Plain<1, 0>>("plain-8", plan, data, None, progress)?);
    all.residual.push(learn::<Residual<1, 0>>(
        "ResNet-8", plan, data, None, progress,
    )?);
    all.plain.push(learn::<Plain<3, 2>>(
        "plain-20", plan, data, None, progress,
    )?);
    all.residual.push(learn::<Residual<3, 2>>(
        "ResNet-20",
        plan,
        data,
        None,
        progress,
    )?);
    all.plain.push(learn::<Plain<9, 8>>(
        "plain-56", plan, data, None, progress,
    )?);
    all.residual.push(learn::<Residual<9, 8>>(
        "ResNet-56",
        plan,
        data,
        None,
        progress,
    )?);
    Ok(all)
}

impl Depths {
    /// Prints a line a depth.
    pub(crate) fn print(&self) {
        println!("layers   plain: loss, accuracy   residual: loss, accuracy");
        for ((depth, plain), residual) in DEPTHS.iter().zip(&self.plain).zip(&self.residual) {
            println!(
                "{depth:6}   {:11.4}   {:7.4}   {:14.4}   {:7.4}",
                plain.train_loss(),
                plain.accuracy,
                residual.train_loss(),
                residual.accuracy
            );
        }
    }

    /// By how much the deepest residual network's training loss is below that of the plain one, as a factor.
    pub(crate) fn gain(&self) -> f64 {
        let deepest = |all: &[Learnt]| all.last().map_or(f64::NAN, Learnt::train_loss);
        deepest(&self.plain) / deepest(&self.residual)
    }

    /// Draws loss and accuracy against depth, and how both kinds learn.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), examples::picture::Error> {
        let kinds = [
            ("plain", Color::Orange, &self.plain),
            ("residual", Color::Blue, &self.residual),
        ];
        let against_depth = |title: &str, up: &str, of: fn(&Learnt) -> f64| {
            let mut plot = Plot::new(title).axes("layers", up);
            for (name, color, all) in kinds {
                let points = DEPTHS
                    .iter()
                    .zip(all)
                    .map(|(&depth, one)| [depth as f64, of(one)]);
                let points: Vec<[f64; 2]> = points.collect();
                plot = plot
                    .line(name, color, points.clone())
                    .dots("", color, points);
            }
            plot
        };
        let mut learning = Plot::new("How they learn")
            .axes("epoch", "training loss")
            .log([false, true]);
        let lines = [
            (Color::Orange, self.plain.last()),
            (Color::Blue, self.residual.last()),
            (Color::Red, self.plain.get(1)),
            (Color::Green, self.residual.get(1)),
        ];
        for (color, one) in lines {
            if let Some(one) = one {
                let points = one.by_epoch(|epoch| epoch.train.loss.into());
                learning = learning.line(one.name, color, points);
            }
        }
        Figure::new("More layers: plain and residual networks", 3)
            .plot(against_depth(
                "Training loss",
                "cross-entropy",
                Learnt::train_loss,
            ))
            .plot(against_depth("Unseen images", "accuracy", |one| {
                one.accuracy
            }))
            .plot(learning)
            .draw(path)
    }
}
