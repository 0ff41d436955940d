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
    Aux, AvgPool2d, BatchNorm, Concat, Conv2d, Dropout, Flatten, GlobalAvgPool, Graph, Linear,
    MaxPool2d, Relu, Repeat, Residual, Sum, network,
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

/// A convolution with its relu, as far in size as it was.
type Conv<const I: usize, const O: usize, const K: usize, const P: usize, T> =
    (Conv2d<I, O, K, 1, P, T>, Relu);
/// Four looks at the same image, side by side: 1×1, 3×3 and 5×5 behind a 1×1 that saves channels, and a maximum.
type Inception<
    const I: usize,
    const A: usize,
    const R3: usize,
    const B: usize,
    const R5: usize,
    const C: usize,
    const D: usize,
    T,
> = Concat<(
    Conv<I, A, 1, 0, T>,
    (Conv<I, R3, 1, 0, T>, Conv<R3, B, 3, 1, T>),
    (Conv<I, R5, 1, 0, T>, Conv<R5, C, 5, 2, T>),
    (MaxPool2d<3, 1, 1>, Conv<I, D, 1, 0, T>),
)>;
/// A classifier beside the trunk, for the gradient's sake.
type Head<const I: usize, T> = (
    AvgPool2d<5, 3>,
    Conv<I, 128, 1, 0, T>,
    Flatten,
    (
        Linear<2048, 1024, T>,
        Relu,
        Dropout<7, 10>,
        Linear<1024, 1000, T>,
    ),
);

network! {
    /// What comes after the second classifier.
    struct Last<T> {
        inception4e: Inception<528, 256, 160, 320, 32, 128, 128, T>,
        pool: MaxPool2d<3, 2, 1>,
        inception5a: Inception<832, 256, 160, 320, 32, 128, 128, T>,
        inception5b: Inception<832, 384, 192, 384, 48, 128, 128, T>,
        mean: AvgPool2d<7>,
        flatten: Flatten,
        drop: Dropout<4, 10>,
        classes: Linear<1024, 1000, T>,
    }
}

network! {
    /// What comes after the first classifier.
    struct Middle<T> {
        inception4b: Inception<512, 160, 112, 224, 24, 64, 64, T>,
        inception4c: Inception<512, 128, 128, 256, 24, 64, 64, T>,
        inception4d: Inception<512, 112, 144, 288, 32, 64, 64, T>,
        rest: Aux<Head<528, T>, Last<T>>,
    }
}

network! {
    /// Szegedy et al.: Going deeper with convolutions (2014), with its two auxiliary classifiers.
    struct GoogLeNet<T> {
        stem: (
            Conv2d<3, 64, 7, 2, 3, T>, Relu, MaxPool2d<3, 2, 1>, Conv<64, 64, 1, 0, T>, Conv<64, 192, 3, 1, T>, MaxPool2d<3, 2, 1>,
        ),
        inception3a: Inception<192, 64, 96, 128, 16, 32, 32, T>,
        inception3b: Inception<256, 128, 128, 192, 32, 96, 64, T>,
        pool: MaxPool2d<3, 2, 1>,
        inception4a: Inception<480, 192, 96, 208, 16, 48, 64, T>,
        rest: Aux<Head<512, T>, Middle<T>>,
    }
}

network! {
    /// A bit of everything, for the README.
    struct Tour<T> {
        stem: (Conv2d<3, 32, 3, 1, 1, T>, BatchNorm<32, T>, Relu),
        blocks: Repeat<Block<32, T>, 3>,
        shrink: MaxPool2d<2>,
        inception: Concat<(
            Conv<32, 16, 1, 0, T>,
            (Conv<32, 16, 1, 0, T>, Conv<16, 32, 3, 1, T>),
            (MaxPool2d<3, 1, 1>, Conv<32, 16, 1, 0, T>),
        )>,
        mean: GlobalAvgPool,
        drop: Dropout<1, 5>,
        classes: Linear<64, 10, T>,
    }
}

fn main() -> ExitCode {
    lesson("draw", run)
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    let pictures = [
        ("tour", Graph::of::<Image<32, 32, 3>, Tour<f32>, f32>()),
        ("lenet5", Graph::of::<Image<28, 28, 1>, LeNet5<f32>, f32>()),
        (
            "resnet18",
            Graph::of::<Image<224, 224, 3>, ResNet18<f32>, f32>(),
        ),
        (
            "googlenet",
            Graph::of::<Image<224, 224, 3>, GoogLeNet<f32>, f32>(),
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
