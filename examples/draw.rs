//! Networks and tapes as pictures: SVG for people, DOT for programs.
//!
//! `cargo run --release --example draw` writes both to `target/draw`. Networks are drawn from their types alone: no weight is ever made,
//! so the largest takes no longer than the smallest.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use autodiff::Tape;
use core_tensor::{Image, Matrix, Tensor, Vector};
use examples::lesson::lesson;
use models::LeNet5;
use nn::{
    AvgPool2d, BatchNorm, Conv2d, Flatten, Graph, Linear, MaxPool2d, Relu, Residual, Sum, network,
};

/// A convolution of 3×3 with its normalisation.
type Conv3<const I: usize, const O: usize, const S: usize, T> =
    (Conv2d<I, O, 3, S, 1, T>, BatchNorm<O, T>);
type Block<const C: usize, T> = (Residual<(Conv3<C, C, 1, T>, Relu, Conv3<C, C, 1, T>)>, Relu);
/// A block that halves the image; its shortcut does, too.
type Down<const I: usize, const O: usize, T> = (
    Sum<(Conv3<I, O, 2, T>, Relu, Conv3<O, O, 1, T>), (Conv2d<I, O, 1, 2, 0, T>, BatchNorm<O, T>)>,
    Relu,
);

network! {
    /// A residual network with 18 layers that have weights. He et al.: Deep residual learning for image recognition (2015).
    struct ResNet18<T> {
        stem: (Conv2d<3, 64, 7, 2, 3, T>, BatchNorm<64, T>, Relu, MaxPool2d<3, 2, 1>),
        stage1: (Block<64, T>, Block<64, T>),
        stage2: (Down<64, 128, T>, Block<128, T>),
        stage3: (Down<128, 256, T>, Block<256, T>),
        stage4: (Down<256, 512, T>, Block<512, T>),
        pool: AvgPool2d<7>,
        flatten: Flatten,
        classes: Linear<512, 1000, T>,
    }
}

fn main() -> ExitCode {
    lesson("draw", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let pictures = [
        ("lenet5", Graph::of::<Image<28, 28, 1>, LeNet5<f32>, f32>()),
        (
            "resnet18",
            Graph::of::<Image<224, 224, 3>, ResNet18<f32>, f32>(),
        ),
        ("recurrence", recurrence()),
    ];
    for (name, graph) in pictures {
        std::fs::write(folder.join(format!("{name}.svg")), graph.to_svg())?;
        std::fs::write(folder.join(format!("{name}.dot")), graph.to_dot())?;
        let (nodes, arrows) = (graph.nodes.len(), graph.edges.len());
        println!(
            "{name:<12}{nodes:>4} nodes{arrows:>5} arrows   {}",
            graph.title
        );
    }
    Ok(())
}

/// A tape on which a recurrent cell, `h ← tanh(V·x + W·h + b)`, was applied to three inputs.
fn recurrence() -> Graph {
    let mut tape = Tape::<f64>::new();
    tape.record(|tape| {
        let v = tape.variable(&Tensor::<Matrix<4, 3>, f64>::full(0.1));
        let w = tape.variable(&Tensor::<Matrix<4, 4>, f64>::full(0.2));
        let b = tape.variable(&Tensor::<Vector<4>, f64>::full(0.3));
        let mut h = tape.constant(&Tensor::<Vector<4>, f64>::zeros());
        for i in 0..3 {
            let x = tape.constant(&Tensor::<Vector<3>, f64>::full(f64::from(i)));
            h = (v.matvec(x) + w.matvec(h) + b).tanh();
        }
        h.sum();
    });
    Graph::of_tape(&tape)
}
