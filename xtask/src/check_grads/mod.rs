//! `cargo xtask check-grads`: every layer and loss of `nn` against five-point differences in `f64`, and in `f32` against `f64`.
//!
//! A layer is made a scalar function `Σ c·y` by random `c`; its derivative by every input and every number that learns is compared with a
//! difference. The tolerance is relative to the pair compared, never to the size of the gradient.

mod cases;
mod coverage;
mod evaluate;

use std::collections::BTreeSet;
use std::path::Path;

use autodiff::check::{Comparison, Differences, Displacement};
use rand::SeedableRng;
use rand::distr::{Distribution, Uniform};
use rand::rngs::ChaCha8Rng;

use cases::Case;
use evaluate::{Point, Sizes, Values};

/// Gradient against differences, in `f64`: `|a − b| / max(1, |a|, |b|)`.
const TOLERANCE: f64 = 1e-8;
/// `f32` against `f64`, in the same measure.
const TOLERANCE_F32: f64 = 1e-5;
/// How often a point is drawn anew that lies on a kink.
const DRAWS: u64 = 20;

/// What to check.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// only the cases of this layer or loss
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// what inputs, weights and cotangents are drawn from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// What the check of a case found.
struct Finding {
    /// gradient against differences; entries are numbered through inputs and weights
    gradient: Comparison,
    /// `f32` against `f64`, numbered through outputs, inputs and weights
    single: Comparison,
    /// the seed of the point
    seed: u64,
    /// steps and points that led over a kink and were drawn anew
    redrawn: usize,
    /// what else is wrong
    complaint: Option<String>,
}

impl Finding {
    fn passes(&self) -> bool {
        self.complaint.is_none()
            && self.gradient.is_within(TOLERANCE)
            && self.single.is_within(TOLERANCE_F32)
    }
}

/// Prints a row a case, and last how many layers and losses are right in all their cases.
///
/// # Errors
/// If a case fails, a layer or loss has none, or a case's name is not in the sources.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/nn/src");
    let found = coverage::read(&sources)?;
    let cases = cases::all();
    let wanted = |name: &str| args.only.as_deref().is_none_or(|only| only == name);
    let known = |case: &Case| {
        if case.is_loss {
            found.losses.contains(case.name)
        } else {
            found.layers.contains(case.name)
        }
    };
    let mut errors: Vec<String> = cases
        .iter()
        .filter(|case| !known(case))
        .map(|case| format!("{} has a case and is not in the sources", case.name))
        .collect();
    let (mut run, mut failed) = (BTreeSet::new(), BTreeSet::new());
    println!(
        "{:12} {:>7}  {:>10}  {:>9} {:18} {:>9}  {:>7} {:>4}  type, samples, shapes",
        "name", "numbers", "", "error", "at", "f32 error", "redrawn", "seed"
    );
    for case in cases.iter().filter(|case| wanted(case.name)) {
        let (sizes, finding) = ((case.sizes)(), check(case, args.seed));
        println!("{}", row(case, &sizes, &finding));
        run.insert(case.name);
        if !finding.passes() {
            failed.insert(case.name);
            let why = finding
                .complaint
                .as_deref()
                .unwrap_or("the gradient or the f32 kernels are wrong");
            errors.push(format!(
                "{} {}: {why}; repeat with `--only {} --seed {}`",
                case.name, sizes.shapes, case.name, finding.seed
            ));
        }
    }
    let mut right = |names: &BTreeSet<String>| {
        let names = names.iter().map(String::as_str).filter(|name| wanted(name));
        let missing = names
            .clone()
            .filter(|name| !run.contains(name))
            .map(|name| {
                format!("{name} has no case; give it a line in xtask/src/check_grads/cases.rs")
            });
        errors.extend(missing);
        (
            names
                .clone()
                .filter(|name| run.contains(name) && !failed.contains(name))
                .count(),
            names.count(),
        )
    };
    let ((layers, all_layers), (losses, all_losses)) = (right(&found.layers), right(&found.losses));
    if let (Some(only), 0) = (&args.only, all_layers + all_losses) {
        errors.push(format!("there is no layer and no loss {only}"));
    }
    println!("layers {layers}/{all_layers}, losses {losses}/{all_losses}");
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.join("\n"))
    }
}

fn row(case: &Case, sizes: &Sizes, finding: &Finding) -> String {
    let verdict = if finding.passes() { "ok" } else { "FAILED" };
    format!(
        "{:12} {:>7}  {verdict:>10}  {:>9.1e} {:18} {:>9.1e}  {:>7} {:>4}  {} × {}, {}",
        case.name,
        finding.gradient.count,
        finding.gradient.worst,
        place(case, sizes, finding.gradient.at),
        finding.single.worst,
        finding.redrawn,
        finding.seed,
        case.samples,
        case.of.split_whitespace().collect::<Vec<_>>().join(" "),
        sizes.shapes,
    )
}

/// What entry `at` of a gradient is called.
fn place(case: &Case, sizes: &Sizes, at: usize) -> String {
    let Some(mut at) = at.checked_sub(case.samples * sizes.input) else {
        return format!("x[{at}]");
    };
    for (name, len) in &sizes.weights {
        match at.checked_sub(*len) {
            Some(less) => at = less,
            None => return format!("{name}[{at}]"),
        }
    }
    format!("?[{at}]")
}

/// Checks one case at points drawn from `seed` on, the first of which no kink comes in the way of.
fn check(case: &Case, seed: u64) -> Finding {
    let (sizes, mut redrawn) = ((case.sizes)(), 0);
    let mut finding = None;
    for seed in (0..DRAWS).map(|draw| seed.wrapping_add(draw)) {
        let point = draw(case, &sizes, seed);
        let (double, single) = ((case.in_f64)(&point, true), (case.in_f32)(&point, true));
        if double.branches != single.branches {
            redrawn += 1;
            continue;
        }
        let gradient = [double.dx.as_slice(), &double.dweights].concat();
        let differences = Differences {
            every: usize::MAX,
            seed,
            ..Differences::default()
        };
        let report = differences.compare(&gradient, |moved| {
            let values = (case.in_f64)(&displaced(&point, moved), false);
            (dot(&values.y, &point.cotangent), values.branches)
        });
        redrawn += report.skipped;
        let complaint = if gradient.len() != point.x.len() + point.weights.len() {
            Some(format!(
                "the gradient holds {} numbers, there are {} inputs and {} weights",
                gradient.len(),
                point.x.len(),
                point.weights.len()
            ))
        } else if report.missed > 0 {
            Some(format!(
                "{} entries lie on kinks in each of {DRAWS} draws",
                report.missed
            ))
        } else if different(&double.dweights, &double.dweights_first) {
            Some("backward and backward_first give the weights different gradients".to_owned())
        } else {
            None
        };
        let found = Finding {
            gradient: report.comparison,
            single: Comparison::of(list(&single), list(&double)),
            seed,
            redrawn,
            complaint,
        };
        if report.missed == 0 {
            return found;
        }
        finding = Some(found);
    }
    finding.unwrap_or_else(|| Finding {
        gradient: Comparison::default(),
        single: Comparison::default(),
        seed,
        redrawn,
        complaint: Some("f32 and f64 take different branches in each draw".to_owned()),
    })
}

/// Not by `!=`, for which a NaN differs from itself: it is a wrong gradient either way and shows against differences.
fn different(a: &[f64], b: &[f64]) -> bool {
    a.len() != b.len() || a.iter().zip(b).any(|(a, b)| a.to_bits() != b.to_bits())
}

fn list(values: &Values) -> impl Iterator<Item = f64> {
    values
        .y
        .iter()
        .chain(&values.dx)
        .chain(&values.dweights)
        .copied()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "as many outputs as cotangents");
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn displaced(point: &Point, moved: Displacement<'_>) -> Point {
    let mut point = point.clone();
    let all = point.x.iter_mut().chain(&mut point.weights).enumerate();
    all.for_each(|(i, number)| *number += moved.by(i));
    point
}

fn draw(case: &Case, sizes: &Sizes, seed: u64) -> Point {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut numbers = |n: usize, scale: f64| -> Vec<f64> {
        let uniform = Uniform::new(-scale, scale).expect("a scale is above 0");
        // numbers that f32 holds too: the kernels are compared, not their inputs' rounding
        (0..n)
            .map(|_| f64::from(uniform.sample(&mut rng) as f32))
            .collect()
    };
    let inputs = case.samples * sizes.input;
    let weights = sizes.weights.iter().map(|(_, len)| len).sum();
    Point {
        x: numbers(inputs, case.scale),
        weights: numbers(weights, 0.75),
        cotangent: if case.is_loss {
            vec![1.0]
        } else {
            numbers(case.samples * sizes.output, 1.0)
        },
        targets: numbers(inputs, 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Σ x²` over a sample with a gradient that is off by a factor.
    fn off_by(factor: f64) -> impl Fn(&Point) -> Values {
        move |point| Values {
            y: vec![point.x.iter().map(|x| x * x).sum()],
            dx: point.x.iter().map(|x| 2.0 * x * factor).collect(),
            ..Values::default()
        }
    }

    fn case(in_f64: fn(&Point, bool) -> Values) -> Case {
        let sizes = || Sizes {
            input: 3,
            output: 0,
            weights: Vec::new(),
            shapes: String::new(),
        };
        Case {
            name: "Square",
            is_loss: true,
            of: "Square",
            samples: 1,
            scale: 1.5,
            sizes,
            in_f64,
            in_f32: |point, _| off_by(1.0)(point),
        }
    }

    #[test]
    fn a_right_gradient_passes() {
        assert!(check(&case(|point, _| off_by(1.0)(point)), 0).passes());
    }

    #[test]
    fn a_gradient_off_by_a_millionth_fails() {
        let finding = check(&case(|point, _| off_by(1.0 + 1e-6)(point)), 0);
        assert!(
            !finding.passes() && finding.gradient.worst > TOLERANCE,
            "{}",
            finding.gradient.worst
        );
    }

    #[test]
    fn a_nan_fails() {
        assert!(!check(&case(|point, _| off_by(f64::NAN)(point)), 0).passes());
    }

    #[test]
    fn a_missing_entry_fails() {
        let short = |point: &Point, _| Values {
            dx: vec![2.0 * point.x[0]],
            ..off_by(1.0)(point)
        };
        assert!(!check(&case(short), 0).passes());
    }

    #[test]
    fn every_name_is_in_the_sources() {
        let found = coverage::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/nn/src"))
            .expect("the sources can be read");
        let names = |is_loss| {
            cases::all()
                .iter()
                .filter(|case| case.is_loss == is_loss)
                .map(|case| case.name.to_owned())
                .collect()
        };
        assert_eq!(
            found,
            coverage::Found {
                layers: names(false),
                losses: names(true)
            }
        );
    }
}
