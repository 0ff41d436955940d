//! `cargo xtask build-time`: how long a program that uses one network takes to check and to build, after its dependencies, and the main job
//! from nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a program that trains a network may take, in seconds.
struct Limits {
    check: f64,
    build: f64,
}
const SMALL: Limits = Limits {
    check: 1.0,
    build: 5.0,
};
const LARGE: Limits = Limits {
    check: 2.0,
    build: 15.0,
};
const LARGEST: Limits = Limits {
    check: 2.0,
    build: 20.0,
};

/// A network, its images, its loss, and how long a program that trains it may take to check and to build in release.
const NETWORKS: [(&str, &str, &str, Limits); 9] = [
    ("LeNet5", "Image<28, 28, 1>", PLAIN, SMALL),
    ("AlexNet", PICTURE, PLAIN, LARGE),
    ("Vgg16", PICTURE, PLAIN, LARGE),
    ("Vgg19Bn", PICTURE, PLAIN, LARGE),
    ("GoogLeNet", PICTURE, HEADS, LARGE),
    ("ResNet18", PICTURE, PLAIN, LARGE),
    ("ResNet50", PICTURE, PLAIN, LARGE),
    ("ResNeXt50", PICTURE, PLAIN, LARGE),
    ("ResNet152", PICTURE, PLAIN, LARGEST),
];
/// How long the main job may take to build from an empty folder, dependencies included, in seconds.
const MAIN_JOB: f64 = 60.0;
const PICTURE: &str = "Image<224, 224, 3>";
const CHECK: &[&str] = &["check", "--target-dir", "target"];
const BUILD: &[&str] = &["build", "--release", "--target-dir", "target"];
const PLAIN: &str = "CrossEntropy";
const HEADS: &str = "Auxiliary { main: Auxiliary { main: CrossEntropy, head: CrossEntropy, weight: 0.3 }, head: CrossEntropy, weight: 0.3 }";

/// Prints a table; with `only`, of the networks whose name contains it.
///
/// # Errors
/// If a program does not build, or takes longer than it may.
pub(crate) fn run(only: Option<&str>) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let project = project(&root)?;
    // the dependencies, which are not what is measured
    write(&project.join("src/main.rs"), "fn main() {}\n")?;
    for how in [CHECK, BUILD] {
        cargo(&project, how)?;
    }
    println!(
        "| network | check, s | at most | release build, s | at most |\n|---|---|---|---|---|"
    );
    let mut errors = Vec::new();
    if only.is_none_or(|only| "digits".contains(only)) {
        let build = main_job(&root)?;
        println!("| `digits`, from nothing | | | {build:.1} | {MAIN_JOB} |");
        compare(&mut errors, "digits", [("build", build, MAIN_JOB)]);
    }
    for (name, image, loss, limits) in NETWORKS {
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        write(&project.join("src/main.rs"), &program(name, image, loss))?;
        let check = cargo(&project, CHECK)?;
        let build = cargo(&project, BUILD)?;
        println!(
            "| `{name}` | {check:.2} | {} | {build:.2} | {} |",
            limits.check, limits.build
        );
        let took = [
            ("check", check, limits.check),
            ("build", build, limits.build),
        ];
        compare(&mut errors, name, took);
    }
    if errors.is_empty() {
        println!("all built in time");
        Ok(())
    } else {
        Err(errors.join("\n"))
    }
}

/// Notes what took longer than it may.
fn compare<const N: usize>(errors: &mut Vec<String>, name: &str, took: [(&str, f64, f64); N]) {
    for (what, took, limit) in took {
        if took > limit {
            errors.push(format!(
                "{name}: {what} took {took:.1} s, expected at most {limit} s"
            ));
        }
    }
}

/// Builds the main job and all that it depends on.
fn main_job(root: &Path) -> Result<f64, String> {
    const TARGET: &str = "target/build-time-from-nothing";
    let target = root.join(TARGET);
    if target.exists() {
        fs::remove_dir_all(&target).map_err(|error| of(&target, &error))?;
    }
    cargo(
        root,
        &[
            "build",
            "--release",
            "--example",
            "digits",
            "--locked",
            "--target-dir",
            TARGET,
        ],
    )
}

/// A package outside the workspace, with the workspace's versions of everything.
fn project(root: &Path) -> Result<PathBuf, String> {
    let project = root.join("target/build-time");
    let manifest = "[package]\nname = \"trains\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n";
    let dependencies: String = ["core-tensor", "models", "nn", "optim"]
        .map(|name| format!("{name} = {{ path = \"../../crates/{name}\" }}\n"))
        .concat();
    fs::create_dir_all(project.join("src")).map_err(|error| of(&project, &error))?;
    write(
        &project.join("Cargo.toml"),
        &format!("{manifest}{dependencies}"),
    )?;
    let lock = fs::read_to_string(root.join("Cargo.lock")).map_err(|error| of(root, &error))?;
    write(&project.join("Cargo.lock"), &lock)?;
    Ok(project)
}

/// A program that makes a network, trains it for a step, asks it, and prints its table.
fn program(name: &str, image: &str, loss: &str) -> String {
    format!(
        "//! Trains one network.
use core_tensor::{{Image, Tensor}};
use models::*;
use nn::*;
use optim::{{Momentum, Trainer}};

type Picture = {image};

fn main() {{
    let mut trainer = Trainer::<Picture, {name}, _, _>::new({loss}, Momentum::new(0.1, 0.9), 8);
    trainer.network.init(Init::HeNormal, 1);
    let picture = [Tensor::full(0.5)];
    println!(\"{{}}\", trainer.step(&picture, &[Class::new(7)]).loss);
    println!(\"{{:?}}\", trainer.network.predict(&picture)[0].as_slice().first());
    println!(\"{{}}\", trainer.network.summary());
}}
"
    )
}

/// Runs cargo in a folder and says how many seconds it took.
fn cargo(folder: &Path, args: &[&str]) -> Result<f64, String> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(args)
        .args(["--quiet", "--offline"])
        .current_dir(folder)
        .stdin(Stdio::null());
    let clock = Instant::now();
    let status = command
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    let took = clock.elapsed().as_secs_f64();
    let failed = || {
        format!(
            "`cargo {}` ended with {status} in {}",
            args.join(" "),
            folder.display()
        )
    };
    status.success().then_some(took).ok_or_else(failed)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| of(path, &error))
}

fn of(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
