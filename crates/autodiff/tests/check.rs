//! The judge is judged: it must find what is right right, and every kind of wrong wrong.

use std::cell::Cell;

use autodiff::check::{
    Branches, Comparison, Differences, Displacement, STEP, five_point, relative_error,
};

/// `Σ wᵢ·xᵢ²/2` with weights around 1, whose gradient is `wᵢ·xᵢ`.
struct Bowl {
    x: Vec<f64>,
}

impl Bowl {
    fn new(len: usize) -> Self {
        Self {
            x: (0..len).map(|i| (i as f64 * 0.7).sin() + 0.1).collect(),
        }
    }

    fn weight(i: usize) -> f64 {
        1.5 + (i as f64).cos()
    }

    fn gradient(&self) -> Vec<f64> {
        self.x
            .iter()
            .enumerate()
            .map(|(i, x)| Self::weight(i) * x)
            .collect()
    }

    fn at(&self, moved: Displacement<'_>) -> (f64, Branches) {
        let terms = self.x.iter().enumerate();
        let value = terms
            .map(|(i, x)| 0.5 * Self::weight(i) * (x + moved.by(i)).powi(2))
            .sum();
        (value, Branches::default())
    }
}

#[test]
fn five_points_are_exact_up_to_the_fourth_degree() {
    // With h = 1 all terms are whole numbers. The fifth power is off by 4·h⁴ = h⁴/30 · 5!.
    for degree in 0..=4 {
        let slope = five_point(|t| (t + 1.0).powi(degree), 1.0);
        assert_eq!(slope, f64::from(degree));
    }
    assert_eq!(five_point(|t| t.powi(5), 1.0), -4.0);
}

#[test]
fn five_points_of_transcendental_functions() {
    assert!((five_point(f64::exp, STEP) - 1.0).abs() < 1e-12);
    assert!((five_point(f64::sin, STEP) - 1.0).abs() < 1e-12);
    // A length of 1000: the step is scaled by it.
    let slope = five_point(|t| ((5000.0 + t) / 1000.0).exp(), 1000.0 * STEP);
    assert!(relative_error(1000.0 * slope, 5f64.exp()) < 1e-12);
}

#[test]
fn relative_errors() {
    let inf = f64::INFINITY;
    for (a, b, error) in [
        (0.0, 0.0, 0.0),
        (0.5, 0.25, 0.25),
        (-3.0, 1.0, 4.0 / 3.0),
        (1e6, 1e6 + 1.0, 1.0 / (1e6 + 1.0)),
        (f64::MAX, -f64::MAX, 2.0),
        (inf, inf, 0.0),
        (inf, 1.0, inf),
        (inf, -inf, inf),
        (f64::NAN, 0.0, inf),
        (0.0, f64::NAN, inf),
    ] {
        assert_eq!(relative_error(a, b), error, "{a} and {b}");
    }
}

#[test]
fn comparisons() {
    let same = Comparison::of([1.0, 2.0], [1.0, 2.0]);
    assert!(same.is_within(0.0));
    let off = Comparison::of([1.0, 2.5, 8.0], [1.0, 2.0, 8.0]);
    assert_eq!((off.worst, off.at, off.count), (0.2, 1, 3));
    assert!(off.is_within(0.2) && !off.is_within(0.19));
    assert!(
        !Comparison::of([f64::NAN], [1.0]).is_within(1e9),
        "NaN never passes"
    );
    assert!(
        !Comparison::of([1.0, 2.0], [1.0]).is_within(1.0),
        "a missing entry never passes"
    );
    assert!(
        !Comparison::default().is_within(1.0),
        "nothing compared is nothing proven"
    );
}

#[test]
fn every_entry_of_a_short_gradient() {
    let bowl = Bowl::new(50);
    let gradient = bowl.gradient();
    let report = Differences::default().compare(&gradient, |moved| bowl.at(moved));
    assert!(report.is_within(1e-11), "{report:?}");
    assert_eq!(
        (report.comparison.count, report.skipped, report.missed),
        (50, 0, 0)
    );
    for wrong in 0..50 {
        let mut gradient = gradient.clone();
        gradient[wrong] += 1e-6;
        let report = Differences::default().compare(&gradient, |moved| bowl.at(moved));
        assert!(!report.is_within(1e-7), "{report:?}");
        assert_eq!(report.comparison.at, wrong);
    }
}

#[test]
fn a_long_gradient_by_draws() {
    let bowl = Bowl::new(10_000);
    let gradient = bowl.gradient();
    let calls = Cell::new(0);
    let check = |gradient: &[f64]| {
        let draws = Differences {
            draws: 8,
            ..Differences::default()
        };
        draws.compare(gradient, |moved| {
            calls.set(calls.get() + 1);
            bowl.at(moved)
        })
    };
    let report = check(&gradient);
    // The value is about 7,000, so rounding costs ε·7000/h = 1e-9 and more.
    assert!(report.is_within(1e-7), "{report:?}");
    assert_eq!((report.comparison.count, calls.get()), (17, 17 * 5));

    type Mutation = fn(usize, f64) -> f64;
    let mutations: [(&str, Mutation); 5] = [
        ("sign", |_, g| -g),
        ("scale", |_, g| g * 1.0001),
        ("dropped half", |i, g| if i < 5000 { g } else { 0.0 }),
        (
            "one entry far off",
            |i, g| if i == 1234 { g + 1.0 } else { g },
        ),
        (
            "one entry lost",
            |i, g| if i == 4321 { f64::NAN } else { g },
        ),
    ];
    for (what, mutate) in mutations {
        let wrong: Vec<f64> = gradient
            .iter()
            .enumerate()
            .map(|(i, g)| mutate(i, *g))
            .collect();
        let report = check(&wrong);
        assert!(!report.is_within(1e-6), "{what}: {report:?}");
    }
    // An entry that no draw hits is found by a direction.
    let mut one_off = gradient.clone();
    one_off[1234] += 1.0;
    assert!(check(&one_off).comparison.at >= 10_000);
    // Neighbours exchanged: the length is right, only the directions know.
    let mut exchanged = gradient.clone();
    exchanged
        .chunks_exact_mut(2)
        .for_each(|pair| pair.swap(0, 1));
    assert!(!check(&exchanged).is_within(1e-3));
}

#[test]
fn directions_are_unit_vectors_and_differ() {
    let gradient: Vec<f64> = (0..300).map(|i| f64::from(i) - 150.0).collect();
    let mut lengths = Vec::new();
    let mut firsts = Vec::new();
    let mut ups = 0;
    Differences {
        every: 0,
        draws: 3,
        ..Differences::default()
    }
    .compare(&gradient, |moved| {
        lengths.push((0..300).map(|i| moved.by(i).powi(2)).sum::<f64>().sqrt());
        firsts.push((moved.by(0), moved.by(1)));
        ups = (0..300).filter(|i| moved.by(*i) > 0.0).count();
        (0.0, Branches::default())
    });
    // One along the gradient, three entries, three random; each at 0 and ±h, ±2h in some order.
    assert_eq!(lengths.len(), 7 * 5);
    for of_one in lengths.chunks_exact_mut(5) {
        of_one.sort_by(f64::total_cmp);
        for (got, expected) in of_one.iter().zip([0.0, 1.0, 1.0, 2.0, 2.0]) {
            assert!((got - expected * STEP).abs() < 1e-15);
        }
    }
    let random: Vec<_> = firsts[4 * 5..]
        .chunks_exact(5)
        .map(|of_one| of_one[1])
        .collect();
    assert_eq!(random.len(), 3);
    assert!(random[0] != random[1] && random[1] != random[2] && random[0] != random[2]);
    assert!(random.iter().all(|(a, b)| a != b && *a != 0.0));
    assert!((100..200).contains(&ups), "{ups} of 300 entries go up");
}

/// A gradient of zeros has no direction of its own, and is right for a constant.
#[test]
fn a_long_gradient_of_zeros() {
    let constant = |_: Displacement<'_>| (1.0, Branches::default());
    let report = Differences::default().compare(&[0.0; 300], constant);
    assert!(report.is_within(0.0), "{report:?}");
}

#[test]
fn an_empty_gradient_proves_nothing() {
    let report = Differences::default().compare(&[], |_| (1.0, Branches::default()));
    assert!(!report.is_within(1.0));
}
