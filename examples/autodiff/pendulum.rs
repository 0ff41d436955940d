//! The length of a pendulum, found from how it swings: the derivative goes through every step of the integration.

use std::f64::consts::PI;
use std::path::Path;

use autodiff::{Dual, Real, jacobian};
use examples::picture::{Chart, Error, Line};

use crate::{agree, heading};

const GRAVITY: f64 = 9.81;
/// Let go at 60 degrees.
const START: f64 = PI / 3.0;
/// Times at which the angle is seen, `EVERY` seconds apart.
const SEEN: usize = 30;
const EVERY: f64 = 0.1;

/// The angles of a pendulum of `length` metres, by the Runge–Kutta method of fourth order with `steps` steps between two of them.
fn swing<R: Real>(length: R, steps: usize) -> [R; SEEN] {
    let (h, pull) = (R::of(EVERY / steps as f64), R::of(-GRAVITY) / length);
    let (half, sixth, two) = (R::of(0.5), R::of(1.0 / 6.0), R::of(2.0));
    let force = |[angle, speed]: [R; 2]| [speed, pull * angle.sin()];
    let mut state = [R::of(START), R::zero()];
    std::array::from_fn(|_| {
        for _ in 0..steps {
            let moved = |slope: [R; 2], h: R| [state[0] + h * slope[0], state[1] + h * slope[1]];
            let k1 = force(state);
            let k2 = force(moved(k1, h * half));
            let k3 = force(moved(k2, h * half));
            let k4 = force(moved(k3, h));
            state = [0, 1].map(|i| state[i] + h * sixth * (k1[i] + two * (k2[i] + k3[i]) + k4[i]));
        }
        state[0]
    })
}

/// The arithmetic-geometric mean.
fn agm(mut a: f64, mut b: f64) -> f64 {
    while (a - b).abs() > 1e-15 {
        (a, b) = ((a + b) / 2.0, (a * b).sqrt());
    }
    a
}

pub(crate) fn pendulum(picture: &Path) -> Result<(), Error> {
    heading(7, "A pendulum's length, fitted through its integrator");
    // what was seen: a finer integration, checked by the exact period T = 2π·√(l/g) / agm(1, cos(θ₀/2)), here 2 seconds
    let right = GRAVITY * ((2.0 / (2.0 * PI)) * agm(1.0, (START / 2.0).cos())).powi(2);
    let seen = swing(right, 64);
    agree(seen[19], START, 1e-8);
    agree(seen[9], -START, 1e-8);
    agree(seen[4], 0.0, 1e-8);

    println!(
        "Seen: {SEEN} angles. A pendulum that swings by 60° in 2 s is {right:.9} m long.\n\n step     length   squared error"
    );
    let first = 0.8;
    let mut length = first;
    for step in 0..5 {
        let misses = |angles: [f64; SEEN]| {
            angles
                .iter()
                .zip(seen)
                .map(|(a, b)| a - b)
                .collect::<Vec<_>>()
        };
        let miss = misses(swing(length, 4));
        println!(
            "{step:>5} {length:>10.7} {:>15.3e}",
            miss.iter().map(|m| m * m).sum::<f64>()
        );
        // the derivative of every angle by the length, and the step of Gauss and Newton
        let slopes = jacobian(|[length]| swing(length, 4), &[length]).map(|[slope]| slope);
        for (slope, dual) in slopes
            .iter()
            .zip(swing(Dual::<f64>::variable(length, 0), 4))
        {
            agree(*slope, dual.partials[0], 1e-12);
        }
        let project = |with: &[f64]| slopes.iter().zip(with).map(|(s, w)| s * w).sum::<f64>();
        length -= project(&miss) / project(&slopes);
    }
    agree(length, right, 1e-6);

    let over_time = |length: f64| {
        let later = swing(length, 16)
            .into_iter()
            .zip(1..)
            .map(|(angle, i)| [EVERY * f64::from(i), angle]);
        [[0.0, START]].into_iter().chain(later).collect::<Vec<_>>()
    };
    let seen: Vec<_> = seen
        .into_iter()
        .zip(1..)
        .map(|(angle, i)| [EVERY * f64::from(i), angle])
        .collect();
    Chart {
        title: "A pendulum's length, found from its swing",
        axes: ["seconds", "angle (radians)"],
        log: false,
        lines: &[
            Line {
                name: "seen",
                points: &seen,
                style: [true, false],
            },
            Line {
                name: "first guess, 0.8 m",
                points: &over_time(first),
                style: [false, true],
            },
            Line {
                name: "fitted",
                points: &over_time(length),
                style: [false, true],
            },
        ],
    }
    .draw(picture)
}
