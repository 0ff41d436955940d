//! `cargo xtask ci`: everything that must hold before a change lands, in the order in which it fails fastest.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The crates that each have an outside user in `xtask/consumers`.
const CONSUMERS: [&str; 5] = ["core-tensor", "autodiff", "nn", "optim", "models"];
/// The accuracy that the main job promises, for its default seed and as the mean of seeds 0 to 4.
const ACCURACY: f64 = 0.98;
/// The longest that it may take, in seconds.
const MAIN_JOB: f64 = 10.0;

/// The programs to learn from that the README lists, each with its arguments.
const LESSONS: [&str; 30] = [
    "autodiff",
    "curvature",
    "draw",
    "neuron",
    "activations",
    "tree",
    "gradients",
    "initialisation",
    "convolution",
    "regression",
    "regularisation",
    "universal",
    "optimizers",
    "descent",
    "schedules",
    "overfit",
    "tabular",
    "fashion",
    "augmentation",
    "classify --quick",
    "locate --quick",
    "segment --quick",
    "compress --quick",
    "superresolve --quick",
    "transfer --quick",
    "text --quick",
    "style",
    "upscale docs/mistakes.png target/upscaled.png",
    "recognise examples/recognise/pictures/3.png",
    "weights",
];

type Outcome = Result<(), String>;
type Part = (&'static str, fn() -> Outcome);

/// Runs every part and stops at the first that fails.
///
/// # Errors
/// Which part failed, and how.
pub(crate) fn run() -> Outcome {
    let parts: [Part; 11] = [
        ("formatting", || cargo(&["fmt", "--all", "--check"])),
        ("tidiness", || xtask(&["tidy"], "files")),
        ("clippy", || {
            cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ])
        }),
        ("features", features),
        ("tests", tests),
        ("documentation", || {
            with_env(
                &["doc", "--workspace", "--no-deps", "--locked"],
                ("RUSTDOCFLAGS", "-D warnings"),
            )
        }),
        ("outside users", consumers),
        ("gradients", || gradients(&[], "layers ")),
        ("broken rules", broken_rules),
        ("lessons", lessons),
        ("main job", main_job),
    ];
    for (name, part) in parts {
        println!("\n== {name}");
        let clock = Instant::now();
        part().map_err(|error| format!("{name}: {error}"))?;
        println!("== {name}: {:.0} s", clock.elapsed().as_secs_f64());
    }
    Ok(())
}

/// `models` compiles without its features, and with each alone; and its example that has one of its own.
fn features() -> Outcome {
    for features in ["", "csv", "keras", "pictures", "weights"] {
        let check = ["check", "-q", "--locked", "-p", "models", "--lib"];
        let only = ["--no-default-features", "--features", features];
        cargo(&[&check[..], &only].concat())?;
    }
    // no other part builds it
    let torchvision = ["--features", "torchvision", "--example", "torchvision"];
    let lint = ["clippy", "-q", "--locked", "-p", "models"];
    cargo(&[&lint[..], &torchvision, &["--", "-D", "warnings"]].concat())
}

/// The README's test command, doctests included. It must have run both.
fn tests() -> Outcome {
    let output = captured(&["test", "--workspace", "--locked"], &[])?;
    let passed = |line: &str| {
        line.strip_prefix("test result: ok. ")?
            .split(' ')
            .next()?
            .parse::<usize>()
            .ok()
    };
    let sections: Vec<usize> = output.lines().filter_map(passed).collect();
    let doctests = output
        .lines()
        .filter(|line| line.starts_with("all doctests ran in"))
        .count();
    let total: usize = sections.iter().sum();
    println!(
        "{total} tests in {} binaries, doctests of {doctests} crates",
        sections.len()
    );
    (total > 0 && doctests > 0).then_some(()).ok_or_else(|| {
        format!("ran {total} tests and the doctests of {doctests} crates: expected some of both")
    })
}

/// Each crate builds and runs in the hands of somebody who has nothing else, with their own lock file.
fn consumers() -> Outcome {
    for name in CONSUMERS {
        let manifest = format!("xtask/consumers/{name}/Cargo.toml");
        let output = captured(
            &[
                "run",
                "--quiet",
                "--locked",
                "--target-dir",
                "target/consumers",
                "--manifest-path",
                &manifest,
            ],
            &[],
        )?;
        if output.trim().is_empty() {
            return Err(format!("the outside user of {name} printed nothing"));
        }
    }
    // this one is a library: what starts a program where there is no operating system is not ours
    cargo(&[
        "check",
        "--quiet",
        "--locked",
        "--target-dir",
        "target/consumers",
        "--manifest-path",
        "xtask/consumers/without-std/Cargo.toml",
    ])
}

/// Every lesson ends well.
fn lessons() -> Outcome {
    cargo(&["build", "--release", "--locked", "--examples"])?;
    for lesson in LESSONS {
        let clock = Instant::now();
        let (name, args) = lesson.split_once(' ').unwrap_or((lesson, ""));
        let run = ["run", "--release", "--locked", "--quiet", "--example", name];
        let args = args.split_whitespace();
        let run: Vec<&str> = run.into_iter().chain(["--"]).chain(args).collect();
        captured(&run, &[])?;
        println!("lesson {lesson}: {:.1} s", clock.elapsed().as_secs_f64());
    }
    Ok(())
}

/// The README's first command with the default seed, then the program itself with the others.
fn main_job() -> Outcome {
    let first = accuracy(captured(
        &["run", "--release", "--locked", "--example", "digits"],
        &[],
    )?)?;
    let (mut all, mut slowest) = (vec![], 0.0_f64);
    for seed in ["0", "1", "2", "3", "4"] {
        let clock = Instant::now();
        all.push(accuracy(captured(
            &[
                "run",
                "--release",
                "--locked",
                "--quiet",
                "--example",
                "digits",
                "--",
                "--seed",
                seed,
            ],
            &[],
        )?)?);
        slowest = slowest.max(clock.elapsed().as_secs_f64());
    }
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    println!("default seed {first:.4}, mean of seeds 0 to 4 {mean:.4}, slowest run {slowest:.1} s");
    for picture in ["learning.png", "mistakes.png"] {
        let path = Path::new("target/digits").join(picture);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if !bytes.starts_with(b"\x89PNG") {
            return Err(format!("{} is no PNG", path.display()));
        }
    }
    let missing = captured_status(&[
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--example",
        "digits",
        "--",
        "--data",
        "no/such/folder",
    ])?;
    match missing {
        _ if first < ACCURACY || mean < ACCURACY => Err(format!(
            "accuracy {first:.4}, mean {mean:.4}: expected at least {ACCURACY}"
        )),
        _ if slowest > MAIN_JOB => Err(format!(
            "a run took {slowest:.1} s: expected at most {MAIN_JOB}"
        )),
        Some(2) => Ok(()),
        other => Err(format!(
            "a missing folder ended with exit code {other:?}: expected 2"
        )),
    }
}

fn accuracy(output: String) -> Result<f64, String> {
    let last = output.lines().last().unwrap_or_default();
    last.strip_prefix("test accuracy ")
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| format!("the last line is {last:?}: expected `test accuracy 0.98xx`"))
}

/// The gradient checks, in the build whose rules can be broken: nothing here takes as long to compile, and one such build serves both parts.
fn gradients(args: &[&str], proof: &str) -> Outcome {
    const BUILD: [&str; 6] = [
        "--release",
        "--locked",
        "--package",
        "xtask",
        "--bin",
        "check-grads",
    ];
    const MUTANTS: [&str; 3] = ["--features", "mutants", "--"];
    proven(&[&["run"], &BUILD[..], &MUTANTS, args].concat(), proof)
}

/// What breaks rules does so as it says, and the checks see each broken one.
fn broken_rules() -> Outcome {
    let tests = ["test", "--locked", "--package", "core-tensor", "--lib"];
    let output = captured(
        &[&tests[..], &["--features", "mutants", "mutant::"]].concat(),
        &[],
    )?;
    if output.contains("ok. 0 passed") {
        return Err("no test of the switch that breaks rules was run".into());
    }
    gradients(&["--mutate"], "killed ")
}

/// A subcommand of this program. What ran nothing proves nothing.
fn xtask(args: &[&str], proof: &str) -> Outcome {
    proven(&[&["xtask"], args].concat(), proof)
}

/// A command that must end with a line that holds the proof of its work.
fn proven(args: &[&str], proof: &str) -> Outcome {
    let output = captured(args, &[])?;
    let last = output.lines().last().unwrap_or_default();
    last.contains(proof)
        .then_some(())
        .ok_or_else(|| format!("the last line is {last:?}: expected one with {proof:?}"))
}

/// Runs the program of the gradient checks, which has a build of its own.
///
/// # Errors
/// What cargo ended with.
pub(crate) fn check_grads(args: &[String]) -> Outcome {
    const RUN: [&str; 7] = [
        "run",
        "--release",
        "--locked",
        "--package",
        "xtask",
        "--bin",
        "check-grads",
    ];
    let args = args.iter().map(String::as_str);
    let all: Vec<&str> = RUN.into_iter().chain(["--"]).chain(args).collect();
    cargo(&all)
}

fn cargo(args: &[&str]) -> Outcome {
    finished(args, command(args).status())
}

fn with_env(args: &[&str], (key, value): (&str, &str)) -> Outcome {
    finished(args, command(args).env(key, value).status())
}

/// Runs cargo, shows what it prints on standard output, and returns it.
fn captured(args: &[&str], env: &[(&str, &str)]) -> Result<String, String> {
    let output = command(args)
        .envs(env.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .and_then(|child| child.wait_with_output());
    let output = output.map_err(|error| format!("cargo cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{text}");
    finished(args, Ok(output.status))?;
    Ok(text)
}

fn captured_status(args: &[&str]) -> Result<Option<i32>, String> {
    command(args)
        .status()
        .map(|status| status.code())
        .map_err(|error| format!("cargo cannot be run: {error}"))
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(args).stdin(Stdio::null());
    command
}

fn finished(args: &[&str], status: std::io::Result<std::process::ExitStatus>) -> Outcome {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`cargo {}` ended with {status}", args.join(" "))),
        Err(error) => Err(format!("cargo cannot be run: {error}")),
    }
}
