//! Regression, linear and logistic, as networks of one layer: closed forms, solutions that are not unique, outliers.
//!
//! `cargo run --release --example regression`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{cells, dot, heading, lesson, norm, spaced};
use examples::picture::{Color, Figure, Plot};

mod linear;
mod logistic;
mod null_space;

use linear::NULL;

fn main() -> ExitCode {
    lesson("regression", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let plots = [line()?, valley(), clouds(), outliers()?, stacked()];
    let figure = Figure::new("Regression as a network", 3).sized([400, 400]);
    figure
        .plots(plots)
        .plot(neurons())
        .draw(folder.join("regression.png"))?;
    Ok(())
}

/// A straight line over the whole plot.
fn straight([slope, height]: [f64; 2]) -> [[f64; 2]; 2] {
    [-1.0, 1.0].map(|x| [x, slope * x + height])
}

fn line() -> Result<Plot, Box<dyn Error>> {
    heading(1, "Linear regression: closed form and descent");
    let points = linear::points();
    let closed = linear::best_line(&points).ok_or("no single line is best")?;
    println!("{:<22} {:>16} {:>16}", "", "slope", "height");
    println!(
        "{:<22} {:>16.12} {:>16.12}",
        "(XᵀX)⁻¹Xᵀy", closed[0], closed[1]
    );
    let mut plot = Plot::new("closed form and descent")
        .axes("x", "y")
        .dots("40 points", Color::Pale, points.clone())
        .line("closed form", Color::Orange, straight(closed));
    for (steps, color) in [(3, Color::Green), (500, Color::Blue)] {
        let found = linear::learnt_line(&points, nn::Mse, steps);
        let name = format!("{steps} steps");
        println!("{name:<22} {:>16.12} {:>16.12}", found[0], found[1]);
        plot = plot.line(&name, color, straight(found));
    }
    Ok(plot)
}

fn valley() -> Plot {
    heading(
        2,
        "The second feature is twice the first: no single best solution",
    );
    let (x, y) = linear::twice();
    let loss = |w: [f64; 2]| {
        let pairs = x.iter().zip(&y);
        pairs.map(|(x, y)| (dot(x, &w) - y).powi(2)).sum::<f64>() / x.len() as f64
    };
    let best = linear::descend([0.0, 0.0]).end();
    let far = |t: f64| [best[0] + t * NULL[0], best[1] + t * NULL[1]];
    // dark where the loss is low
    let field = cells(-2.0, 3.0, 90).map(|w| -0.9 * (-loss(w) / 1.5).exp());
    let mut plot = Plot::new("descents end where they meet the valley")
        .axes("w₁", "w₂")
        .square()
        .across(-2.0, 3.0)
        .up(-2.0, 3.0)
        .field(90, field)
        .line(
            "w + t·a₀: all as good",
            Color::Orange,
            [far(-3.0), far(3.0)],
        );
    println!(
        "{:<14} {:>22} {:>10} {:>14}",
        "from", "to", "length", "loss"
    );
    for (i, start) in [[0.0, 0.0], [2.0, 1.5], [-1.5, 0.5], [1.0, -1.5]]
        .into_iter()
        .enumerate()
    {
        let descent = linear::descend(start);
        let end = descent.end();
        println!(
            "({:>4}, {:>4})   ({:>9.6}, {:>9.6}) {:>10.6} {:>14.10}",
            start[0],
            start[1],
            end[0],
            end[1],
            norm(&end),
            descent.loss
        );
        let name = if i == 0 { "descent" } else { "" };
        plot = plot
            .line(name, Color::Ink, descent.path)
            .dots("", Color::Ink, [end]);
    }
    println!("from zero, descent finds the shortest; along a₀ = (2, −1)/√5 nothing ever moves");
    plot
}

fn clouds() -> Plot {
    heading(3, "Logistic regression");
    let ([w1, w2, b], accuracy) = logistic::by_descent();
    println!(
        "descent            {w1:.9} {w2:.9} {b:.9}, {:.1} % on their side",
        100.0 * accuracy
    );
    for steps in [1, 3, 8] {
        let [w1, w2, b] = logistic::by_newton(steps);
        println!("Newton, {steps} step(s)  {w1:.9} {w2:.9} {b:.9}");
    }
    let (x, t) = logistic::clouds();
    let class = |class: f64| {
        let pairs = x.iter().zip(&t).filter(move |(_, t)| **t == class);
        pairs.map(|(&x, _)| x).collect::<Vec<_>>()
    };
    let probability = |[x1, x2]: [f64; 2]| logistic::logistic(w1 * x1 + w2 * x2 + b);
    Plot::new("logistic regression: the probability of 1")
        .axes("x₁", "x₂")
        .square()
        .across(-2.0, 2.0)
        .up(-2.0, 2.0)
        .field(
            90,
            cells(-2.0, 2.0, 90).map(|x| 1.4 * (probability(x) - 0.5)),
        )
        .dots("0", Color::Blue, class(0.0))
        .dots("1", Color::Orange, class(1.0))
        .line(
            "p = 1/2",
            Color::Ink,
            [-3.0, 3.0].map(|x| [x, -(w1 * x + b) / w2]),
        )
}

fn outliers() -> Result<Plot, Box<dyn Error>> {
    heading(4, "Outliers: squares against Huber");
    let points = linear::with_outliers();
    let squares = linear::best_line(&points).ok_or("no single line is best")?;
    let robust = linear::robust_line();
    println!("right    slope  2.000, height −1.000");
    println!(
        "squares  slope {:>6.3}, height {:.3}",
        squares[0], squares[1]
    );
    println!("Huber    slope {:>6.3}, height {:.3}", robust[0], robust[1]);
    Ok(Plot::new("six of forty were read wrong")
        .axes("x", "y")
        .dots("points", Color::Pale, points)
        .line("right", Color::Green, straight([2.0, -1.0]))
        .line("squared error", Color::Orange, straight(squares))
        .line("Huber", Color::Blue, straight(robust)))
}

fn stacked() -> Plot {
    heading(5, "Linear layers make a linear layer");
    let difference = linear::stack_against_one();
    println!("three layers and their product differ by {difference:.1e} at most");
    let [straight, bent] = linear::parabola();
    let error = |points: &[[f64; 2]]| {
        points
            .iter()
            .map(|[x, y]| (y - x * x).abs())
            .fold(0.0, f64::max)
    };
    println!(
        "farthest from a parabola: three linear layers {:.3}, with tanh between {:.3}",
        error(&straight),
        error(&bent)
    );
    Plot::new("three layers learn a parabola")
        .axes("x", "y")
        .line("x²", Color::Pale, spaced(-1.0, 1.0, 81).map(|x| [x, x * x]))
        .line("linear", Color::Orange, straight)
        .dots("with tanh between", Color::Blue, bent)
}

fn neurons() -> Plot {
    heading(6, "Weights in the null space of X·Xᵀ");
    let moved = null_space::moved();
    println!(
        "40 digits of 64 pixels say nothing in at least 24 directions. Every neuron got a vector of such:"
    );
    println!(
        "what was added is {:.0} % as long as the weights; |Xᵀv| ≤ {:.1e}",
        100.0 * moved.share,
        moved.residue
    );
    println!(
        "outputs change by {:.1e} on the data, by {:.2} on other digits",
        moved.change[0], moved.change[1]
    );
    let mut plot = Plot::new("four neurons' weights: same outputs on the data")
        .bare()
        .square()
        .across(0.0, 38.0)
        .up(0.0, 24.0);
    for (i, pair) in moved.neurons.iter().enumerate() {
        for (weights, y) in pair.iter().zip([13.0, 2.0]) {
            let from = [2.0 + 9.0 * i as f64, y];
            // images begin above, fields below
            let rows = weights.chunks(8).rev().flatten().map(|w| 2.5 * w);
            plot = plot.part(from, [from[0] + 8.0, y + 8.0], 8, rows);
        }
    }
    plot.word("as learnt", Color::Ink, [19.0, 22.5]).word(
        "with a vector of the null space added",
        Color::Ink,
        [19.0, 11.5],
    )
}
