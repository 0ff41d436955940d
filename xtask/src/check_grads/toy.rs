//! A function differentiated by hand, and what the checks find when one of the ways to its derivative is wrong.

use autodiff::Dual;
use autodiff::check::Comparison;

use super::case::Pair;
use super::evaluate::Sizes;
use super::function::{Function, function};
use super::point::{Number, Point, Run, Values};

/// `yᵢ = wᵢ·xᵢ²`, differentiated by hand.
pub(crate) fn toy<T: Number>(point: &Point, run: Run) -> Values {
    let (x, w) = point.numbers::<T>();
    let by_x = |c: &[f64]| -> Vec<T> {
        (0..x.len())
            .map(|i| T::of(2.0 * c[i]) * w[i] * x[i])
            .collect()
    };
    let by_w = |c: &[f64]| -> Vec<T> { (0..x.len()).map(|i| T::of(c[i]) * x[i] * x[i]).collect() };
    let (c, mut values) = (&point.cotangent, Values::default());
    values
        .y
        .extend(&(0..x.len()).map(|i| w[i] * x[i] * x[i]).collect::<Vec<T>>());
    match run {
        Run::Forward => {}
        Run::First => values.gradient.extend(&by_w(c)),
        Run::Backward => values.gradient.extend(&[by_x(c), by_w(c)].concat()),
        Run::Twice => {
            let both: Vec<f64> = c.iter().zip(&point.then).map(|(a, b)| a + b).collect();
            values
                .gradient
                .extend(&[by_x(&point.then), by_w(&both)].concat());
        }
    }
    values
}

/// `yᵢ = (wᵢ + vᵢ)·xᵢ²`
fn twins(point: &Point, run: Run) -> Values {
    let (first, both) = (point.at[..6].to_vec(), &point.at[6..]);
    let other = [&first[..3], both].concat();
    let [a, b] = [first, other].map(|at| {
        toy::<f64>(
            &Point {
                at,
                ..point.clone()
            },
            run,
        )
    });
    let sum = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<_>>();
    let (da, db) = (&a.gradient.value, &b.gradient.value);
    let mut values = Values::default();
    values.y.extend(&sum(&a.y.value, &b.y.value));
    values
        .gradient
        .extend(&[&sum(&da[..3], &db[..3]), &da[3..], &db[3..]].concat());
    values
}

pub(crate) fn right() -> Function {
    Function {
        range: [0.5, 1.5],
        pulls: true,
        adds: true,
        twins: Some(twins),
        ..function!(
            Sizes {
                input: 3,
                output: 3,
                weights: vec![("w".to_owned(), 3)],
                shapes: String::new(),
            },
            toy
        )
    }
}

/// The values with the gradient changed by `f`, given the place.
pub(crate) fn with_gradient(mut values: Values, f: impl Fn(usize, f64) -> f64) -> Values {
    let gradient = values.gradient.value.iter_mut().enumerate();
    gradient.for_each(|(i, g)| *g = f(i, *g));
    values
}

fn off_along(mut values: Values) -> Values {
    values
        .y
        .slope
        .iter_mut()
        .for_each(|slope| *slope *= 1.0 + 1e-6);
    values
}

/// The pairs that disagree.
fn apart(function: &Function) -> Vec<Pair> {
    let finding = function.check(0);
    let wrong = |pair: &&(Pair, Comparison, String)| !pair.1.is_within(pair.0.tolerance());
    finding
        .pairs
        .iter()
        .filter(wrong)
        .map(|pair| pair.0)
        .collect()
}

#[test]
fn the_right_derivative_passes() {
    let finding = right().check(0);
    assert!(finding.passes(), "{:?}", finding.why());
    let compared: Vec<usize> = finding.pairs.iter().map(|pair| pair.1.count).collect();
    // six differences, and eighteen entries of the Jacobian; three outputs and six derivatives
    assert_eq!(compared, [6 + 18, 6, 6, 3 + 6]);
}

#[test]
fn the_pairs_say_who_is_wrong() {
    fn off(_: usize, g: f64) -> f64 {
        g * (1.0 + 1e-6)
    }
    assert_eq!(apart(&right()), []);
    let by_backward = Function {
        double: |p, r| with_gradient(toy::<f64>(p, r), off),
        ..right()
    };
    assert_eq!(
        apart(&by_backward),
        [Pair::ReverseDual, Pair::ReverseDifferences]
    );
    let by_dual = Function {
        dual: |p, r| off_along(toy::<Dual<f64>>(p, r)),
        ..right()
    };
    assert_eq!(apart(&by_dual), [Pair::ReverseDual, Pair::DualDifferences]);
    let both = Function {
        dual: by_dual.dual,
        double: by_backward.double,
        ..right()
    };
    assert_eq!(
        apart(&both),
        [Pair::ReverseDifferences, Pair::DualDifferences]
    );
    fn far_off(_: usize, g: f64) -> f64 {
        g * (1.0 + 1e-4)
    }
    let single = Function {
        single: |p, r| with_gradient(toy::<f32>(p, r), far_off),
        ..right()
    };
    assert_eq!(apart(&single), [Pair::Single]);
}

#[test]
fn one_wrong_entry_is_named() {
    fn fourth(i: usize, g: f64) -> f64 {
        if i == 4 { g + 1e-6 } else { g }
    }
    let function = Function {
        double: |p, r| with_gradient(toy::<f64>(p, r), fourth),
        ..right()
    };
    let finding = function.check(0);
    assert_eq!(
        finding
            .pair(Pair::ReverseDifferences)
            .map(|pair| pair.2.as_str()),
        Some("w[1]")
    );
}

#[test]
fn a_nan_and_a_missing_entry_fail() {
    fn nan(_: usize, _: f64) -> f64 {
        f64::NAN
    }
    let function = Function {
        double: |p, r| with_gradient(toy::<f64>(p, r), nan),
        ..right()
    };
    assert!(!function.check(0).passes());
    let short = |point: &Point, run| {
        let mut values = toy::<f64>(point, run);
        values.gradient.value.pop();
        values
    };
    assert!(
        !Function {
            double: short,
            ..right()
        }
        .check(0)
        .passes()
    );
}
