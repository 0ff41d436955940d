//! What a gradient costs, by the tape and by differences, as the number of weights grows.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use autodiff::Tape;
use core_tensor::{Matrix, Tensor, Vector};
use examples::picture::{Chart, Error, Line};

use crate::{agree, heading};

const INPUTS: usize = 16;

/// The squared error of a network with one hidden layer, in plain numbers: all first weights, the biases, the second weights.
fn plain_loss(weights: &[f64], units: usize, x: &[f64; INPUTS]) -> f64 {
    let (w, rest) = weights.split_at(units * INPUTS);
    let (b, v) = rest.split_at(units);
    let unit = |i: usize| {
        let sum: f64 = w[i * INPUTS..][..INPUTS]
            .iter()
            .zip(x)
            .map(|(w, x)| w * x)
            .sum();
        v[i] * (sum + b[i]).tanh()
    };
    ((0..units).map(unit).sum::<f64>() - 0.5).powi(2)
}

/// Seconds of the gradient by all weights of a network of `H` hidden units: by the tape, and by differences.
fn race<const H: usize>() -> [f64; 3] {
    let x: [f64; INPUTS] = std::array::from_fn(|i| (i as f64).cos());
    let mut weights: Vec<f64> = (0..H * (INPUTS + 2))
        .map(|i| (0.7 * i as f64).sin() / 4.0)
        .collect();
    let (w, rest) = weights.split_at(H * INPUTS);
    let point = (
        Tensor::<Matrix<H, INPUTS>, f64>::from_fn(|i| w[i]),
        Tensor::<Vector<H>, f64>::from_fn(|i| rest[i]),
        Tensor::<Vector<H>, f64>::from_fn(|i| rest[H + i]),
    );
    let input = Tensor::<Vector<INPUTS>, f64>::new(x);
    let mut tape = Tape::new();
    let mut backward = || {
        tape.value_and_grad(
            |tape, (w, b, v)| {
                let hidden = (w.matvec(tape.constant(&input)) + b).tanh();
                (v.dot(hidden) - 0.5).powi(2)
            },
            &point,
        )
    };
    let (_, (dw, db, dv)) = backward();
    let by_tape = shortest(|| _ = black_box(backward()));

    let step = 1e-6;
    let mut by_difference = vec![0.0; weights.len()];
    let by_differences = shortest(|| {
        for i in 0..weights.len() {
            let here = weights[i];
            let mut moved = |to| {
                weights[i] = to;
                plain_loss(&weights, H, &x)
            };
            by_difference[i] = (moved(here + step) - moved(here - step)) / (2.0 * step);
            weights[i] = here;
        }
    });
    let gradient = dw
        .as_slice()
        .iter()
        .chain(db.as_slice())
        .chain(dv.as_slice());
    assert_eq!(gradient.clone().count(), by_difference.len());
    gradient
        .zip(&by_difference)
        .for_each(|(&found, &right)| agree(found, right, 1e-7));
    [by_difference.len() as f64, by_tape, by_differences]
}

/// The shortest time that `f` took: at least one run, and as many more as fit into a few milliseconds.
fn shortest(mut f: impl FnMut()) -> f64 {
    let (all, mut best) = (Instant::now(), f64::INFINITY);
    while best.is_infinite() || all.elapsed().as_secs_f64() < 0.02 {
        let clock = Instant::now();
        f();
        best = best.min(clock.elapsed().as_secs_f64());
    }
    best
}

pub(crate) fn cost(picture: &Path) -> Result<(), Error> {
    heading(3, "The cost of a gradient");
    println!(
        "One hidden layer, so many weights P. Differences evaluate the loss 2·P times, a walk back over the tape is one more.\n"
    );
    println!("       P   by the tape   by differences     ratio");
    let races = [
        race::<2>,
        race::<4>,
        race::<8>,
        race::<16>,
        race::<32>,
        race::<64>,
        race::<128>,
        race::<256>,
        race::<512>,
    ];
    let times = races.map(|race| {
        let [p, tape, differences] = race();
        println!(
            "{p:>8} {:>10.1} µs {:>13.1} µs {:>9.0}",
            tape * 1e6,
            differences * 1e6,
            differences / tape
        );
        [p, tape, differences]
    });
    let [first, .., last] = times;
    // how fast the time grows over the last four doublings: Pᵃ
    let [.., early, _, _, _, _] = times;
    let growth = |i: usize| (last[i] / early[i]).ln() / (last[0] / early[0]).ln();
    println!(
        "\ntime grows as P^{:.1} by the tape and as P^{:.1} by differences",
        growth(1),
        growth(2)
    );
    assert!(
        last[2] / last[1] > 50.0,
        "a walk back is far cheaper: {last:?}"
    );
    assert!(
        growth(2) > growth(1) + 0.5,
        "one grows with P, the other with its square"
    );
    let column = |i: usize| times.map(|time| [time[0], time[i]]);
    let square = [first, last].map(|time| [time[0], last[2] * (time[0] / last[0]).powi(2)]);
    Chart {
        title: "Time for the gradient of a network",
        axes: ["weights", "seconds"],
        log: true,
        lines: &[
            Line {
                name: "backpropagation",
                points: &column(1),
                style: [true, true],
            },
            Line {
                name: "differences",
                points: &column(2),
                style: [true, true],
            },
            Line {
                name: "as the square of P",
                points: &square,
                style: [false, true],
            },
        ],
    }
    .draw(picture)
}
