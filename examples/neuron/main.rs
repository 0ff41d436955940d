//! The neuron: a plane that cuts the world in two, what it can compute, how it learns, and what is beyond it.
//!
//! `cargo run --release --example neuron`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};

mod logic;
mod pictures;
mod rosenblatt;

use logic::{AND, NOT, OR, Plane};

fn main() -> ExitCode {
    lesson("neuron", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    gates();
    exclusive_or();
    let (points, run) = rule();
    pictures::neurons(&points, &run).draw(folder.join("neuron.png"))?;
    pictures::exclusive_or().draw(folder.join("xor.png"))?;
    Ok(())
}

fn gates() {
    heading(1, "A neuron is a line: 1 where w·x + b > 0");
    println!("       w          b      00 01 10 11   distance of (1, 1) along the normal");
    for (name, plane) in [("AND", AND), ("OR", OR), ("NOT x₁", NOT)] {
        let Plane { normal, bias } = plane;
        let said = logic::table(&mut plane.function()).map(|y| format!(" {y} "));
        println!(
            "{name:<7}({:>2}, {:>2}) {bias:>6} {:>15} {:>10.4}",
            normal[0],
            normal[1],
            said.concat(),
            plane.distance([1.0, 1.0])
        );
        assert_eq!(
            logic::table(&mut plane.function()),
            logic::table(&mut plane.with_feature())
        );
    }
    println!(
        "\nThe bias is a weight too: that of a feature x⁰ = −1, with the weight −b, says the same."
    );
    let (functions, xor) = logic::computable();
    println!(
        "Single neurons compute {functions} of the 16 functions of two bits; XOR among them: {xor}."
    );
}

fn exclusive_or() {
    heading(2, "XOR");
    println!("One neuron would need  b ≤ 0,  w₁ + b > 0,  w₂ + b > 0,  w₁ + w₂ + b ≤ 0:");
    println!("the middle two say w₁ + w₂ + 2b > 0, the outer two that it is not. Other ways:\n");
    println!("{:<30} {:>6} {:>6} {:>6} {:>6}", "", "00", "01", "10", "11");
    for (name, mut function) in logic::ways() {
        let said = logic::table(&mut function);
        let [a, b, c, d] = said.map(|y| format!("{y:>6.3}"));
        println!("{name:<30} {a} {b} {c} {d}");
    }
    let ([before, after], _) = logic::by_training();
    println!("\nTraining took the cross-entropy from {before:.3} to {after:.4}.");
}

fn rule() -> (rosenblatt::Points, rosenblatt::Run) {
    heading(3, "Rosenblatt's rule: add t·x at every mistake");
    let points = rosenblatt::separable(80);
    let run = rosenblatt::learn(&points, 1000);
    let [radius, margin, bound] = rosenblatt::bound(&points, rosenblatt::SORTED_BY);
    println!(
        "80 points sorted by a line: mistakes in each round {:?}",
        run.mistakes
    );
    println!(
        "{} mistakes in all; the bound is (R/γ)² = ({radius:.3}/{margin:.4})² = {bound:.0}",
        run.total()
    );
    let xor = rosenblatt::learn(&rosenblatt::exclusive_or(), 1000);
    println!(
        "\nXOR: {} mistakes in 1000 rounds, and it has not ended.",
        xor.total()
    );
    if let Some([round, period]) = xor.repeats() {
        println!(
            "After round {round} the weights w₁, w₂, b are {:?}, as they were {period} round earlier: it never will.",
            xor.weights[round]
        );
    }
    (points, run)
}
