//! Small networks, number by number: one learns the exclusive or, another shows its curvature.

use autodiff::check::relative_error;
use autodiff::{Real, Tape, hessian, hvp, value_and_grad};

use crate::{agree, heading};

/// Hidden units, each with two weights, a bias, and a weight of its result.
const UNITS: usize = 3;
const WEIGHTS: usize = 4 * UNITS + 1;

/// A network written out: `σ(Σ vᵢ·tanh(wᵢ·a + uᵢ·b + cᵢ) + d)`.
fn network<R: Real>(weights: &[R; WEIGHTS], [a, b]: [f64; 2]) -> R {
    let (units, [bias]) = weights.as_chunks::<4>() else {
        unreachable!("four weights a unit and one more")
    };
    let (a, b) = (R::of(a), R::of(b));
    let sum: R = units
        .iter()
        .map(|&[w, u, c, v]| v * (w * a + u * b + c).tanh())
        .sum();
    (R::one() + (-(sum + *bias)).exp()).recip()
}

const CASES: [([f64; 2], f64); 4] = [
    ([0.0, 0.0], 0.0),
    ([0.0, 1.0], 1.0),
    ([1.0, 0.0], 1.0),
    ([1.0, 1.0], 0.0),
];

/// The cross-entropy of all four cases.
fn loss<R: Real>(weights: &[R; WEIGHTS]) -> R {
    let of = |(x, target): ([f64; 2], f64)| {
        let y = network(weights, x);
        -(if target > 0.5 { y } else { R::one() - y }).ln()
    };
    CASES.into_iter().map(of).sum()
}

pub(crate) fn exclusive_or() {
    heading(5, "A network learns the exclusive or");
    let mut weights: [f64; WEIGHTS] = std::array::from_fn(|i| (3.0 * i as f64 + 1.0).sin());
    let mut tape = Tape::new();
    println!(
        "{WEIGHTS} weights as plain numbers on a tape, gradient descent with step 0.2\n\n  step       loss"
    );
    for step in 0..=2000 {
        let (value, gradient) = tape.value_and_grad(|_, weights| loss(&weights), &weights);
        if step % 500 == 0 {
            println!("{step:>6} {value:>10.6}");
        }
        weights
            .iter_mut()
            .zip(gradient)
            .for_each(|(w, g)| *w -= 0.2 * g);
    }
    println!("\n a  b   network   right");
    for (x, target) in CASES {
        let y = network(&weights, x);
        println!(" {}  {} {y:>9.4} {target:>7}", x[0], x[1]);
        assert!((y - target).abs() < 0.05, "{x:?} gives {y}");
    }
}

/// `½·(v·tanh(w·x + b) − t)²` by the three weights w, b, v.
fn small_loss<R: Real>([w, b, v]: [R; 3]) -> R {
    let error = v * (w * R::of(X) + b).tanh() - R::of(TARGET);
    error * error * R::of(0.5)
}

const X: f64 = 0.8;
const TARGET: f64 = 0.25;

pub(crate) fn curvature() {
    heading(6, "The Hessian of a small network");
    println!(
        "½·(v·tanh(w·x + b) − t)² at w = 0.5, b = −0.2, v = 1.5: all second derivatives by w, b, v\n"
    );
    let at @ [w, b, v] = [0.5, -0.2, 1.5];
    let found = hessian(|x| small_loss(x), &at);

    // by hand: H = ∇y·∇yᵀ + (y − t)·∇²y, with u = tanh and u' = 1 − u²
    let u = (w * X + b).tanh();
    let (s, error) = (1.0 - u * u, v * u - TARGET);
    let slopes = [v * s * X, v * s, u];
    let bend = -2.0 * v * u * s;
    let second = [
        [bend * X * X, bend * X, s * X],
        [bend * X, bend, s],
        [s * X, s, 0.0],
    ];
    for (i, row) in found.iter().enumerate() {
        println!("  {:>12.9} {:>12.9} {:>12.9}", row[0], row[1], row[2]);
        for (j, &entry) in row.iter().enumerate() {
            agree(entry, slopes[i] * slopes[j] + error * second[i][j], 1e-14);
        }
    }

    // one product with the Hessian costs little more than a gradient, however many weights there are
    let (_, gradient) = value_and_grad(|x| small_loss(x), &at);
    let (_, product) = hvp(|x| small_loss(x), &at, &gradient);
    let curve = |v: [f64; 3]| v.iter().zip(gradient).map(|(v, g)| v * g).sum::<f64>();
    let along = curve(product) / curve(gradient);
    println!(
        "\ncurvature along the gradient {along:.9}, so the best step of a descent is {:.9}",
        1.0 / along
    );
    let right = curve(found.map(curve)) / curve(gradient);
    assert!(relative_error(along, right) < 1e-14, "{along} {right}");
}
