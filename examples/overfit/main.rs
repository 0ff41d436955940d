//! Training against validation: a perceptron learns wrong labels by heart unless it is stopped.
//!
//! `cargo run --release --example overfit`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};
use examples::picture::{Color, Figure, Plot};

mod cures;
mod learn;

use learn::{Course, EPOCHS, Net, SAMPLES, UNITS, WRONG};

fn main() -> ExitCode {
    lesson("overfit", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let parts = learn::parts(SAMPLES);
    println!(
        "{SAMPLES} digits to learn from, {WRONG} of them with a wrong label; {} held out, {} kept for the end",
        parts.held_out.len(),
        parts.test.len()
    );
    let sizes = learn::sizes(&parts);
    let whole = &sizes[3].1;
    let figure = Figure::new("Training against validation", 3).sized([420, 370]);
    figure
        .plots(stop(&parts, whole))
        .plots(bars(&sizes))
        .plots(against(&parts, whole))
        .draw(folder.join("overfit.png"))?;
    Ok(())
}

fn line(name: &str, course: &Course) {
    let (last, best) = (course.epochs.len(), course.best());
    let [train, _] = course.losses(last);
    println!(
        "{name:<26} {last:>6} {best:>6} {train:>12.4} {:>10.4} {:>10.4} {:>9.1} % {:>9.1} %",
        course.losses(last)[1],
        course.losses(best)[1],
        100.0 * course.ends.test,
        100.0 * course.ends.by_heart
    );
}

fn stop(parts: &learn::Parts, whole: &Course) -> Vec<Plot> {
    heading(1, "Early stopping");
    println!(
        "{:<26} {:>6} {:>6} {:>12} {:>10} {:>10} {:>11} {:>11}",
        "128 hidden units",
        "epochs",
        "best",
        "loss, train",
        "held out",
        "its best",
        "right, test",
        "by heart"
    );
    line("never stopped", whole);
    let patient = [2, 8, 30].map(|patience| {
        let course = learn::stopped(parts, patience);
        line(&format!("patience {patience}"), &course);
        course
    });
    println!("\n\"by heart\": the share of wrong labels that the network gives in the end");
    let [_, stopped, _] = &patient;
    let (best, end) = (stopped.best() as f64, stopped.epochs.len() as f64);
    let by_epoch = |of: fn(&optim::Epoch) -> Option<f64>| {
        let points = whole
            .epochs
            .iter()
            .map(move |epoch| [epoch.number as f64, of(epoch).unwrap_or(f64::NAN)]);
        points.collect::<Vec<_>>()
    };
    let losses = Plot::new("cross-entropy, 128 units, never stopped")
        .axes("epoch", "")
        .log([false, true])
        .up(0.005, 4.0)
        .line(
            "trained on",
            Color::Blue,
            by_epoch(|e| Some(e.train.loss.into())),
        )
        .line(
            "held out",
            Color::Orange,
            by_epoch(|e| e.held_out.map(|s| s.loss.into())),
        )
        .line("best", Color::Green, [0.005, 4.0].map(|y| [best, y]))
        .line(
            "stop, patience 8",
            Color::Pale,
            [0.005, 4.0].map(|y| [end, y]),
        );
    let shares = Plot::new("share of right answers")
        .axes("epoch", "")
        .up(0.0, 1.02)
        .line("trained on", Color::Blue, by_epoch(|e| e.train.accuracy()))
        .line(
            "held out",
            Color::Orange,
            by_epoch(|e| e.held_out.and_then(|s| s.accuracy())),
        )
        .line("best", Color::Green, [0.0, 1.0].map(|y| [best, y]));
    let [a, b, c] = &patient;
    let ends = Plot::new("in the end, by patience")
        .axes("patience", "")
        .places(["2", "8", "30", "never"])
        .up(0.0, 1.0)
        .bars(
            "right on the test",
            Color::Green,
            [a, b, c, whole].map(|c| c.ends.test),
        )
        .bars(
            "wrong labels by heart",
            Color::Red,
            [a, b, c, whole].map(|c| c.ends.by_heart),
        );
    vec![losses, shares, ends]
}

fn bars(sizes: &[(usize, Course); 4]) -> Vec<Plot> {
    heading(2, "Fewer parameters, and more data");
    for (units, course) in sizes {
        line(&format!("{units} hidden units"), course);
    }
    let amounts = [80, 160, 400, 800];
    let more = amounts.map(|n| {
        let course = learn::learn::<Net<UNITS>>(&learn::parts(n), None);
        line(&format!("128 units, {n} digits"), &course);
        course
    });
    let names = sizes.each_ref().map(|(units, _)| units.to_string());
    let last = |of: usize| {
        sizes
            .each_ref()
            .map(|(_, course)| course.losses(EPOCHS)[of])
    };
    let best = sizes
        .each_ref()
        .map(|(_, course)| course.losses(course.best())[1]);
    let losses = Plot::new("cross-entropy after all epochs, by size")
        .axes("hidden units", "")
        .places(names.clone())
        .log([false, true])
        .up(0.001, 10.0)
        .bars("trained on", Color::Blue, last(0))
        .bars("held out", Color::Orange, last(1))
        .bars("held out, at its best", Color::Green, best);
    let by_heart = Plot::new("after all epochs, by size")
        .axes("hidden units", "")
        .places(names)
        .up(0.0, 1.0)
        .bars(
            "right on the test",
            Color::Green,
            sizes.each_ref().map(|(_, c)| c.ends.test),
        )
        .bars(
            "wrong labels by heart",
            Color::Red,
            sizes.each_ref().map(|(_, c)| c.ends.by_heart),
        );
    let more = Plot::new("128 units after all epochs, by data")
        .axes("digits to learn from", "")
        .places(amounts.map(|n| n.to_string()))
        .up(0.0, 1.0)
        .bars(
            "right on the test",
            Color::Green,
            more.each_ref().map(|c| c.ends.test),
        )
        .bars(
            "wrong labels by heart",
            Color::Red,
            more.each_ref().map(|c| c.ends.by_heart),
        );
    vec![losses, by_heart, more]
}

fn against(parts: &learn::Parts, whole: &Course) -> [Plot; 2] {
    const CURES: [&str; 7] = ["none", "L2", "drop", "connect", "smooth", "noise", "shift"];
    heading(3, "Cures, all epochs each");
    let all: Vec<_> = std::iter::once(("nothing", whole.ends))
        .chain(cures::all(parts))
        .collect();
    for (name, ends) in &all {
        println!(
            "{name:<26}  test: cross-entropy {:.4}, right {:>5.1} %; wrong labels by heart {:>5.1} %",
            ends.loss,
            100.0 * ends.test,
            100.0 * ends.by_heart
        );
    }
    let losses = Plot::new("cross-entropy on the test, by cure")
        .places(CURES)
        .bars("", Color::Blue, all.iter().map(|(_, ends)| ends.loss));
    let plot = Plot::new("128 units after all epochs, by cure")
        .places(["none", "L2", "drop", "connect", "smooth", "noise", "shift"])
        .up(0.0, 1.0)
        .bars(
            "right on the test",
            Color::Green,
            all.iter().map(|(_, c)| c.test),
        )
        .bars(
            "wrong labels by heart",
            Color::Red,
            all.iter().map(|(_, c)| c.by_heart),
        );
    [losses, plot]
}
