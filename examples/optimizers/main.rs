//! All optimizers race over four landscapes, on film; and how the steps of AdaGrad and RMSprop change.
//!
//! `cargo run --release --example optimizers`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson, spaced};
use examples::picture::{Color, Figure, Plot};

mod effective;
mod race;
mod surfaces;

use race::{BUDGET, GOAL, NAMES, Run};
use surfaces::{SURFACES, Surface};

/// Frames of the film, and cells of a side of a map.
const FRAMES: usize = 48;
const CELLS: usize = 90;

fn main() -> ExitCode {
    lesson("optimizers", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let runs = SURFACES.each_ref().map(race::race);
    table(&runs);
    let maps = SURFACES.each_ref().map(map);
    let frame = |size: [u32; 2], step: usize| {
        let title = format!("The race of optimizers: step {step}");
        Figure::new(title, 4)
            .sized(size)
            .plots(plots(&maps, &runs, step))
    };
    // slowly at first: most of it happens there
    let steps = (0..=FRAMES).map(|i| {
        let share = i as f64 / FRAMES as f64;
        (BUDGET as f64 * share.powi(4)) as usize + i
    });
    let film = steps.map(|step| frame([236, 250], step.min(BUDGET)));
    Figure::film(folder.join("race.gif"), 12, film)?;
    frame([380, 390], BUDGET).draw(folder.join("race.png"))?;
    Figure::new("Steps to the goal, each with its best rate", 1)
        .sized([1200, 330])
        .plot(bars(&runs))
        .draw(folder.join("steps.png"))?;
    Figure::new("How far a unit of gradient moves a weight", 3)
        .sized([400, 360])
        .plots(effective())
        .draw(folder.join("effective.png"))?;
    Ok(())
}

fn table(runs: &[[Run; 15]; 4]) {
    heading(
        1,
        "Steps until the height stays below a thousandth, each with its best rate",
    );
    println!(
        "{BUDGET} gradients each; rates 1, 2 and 5 times 10⁻⁴ to 10, and 100; who leaves the map is out; L-BFGS needs no rate\n"
    );
    print!("{:<10}", "");
    SURFACES
        .iter()
        .for_each(|surface| print!("{:>24}", surface.name));
    println!();
    for (i, name) in NAMES.iter().enumerate() {
        print!("{name:<10}");
        for run in runs.iter().map(|runs| &runs[i]) {
            let rate = run
                .rate
                .map_or(String::new(), |rate| format!(" at {rate:.4}"));
            let rate = rate.trim_end_matches('0').trim_end_matches('.');
            let found = match run.steps {
                Some(steps) => format!("{steps}{rate}"),
                None => format!("({:.0e}){rate}", run.end),
            };
            print!("{found:>24}");
        }
        println!();
    }
    println!("\nin brackets the height after all {BUDGET}, where the goal was not reached");
}

/// A landscape in bands of equal height, by its logarithm, with its lowest points.
fn map(surface: &Surface) -> Plot {
    let [low, high] = surface.map;
    let side = |axis: usize| {
        let half = (high[axis] - low[axis]) / CELLS as f64 / 2.0;
        spaced(low[axis] + half, high[axis] - half, CELLS)
    };
    let heights = side(1).flat_map(|y| side(0).map(move |x| (surface.at)([x, y]).0));
    let bands: Vec<f64> = heights
        .map(|f| ((f + 0.02).log10() * 2.5).floor())
        .collect();
    let [least, most] = bands
        .iter()
        .fold([f64::MAX, f64::MIN], |[a, b], &x| [a.min(x), b.max(x)]);
    let shades = bands
        .into_iter()
        .map(|band| -((most - band) / (most - least)).powf(1.6));
    Plot::new(surface.name)
        .bare()
        .across(low[0], high[0])
        .up(low[1], high[1])
        .field(CELLS, shades)
        .dots("", Color::Ink, surface.minima.iter().copied())
}

/// A row of landscapes for each family of five.
fn plots(maps: &[Plot; 4], runs: &[[Run; 15]; 4], step: usize) -> Vec<Plot> {
    let colors = [
        Color::Orange,
        Color::Green,
        Color::Violet,
        Color::Red,
        Color::Ink,
    ];
    let one = |family: usize, which: usize| {
        let mut plot = maps[which].clone();
        for (i, color) in colors.into_iter().enumerate() {
            let runner = 5 * family + i;
            let path = &runs[which][runner].path;
            let so_far = &path[..path.len().min(step + 1)];
            let here = so_far[so_far.len() - 1];
            // the key runs along the row
            let name = if which == i % 4 { NAMES[runner] } else { "" };
            plot = plot
                .line("", color, so_far.iter().copied())
                .dots(name, color, [here]);
        }
        plot
    };
    let places = (0..3).flat_map(|family| (0..4).map(move |which| (family, which)));
    places.map(|(family, which)| one(family, which)).collect()
}

fn bars(runs: &[[Run; 15]; 4]) -> Plot {
    let colors = [Color::Blue, Color::Orange, Color::Green, Color::Violet];
    let plot = Plot::new(format!(
        "steps until the height stays below {GOAL}; no bar: not within {BUDGET}"
    ))
    .places(NAMES)
    .log([false, true])
    .up(5.0, BUDGET as f64 * 1.2);
    let all = SURFACES.iter().zip(runs).zip(colors);
    all.fold(plot, |plot, ((surface, runs), color)| {
        let steps = runs.iter().map(|run| run.steps.unwrap_or(1) as f64);
        plot.bars(surface.name, color, steps)
    })
}

fn effective() -> [Plot; 3] {
    heading(
        2,
        "The effective steps of AdaGrad and RMSprop, η / (√s + ε)",
    );
    let rosenbrock = SURFACES[0];
    let last = effective::STEPS - 1;
    let plot = |title: &str, courses: [effective::Course; 2], numbers: [&str; 2]| {
        println!("{title}");
        let mut plot = Plot::new(title).axes("step", "").log([true, true]);
        let colors = [[Color::Orange, Color::Red], [Color::Blue, Color::Green]];
        for ((name, course), colors) in ["AdaGrad", "RMSprop"].iter().zip(courses).zip(colors) {
            println!(
                "  {name}: {} {:.4} and then {:.4}, {} {:.4} and then {:.4}",
                numbers[0],
                course[0][0],
                course[last][0],
                numbers[1],
                course[0][1],
                course[last][1]
            );
            for (i, color) in colors.into_iter().enumerate() {
                let points = course.iter().zip(1..).map(|(at, t)| [f64::from(t), at[i]]);
                plot = plot.line(&format!("{name}, {}", numbers[i]), color, points);
            }
        }
        plot
    };
    [
        plot(
            "gradients that stay",
            effective::courses([0.0; 2], effective::constant),
            ["of 1", "of 0.1"],
        ),
        plot(
            "gradients that change",
            effective::courses([0.0; 2], effective::changing),
            ["10, then 0.1", "rare"],
        ),
        plot(
            "on the way down Rosenbrock's valley",
            effective::courses(rosenbrock.start, |_, at| (rosenbrock.at)(at).1),
            ["x", "y"],
        ),
    ]
}
