//! A tour of derivatives: what they cost, that they are right, and what can be done with them.
//!
//! `cargo run --release --example autodiff` takes seconds. Every number that it prints it also checks, against formulas written out by
//! hand and numbers published elsewhere; what is wrong ends it with a panic. It draws two pictures.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use autodiff::check::relative_error;
use autodiff::{Real, Tape, derivative, hessian, value_and_grad};
use clap::Parser;
use core_tensor::{Matrix, Tensor, Vector};

#[path = "autodiff/cost.rs"]
mod cost;
#[path = "autodiff/networks.rs"]
mod networks;
#[path = "autodiff/pendulum.rs"]
mod pendulum;

/// Shows what derivatives are good for, and draws two pictures.
#[derive(Parser)]
struct Options {
    /// Folder for the pictures
    #[arg(long, value_name = "DIR", default_value = "target/autodiff")]
    pictures: PathBuf,
}

fn main() -> ExitCode {
    let Options { pictures } = Options::parse();
    if let Err(error) = std::fs::create_dir_all(&pictures) {
        let folder = pictures.display();
        eprintln!("error: {folder} cannot be made: {error}; name another folder with --pictures");
        return ExitCode::from(2);
    }
    formula();
    backpropagation();
    let drawn = cost::cost(&pictures.join("cost.png"));
    newton();
    networks::exclusive_or();
    networks::curvature();
    match drawn.and_then(|()| pendulum::pendulum(&pictures.join("pendulum.png"))) {
        Ok(()) => {
            println!(
                "\nall of it is right; drew cost.png and pendulum.png in {}",
                pictures.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn heading(number: u8, title: &str) {
    println!("\n{number}. {title}\n");
}

/// Fails loudly unless two numbers agree.
#[track_caller]
fn agree(found: f64, right: f64, tolerance: f64) {
    let error = relative_error(found, right);
    assert!(error <= tolerance, "found {found}, right is {right}");
}

/// `eˣ·sin x`, for any number.
fn wave<R: Real>(x: R) -> R {
    x.exp() * x.sin()
}

fn formula() {
    heading(1, "The derivative of a formula");
    println!("f(x) = eˣ·sin x        f'(x) = eˣ·(sin x + cos x)        f''(x) = 2·eˣ·cos x\n");
    println!("   x          f(x)         f'(x)        f''(x)");
    for x in [0.0, 1.0, 2.0_f64] {
        let (value, slope) = derivative(wave, x);
        // a derivative of a derivative: nothing new to learn
        let (_, second) = derivative(|x| derivative(wave, x).1, x);
        println!("{x:>4} {value:>13.9} {slope:>13.9} {second:>13.9}");
        agree(slope, x.exp() * (x.sin() + x.cos()), 1e-15);
        agree(second, 2.0 * x.exp() * x.cos(), 1e-15);
    }
}

/// Two layers of two sigmoid units, the numbers of a well-known exercise.
/// Source: Mazur, *A step by step backpropagation example* (2015).
fn backpropagation() {
    heading(2, "Backpropagation by hand and by the tape");
    let (x, target) = ([0.05, 0.10], [0.01, 0.99]);
    let (w1, b1) = ([[0.15, 0.20], [0.25, 0.30]], [0.35; 2]);
    let (w2, b2) = ([[0.40, 0.45], [0.50, 0.55]], [0.60; 2]);

    // by hand: forward, layer by layer
    let layer = |w: [[f64; 2]; 2], b: [f64; 2], x: [f64; 2]| {
        [0, 1].map(|i| 1.0 / (1.0 + (-(w[i][0] * x[0] + w[i][1] * x[1] + b[i])).exp()))
    };
    let hidden = layer(w1, b1, x);
    let out = layer(w2, b2, hidden);
    let loss: f64 = [0, 1]
        .map(|i| (target[i] - out[i]).powi(2) / 2.0)
        .iter()
        .sum();
    // and back: δ is the derivative of the loss by what goes into a unit, σ' = σ·(1 − σ)
    let delta2 = [0, 1].map(|i| (out[i] - target[i]) * out[i] * (1.0 - out[i]));
    let delta1 = [0, 1].map(|j| {
        let from_above = delta2[0] * w2[0][j] + delta2[1] * w2[1][j];
        from_above * hidden[j] * (1.0 - hidden[j])
    });
    let (by_w2, by_w1) = (
        delta2.map(|d| hidden.map(|h| d * h)),
        delta1.map(|d| x.map(|x| d * x)),
    );

    // by the tape: only the formula
    let weights = (
        Tensor::<Matrix<2, 2>, f64>::new(w1),
        Tensor::<Vector<2>, f64>::new(b1),
        Tensor::<Matrix<2, 2>, f64>::new(w2),
        Tensor::<Vector<2>, f64>::new(b2),
    );
    let (x, target) = (
        Tensor::<Vector<2>, f64>::new(x),
        Tensor::<Vector<2>, f64>::new(target),
    );
    let (loss_on_tape, (dw1, db1, dw2, db2)) = Tape::new().value_and_grad(
        |tape, (w1, b1, w2, b2)| {
            let hidden = (w1.matvec(tape.constant(&x)) + b1).sigmoid();
            let error = (w2.matvec(hidden) + b2).sigmoid() - tape.constant(&target);
            error.dot(error) * 0.5
        },
        &weights,
    );

    println!("                 by hand       by the tape   published");
    println!("loss         {loss:.11} {loss_on_tape:.11}   0.298371109");
    println!(
        "d/dw5        {:.11} {:.11}   0.082167041",
        by_w2[0][0],
        dw2[[0, 0]]
    );
    println!(
        "d/dw1        {:.11} {:.11}   0.000438568",
        by_w1[0][0],
        dw1[[0, 0]]
    );
    agree(loss, loss_on_tape, 1e-15);
    for i in 0..2 {
        agree(db1[[i]], delta1[i], 1e-15);
        agree(db2[[i]], delta2[i], 1e-15);
        for j in 0..2 {
            agree(dw1[[i, j]], by_w1[i][j], 1e-15);
            agree(dw2[[i, j]], by_w2[i][j], 1e-15);
        }
    }
    for (found, published) in [
        (loss, 0.298_371_109),
        (dw2[[0, 0]], 0.082_167_041),
        (dw1[[0, 0]], 0.000_438_568),
    ] {
        agree(found, published, 1e-9);
    }
}

/// A valley with a bend, the classic test of minimisers; its lowest point is (1, 1).
/// Source: Rosenbrock, *An automatic method for finding the greatest or least value of a function* (1960).
fn rosenbrock<R: Real>([x, y]: [R; 2]) -> R {
    R::of(100.0) * (y - x * x).powi(2) + (R::one() - x).powi(2)
}

fn newton() {
    heading(4, "Newton's method");
    println!(
        "Rosenbrock's valley from (−1.2, 1), each step by gradient and Hessian\n\n step        x         y              f"
    );
    let mut at = [-1.2, 1.0];
    let mut values = vec![];
    for step in 0..7 {
        let (value, [gx, gy]) = value_and_grad(|x| rosenbrock(x), &at);
        println!("{step:>5} {:>9.5} {:>9.5} {value:>14.6e}", at[0], at[1]);
        values.push(value);
        // H·d = g by Cramer's rule
        let [[a, b], [c, d]] = hessian(|x| rosenbrock(x), &at);
        let determinant = a * d - b * c;
        at[0] -= (d * gx - b * gy) / determinant;
        at[1] -= (a * gy - c * gx) / determinant;
    }
    // the first step by hand: the gradient is (−215.6, −88), the Hessian [[1330, 480], [480, 200]]
    agree(values[0], 24.2, 1e-15);
    agree(values[1], 4.731_884_325, 1e-9);
    assert!(values[6] < 1e-18, "{values:?}");
    at.into_iter().for_each(|x| agree(x, 1.0, 1e-12));
}
