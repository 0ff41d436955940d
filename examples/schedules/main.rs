//! Schedules: every curve in one picture, and a search for the rate to begin with.
//!
//! `cargo run --release --example schedules`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};

mod curves;
mod search;

fn main() -> ExitCode {
    lesson("schedules", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    Figure::new("Schedules: the rate by step", 3)
        .sized([400, 300])
        .plots(schedules())
        .draw(folder.join("schedules.png"))?;
    Figure::new("A search for a rate, on digits", 3)
        .sized([400, 340])
        .plots(rates())
        .draw(folder.join("range.png"))?;
    Ok(())
}

fn schedules() -> Vec<Plot> {
    heading(1, "Every schedule, from a rate of 1");
    let shown = [0, 10, 25, 50, 75, 99];
    print!("{:<30}", "step");
    shown.iter().for_each(|t| print!("{t:>9}"));
    println!();
    let plot = |group: curves::Group| {
        let mut plot = Plot::new(group.title).axes("step", "").up(-0.03, 1.05);
        for ((name, rates), color) in group.curves.into_iter().zip(Color::ALL) {
            print!("{name:<30}");
            shown.iter().for_each(|&t| print!("{:>9.4}", rates[t]));
            println!();
            // a jump is a step, not a slope
            let points = rates.iter().enumerate();
            let points = points.flat_map(|(t, &rate)| [t, t + 1].map(|t| [t as f64, rate]));
            plot = plot.line(name, color, points);
        }
        plot
    };
    curves::all().into_iter().map(plot).collect()
}

fn rates() -> [Plot; 3] {
    heading(2, "A search for a rate: LeNet on digits, momentum 0.9");
    let data = search::data();
    let found = search::search(&data.0);
    let rate = found.suggested();
    println!(
        "the loss is least at {:.3}; a tenth of that is {rate:.4}\n",
        found.lowest
    );
    let range = Plot::new("the loss while the rate grows")
        .axes("rate", "smoothed loss")
        .log([true, false])
        .up(0.0, 4.0)
        .line("loss", Color::Blue, found.curve.iter().copied())
        .line("take this", Color::Orange, [0.0, 4.0].map(|y| [rate, y]))
        .line("lowest", Color::Pale, [0.0, 4.0].map(|y| [found.lowest, y]));
    let tried = [0.01, 0.1, 1.0, 10.0, 100.0].map(|factor| rate * factor);
    let losses = tried.map(|rate| {
        let loss = search::learn(&data, rate, None);
        println!("three epochs at {rate:<8.5} loss on what is held out {loss:.4}");
        loss
    });
    let bars = Plot::new("held out, after three epochs at a rate")
        .axes("rate", "loss")
        .places(tried.map(|rate| format!("{rate:.5}")))
        .bars(
            "",
            Color::Blue,
            losses.map(|loss| if loss.is_nan() { 0.0 } else { loss }),
        );
    let high = 2.5 * rate;
    let paced = search::paced(&data, high);
    println!("\nfrom {high:.4}, which is much:");
    for (name, loss) in paced {
        println!("three epochs, {name:<16} loss on what is held out {loss:.4}");
    }
    let pace = Plot::new(format!("held out, after three epochs from {high:.3}"))
        .axes("", "loss")
        .places(paced.map(|(name, _)| name))
        .bars("", Color::Green, paced.map(|(_, loss)| loss));
    [range, bars, pace]
}
