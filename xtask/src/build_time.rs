//! `cargo xtask build-time`: how long a program that uses one large network takes to check and to build, after its dependencies.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The longest that `cargo check` may take, in seconds.
const CHECK: f64 = 2.0;

/// A network, its loss, and the longest that the release build of a program that trains it may take, in seconds.
const NETWORKS: [(&str, &str, f64); 8] = [
    ("AlexNet", PLAIN, 15.0),
    ("Vgg16", PLAIN, 15.0),
    ("Vgg19Bn", PLAIN, 15.0),
    ("GoogLeNet", HEADS, 15.0),
    ("ResNet18", PLAIN, 15.0),
    ("ResNet50", PLAIN, 15.0),
    ("ResNeXt50", PLAIN, 15.0),
    ("ResNet152", PLAIN, 20.0),
];
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
    for how in [&["check"][..], &["build", "--release"]] {
        cargo(&project, how)?;
    }
    println!("| network | check, s | release build, s |\n|---|---|---|");
    let mut errors = Vec::new();
    for (name, loss, limit) in NETWORKS {
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        write(&project.join("src/main.rs"), &program(name, loss))?;
        let check = cargo(&project, &["check"])?;
        let build = cargo(&project, &["build", "--release"])?;
        println!("| `{name}` | {check:.2} | {build:.2} |");
        for (what, took, limit) in [("check", check, CHECK), ("build", build, limit)] {
            if took > limit {
                errors.push(format!(
                    "{name}: {what} took {took:.1} s, expected at most {limit} s"
                ));
            }
        }
    }
    if errors.is_empty() {
        println!("all built in time");
        Ok(())
    } else {
        Err(errors.join("\n"))
    }
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
fn program(name: &str, loss: &str) -> String {
    format!(
        "//! Trains one network.
use core_tensor::{{Image, Tensor}};
use models::*;
use nn::*;
use optim::{{Momentum, Trainer}};

type Picture = Image<224, 224, 3>;

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

/// Runs cargo in the project and says how many seconds it took.
fn cargo(project: &Path, args: &[&str]) -> Result<f64, String> {
    let mut command = Command::new(env!("CARGO"));
    command
        .args(args)
        .args(["--quiet", "--offline", "--target-dir", "target"])
        .current_dir(project)
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
            project.display()
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
