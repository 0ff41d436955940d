//! ONNX's operator tests, for every operator that a layer, an activation or a loss here stands for.
//!
//! `onnx/make.py` turned each case into a line of `onnx/cases.rs`, which holds its types, and into tensors in `onnx/cases.txt`. Cases that are
//! not run stand there too, each with its reason; `cargo test -p nn --test onnx -- --nocapture` prints them.

#[path = "onnx/run.rs"]
mod run;

use std::collections::{BTreeMap, BTreeSet};

use core_tensor::{Image, Matrix, Pair, Real, Sequence, Tokens, Vector};
use nn::*;
use run::{Case, File, batch_norm, infer, loss_mean, loss_none, loss_sum, train};

/// `N·x`, where an operator has a factor that the layer has not.
struct Times<const N: i64>;

impl<const N: i64> Formula for Times<N> {
    const NAME: &'static str = "Times";
    const FLOPS: u64 = 1;
    fn value<R: Real>(x: R) -> R {
        R::of(N as f64) * x
    }
}

/// A case as a function of its tensors.
type Test = fn(&Case) -> Result<(), String>;

macro_rules! cases { ($($title:literal $test:expr;)+) => { pub(crate) const TESTS: &[(&str, Test)] = &[$(($title, $test)),+]; } }
#[path = "onnx/cases.rs"]
mod list;
use list::TESTS;

/// The only reasons that make a case not applicable.
const REASONS: [&str; 3] = [
    "a non-float type",
    "a shape known only at run time",
    "an operator that nothing here offers",
];

/// How many cases the package holds.
const CASES: usize = 1615;

#[test]
fn operators() {
    let file = File::load();
    let titles: BTreeSet<&str> = TESTS.iter().map(|(title, _)| *title).collect();
    assert!(
        file.cases.keys().map(String::as_str).eq(titles),
        "make.py writes both files"
    );
    // a case may come in parts, all of which must hold
    let mut failed = BTreeMap::new();
    let mut operators: BTreeMap<&str, [BTreeSet<&str>; 2]> = BTreeMap::new();
    for (title, test) in TESTS {
        let (case, name) = (
            &file.cases[*title],
            title.split('/').next().unwrap_or(title),
        );
        if let Err(why) = test(case) {
            failed.insert(name, why);
        }
        operators.entry(&case.operator).or_default()[0].insert(name);
    }
    for skipped in &file.skipped {
        assert!(
            REASONS
                .iter()
                .any(|reason| skipped.reason.starts_with(reason)),
            "{} is no reason",
            skipped.reason
        );
        println!("not applicable: {skipped}");
    }
    for lacking in &file.lacking {
        println!("not offered in this form: {lacking}");
        operators.entry(&lacking.operator).or_default()[1].insert(&lacking.name);
    }
    let run: usize = operators.values().map(|[run, _]| run.len()).sum();
    let passed = run - failed.len();
    println!(
        "onnx cases {passed} passed, {} not applicable, {} in forms that the layers do not have",
        file.skipped.len(),
        file.lacking.len()
    );
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(run + file.skipped.len() + file.lacking.len(), CASES);
    for (operator, [run, lacking]) in operators {
        assert!(
            run.len() >= lacking.len(),
            "fewer than half of {operator} pass"
        );
    }
}
