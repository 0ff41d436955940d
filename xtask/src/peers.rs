//! `cargo xtask peers`: the same work in other libraries and here, in one run on one machine, as one table.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use benches::{peak, peers};

/// Seconds spent on each piece of our work, as long as the peers take.
const BUDGET: f64 = 2.0;
const FOLDER: &str = "benches/peers";
const TARGET: &str = "target/peers";

type Outcome<T = ()> = Result<T, String>;
/// Microseconds of work, by its name.
type Times = HashMap<String, f64>;

/// Prints the table; `only` keeps the work whose name contains it. `python` runs the libraries of Python, if there is one that has them.
///
/// # Errors
/// Which peer could not be built or run.
pub(crate) fn run(only: Option<&str>, python: Option<&str>) -> Outcome {
    let manifest = format!("{FOLDER}/rust/Cargo.toml");
    let build = [
        "build",
        "--release",
        "--target-dir",
        TARGET,
        "--manifest-path",
        &manifest,
    ];
    let status = Command::new(env!("CARGO")).args(build).status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(format!(
            "{manifest} cannot be built; its errors stand above"
        ));
    }
    let mut columns: Vec<(&str, Times)> = Vec::new();
    for (library, script) in [("PyTorch", "torch_peer.py"), ("JAX", "jax_peer.py")] {
        if let Some(python) = python {
            let script = format!("{FOLDER}/{script}");
            columns.push((
                library,
                times(library, Command::new(python).arg(script), only)?,
            ));
        }
    }
    for (library, program) in [
        ("dfdx", "with_dfdx"),
        ("burn", "with_burn"),
        ("candle", "with_candle"),
    ] {
        let program = Path::new(TARGET).join("release").join(program);
        columns.push((library, times(library, &mut Command::new(program), only)?));
    }
    let before = peak::flops_per_second();
    let mut names = Vec::new();
    let mut ours = Times::new();
    for mut work in peers::all() {
        if only.is_none_or(|only| work.name.contains(only)) {
            ours.insert(work.name.clone(), 1e6 * work.median_seconds(BUDGET));
            names.push(work.name);
        }
    }
    columns.push(("here", ours));
    print(&names, &columns);
    println!(
        "\nµs, medians, one thread; FMA peak of one core {:.0} GFLOP/s before our column, {:.0} after it",
        before / 1e9,
        peak::flops_per_second() / 1e9
    );
    if python.is_none() {
        println!("PyTorch and JAX are left out: name a Python that has them with --python");
    }
    Ok(())
}

/// Runs a peer on one thread and reads what it tells, a line of JSON a piece of work; what it complains of goes to a file.
fn times(library: &str, command: &mut Command, only: Option<&str>) -> Outcome<Times> {
    let log = Path::new(TARGET).join(format!("{library}.log"));
    let complaints = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let output = command
        .args(only)
        .env("RAYON_NUM_THREADS", "1")
        .stderr(complaints)
        .stdout(Stdio::piped())
        .output()
        .map_err(|error| format!("{library}: {command:?} cannot be run: {error}"))?;
    if !output.status.success() {
        let status = output.status;
        return Err(format!(
            "{library} ended with {status}; {} says why",
            log.display()
        ));
    }
    let line = |line: &str| {
        let told: serde_json::Value = serde_json::from_str(line).ok()?;
        Some((told["work"].as_str()?.to_owned(), told["us"].as_f64()?))
    };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|text| {
            line(text).ok_or_else(|| {
                format!("{library} printed {text:?}: expected {{\"work\": …, \"us\": …}}")
            })
        })
        .collect()
}

/// A table as it stands in the README, from the names that we have: a peer that calls its work otherwise is found out.
fn print(names: &[String], columns: &[(&str, Times)]) {
    let heads: Vec<&str> = columns.iter().map(|(library, _)| *library).collect();
    println!(
        "| work | {} |\n|---|{}",
        heads.join(" | "),
        "---|".repeat(heads.len())
    );
    for name in names {
        let cells: Vec<String> = columns
            .iter()
            .map(|(_, times)| times.get(name).map_or_else(|| "–".into(), |&us| digits(us)))
            .collect();
        println!("| {name} | {} |", cells.join(" | "));
    }
    for (library, times) in columns {
        for name in times.keys().filter(|name| !names.contains(name)) {
            println!("{library} measured {name:?}, which has no such name here");
        }
    }
}

/// Three digits that count.
fn digits(us: f64) -> String {
    match us {
        _ if us < 1.0 => format!("{us:.3}"),
        _ if us < 10.0 => format!("{us:.2}"),
        _ if us < 100.0 => format!("{us:.1}"),
        _ => format!("{us:.0}"),
    }
}
