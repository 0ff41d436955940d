//! Sequences: a text written on byte by byte, sums and brackets read character by character, a digit that flies about.
//!
//! `cargo run --release --example text`, or one of its tasks by `--task characters`, `sums`, `brackets` or `motion`. `--text FILE` is any text
//! in UTF-8, else the sources of this library's crates. Networks whose shape is that of a calculation, a tree, are in the example `tree`.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use examples::lesson::{Setting, at_least, heading};

mod brackets;
mod characters;
mod motion;
mod ngram;
mod pictures;
mod sums;

use characters::{NAMES, Plan, Text, mean};

/// What is learnt.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Task {
    /// Characters of a text, against an n-gram model
    Characters,
    /// Sums of numbers of three digits
    Sums,
    /// Brackets that match, at twice the length learnt from
    Brackets,
    /// The next frame of a film
    Motion,
}

/// Learns sequences, prints how well, and draws it.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    setting: Setting,
    /// Only this task
    #[arg(long)]
    task: Option<Task>,
    /// Any text in UTF-8 to learn from [default: the sources of this library]
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Networks that learn it [default: rnn, gru, lstm and transformer; gru if quick]
    #[arg(long, num_args = 1.., value_parser = NAMES)]
    network: Option<Vec<String>>,
    /// Temperatures at which text is written
    #[arg(long, num_args = 1.., default_values_t = [0.3, 0.7, 1.0])]
    temperature: Vec<f64>,
    /// What the written text goes on from [default: how the held-out part begins]
    #[arg(long)]
    prompt: Option<String>,
    /// How many bytes are written
    #[arg(long, default_value_t = 400)]
    write: usize,
}

type Outcome = Result<(), Box<dyn Error>>;
type Run = fn(&Options, &Path) -> Outcome;

const TASKS: [(Task, Run, &str); 4] = [
    (Task::Characters, characters, "A text, byte by byte"),
    (Task::Sums, sums, "Sums of three digits"),
    (Task::Brackets, brackets, "Brackets that match"),
    (Task::Motion, motion, "A convolution inside a recurrence"),
];

fn main() -> ExitCode {
    let options = Options::parse();
    options.setting.run("text", |folder| {
        for (number, (task, run, title)) in (1..).zip(TASKS) {
            if options.task.is_none_or(|only| only == task) {
                heading(number, title);
                run(&options, folder)?;
            }
        }
        Ok(())
    })
}

fn characters(options: &Options, folder: &Path) -> Outcome {
    let text = match &options.text {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}; name a text in UTF-8", file.display()))?,
        None => sources()?,
    };
    let text = Text::new(&text)?;
    let (held_out, ngram) = (text.held_out(), text.ngram());
    let opening: String = held_out.iter().take(60).collect();
    let (epochs, names, saved) = options.setting.choose(
        (1, &NAMES[1..2], -1.0),
        (EPOCHS, &NAMES[..], 0.1),
        (4 * EPOCHS, &NAMES[..], 0.3),
    );
    let names: Vec<&str> = match &options.network {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => names.to_vec(),
    };
    let plan = Plan {
        seed: options.setting.seed,
        epochs,
        windows: WINDOWS,
        temperatures: &options.temperature,
        write: options.write,
        prompt: options.prompt.as_deref().unwrap_or(&opening),
    };
    println!(
        "{} characters to learn from, {} held out",
        text.chars_cut,
        held_out.len()
    );
    println!("model                 parameters  bits a held-out character  seconds");
    println!("n-gram, three before {:>37.4}", mean(&ngram));
    let mut all = Vec::new();
    for name in names {
        let learnt = characters::learn(name, &text, plan);
        println!(
            "{:<20} {:>11} {:>25.4} {:>9.1}",
            learnt.name,
            learnt.parameters,
            learnt.mean(),
            learnt.seconds
        );
        all.push(learnt);
    }
    let Some(best) = all.iter().min_by(|a, b| a.mean().total_cmp(&b.mean())) else {
        return Err("no network was named; name one with --network".into());
    };
    for (temperature, written) in options.temperature.iter().zip(&best.written) {
        println!("\n-- {} at temperature {temperature}\n{written}", best.name);
    }
    pictures::of_characters(folder, &all, &ngram, best, held_out)?;
    let what = format!("bits a character that the {} saves", best.name);
    at_least(what, mean(&ngram) - best.mean(), saved)?;
    Ok(())
}

/// Epochs of a network that learns a text, and the windows of each.
const EPOCHS: usize = 16;
const WINDOWS: usize = 8192;

/// The sources of the crates, one after another.
fn sources() -> Result<String, Box<dyn Error>> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let (mut folders, mut files) = (vec![crates], Vec::new());
    while let Some(folder) = folders.pop() {
        let told = |error| format!("{}: {error}; name a text with --text", folder.display());
        for entry in std::fs::read_dir(&folder).map_err(told)? {
            let path = entry?.path();
            let source = path.components().any(|part| part.as_os_str() == "src");
            if path.is_dir() {
                folders.push(path);
            } else if source && path.extension().is_some_and(|end| end == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut text = String::new();
    for file in files {
        text += &std::fs::read_to_string(&file)?;
    }
    Ok(text)
}

fn sums(options: &Options, folder: &Path) -> Outcome {
    let (epochs, least) = options.setting.choose((2, 0.0005), (16, 0.98), (48, 0.999));
    let learnt = sums::learn(epochs, 32768, 4000, options.setting.seed);
    let right = learnt.right;
    println!(
        "{} sums learnt from; the whole answer is right in {right:.4} of 4000 unseen ones",
        epochs * 32768
    );
    let carries = learnt.by_carries.map(|right| format!("{right:.4}"));
    println!("by the number of carries, 0 to 3: {}", carries.join("  "));
    pictures::of_sums(folder, &learnt)?;
    at_least("unseen sums that are right", right, least)?;
    Ok(())
}

fn brackets(options: &Options, folder: &Path) -> Outcome {
    let (epochs, least) = options.setting.choose((2, 0.9), (16, 0.99), (48, 0.999));
    let learnt = brackets::learn(epochs, 16384, 4000, options.setting.seed);
    println!(
        "{} texts learnt from; {:.2} of the long ones match",
        epochs * 16384,
        learnt.matching
    );
    let lengths = [brackets::TAUGHT, brackets::ASKED];
    for ((length, right), all) in lengths.iter().zip(learnt.right).zip(learnt.all) {
        println!(
            "of {length} signs: right in {right:.4} whether they match, in {all:.4} after every sign"
        );
    }
    pictures::of_brackets(folder, &learnt)?;
    let what = "long texts about which it is right";
    at_least(what, learnt.right[1], least)?;
    Ok(())
}

fn motion(options: &Options, folder: &Path) -> Outcome {
    let (epochs, films, least) =
        options
            .setting
            .choose((2, 512, -1.0), (16, 2048, 0.6), (64, 2048, 0.7));
    let learnt = motion::learn(epochs, films, 400, options.setting.seed);
    println!(
        "{} films learnt from; the squared error of the next frame in films of unseen digits",
        epochs * films
    );
    println!("frames seen   foretold   the last frame again");
    for (frames, [foretold, still]) in (1..).zip(learnt.errors) {
        println!("{frames:>11} {foretold:>10.5} {still:>22.5}");
    }
    pictures::of_motion(folder, &learnt)?;
    let [foretold, still] = learnt.last();
    let what = "share of the last frame's error that is avoided";
    at_least(what, 1.0 - foretold / still, least)?;
    Ok(())
}
