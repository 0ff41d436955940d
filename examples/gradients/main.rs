//! Gradients that vanish and explode on their way through ten layers, and what keeps them.
//!
//! `cargo run --release --example gradients`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};

mod cases;
mod depth;

use cases::Course;
use depth::DEPTH;

fn main() -> ExitCode {
    lesson("gradients", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let chain = chain();
    layers().draw(folder.join("layers.png"))?;
    heading(3, "Descent");
    let vanished = courses(
        "a vanished gradient: amplifying it does not help",
        &cases::vanished(),
    );
    let exploded = courses(
        "an exploding gradient, leaky ReLU, N(0, 0.35²)",
        &cases::exploded(),
    );
    let figure = Figure::new("Vanishing and exploding gradients while learning", 3);
    let plots = [chain, vanished, exploded];
    figure
        .sized([420, 400])
        .plots(plots)
        .draw(folder.join("descent.png"))?;
    Ok(())
}

fn chain() -> Plot {
    heading(1, "A chain of sigmoids");
    let found: Vec<_> = (1..=20).map(|n| (n as f64, depth::chained(n))).collect();
    for (n, [slope, bound]) in found.iter().filter(|(n, _)| n % 5.0 == 0.0) {
        println!("{n:>3} sigmoids: derivative {slope:.3e}, at most 0.25ⁿ = {bound:.3e}");
    }
    Plot::new("σ(σ(…σ(x))): the derivative at 0")
        .axes("sigmoids", "")
        .log([false, true])
        .line(
            "0.25ⁿ",
            Color::Orange,
            found.iter().map(|&(n, [_, bound])| [n, bound]),
        )
        .dots(
            "derivative",
            Color::Blue,
            found.iter().map(|&(n, [slope, _])| [n, slope]),
        )
}

fn layers() -> Figure {
    heading(2, "The length of the gradient in each of ten layers");
    println!(
        "{:<30} {:>11} {:>11} {:>11}",
        "", "first", "last", "first/last"
    );
    let title = "The length of the gradient by the weights of each of ten layers";
    let mut figure = Figure::new(title, 4).sized([330, 300]);
    for (i, case) in cases::cases().into_iter().enumerate() {
        let [first, .., last] = case.lengths;
        let ratio = case.first_over_last();
        println!(
            "{:<30} {first:>11.2e} {last:>11.2e} {ratio:>11.2e}",
            case.name
        );
        let color = if i < 3 { Color::Orange } else { Color::Blue };
        let plot = Plot::new(case.name)
            .axes("layer", "")
            .log([false, true])
            .up(1e-9, 1e12)
            .places((1..=DEPTH).map(|layer| layer.to_string()))
            .bars("", color, case.lengths);
        figure = figure.plot(plot);
    }
    figure
}

fn courses(title: &str, courses: &[Course]) -> Plot {
    println!("{title}");
    let mut plot = Plot::new(title)
        .axes("step", "mean squared error")
        .log([false, true]);
    for (course, color) in
        courses
            .iter()
            .zip([Color::Orange, Color::Red, Color::Blue, Color::Green])
    {
        println!(
            "  {:<24} {:>12.4e} → {:.4e}",
            course.name,
            course.losses[0],
            course.last()
        );
        let points = course.losses.iter().enumerate();
        plot = plot.line(
            course.name,
            color,
            points.map(|(i, &loss)| [i as f64, loss]),
        );
    }
    plot
}
