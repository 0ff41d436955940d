//! Gradient descent: rates that are too small, right and too large; the whole set, one sample or a mini-batch a step.
//!
//! `cargo run --release --example descent`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson, spaced};
use examples::picture::{Color, Figure, Plot};

mod modes;
mod noise;
mod rates;

use modes::Course;

fn main() -> ExitCode {
    lesson("descent", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    Figure::new("Four rates on 5x²", 4)
        .sized([330, 330])
        .plots(parabolas())
        .draw(folder.join("rates.png"))?;
    Figure::new("The whole set, one sample, a mini-batch", 3)
        .sized([400, 380])
        .plots(modes())
        .draw(folder.join("modes.png"))?;
    Figure::new("Noise that leaves a minimum", 3)
        .sized([400, 360])
        .plots(noise())
        .draw(folder.join("noise.png"))?;
    Ok(())
}

fn parabolas() -> Vec<Plot> {
    heading(1, "Rates too small, right, too large: 5x² from x = −1");
    let half = rates::CURVATURE / 2.0;
    let one = |(rate, name): (f64, &str)| {
        let path = rates::parabola(rate);
        println!(
            "η = {rate:<5}  x after 1 and {} steps: {:>9.6} {:>13.3e}   {name}",
            rates::STEPS,
            path[1],
            path[rates::STEPS]
        );
        let curve = spaced(-1.6, 1.6, 81).map(|x| [x, half * x * x]);
        let points = path.iter().map(|x| [*x, half * x * x]);
        Plot::new(format!("η = {rate}: {name}"))
            .axes("x", "")
            .across(-1.6, 1.6)
            .up(-0.5, 12.0)
            .line("", Color::Pale, curve)
            .line("", Color::Orange, points.clone())
            .dots("", Color::Blue, points)
    };
    let plots = rates::RATES.map(one).into();
    println!("\nevery step multiplies x by 1 − 10η: it shrinks for η < 0.2 alone, and at 0.1 to 0");
    plots
}

fn modes() -> Vec<Plot> {
    heading(2, "The whole set, one sample, a mini-batch a step");
    let [w, b] = modes::lowest();
    println!(
        "{} samples, the label of one is wrong; each is seen {} times at η = {}",
        modes::SAMPLES,
        modes::EPOCHS,
        modes::RATE
    );
    println!(
        "lowest point: slope {w:.4}, bias {b:.4}, loss {:.6}\n",
        modes::loss([w, b])
    );
    println!(
        "{:>12} {:>7} {:>20} {:>16} {:>12} {:>24}",
        "samples/step",
        "steps",
        "that raise the loss",
        "loss, 1 epoch",
        "at the end",
        "distance, last quarter"
    );
    let courses = modes::BATCHES.map(|batch| modes::learn(batch, modes::RATE));
    for course in &courses {
        println!(
            "{:>12} {:>7} {:>18.1} % {:>16.4} {:>12.4} {:>24.4}",
            course.batch,
            course.path.len() - 1,
            100.0 * course.raised(),
            course.losses[modes::SAMPLES / course.batch],
            course.losses[course.losses.len() - 1],
            course.distance()
        );
    }
    let slow = modes::learn(1, modes::RATE / 4.0);
    println!(
        "one sample a step at a quarter of the rate stays within {:.4}",
        slow.distance()
    );
    let [_, one, _] = &courses;
    let others = one.by_sample.iter().sum::<f64>() - one.by_sample[modes::WRONG];
    println!(
        "a step on the mislabelled sample changes the loss by {:+.4} on average, on another by {:+.4}",
        one.by_sample[modes::WRONG],
        others / (modes::SAMPLES - 1) as f64
    );
    let mut plots: Vec<Plot> = courses.iter().map(|course| map(course, [w, b])).collect();
    let colors = [Color::Ink, Color::Orange, Color::Blue];
    let mut losses = Plot::new("loss over all samples")
        .axes("samples seen", "")
        .log([true, false])
        .across(1.0, 1600.0);
    for i in [1, 2, 0] {
        let course = &courses[i];
        let seen = (0..).map(|step| (step * course.batch) as f64);
        let points = seen.zip(&course.losses).map(|(x, &y)| [x, y]);
        losses = losses.line(&format!("{} a step", course.batch), colors[i], points);
    }
    plots.push(losses);
    plots.push(data([w, b]));
    let bars = Plot::new("what a step on each sample changes in the loss")
        .axes("sample; the second is mislabelled", "")
        .places((0..modes::SAMPLES).map(|i| {
            if i % 10 == 0 {
                i.to_string()
            } else {
                String::new()
            }
        }))
        .bars("", Color::Orange, one.by_sample.iter().copied());
    plots.push(bars);
    plots
}

/// The way of the weights over the loss.
fn map(course: &Course, lowest: [f64; 2]) -> Plot {
    const CELLS: usize = 90;
    let [low, high] = modes::MAP;
    let side = |axis: usize| {
        let half = (high[axis] - low[axis]) / CELLS as f64 / 2.0;
        spaced(low[axis] + half, high[axis] - half, CELLS)
    };
    let least = modes::loss(lowest);
    let bands = side(1).flat_map(|b| {
        side(0).map(move |w| {
            let height = modes::loss([w, b]) - least;
            ((height + 0.003).log10() * 4.0).floor() / 12.0
        })
    });
    let bands = bands.map(|band| band.clamp(-0.9, 0.0));
    let name = match course.batch {
        modes::SAMPLES => "the whole set".to_owned(),
        1 => "one sample a step".to_owned(),
        n => format!("{n} samples a step"),
    };
    Plot::new(name)
        .axes("slope", "bias")
        .across(low[0], high[0])
        .up(low[1], high[1])
        .field(CELLS, bands)
        .line("", Color::Orange, course.path.iter().copied())
        .dots("lowest", Color::Ink, [lowest])
}

fn data([w, b]: [f64; 2]) -> Plot {
    let (x, y) = modes::samples();
    let points: Vec<[f64; 2]> = x.iter().zip(&y).map(|(x, y)| [x[[0]], y[[0]]]).collect();
    let curve = spaced(-2.0, 2.0, 81).map(|x| [x, 1.0 / (1.0 + (-w * x - b).exp())]);
    Plot::new("what there is to learn")
        .axes("x", "label")
        .line("probability at the lowest point", Color::Pale, curve)
        .dots("samples", Color::Blue, points.clone())
        .dots("mislabelled", Color::Red, [points[modes::WRONG]])
}

fn noise() -> [Plot; 3] {
    heading(
        3,
        "Noise that leaves a minimum: (x² − 1)² + 0.3x, from x = 1.4",
    );
    let shares = noise::BATCHES.map(noise::escaped);
    for (batch, share) in noise::BATCHES.iter().zip(shares) {
        println!(
            "{batch:>3} samples a step: {:>5.1} % of {} runs end in the deep minimum",
            100.0 * share,
            noise::RUNS
        );
    }
    let colors = [Color::Ink, Color::Blue, Color::Orange];
    let mut land = Plot::new("where a run of each ends, by samples a step")
        .axes("x", "")
        .line(
            "mean of all samples",
            Color::Pale,
            spaced(-1.6, 1.6, 161).map(|x| [x, noise::landscape(x)]),
        );
    let mut paths = Plot::new("the way there").axes("step", "x").up(-2.0, 2.0);
    // a run that gets out
    let out = (0..noise::RUNS).find(|&seed| noise::path(1, seed)[noise::STEPS] < 0.0);
    let runs = noise::BATCHES.map(|batch| noise::path(batch, out.unwrap_or(0)));
    for i in [2, 1, 0] {
        let (name, end) = (noise::BATCHES[i].to_string(), runs[i][noise::STEPS]);
        let points = runs[i].iter().enumerate().map(|(t, &x)| [t as f64, x]);
        paths = paths.line(&name, colors[i], points);
        land = land.dots(&name, colors[i], [[end, noise::landscape(end)]]);
    }
    let bars = Plot::new("% of runs that end in the deep minimum")
        .axes("samples a step", "")
        .places(noise::BATCHES.map(|batch| batch.to_string()))
        .up(0.0, 100.0)
        .bars("", Color::Orange, shares.map(|share| 100.0 * share));
    [land, paths, bars]
}
