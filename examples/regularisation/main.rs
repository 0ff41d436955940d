//! Regularisation: a network that learns noise by heart, and everything that keeps it from that.
//!
//! `cargo run --release --example regularisation`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson, spaced};
use examples::picture::{Color, Figure, Plot};
use nn::Penalty;

mod overfit;
mod penalties;

use overfit::{FEW, Fit, STEPS};
use penalties::{BATCH, FEATURES, LAMBDA};

fn main() -> ExitCode {
    lesson("regularisation", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let fits = overfit::fits();
    overfitting(&fits).draw(folder.join("overfitting.png"))?;
    let plots = [
        distances(&fits),
        weights(),
        hills(),
        smoothing(),
        ensemble(),
        norm(),
    ];
    let figure = Figure::new(
        "Penalties, smoothing, dropout as an ensemble, batch norm",
        3,
    );
    figure
        .sized([420, 380])
        .plots(plots)
        .draw(folder.join("regularisation.png"))?;
    Ok(())
}

fn overfitting(fits: &[Fit; 9]) -> Figure {
    heading(1, "An overfit curve and its cures");
    println!("{FEW} noisy points of sin 3x, 2,701 weights, {STEPS} steps of Adam\n");
    println!(
        "{:<28} {:>13} {:>13} {:>20}",
        "", "loss on data", "held out", "distance from truth"
    );
    let mut figure = Figure::new("An overfit curve and its cures", 5).sized([330, 330]);
    for fit in fits {
        let shown = fit
            .course
            .iter()
            .find(|[step, ..]| *step as usize == fit.stopped);
        let [_, data, held_out] = shown.copied().unwrap_or([f64::NAN; 3]);
        println!(
            "{:<28} {data:>13.4} {held_out:>13.4} {:>20.4}",
            fit.name, fit.error
        );
        figure = figure.plot(curve(fit));
    }
    let by_step = |i: usize| fits[0].course.iter().map(move |at| [at[0], at[i]]);
    let stopped = fits[7].stopped as f64;
    println!(
        "\nthe loss on points held out was least at step {stopped}; the early stop came at step {}",
        fits[7].course.len()
    );
    figure.plot(
        Plot::new("nothing: when to stop")
            .axes("step", "mean squared error")
            .log([false, true])
            .line("data", Color::Blue, by_step(1))
            .line("held out", Color::Orange, by_step(2))
            .line("stop here", Color::Pale, [[stopped, 1e-4], [stopped, 10.0]])
            .up(1e-3, 3.0),
    )
}

fn distances(fits: &[Fit; 9]) -> Plot {
    Plot::new("mean squared distance from the truth")
        .places([
            "nothing", "L2", "L1", "drop", "connect", "noise", "5 units", "stop", "data",
        ])
        .bars("", Color::Blue, fits.each_ref().map(|fit| fit.error))
}

fn curve(fit: &Fit) -> Plot {
    let truth = spaced(-1.0, 1.0, 101).map(|x| [x, overfit::truth(x)]);
    Plot::new(format!("{}: {:.4} from the truth", fit.name, fit.error))
        .axes("x", "y")
        .up(-2.0, 2.0)
        .dots("data", Color::Pale, fit.data.clone())
        .line("truth", Color::Green, truth)
        .line("network", Color::Blue, fit.curve.clone())
}

fn weights() -> Plot {
    heading(2, "L1 cuts off, L2 shrinks");
    let free = penalties::without();
    let (l1, l2) = (Penalty::l1(LAMBDA), Penalty::l2(LAMBDA));
    let (l1, l2) = (penalties::with(&l1), penalties::with(&l2));
    for (name, weights) in [("free", &free), ("L1", &l1), ("L2", &l2)] {
        println!(
            "{name:<6} {:>2} of {FEATURES} weights are zero, the largest is {:.4}",
            penalties::zeros(weights),
            weights[2]
        );
    }
    Plot::new("L1 makes zeros, L2 only shrinks")
        .axes("weight", "")
        .places((1..=FEATURES).map(|i| i.to_string()))
        .bars("free", Color::Pale, free)
        .bars("L1", Color::Orange, l1)
        .bars("L2", Color::Blue, l2)
}

fn hills() -> Plot {
    heading(3, "cos a + λa²");
    let mut plot = Plot::new("cos a + λa²: descents from a = 8")
        .axes("a", "")
        .up(-1.5, 6.0)
        .across(-12.0, 12.0);
    for (lambda, color) in [
        (0.0, Color::Pale),
        (0.05, Color::Blue),
        (0.1, Color::Green),
        (0.6, Color::Orange),
    ] {
        let end = penalties::end(lambda);
        println!(
            "λ = {lambda:<5} {} valley(s) in ±20, descent from 8 ends at {end:.6}",
            penalties::valleys(lambda)
        );
        let line = spaced(-12.0, 12.0, 241).map(|a| [a, penalties::hills(a, lambda)]);
        plot = plot.line(&format!("λ = {lambda}"), color, line).dots(
            "",
            color,
            [[end, penalties::hills(end, lambda)]],
        );
    }
    plot
}

fn smoothing() -> Plot {
    heading(4, "Label smoothing holds logits");
    let mut plot = Plot::new("the right logit above the others")
        .axes("step", "")
        .up(0.0, 8.0);
    for (alpha, color) in [
        (0.0, Color::Orange),
        (0.1, Color::Blue),
        (0.3, Color::Green),
    ] {
        let (course, limit) = penalties::gap(alpha);
        let last = course[course.len() - 1][1];
        println!("α = {alpha:<4} after 600 steps {last:.4}, ln((1 − α + α/N)/(α/N)) = {limit:.4}");
        plot = plot
            .line(
                if alpha == 0.1 { "limit" } else { "" },
                Color::Pale,
                [0.0, 600.0].map(|step| [step, limit]),
            )
            .line(&format!("α = {alpha}"), color, course);
    }
    plot
}

fn ensemble() -> Plot {
    heading(5, "Dropout is an ensemble");
    let ensemble = overfit::ensemble();
    println!(
        "the mean of all 1,024 networks and the one in use differ by {:.1e} at most",
        ensemble.difference()
    );
    println!(
        "1,000 draws with p = 3/10 multiply by {:.4} in the mean",
        overfit::dropped(1000)
    );
    let mut plot = Plot::new("10 units with dropout: 1,024 networks")
        .axes("x", "y")
        .up(-1.5, 1.5);
    for (i, part) in ensemble.some.into_iter().enumerate() {
        plot = plot.line(if i == 0 { "14 of them" } else { "" }, Color::Pale, part);
    }
    plot.line("the one in use", Color::Orange, ensemble.used)
        .dots(
            "mean of all",
            Color::Blue,
            ensemble.mean.into_iter().step_by(4),
        )
}

fn norm() -> Plot {
    heading(6, "Batch norm in training and in use");
    let norm = penalties::batch_norm();
    let [mean, variance] = norm.running[norm.running.len() - 1];
    println!(
        "after 30 batches of {BATCH:?} the running mean is {mean:.4}, the variance {variance:.4}"
    );
    println!(
        "4 beside 3 and beside 9: in training {:.4} and {:.4}, in use {:.4} and {:.4}",
        norm.training[0], norm.training[1], norm.using[0], norm.using[1]
    );
    let by_step = |i: usize| {
        let all = norm.running.iter().enumerate();
        all.map(move |(step, at)| [step as f64, at[i]])
            .collect::<Vec<_>>()
    };
    let end = [0.0, 30.0];
    Plot::new("batch norm: running statistics follow the batch")
        .axes("step", "")
        .line("of the batch", Color::Pale, end.map(|step| [step, 4.0]))
        .line("", Color::Pale, end.map(|step| [step, 20.0 / 3.0]))
        .line("running mean", Color::Blue, by_step(0))
        .line("running variance", Color::Orange, by_step(1))
}
