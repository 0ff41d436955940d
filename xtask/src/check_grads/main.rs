//! `cargo xtask check-grads`: every function of dual numbers, layer, loss, network and optimizer, in every way in which it can be checked.
//!
//! In `f64` backward, forward on dual numbers and five-point differences are compared with one another, `f32` with `f64`, and what holds
//! of every derivative is checked beside. Which pair disagrees says where the mistake is: reverse and dual with differences, a kink or a
//! rule that both share; dual and differences with reverse, the backward rule; reverse and differences with dual, the rule of the dual.
//! A tolerance is relative to the pair compared, never to the size of the gradient.
//!
//! A program of its own: every case is compiled for five kinds of numbers, and the other commands should not wait for that.
#![forbid(unsafe_code)]

mod case;
mod cases;
mod coverage;
mod evaluate;
#[path = "../files.rs"]
mod files;
mod formula;
mod function;
mod invariants;
mod kinks;
mod mutate;
mod point;
mod probe;
#[cfg(test)]
mod toy;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use serde_json::{Value, json};

use case::{Case, Finding, Level, Pair, Row};
use coverage::Found;

/// Cases, or rules that are broken, are checked side by side on so many threads.
const THREADS: usize = 2;

/// Checks every derivative of the project: backward, dual numbers and differences against one another, and f32 against f64.
#[derive(Parser)]
#[command(name = "cargo xtask check-grads")]
struct Args {
    /// only the cases of this function, layer, …, or only one of them: `Linear`, `Linear/2`
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// what inputs, weights and cotangents are drawn from
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// prints what was found as JSON
    #[arg(long, conflicts_with = "mutate")]
    json: bool,
    /// breaks every rule in turn, and fails where no check notices
    #[arg(long)]
    mutate: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a row a case, and last how much is right in all its cases.
///
/// # Errors
/// If a case fails, something has no case, or a case's name is not in the sources.
fn run(args: &Args) -> Result<(), String> {
    if args.mutate {
        return mutate::run(args);
    }
    let cases = all();
    let only = args.only.as_deref();
    let wanted: Vec<&Case> = cases.iter().filter(|case| case.is_wanted(only)).collect();
    let findings = side_by_side(wanted.len(), |i| (wanted[i].check)(args.seed));
    let checked: Vec<(&Case, Finding)> = wanted.into_iter().zip(findings).collect();
    let mut summary = Summary::of(&coverage::read(&crates())?, &cases, &checked, only);
    if checked.is_empty() {
        let only = only.unwrap_or_default();
        summary.errors.push(format!("there is no case {only}"));
    }
    if args.json {
        println!("{:#}", report(&checked, &summary));
    } else {
        println!("{}", case::head());
        checked
            .iter()
            .for_each(|(case, finding)| println!("{}", Row(case, finding)));
        println!("{}", summary.line());
    }
    if summary.errors.is_empty() {
        Ok(())
    } else {
        Err(summary.errors.join("\n"))
    }
}

/// Every case, from the innermost level to the outermost.
fn all() -> Vec<Case> {
    let mut cases = cases::all();
    cases.extend(kinks::all());
    cases.sort_by_key(|case| case.level);
    let mut numbers = BTreeMap::new();
    for case in &mut cases {
        let number = numbers.entry(case.name).or_insert(0);
        *number += 1;
        case.number = *number;
    }
    cases
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")
}

/// `work(0), work(1), …`, in this order.
fn side_by_side<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let i @ 0.. = next.fetch_add(1, Ordering::Relaxed)
                    && i < count
                {
                    let result = work(i);
                    done.lock()
                        .expect("no thread panics with the lock")
                        .push((i, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread panics with the lock");
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}

/// How much is right, of how much there is.
struct Summary {
    counts: Vec<(Level, usize, usize)>,
    errors: Vec<String>,
}

impl Summary {
    fn of(found: &Found, cases: &[Case], checked: &[(&Case, Finding)], only: Option<&str>) -> Self {
        let mut errors = Vec::new();
        let exists = |case: &Case| found[&case.level].contains(case.name);
        for case in cases.iter().filter(|case| !exists(case)) {
            errors.push(format!(
                "{} has a case and is not in the sources",
                case.name
            ));
        }
        for (case, finding) in checked.iter().filter(|(_, finding)| !finding.passes()) {
            let why = finding.why().join("; ");
            let command = case.command(finding.seed);
            errors.push(format!("{}: {why}; repeat with `{command}`", case.id()));
        }
        let mut counts = Vec::new();
        for (&level, names) in found {
            // a network is checked by a case of its family, narrow and not deep
            let of = |name: &str| {
                let name = name.to_owned();
                move |case: &&Case| {
                    let kin = level == Level::Model
                        && coverage::family(case.name) == coverage::family(&name);
                    case.level == level && (case.name == name || kin)
                }
            };
            let wanted = |name: &&String| {
                only.is_none_or(|only| {
                    only == name.as_str()
                        || cases
                            .iter()
                            .filter(of(name))
                            .any(|case| case.is_wanted(Some(only)))
                })
            };
            let (mut right, mut all) = (0, 0);
            for name in names.iter().filter(wanted) {
                all += 1;
                if !cases.iter().filter(of(name)).any(|case| case.covers) {
                    let level = level.plural();
                    errors.push(format!(
                        "{name} of the {level} has no case; give it a line in xtask/src/check_grads"
                    ));
                    continue;
                }
                let mut here = checked.iter().filter(|(case, _)| of(name)(case));
                right += usize::from(here.all(|(_, finding)| finding.passes()));
            }
            counts.push((level, right, all));
        }
        Self { counts, errors }
    }

    fn line(&self) -> String {
        let count = |&(level, right, all): &(Level, usize, usize)| {
            format!("{} {right}/{all}", level.plural())
        };
        self.counts.iter().map(count).collect::<Vec<_>>().join(", ")
    }
}

/// What was found, for programs.
fn report(checked: &[(&Case, Finding)], summary: &Summary) -> Value {
    let pair = |(pair, comparison, place): &(Pair, autodiff::check::Comparison, String)| {
        json!({
            "pair": pair.name(), "error": comparison.worst, "tolerance": pair.tolerance(), "at": place, "compared": comparison.count,
        })
    };
    let row = |(case, finding): &(&Case, Finding)| {
        json!({
            "level": case.level.plural(), "name": case.name, "id": case.id(), "what": case.what, "shapes": finding.shapes,
            "passes": finding.passes(), "pairs": finding.pairs.iter().map(pair).collect::<Vec<_>>(), "complaints": finding.complaints,
            "redrawn": finding.redrawn, "seed": finding.seed, "command": case.command(finding.seed),
        })
    };
    let count = |&(level, right, all): &(Level, usize, usize)| json!({ "level": level.plural(), "right": right, "all": all });
    json!({
        "cases": checked.iter().map(row).collect::<Vec<_>>(),
        "summary": summary.counts.iter().map(count).collect::<Vec<_>>(),
        "errors": summary.errors,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A summary of two cases of one layer, the second of which `passes`.
    fn summary(names: &[&str], passes: bool, only: Option<&str>) -> Summary {
        let found = Found::from([(
            Level::Layer,
            names.iter().map(|&name| name.to_owned()).collect(),
        )]);
        let case = |number, passes: bool| Case {
            number,
            ..Case::new(Level::Layer, "Linear", "", move |_| Finding {
                pairs: vec![(
                    Pair::Single,
                    autodiff::check::Comparison::of([0.0], [0.0]),
                    String::new(),
                )],
                complaints: if passes {
                    vec![]
                } else {
                    vec!["wrong".to_owned()]
                },
                ..Finding::default()
            })
        };
        let cases = [case(1, true), case(2, passes)];
        let wanted = cases.iter().filter(|case| case.is_wanted(only));
        let checked: Vec<(&Case, Finding)> = wanted.map(|case| (case, (case.check)(0))).collect();
        Summary::of(&found, &cases, &checked, only)
    }

    #[test]
    fn counts_what_is_right_and_what_is_missing() {
        let line = |names, passes, only| {
            let summary = summary(names, passes, only);
            (summary.line(), summary.errors.len())
        };
        assert_eq!(line(&["Linear"], true, None), ("layers 1/1".to_owned(), 0));
        assert_eq!(line(&["Linear"], false, None), ("layers 0/1".to_owned(), 1));
        assert_eq!(
            line(&["Conv2d", "Linear"], true, None),
            ("layers 1/2".to_owned(), 1)
        );
        // both cases are of no layer in the sources, and the layer has no case
        assert_eq!(line(&["Conv2d"], true, None), ("layers 0/1".to_owned(), 3));
        assert_eq!(
            line(&["Conv2d", "Linear"], false, Some("Linear/1")),
            ("layers 1/1".to_owned(), 0)
        );
    }

    #[test]
    fn everything_in_the_sources_has_a_case() {
        let found = coverage::read(&crates()).expect("the sources can be read");
        let summary = Summary::of(&found, &all(), &[], None);
        assert_eq!(summary.errors, [""; 0]);
    }

    #[test]
    fn work_side_by_side_keeps_its_order() {
        assert_eq!(side_by_side(5, |i| i * i), [0, 1, 4, 9, 16]);
    }
}
