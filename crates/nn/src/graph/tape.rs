//! The picture of a recorded tape.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use autodiff::{Entry, Tape};
use core_tensor::Scalar;

use super::stack::{CIRCLE, PILL, THIN};
use super::style::{TITLE, width};
use super::{Edge, Form, Graph, Kind, Line, Node, layered};

impl Graph {
    /// The picture of what a tape recorded last: every value that derivatives flow through, downwards. Where single numbers meet, the tape
    /// keeps the derivatives of one by the other and forgets the formula: they stand beside the arrows. What comes from
    /// nothing is drawn again in every row above one that needs it.
    ///
    /// ```
    /// use autodiff::Tape;
    /// use core_tensor::{Tensor, Vector};
    /// use nn::Graph;
    ///
    /// let mut tape = Tape::<f64>::new();
    /// tape.record(|tape| {
    ///     let x = tape.variable(&Tensor::<Vector<3>, f64>::full(1.0));
    ///     (x.tanh() * x).sum();
    /// });
    /// let graph = Graph::of_tape(&tape);
    /// // the variable, drawn once more beside tanh, where it is needed again; tanh, the product with two arrows, the sum
    /// assert_eq!((graph.nodes.len(), graph.edges.len()), (5, 4));
    /// ```
    pub fn of_tape<T: Scalar>(tape: &Tape<T>) -> Self {
        let entries = tape.entries();
        let mut variables = 0;
        let nodes = entries.iter().map(|entry| node(entry, &mut variables));
        let mut edges = Vec::new();
        for (to, entry) in entries.iter().enumerate() {
            for operand in &entry.operands {
                edges.push(Edge {
                    from: operand.entry,
                    to,
                    label: operand.slope.map_or(String::new(), short),
                    points: Vec::new(),
                    sideways: false,
                });
            }
        }
        let mut graph = Graph {
            title: format!("a tape of {} values", entries.len()),
            nodes: nodes.collect(),
            edges,
            frames: Vec::new(),
            legend: false,
        };
        layered::place(&mut graph);
        graph
    }
}

fn node(entry: &Entry, variables: &mut usize) -> Node {
    let numbers: Vec<String> = entry.sides.iter().map(ToString::to_string).collect();
    let leaf = entry.operands.is_empty();
    let (kind, form) = match entry.name {
        _ if leaf && !entry.live => (Kind::Shape, Form::Pill),
        _ if leaf => (Kind::End, Form::Pill),
        "" | "+" | "−" | "×" | "÷" => (Kind::Merge, Form::Circle),
        "matmul" | "matvec" | "dot" | "conv2d" => (Kind::Weights, Form::Box),
        "sum" | "mean" => (Kind::Pooling, Form::Box),
        "part" | "join" | "transpose" => (Kind::Shape, Form::Box),
        // layers begin with a capital letter
        name if name.starts_with(char::is_uppercase) => (Kind::Convolution, Form::Box),
        _ => (Kind::Activation, Form::Box),
    };
    let title = if leaf && entry.live {
        *variables += 1;
        format!("x{variables}")
    } else if entry.name.is_empty() {
        "∘".into()
    } else {
        entry.name.into()
    };
    let line = Line {
        kind,
        title,
        shape: numbers.join("×"),
        thin: true,
        ..Line::default()
    };
    let text = width(&line.title, TITLE) + width(&line.shape, TITLE);
    let size = match form {
        Form::Circle => [CIRCLE, CIRCLE],
        Form::Pill => [text + 40.0, PILL],
        Form::Box => [text + 40.0, THIN],
    };
    Node {
        lines: vec![line],
        form,
        frame: None,
        at: [0.0; 2],
        size,
    }
}

/// A derivative in three digits.
fn short(slope: f64) -> String {
    let digits = 2 - slope.abs().log10().floor().clamp(-2.0, 2.0) as usize;
    format!("{slope:.digits$}")
}
