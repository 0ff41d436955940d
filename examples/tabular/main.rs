//! Tables: flowers, wines, tumours, the course of a disease; several labels at once; features learnt or fixed.
//!
//! `cargo run --release --example tabular`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use core_tensor::Vector;
use examples::lesson::{heading, lesson, spaced};
use examples::picture::{Color, Figure, Plot};
use models::data::{Dataset, tables};

mod features;
mod folds;
mod labels;

use folds::{FOLDS, Judged, diabetes, judge};
use labels::{DISCS, SIDE};

fn main() -> ExitCode {
    lesson("tabular", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "Three tables of classes, five folds of each");
    let (iris, wine, cancer) = (tables::iris(), tables::wine(), tables::breast_cancer());
    let judged = [judge(&iris, 0), judge(&wine, 0), judge(&cancer, 0)];
    let names = ["iris", "wine", "breast cancer"];
    for (name, judged) in names.iter().zip(&judged) {
        let folds = judged.accuracy.map(|a| format!("{a:.3}")).join("  ");
        println!("{name:<14} {folds}   mean {:.4}", judged.mean());
    }

    heading(2, "A disease a year later");
    let (r2, pairs) = diabetes(0);
    println!("R² over five folds of 442 patients: {r2:.4}");

    let features = fixed_and_learnt();
    let accuracy = names.iter().zip([Color::Blue, Color::Orange, Color::Green]);
    let accuracy = accuracy.zip(&judged).fold(
        Plot::new("right in each fold")
            .places((1..=FOLDS).map(|fold| format!("fold {fold}")))
            .up(0.8, 1.0),
        |plot, ((name, color), judged)| plot.bars(name, color, judged.accuracy),
    );
    Figure::new(
        "Tables, each sample judged by a network that has not seen it",
        3,
    )
    .sized([420, 390])
    .plot(scatter(
        "iris",
        &iris,
        &judged[0],
        [2, 3],
        tables::IRIS_FEATURES,
        &tables::IRIS_CLASSES,
    ))
    .plot(scatter(
        "wine",
        &wine,
        &judged[1],
        [6, 12],
        tables::WINE_FEATURES,
        &["a", "b", "c"],
    ))
    .plot(scatter(
        "breast cancer",
        &cancer,
        &judged[2],
        [20, 27],
        tables::BREAST_CANCER_FEATURES,
        &tables::BREAST_CANCER_CLASSES,
    ))
    .plot(accuracy)
    .plot(foretold(r2, pairs))
    .plot(features)
    .draw(folder.join("tables.png"))?;

    several().draw(folder.join("labels.png"))?;
    Ok(())
}

/// Two of the features of a table, by class, and which samples were taken for another class.
fn scatter<const I: usize, const N: usize>(
    name: &str,
    data: &Dataset<Vector<I>, N>,
    judged: &Judged,
    axes: [usize; 2],
    features: [&str; I],
    classes: &[&str; N],
) -> Plot {
    let place = |i: usize| axes.map(|axis| f64::from(data.images[i][[axis]]));
    let wrong: Vec<usize> = (0..data.len()).filter(|&i| !judged.right[i]).collect();
    let title = format!("{name}: {} of {} wrong", wrong.len(), data.len());
    let plot = Plot::new(title).axes(features[axes[0]], features[axes[1]]);
    let colors = [Color::Blue, Color::Orange, Color::Green];
    let plot = (0..N).fold(plot, |plot, class| {
        let of_class = (0..data.len()).filter(|&i| data.labels[i].index() == class);
        plot.dots(classes[class], colors[class], of_class.map(place))
    });
    plot.dots("wrong", Color::Red, wrong.into_iter().map(place))
}

fn foretold(r2: f64, pairs: Vec<[f64; 2]>) -> Plot {
    Plot::new(format!("diabetes: R² = {r2:.3}"))
        .axes("measured", "foretold")
        .square()
        .across(0.0, 360.0)
        .up(0.0, 360.0)
        .line("", Color::Pale, spaced(0.0, 360.0, 2).map(|x| [x, x]))
        .dots("", Color::Blue, pairs)
}

fn fixed_and_learnt() -> Plot {
    heading(3, "Features fixed, or learnt with the classifier");
    let kinds = features::compare();
    for kind in &kinds {
        println!(
            "{:<16} {:.4} of the digits held out",
            kind.name, kind.accuracy
        );
    }
    let plot = Plot::new("three windows under one classifier")
        .places(kinds.each_ref().map(|kind| kind.name))
        .up(0.88, 1.0)
        .bars("", Color::Blue, kinds.each_ref().map(|kind| kind.accuracy));
    kinds.iter().enumerate().fold(plot, |plot, (i, kind)| {
        let plot = plot.word(
            format!("{:.3}", kind.accuracy),
            Color::Ink,
            [i as f64, 0.978],
        );
        kind.filters
            .iter()
            .enumerate()
            .fold(plot, |plot, (k, filter)| {
                let largest = filter.iter().fold(1e-9_f64, |most, x| most.max(x.abs()));
                let rows = filter.chunks(3).rev().flatten().map(|x| x / largest);
                let left = i as f64 - 0.4 + 0.28 * k as f64;
                plot.part([left, 0.982], [left + 0.24, 0.998], 3, rows)
            })
    })
}

fn several() -> Figure {
    heading(4, "Several labels at once");
    let learnt = labels::learn();
    println!(
        "each label right: {}; all three right: {:.4}",
        learnt.accuracy.map(|a| format!("{a:.4}")).join(", "),
        learnt.all
    );
    println!(
        "the most frequent labels alone: {:.4}; the loss without knowledge is 3·ln 2 = {:.4}",
        learnt.guess,
        labels::clueless()
    );
    let plots = learnt.chances.into_iter().enumerate().map(|(k, chances)| {
        let ([x, y], radius) = DISCS[k];
        let rim = spaced(0.0, std::f64::consts::TAU, 100);
        let (inside, outside): (Vec<_>, Vec<_>) =
            learnt.points.iter().partition(|&&at| labels::holds(at)[k]);
        Plot::new(format!("label {}: {:.3} right", k + 1, learnt.accuracy[k]))
            .square()
            .across(-1.0, 1.0)
            .up(-1.0, 1.0)
            .field(SIDE, chances.into_iter().map(|chance| 2.0 * chance - 1.0))
            .line(
                "truth",
                Color::Ink,
                rim.map(move |a| [x + radius * a.cos(), y + radius * a.sin()]),
            )
            .dots("holds", Color::Orange, inside)
            .dots("does not", Color::Blue, outside)
    });
    let plots: Vec<Plot> = plots.collect();
    Figure::new("Three labels of one network: how likely each is", 3)
        .sized([400, 420])
        .plots(plots)
}
