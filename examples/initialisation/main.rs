//! How weights begin: what becomes of signals in ten layers, and of learning.
//!
//! `cargo run --release --example initialisation`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};
use nn::Init;

mod digits;
mod spread;

use spread::{BARS, DEPTH, Signals, WAYS};

fn main() -> ExitCode {
    lesson("initialisation", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "The size of signals, layer by layer");
    let [tanh, relu] = [
        ("tanh", spread::tanh as fn(Init) -> Signals),
        ("ReLU", spread::relu),
    ]
    .map(|(name, signals)| sizes(name, &WAYS.map(|(_, how)| signals(how))));
    let figure = Figure::new("How the first weights are drawn, and what comes of it", 3);
    let plots = [tanh, relu, learning()];
    figure
        .sized([420, 380])
        .plots(plots)
        .draw(folder.join("initialisation.png"))?;
    histograms().draw(folder.join("histograms.png"))?;
    equal();
    Ok(())
}

fn sizes(activation: &str, signals: &[Signals; WAYS.len()]) -> Plot {
    println!("{activation}: root of the mean square after layers 1, 2, 5 and 10");
    let mut plot = Plot::new(format!("{activation}: size of the signals"))
        .axes("layer", "root of the mean square")
        .log([false, true])
        .up(1e-11, 1e9);
    for (((name, _), signals), color) in WAYS.iter().zip(signals).zip(Color::ALL) {
        let [a, b, c, d] = [1, 2, 5, DEPTH].map(|layer| signals.sizes[layer]);
        println!("  {name:<12} {a:>9.2e} {b:>9.2e} {c:>9.2e} {d:>9.2e}");
        let points = signals.sizes.iter().enumerate();
        let points: Vec<_> = points.map(|(i, &size)| [i as f64, size]).collect();
        // zeros have no logarithm, and no line
        let name = if *name == "zeros" {
            "zeros: none"
        } else {
            name
        };
        plot = plot
            .line(name, color, points.clone())
            .dots("", color, points);
    }
    println!();
    plot
}

fn learning() -> Plot {
    heading(2, "Four hidden layers of ReLUs learn digits");
    let mut plot = Plot::new("four hidden layers of ReLUs learn digits")
        .axes("epoch", "cross-entropy")
        .log([false, true]);
    for ((name, how), color) in WAYS.into_iter().zip(Color::ALL) {
        let (losses, accuracy) = digits::learn(how);
        let last = losses.last().copied().unwrap_or(f64::NAN);
        println!("  {name:<12} loss {last:>9.4}, accuracy on digits held out {accuracy:.3}");
        let points = losses.iter().enumerate();
        let points: Vec<_> = points.map(|(i, &loss)| [i as f64 + 1.0, loss]).collect();
        plot = plot
            .line(name, color, points.clone())
            .dots("", color, points);
    }
    plot
}

/// The numbers after each layer, as rows of histograms.
fn histograms() -> Figure {
    let mut figure = Figure::new("Which share of the signals lies where, layer by layer", 5);
    for (activation, signals) in [
        ("tanh", spread::tanh as fn(Init) -> Signals),
        ("ReLU", spread::relu),
    ] {
        for (name, how) in WAYS {
            let shares = signals(how).shares;
            // the root, so that small shares are seen
            let field = shares.iter().rev().flatten().map(|share| share.sqrt());
            let layers = (0..DEPTH)
                .rev()
                .map(|i| [i as f64 + 0.5, (DEPTH - i) as f64]);
            let mut plot = Plot::new(format!("{activation}, {name}"))
                .bare()
                .across(-6.0, BARS as f64 + 2.0)
                .up(-1.5, DEPTH as f64);
            plot = plot.part([0.0, 0.0], [BARS as f64, DEPTH as f64], BARS, field);
            for [y, layer] in layers {
                plot = plot.word(layer.to_string(), Color::Pale, [-2.5, y]);
            }
            for (word, at) in [
                ("≤ −1", 0.5),
                ("0", 0.5 * BARS as f64),
                ("≥ 1", BARS as f64 - 0.5),
            ] {
                plot = plot.word(word, Color::Pale, [at, -0.7]);
            }
            figure = figure.plot(plot);
        }
    }
    figure.sized([280, 260])
}

fn equal() {
    heading(3, "Equal units stay equal");
    println!("of eight hidden units, after a hundred steps:");
    let ways = [
        ("zeros", Init::ZEROS),
        ("all weights 1/2", Init::Constant(0.5)),
        ("Xavier", Init::XavierNormal),
    ];
    for (name, how) in ways {
        let (alone, moved) = digits::different(how);
        println!(
            "  {name:<16} {alone} differ from all others, the farthest weight moved by {moved:.4}"
        );
    }
}
