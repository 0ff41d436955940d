//! Differences near kinks: a step over one is found out, taken again, and never forgiven too often.

use autodiff::check::{Branches, Differences, Displacement, STEP};

/// A sum of `relu(xᵢ)`; the fingerprint tells which are on.
fn relus(x: &[f64], moved: Displacement<'_>) -> (f64, Branches) {
    x.iter()
        .enumerate()
        .fold((0.0, Branches::default()), |(sum, branches), (i, x)| {
            let x = x + moved.by(i);
            (sum + x.max(0.0), branches.then(x > 0.0))
        })
}

fn step_function(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| f64::from(u8::from(*x > 0.0))).collect()
}

#[test]
fn a_step_over_a_kink_is_taken_again() {
    // The first two get past the kink with a smaller step, the rest is far from it.
    let mut x = [0.5; 20];
    (x[0], x[1]) = (0.1 * STEP, -0.001 * STEP);
    let report = Differences::default().compare(&step_function(&x), |moved| relus(&x, moved));
    assert!(report.is_within(1e-9), "{report:?}");
    // The stencil reaches 2h, 2h/16, 2h/256, 2h/4096: x₀ is past its kink at the third, x₁ at the last.
    assert_eq!((report.comparison.count, report.missed), (20, 0));
    assert_eq!(report.skipped, 2 + 3);
}

#[test]
fn what_is_on_a_kink_is_missed() {
    let mut x = [0.5; 20];
    x[7] = 0.0;
    let report = Differences::default().compare(&step_function(&x), |moved| relus(&x, moved));
    assert_eq!(
        (report.comparison.count, report.skipped, report.missed),
        (19, 4, 1)
    );
    assert!(report.is_within(1e-9), "one in twenty is forgiven");
    (x[8], x[9]) = (0.0, 0.0);
    let report = Differences::default().compare(&step_function(&x), |moved| relus(&x, moved));
    assert_eq!(report.missed, 3);
    assert!(!report.is_within(1e-9), "three are not");
}

#[test]
fn without_fingerprints_a_kink_is_an_error() {
    let x = [0.1 * STEP, 1.0];
    let report = Differences::default().compare(&step_function(&x), |moved| {
        (relus(&x, moved).0, Branches::default())
    });
    assert!(report.comparison.worst > 1e-2);
}

#[test]
fn random_draws_go_elsewhere() {
    // A fifth of the entries on their kink: entries are drawn anew, whole directions are missed.
    let x: Vec<f64> = (0..500)
        .map(|i| if i % 5 == 0 { 0.0 } else { 0.3 })
        .collect();
    let draws = Differences {
        draws: 10,
        ..Differences::default()
    };
    let report = draws.compare(&step_function(&x), |moved| relus(&x, moved));
    assert!(report.comparison.worst < 1e-9, "{report:?}");
    // The gradient itself moves no entry that is off, and so crosses no kink.
    assert_eq!((report.comparison.count, report.missed), (1 + 10, 10));
    assert!(!report.is_within(1e-9), "half of the check is missing");
}

#[test]
fn branches_tell_ways_apart() {
    let way = |steps: &[bool]| {
        steps
            .iter()
            .fold(Branches::default(), |b, step| b.then(*step))
    };
    let ways = [
        way(&[]),
        way(&[false]),
        way(&[true]),
        way(&[false, false]),
        way(&[true, false]),
        way(&[false, true]),
        way(&[true, true]),
        Branches::default().then(2u64),
        Branches::default().then(2u8).then(7u32),
    ];
    for (i, a) in ways.iter().enumerate() {
        assert!(ways[..i].iter().all(|b| a != b), "way {i} is taken");
    }
    assert_eq!(way(&[true, false]), way(&[true, false]));
}
