//! A recursive network: the shape of the calculation is that of each sample, a tree.
//!
//! `cargo run --release --example tree`
//!
//! Formulas such as `((1∧0)∨(1⊕1))` are read from the leaves to the root. Every operator has a cell, a layer that makes one state of two,
//! and the same cell is applied wherever the operator stands: so the network has as many layers as the formula is high, and a tape, which
//! notes what was done, is all that it takes to learn. The network is told whether the whole formula is true, of small formulas only. What
//! the parts are worth, and how to read larger ones, it has to find out.
//!
//! Socher, Lin, Ng, Manning: Parsing natural scenes and natural language with recursive neural networks (2011).
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{at_least, heading, lesson};
use examples::picture::{Color, Figure, Plot};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

mod arithmetic;
mod formula;
mod network;

use arithmetic::{Expression, M, Reckoner};
use formula::Formula;
use network::{Reader, TAUGHT};

/// Steps of learning.
const STEPS: usize = 600;
/// The highest formulas that are asked about.
const HIGHEST: usize = 10;
/// Formulas of each height that are asked about.
const ASKED: usize = 200;
/// Steps of learning arithmetic, and the highest expressions that are asked about.
const RECKONED: usize = 8000;
const HIGHEST_SUM: usize = 6;
/// The share of expressions of any height learnt from that must be right.
const RIGHT: f64 = 0.98;

fn main() -> ExitCode {
    lesson("tree", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(
        1,
        "Learning what formulas are worth, from the truth of small ones",
    );
    let mut reader = Reader::new(1);
    let before = by_height(&mut reader);
    let losses = reader.learn(STEPS, 2);
    for (step, loss) in losses
        .iter()
        .enumerate()
        .step_by(50)
        .chain([(STEPS - 1, &losses[STEPS - 1])])
    {
        println!("step {step:>4}: cross-entropy {loss:.4}");
    }

    heading(2, "Larger formulas than it was taught");
    let after = by_height(&mut reader);
    println!("height  right before  right after");
    for (height, (before, after)) in before.iter().zip(&after).enumerate() {
        let taught = if (1..=TAUGHT).contains(&height) {
            "  taught"
        } else {
            ""
        };
        println!("{height:>6}  {before:>12.3}  {after:>11.3}{taught}");
    }

    heading(3, "What it makes of every part of a formula");
    for text in ["(1⊕1)", "((1∧0)∨(1⊕1))", "((1∧(0∨1))⊕((0∨0)∨1))"] {
        let formula: Formula = text.parse()?;
        let said = reader.says(&formula).pop().unwrap_or_default();
        let sure = 1.0 / (1.0 + (-said).exp());
        println!(
            "{text} is {}: true with probability {sure:.4}",
            formula.truth()
        );
    }
    let shown = Formula::random(7, &mut ChaCha8Rng::seed_from_u64(11));
    println!("\ndrawn: {shown}");
    Figure::new("A recursive network reads formulas", 1)
        .sized([1100, 420])
        .plot(tree(&shown, &reader.says(&shown)))
        .draw(folder.join("tree.png"))?;
    Figure::new(format!("Taught with formulas up to height {TAUGHT}"), 2)
        .sized([520, 380])
        .plot(heights(&before, &after))
        .plot(parts(&mut reader))
        .draw(folder.join("heights.png"))?;
    arithmetic(folder)
}

/// The same with numbers in place of truths: remainders by five, added, subtracted and multiplied.
fn arithmetic(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(4, "Arithmetic: what expressions are worth, divided by five");
    let mut reckoner = Reckoner::new(1);
    let accuracy = |reckoner: &mut Reckoner| -> Vec<f64> {
        let heights = 0..=HIGHEST_SUM;
        heights
            .map(|height| reckoner.accuracy(height, ASKED))
            .collect()
    };
    let before = accuracy(&mut reckoner);
    let losses = reckoner.learn(RECKONED, 2);
    let after = accuracy(&mut reckoner);
    println!(
        "cross-entropy {:.4} to {:.4}",
        losses[0],
        losses[RECKONED - 1]
    );
    println!("height  right before  right after");
    for (height, (before, after)) in before.iter().zip(&after).enumerate() {
        let taught = if height <= arithmetic::TAUGHT {
            "  taught"
        } else {
            ""
        };
        println!("{height:>6}  {before:>12.3}  {after:>11.3}{taught}");
    }
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for height in [2, 4, HIGHEST_SUM] {
        let expression = Expression::random(height, &mut rng);
        let (said, value) = (reckoner.says(&expression), expression.value());
        println!("{expression} is {value} by {M}, said {said}");
    }
    let falling = losses.chunks(50).enumerate().map(|(i, losses)| {
        let mean = losses.iter().sum::<f64>() / losses.len() as f64;
        [50.0 * i as f64 + 25.0, mean]
    });
    let loss = Plot::new("cross-entropy")
        .axes("step", "nats")
        .log([false, true])
        .line("", Color::Blue, falling);
    Figure::new("Arithmetic by a network in the shape of the expression", 2)
        .sized([520, 380])
        .plot(heights(&before, &after))
        .plot(loss)
        .draw(folder.join("arithmetic.png"))?;
    for (height, &right) in after.iter().enumerate().take(arithmetic::TAUGHT + 1) {
        let what = format!("right about expressions of height {height}");
        at_least(what, right, RIGHT)?;
    }
    Ok(())
}

/// The share of formulas of each height that the network is right about.
fn by_height(reader: &mut Reader) -> Vec<f64> {
    (0..=HIGHEST)
        .map(|height| reader.accuracy(height, ASKED))
        .collect()
}

/// A part of a formula in a drawing: where it stands, and what the network says of it.
struct Placed {
    at: [f64; 2],
    sign: char,
    truth: bool,
    said: f64,
    halves: Vec<Placed>,
}

impl Placed {
    /// Leaves stand side by side, an operator over the middle of its halves.
    fn new(formula: &Formula, said: &mut impl Iterator<Item = f64>, leaves: &mut f64) -> Self {
        let halves: Vec<Self> = match formula {
            Formula::Leaf(_) => Vec::new(),
            Formula::Joined(_, halves) => halves
                .iter()
                .map(|half| Self::new(half, said, leaves))
                .collect(),
        };
        let across = match &halves[..] {
            [a, b] => (a.at[0] + b.at[0]) / 2.0,
            _ => {
                *leaves += 1.0;
                *leaves
            }
        };
        Self {
            at: [across, formula.height() as f64],
            sign: formula.sign(),
            truth: formula.truth(),
            said: said.next().unwrap_or_default(),
            halves,
        }
    }

    /// The lines to the halves, in the colours of what is handed up along them.
    fn lines(&self, all: &mut Vec<([[f64; 2]; 2], Color)>) {
        for half in &self.halves {
            // lines end short of the signs
            let along = [0, 1].map(|i| half.at[i] - self.at[i]);
            let toward = |share: f64| [0, 1].map(|i| self.at[i] + share * along[i]);
            let short = 0.25 / along[0].hypot(along[1]);
            all.push(([toward(short), toward(1.0 - short)], held(half.said)));
            half.lines(all);
        }
    }

    fn signs(&self, all: &mut Vec<([f64; 2], char, bool, f64)>) {
        all.push((self.at, self.sign, self.truth, self.said));
        self.halves.iter().for_each(|half| half.signs(all));
    }
}

/// The colour of what is held to be true, or false.
fn held(said: f64) -> Color {
    if said > 0.0 {
        Color::Orange
    } else {
        Color::Blue
    }
}

/// A formula as a tree, every part in the colour of what the network says of it.
fn tree(formula: &Formula, said: &[f64]) -> Plot {
    let root = Placed::new(formula, &mut said.iter().copied(), &mut 0.0);
    let (mut lines, mut signs) = (Vec::new(), Vec::new());
    root.lines(&mut lines);
    root.signs(&mut signs);
    let right = signs
        .iter()
        .filter(|(_, _, truth, said)| (*said > 0.0) == *truth)
        .count();
    let title = format!(
        "orange: held to be true, blue: false, red: wrong; {right} of {} parts are right, only the truth of whole formulas was taught",
        signs.len()
    );
    let mut plot = Plot::new(title).bare();
    for (ends, color) in lines {
        plot = plot.line("", color, ends);
    }
    for (at, sign, truth, said) in signs {
        let right = (said > 0.0) == truth;
        let color = if right { held(said) } else { Color::Red };
        plot = plot.word(sign, color, at);
    }
    plot
}

fn heights(before: &[f64], after: &[f64]) -> Plot {
    let line = |shares: &[f64]| -> Vec<[f64; 2]> {
        shares
            .iter()
            .enumerate()
            .map(|(height, &share)| [height as f64, share])
            .collect()
    };
    Plot::new("right about the whole")
        .axes("height", "share")
        .up(0.0, 1.05)
        .line("", Color::Orange, line(after))
        .dots("after learning", Color::Orange, line(after))
        .line("", Color::Pale, line(before))
        .dots("before", Color::Pale, line(before))
}

/// What the network says of every part of many formulas, by the height of the part.
fn parts(reader: &mut Reader) -> Plot {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for _ in 0..12 {
        let formula = Formula::random(8, &mut rng);
        let said = reader.says(&formula);
        let mut signs = Vec::new();
        Placed::new(&formula, &mut said.into_iter(), &mut 0.0).signs(&mut signs);
        for (at, _, truth, said) in signs {
            // true ones a little to the right, so that neither hides the other
            let point = [at[1] + if truth { 0.12 } else { -0.12 }, said];
            if truth {
                yes.push(point)
            } else {
                no.push(point)
            }
        }
    }
    Plot::new("what it says of the parts, above 0 for true")
        .axes("height of the part", "log-odds")
        .dots("true", Color::Orange, yes)
        .dots("false", Color::Blue, no)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_formulas_teach_large_ones() {
        let mut reader = Reader::new(1);
        let before = reader.accuracy(TAUGHT, ASKED);
        let losses = reader.learn(STEPS, 2);
        assert!(losses[0] > 0.5 && losses[STEPS - 1] < 0.01, "{losses:?}");
        assert!(before < 0.7, "{before}");
        for height in 0..=HIGHEST {
            let after = reader.accuracy(height, 50);
            assert!(
                after >= if height <= TAUGHT { 1.0 } else { 0.9 },
                "height {height}: {after}"
            );
        }
    }

    #[test]
    fn an_operator_stands_over_the_middle_of_its_halves() {
        let formula: Formula = "((1∧0)∨1)".parse().expect("a formula");
        let root = Placed::new(
            &formula,
            &mut [1.0, 2.0, 3.0, 4.0, 5.0].into_iter(),
            &mut 0.0,
        );
        assert_eq!((root.at, root.said, root.sign), ([2.25, 2.0], 5.0, '∨'));
        assert_eq!((root.halves[0].at, root.halves[0].said), ([1.5, 1.0], 3.0));
        assert_eq!(root.halves[1].at, [3.0, 0.0]);
    }
}
