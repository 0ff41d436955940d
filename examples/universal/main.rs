//! What networks can represent: any curve and any convex polygon by one hidden layer, any region by two; and two spirals, learnt on film.
//!
//! `cargo run --release --example universal`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson, spaced};
use examples::picture::{Color, Figure, Plot};

mod regions;
mod spirals;
mod staircase;

use regions::Polygon;
use staircase::Approximation;

fn main() -> ExitCode {
    lesson("universal", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let curves = curves();
    let regions = cut();
    let frames = film();
    let last = frames
        .last()
        .cloned()
        .ok_or("a training has a last moment")?;
    Figure::film(
        folder.join("spirals.gif"),
        8,
        frames.into_iter().map(|plot| frame().plot(plot)),
    )?;
    let figure = Figure::new("What networks can represent", 3).sized([400, 400]);
    figure
        .plots(curves)
        .plots(regions)
        .plot(last)
        .draw(folder.join("universal.png"))?;
    Ok(())
}

fn curves() -> [Plot; 3] {
    heading(1, "One hidden layer comes as close to a curve as it likes");
    let stairs = [
        staircase::stairs::<8>(),
        staircase::stairs::<32>(),
        staircase::stairs::<128>(),
    ];
    let bends = [staircase::bends::<10>(), staircase::bends::<40>()];
    println!(
        "largest error of N units with a step:  8: {:.4}   32: {:.4}   128: {:.4}",
        stairs[0].error, stairs[1].error, stairs[2].error
    );
    println!(
        "largest error of N ReLUs:             10: {:.4}   40: {:.4}",
        bends[0].error, bends[1].error
    );
    let errors = |found: &[Approximation], units: &[f64]| {
        let pairs = units.iter().zip(found);
        pairs
            .map(|(&units, found)| [units, found.error])
            .collect::<Vec<_>>()
    };
    let (by_step, by_relu) = (
        errors(&stairs, &[8.0, 32.0, 128.0]),
        errors(&bends, &[10.0, 40.0]),
    );
    let [few, many, _] = stairs;
    let [relu, _] = bends;
    let base = |title: &str| {
        let curve = spaced(0.0, 1.0, 201).map(|x| [x, staircase::curve(x)]);
        Plot::new(title)
            .axes("x", "y")
            .line("curve", Color::Pale, curve)
    };
    let steps = base("units with a step")
        .line("8 units", Color::Orange, few.points)
        .line("32 units", Color::Blue, many.points);
    let lines = base("ReLUs").line("10 units", Color::Orange, relu.points);
    let falls = Plot::new("the error falls as 1/N and as 1/N²")
        .axes("units", "largest error")
        .log([true, true])
        .line("step", Color::Blue, by_step.clone())
        .dots("", Color::Blue, by_step)
        .line("ReLU", Color::Orange, by_relu.clone())
        .dots("", Color::Orange, by_relu);
    [steps, lines, falls]
}

fn cut() -> [Plot; 2] {
    heading(2, "Regions");
    let (hexagon, star) = (
        vec![regions::hexagon()],
        regions::star_and_square().to_vec(),
    );
    let (one, two) = (regions::one_layer(), regions::two_layers());
    for (name, region, polygons) in [
        ("one hidden layer", &one, &hexagon),
        ("two hidden layers", &two, &star),
    ] {
        let same = regions::by_rays(polygons)
            .iter()
            .zip(region)
            .filter(|(a, b)| a == b)
            .count();
        println!(
            "{name:<18} {same} of {} places as they should be; pieces {}, convex {}",
            region.len(),
            regions::pieces(region),
            regions::convex(region)
        );
    }
    [
        region("one hidden layer: 6 edges, and", &one, &hexagon),
        region("two: 24 edges, 6 × and, or", &two, &star),
    ]
}

fn region(title: &str, region: &[bool], polygons: &[Polygon]) -> Plot {
    let reach = regions::REACH;
    let field = region
        .iter()
        .map(|&inside| if inside { 0.7 } else { -0.35 });
    let mut plot = Plot::new(title)
        .axes("x₁", "x₂")
        .square()
        .across(-reach, reach)
        .up(-reach, reach)
        .field(regions::SIDE, field);
    for polygon in polygons {
        for (&[ax, ay], &[bx, by]) in polygon.iter().zip(polygon.iter().cycle().skip(1)) {
            // the whole line of the neuron, far beyond its edge
            let far = |t: f64| [ax + t * (bx - ax), ay + t * (by - ay)];
            plot = plot.line("", Color::Pale, [far(-9.0), far(9.0)]);
        }
    }
    plot
}

fn frame() -> Figure {
    Figure::new("Two spirals", 1).sized([420, 420])
}

/// The border at every moment.
fn film() -> Vec<Plot> {
    heading(3, "Two spirals, two hidden layers of 32 units");
    let [first, second] = spirals::spirals();
    let mut plots = vec![];
    spirals::learn(6, |moment| {
        let spirals::Moment {
            step,
            loss,
            accuracy,
            field,
        } = moment;
        if step % 60 == 0 {
            println!(
                "step {step:>4}: loss {loss:.4}, {:.1} % right",
                100.0 * accuracy
            );
        }
        let reach = spirals::REACH;
        plots.push(
            Plot::new(format!("step {step}: {:.0} % right", 100.0 * accuracy))
                .axes("x₁", "x₂")
                .square()
                .across(-reach, reach)
                .up(-reach, reach)
                .field(spirals::SIDE, field.into_iter().map(|p| 1.5 * (p - 0.5)))
                .dots("one spiral", Color::Orange, first.clone())
                .dots("the other", Color::Blue, second.clone()),
        );
    });
    plots
}
