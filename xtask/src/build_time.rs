//! `cargo xtask build-time`: how long a program that uses one network takes to check and to build, after its dependencies.

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
const PICTURE: &str = "Image<224, 224, 3>";
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
    println!(
        "| network | check, s | at most | release build, s | at most |\n|---|---|---|---|---|"
    );
    let mut errors = Vec::new();
    for (name, image, loss, limits) in NETWORKS {
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        write(&project.join("src/main.rs"), &program(name, image, loss))?;
        let check = cargo(&project, &["check"])?;
        let build = cargo(&project, &["build", "--release"])?;
        println!(
            "| `{name}` | {check:.2} | {} | {build:.2} | {} |",
            limits.check, limits.build
        );
        let took = [
            ("check", check, limits.check),
            ("build", build, limits.build),
        ];
        for (what, took, limit) in took {
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
