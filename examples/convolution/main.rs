//! Convolution: what padding, stride and dilation do to a side, how far a window sees, what filters find, and what 1×1 is for.
//!
//! `cargo run --release --example convolution`
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use examples::lesson::{heading, lesson};

mod features;
mod pictures;
mod sides;
mod sight;

fn main() -> ExitCode {
    lesson("convolution", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    heading(1, "Sides: ⌊(n + 2p − k)/s⌋ + 1, worked out by the compiler");
    println!("   n   k   s   p  out");
    for side in sides::SIDES {
        let sides::Side {
            side,
            kernel,
            stride,
            padding,
            out,
        } = side;
        println!("{side:>4}{kernel:>4}{stride:>4}{padding:>4}{out:>5}");
    }
    println!(
        "\nWithout padding the border counts less: how many windows of 3×3 see each pixel of a 7×7 image\n"
    );
    for row in sides::covered()[0].counts.chunks(7) {
        println!(
            "   {}",
            row.iter().map(|n| format!("{n:>3}")).collect::<String>()
        );
    }
    pictures::windows().draw(folder.join("windows.png"))?;

    heading(
        2,
        "How far a stack of windows sees, and what it costs at 56×56 with 64 channels",
    );
    println!("{:<16}{:>8}{:>12}{:>16}", "", "sees", "parameters", "FLOPs");
    for stack in sight::stacks() {
        let sight::Stack {
            name,
            field,
            parameters,
            flops,
        } = stack;
        println!(
            "{name:<16}{:>8}{parameters:>12}{flops:>16}",
            field.to_string()
        );
    }
    println!(
        "\nVGG-16 sees, after each of its five pools:  {}",
        sight::vgg16().join("  ")
    );
    pictures::sight().draw(folder.join("sight.png"))?;

    heading(3, "1×1 shrinks channels before a dear window");
    println!("{:<34}{:>12}{:>16}", "", "parameters", "FLOPs");
    for way in sight::shrinking() {
        println!("{:<34}{:>12}{:>16}", way.name, way.parameters, way.flops);
    }

    heading(4, "Filters and what they find");
    let learnt = features::learn();
    println!(
        "eight filters of 3×3, learnt on 1,500 digits, sort {:.1} % of the other 297",
        100.0 * learnt.accuracy
    );
    pictures::by_hand().draw(folder.join("filters.png"))?;
    pictures::learnt(&learnt).draw(folder.join("learnt.png"))?;
    Ok(())
}
