//! Activations: what they do to a number and to a gradient, what they cost, how ReLUs die, and why zero belongs in the middle.
//!
//! `cargo run --release --example activations`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};

mod curves;
mod dead;
mod positive;

use curves::Curve;
use dead::{RATES, UNITS};
use positive::TARGET;

fn main() -> ExitCode {
    lesson("activations", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    table().draw(folder.join("activations.png"))?;
    let plots = [killed(), cured(), zigzag()];
    let figure = Figure::new(
        "Dead ReLUs, their cures, and inputs that are all positive",
        3,
    );
    figure
        .sized([420, 400])
        .plots(plots)
        .draw(folder.join("dead.png"))?;
    Ok(())
}

fn table() -> Figure {
    heading(1, "Values, slopes and costs");
    println!(
        "{:<26} {:>8} {:>8} {:>8} {:>8} {:>9}  ns a number",
        "", "f(−1)", "f(1)", "f'(−1)", "f'(1)", "max |f'|"
    );
    let mut figure = Figure::new(
        "Activations (blue), their derivatives (orange), nanoseconds a number forward and backward",
        6,
    );
    figure = figure.sized([232, 212]);
    for curve in curves::all() {
        let nanoseconds = (curve.cost)();
        let [[y0, d0], [y1, d1]] = [-1.0, 1.0].map(|x| curve.at(x));
        println!(
            "{:<26} {y0:>8.4} {y1:>8.4} {d0:>8.4} {d1:>8.4} {:>9.4} {:>8.2}",
            curve.name,
            curve.steepest(),
            nanoseconds
        );
        let Curve {
            name, value, slope, ..
        } = curve;
        let plot = Plot::new(format!("{name}: {nanoseconds:.1} ns"))
            .across(-4.0, 4.0)
            .up(-1.5, 3.0)
            .line("", Color::Orange, slope)
            .line("", Color::Blue, value);
        figure = figure.plot(plot);
    }
    figure
}

fn killed() -> Plot {
    heading(2, "Dead ReLUs");
    let killed = dead::killed();
    println!("closed for every sample, of {UNITS}, after 100 steps of descent:");
    for (rate, count) in RATES.iter().zip(killed) {
        println!("  rate {rate:<5} {count:>3}");
    }
    Plot::new("large steps kill ReLUs")
        .axes("rate of the descent", "units closed for every sample")
        .places(RATES.map(|rate| rate.to_string()))
        .up(0.0, UNITS as f64)
        .bars(
            &format!("dead after 100 steps, of {UNITS}"),
            Color::Orange,
            killed.map(|n| n as f64),
        )
}

fn cured() -> Plot {
    println!("\nbiases that begin at −1 close every unit; after 200 epochs of Adam:\n");
    println!("{:<26} closed before  after       loss", "");
    let mut plot = Plot::new("only what has a slope there comes back")
        .axes("epoch", "mean squared error")
        .log([false, true]);
    for (course, color) in dead::cures().into_iter().zip(Color::ALL) {
        let [before, after] = course.closed;
        let last = course.losses.last().copied().unwrap_or(f64::NAN);
        println!("{:<26} {before:>13} {after:>6} {last:>10.5}", course.name);
        let points = course.losses.iter().enumerate();
        plot = plot.line(
            course.name,
            color,
            points.map(|(i, &loss)| [i as f64 + 1.0, loss]),
        );
    }
    plot
}

fn zigzag() -> Plot {
    heading(3, "Inputs that are all positive");
    let walks = [
        ("inputs in 0 … 2", 0.0, Color::Orange),
        ("inputs in −1 … 1", -1.0, Color::Blue),
    ];
    println!(
        "y = w·x, one sample a step, each at its best rate: how often both weights move the same way, and steps until w is right"
    );
    let mut plot = Plot::new("two weights on their way to (1, −1)").axes("w₁", "w₂");
    for (name, low, color) in walks {
        let walk = positive::walk(low);
        println!(
            "  {name:<18} rate {:.1} {:>6.0} % {:>6.1} steps",
            walk.rate,
            100.0 * walk.together,
            walk.steps
        );
        let name = format!("{name}: {:.0} steps", walk.steps);
        plot = plot.line(&name, color, walk.path);
    }
    plot.dots("right", Color::Ink, [TARGET])
}
