//! The forms that one optimizer is written in: which agree, which printed ones are wrong, and what each is not for.

use core_tensor::{Tensor, Vector, Zeroed, params};
use optim::{Adam, Average, Averaging, LookAhead, Momentum, Nesterov, Optimizer, Rprop, Sgd};

/// One weight and nothing else.
struct Point {
    weight: Tensor<Vector<1>, f64>,
}
params!(f64: [] Point<> { weight: Weight Vector<1> });

/// Where an optimizer goes from 1, seeing `gradient` of the step and the weight.
fn path(
    optimizer: &impl Optimizer<f64>,
    steps: usize,
    mut gradient: impl FnMut(usize, f64) -> f64,
) -> Vec<f64> {
    let (mut point, mut grad) = (Point::boxed(), Point::boxed());
    point.weight = Tensor::new([1.0]);
    let mut state = optimizer.start();
    let step = |t| {
        optimizer.before(&mut *point, &mut state);
        grad.weight = Tensor::new([gradient(t, point.weight[[0]])]);
        optimizer.step(&mut *point, &mut *grad, &mut state);
        point.weight[[0]]
    };
    (0..steps).map(step).collect()
}

/// The slope of 5x², the valley of the lectures.
fn slope(x: f64) -> f64 {
    10.0 * x
}

/// `θ − η·v` by a formula of the gradient at any point.
fn by_hand(steps: usize, mut step: impl FnMut(&mut f64, &mut f64)) -> Vec<f64> {
    let (mut x, mut v) = (1.0, 0.0);
    (0..steps)
        .map(|_| {
            step(&mut x, &mut v);
            x
        })
        .collect()
}

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    for (t, (a, b)) in a.iter().zip(b).enumerate() {
        assert!(
            (a - b).abs() < 1e-12 * b.abs().max(1.0),
            "step {t}: {a} and {b}"
        );
    }
}

fn largest(path: &[f64]) -> f64 {
    path.iter().fold(0.0, |most, x| most.max(x.abs()))
}

#[test]
fn an_average_is_the_classic_momentum_at_a_smaller_rate() {
    let gradient = |_, x| slope(x);
    let classic = path(&Momentum::new(0.01, 0.9), 60, gradient);
    close(&path(&Momentum::average(0.1, 0.9), 60, gradient), &classic);
    // PyTorch's dampening takes up the first gradient whole, so it is neither
    let dampened = path(&Momentum::dampened(0.1, 0.9, 0.9), 60, gradient);
    assert!((dampened[0] - classic[0]).abs() > 0.5);
    close(
        &path(&Momentum::dampened(0.01, 0.9, 0.0), 60, gradient),
        &classic,
    );
    // the velocity with the rate in it, `v ← µv − ηg; x ← x + v`, is the classic one while the rate stays
    let with_rate = by_hand(60, |x, v| {
        *v = 0.9 * *v - 0.01 * slope(*x);
        *x += *v;
    });
    close(&with_rate, &classic);
}

#[test]
fn three_forms_of_nesterov_are_one() {
    let form = |look_ahead| Nesterov {
        look_ahead,
        ..Nesterov::new(0.02, 0.9)
    };
    let run = |look_ahead| path(&form(look_ahead), 60, |_, x| slope(x));
    let held = run(LookAhead::Held);
    close(&run(LookAhead::Unrated), &held);
    // what Sutskever's form holds lies behind the point ahead by the velocity
    let taken = run(LookAhead::Taken);
    let mut before = 1.0;
    let ahead: Vec<f64> = taken
        .iter()
        .map(|&theta| theta + 0.9 * (theta - std::mem::replace(&mut before, theta)))
        .collect();
    close(&ahead, &held);
    // and is the lectures' `v ← γv + ∇f(θ − ηγv); θ ← θ − ηv`
    let lecture = by_hand(60, |x, v| {
        *v = 0.9 * *v + slope(*x - 0.02 * 0.9 * *v);
        *x -= 0.02 * *v;
    });
    close(&lecture, &taken);
}

/// A velocity that knows no rate differs from one that does as soon as the rate changes.
#[test]
fn forms_of_nesterov_part_where_the_rate_changes() {
    let run = |look_ahead| {
        let mut nesterov = Nesterov {
            look_ahead,
            ..Nesterov::new(0.02, 0.9)
        };
        let (mut point, mut grad) = (Point::boxed(), Point::boxed());
        point.weight = Tensor::new([1.0]);
        let mut state = Optimizer::<f64>::start(&nesterov);
        for t in 0..4 {
            nesterov.rate = if t < 2 { 0.02 } else { 0.002 };
            grad.weight = Tensor::new([slope(point.weight[[0]])]);
            nesterov.step(&mut *point, &mut *grad, &mut state);
        }
        point.weight[[0]]
    };
    assert!((run(LookAhead::Held) - run(LookAhead::Unrated)).abs() > 0.1);
}

/// Erratum: lectures 0 and 3 print the gradient at `θ + ηγv` with a velocity that is subtracted: that looks back, and diverges.
#[test]
fn nesterov_looking_the_wrong_way_diverges() {
    for slope in [|x: f64| x, |x: f64| 10.0 * x] {
        let run = |sign: f64, rate: f64| {
            by_hand(400, |x, v| {
                *v = 0.9 * *v + slope(*x + sign * rate * 0.9 * *v);
                *x -= rate * *v;
            })
        };
        // half of what plain descent needs to be there in one step
        let rate = 0.5 / slope(1.0);
        assert!(largest(&run(1.0, rate)) > 1e6, "the printed sign");
        let right = run(-1.0, rate);
        assert!(right[399].abs() < 1e-6, "the right sign: {}", right[399]);
    }
}

/// Erratum: lecture 4 steps with the velocity of the step before, and does not come to rest on 5x² where the average does; with the classic
/// velocity it flies off.
#[test]
fn momentum_with_the_old_velocity_diverges() {
    let printed = |share: f64| {
        by_hand(400, |x, v| {
            let old = *v;
            *v = 0.9 * *v + share * slope(*x);
            *x -= 0.1 * old;
        })
    };
    assert!(largest(&printed(0.1)[350..]) > 0.9);
    assert!(largest(&printed(1.0)) > 1e6);
    let right = path(&Momentum::average(0.1, 0.9), 400, |_, x| slope(x));
    assert!(right[399].abs() < 1e-6, "{}", right[399]);
    let classic = path(&Momentum::new(0.1, 0.9), 400, |_, x| slope(x));
    assert!(classic[399].abs() < 1e-6, "{}", classic[399]);
}

/// Erratum: lecture 3 divides the means of step t + 1 by `1 − βᵗ`, which at the first step, t = 0, is nothing: a step of ∞/∞, or 0/0 where
/// the gradient is zero, after which no weight is a number.
#[test]
fn adam_corrected_by_the_step_before_divides_by_zero() {
    let printed = |start: f64| {
        let (mut x, mut m, mut v) = (start, 0.0, 0.0);
        for t in 0..3 {
            let g = slope(x);
            (m, v) = (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g);
            let correct = |mean: f64, beta: f64| mean / (1.0 - beta.powi(t));
            x -= 0.25 * correct(m, 0.9) / (correct(v, 0.999).sqrt() + 1e-8);
        }
        x
    };
    assert!(printed(1.0).is_nan() && printed(0.0).is_nan());
    // the right one makes the first step as long as the rate, whatever the gradient
    let first = path(&Adam::new(0.25), 1, |_, x| slope(x))[0];
    assert!((first - 0.75).abs() < 1e-8);
    // without correction it is (1 − β₁)/√(1 − β₂) times that
    let uncorrected = Adam {
        corrected: false,
        ..Adam::new(0.25)
    };
    let first = path(&uncorrected, 1, |_, x| slope(x))[0];
    assert!((first - (1.0 - 0.25 * 0.1 / 0.001_f64.sqrt())).abs() < 1e-6);
}

/// Nine mini-batches say 0.1 and one says −0.9: their mean is nothing, and descent stays; the signs alone say nine to one (Hinton's example).
#[test]
fn rprop_is_not_for_mini_batches() {
    let batch = |t: usize, _| if t % 10 == 9 { -0.9 } else { 0.1 };
    let descent = path(&Sgd { rate: 0.01 }, 200, batch);
    assert!((descent[199] - 1.0).abs() < 1e-12);
    let rprop = path(&Rprop::new(0.01), 200, batch);
    assert!(rprop[199] < -5.0, "{}", rprop[199]);
    // with the whole set it reaches the minimum
    let whole = path(&Rprop::new(0.01), 200, |_, x| slope(x));
    assert!(whole[199].abs() < 1e-4, "{}", whole[199]);
}

#[test]
fn averages_of_weights() {
    let mut point = Point::boxed();
    let run = |how, point: &mut Point| {
        let mut average = Average::new(how);
        for x in [1.0, 3.0, 8.0] {
            point.weight = Tensor::new([x]);
            average.update(point);
        }
        average.swap(point);
        let averaged = point.weight[[0]];
        average.swap(point);
        assert_eq!(point.weight[[0]], 8.0);
        averaged
    };
    assert_eq!(run(Averaging::Mean, &mut point), 4.0);
    // ((1·¾ + 3·¼)·¾ + 8·¼)
    assert_eq!(run(Averaging::Exponential(0.75), &mut point), 3.125);
}
