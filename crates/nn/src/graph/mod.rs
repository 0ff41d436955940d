//! The graph as data: what a network says of itself, and its drawing.
//!
//! * `field`: [`Field`], how much of the input a layer sees
//! * `part`: [`Part`], the tree of layers, chains and forks that [`Layer::describe`] builds
//! * this file: [`Graph`], nodes and edges that know where they stand on a sheet
//! * `block`: the tree as it is drawn: thin layers on the one before them, equal parts once
//! * `stack`: where a network's nodes stand, chains downwards and ways side by side
//! * `tape`, `layered`: the picture of a recorded tape, in rows
//! * `style`: colours, and how wide a text is
//! * `svg`, `dot`: the drawing as text

mod block;
mod dot;
mod field;
mod layered;
mod part;
mod stack;
mod style;
mod svg;
mod tape;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use core_tensor::shape::Name;
use core_tensor::{Path, Scalar, Shape};

use crate::Layer;

pub use field::{Field, Ratio, Reach};
pub use part::{Merge, Part, Row};
pub use style::Kind;

/// A network as a picture: [`to_svg`](Graph::to_svg) draws it, [`to_dot`](Graph::to_dot) writes it for Graphviz and other programs.
///
/// Chains run downwards and the ways of a fork side by side; a shortcut is a curve beside what it goes around. Layers that bend numbers and
/// leave the shape alone stand on the layer before them. Equal parts in a row are drawn once, with their number.
///
/// ```
/// use core_tensor::Vector;
/// use nn::{Graph, Linear, Residual, Tanh};
///
/// type Net = (Linear<2, 8>, Residual<(Linear<8, 8>, Tanh)>, Linear<8, 1>);
/// let graph = Graph::of::<Vector<2>, Net, f32>();
/// // input, three layers, the place where the two ways meet, output
/// assert_eq!((graph.nodes.len(), graph.edges.len()), (6, 6));
/// assert!(graph.to_svg().starts_with("<svg"));
/// assert!(graph.to_dot().contains("Linear"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// a sentence about all of it
    pub title: String,
    /// in the order of forward
    pub nodes: Vec<Node>,
    /// from node to node
    pub edges: Vec<Edge>,
    /// around what belongs together, the outer ones first
    pub frames: Vec<Frame>,
    /// whether the colours are explained below
    pub legend: bool,
}

/// A layer with the thin ones that stand on it, or a place where ways meet.
#[derive(Clone, Debug)]
pub struct Node {
    /// what it is, and what stands on it
    pub lines: Vec<Line>,
    /// how it is drawn
    pub form: Form,
    /// the frame that it stands in
    pub frame: Option<usize>,
    /// its middle
    pub at: [f64; 2],
    /// its width and height
    pub size: [f64; 2],
}

/// How a node is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A box with its lines.
    Box,
    /// A box with round ends: where a network begins, ends or joins ways.
    Pill,
    /// A circle around a sign.
    Circle,
}

/// A layer of a node.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// what it does, for its colour
    pub kind: Kind,
    /// its name, with its window
    pub title: String,
    /// the shape that it returns: `28×28×6`; empty if that is plain to see
    pub shape: String,
    /// where it stands in the network
    pub path: String,
    /// how many numbers it holds
    pub parameters: usize,
    /// whether it holds numbers that do not learn
    pub frozen: bool,
    /// whether it stands on the line above, without room for its place
    pub thin: bool,
}

/// An arrow.
#[derive(Clone, Debug)]
pub struct Edge {
    /// the number of the node that it leaves
    pub from: usize,
    /// the number of the node that it enters
    pub to: usize,
    /// what is written beside it
    pub label: String,
    /// the places that it runs through
    pub points: Vec<[f64; 2]>,
    /// whether it enters from the side
    pub sideways: bool,
}

/// A frame around nodes.
#[derive(Clone, Debug)]
pub struct Frame {
    /// its name, at the left
    pub label: String,
    /// what is written at the right
    pub note: String,
    /// the frame that it stands in
    pub inside: Option<usize>,
    /// its left upper corner
    pub at: [f64; 2],
    /// its width and height
    pub size: [f64; 2],
}

impl Graph {
    /// The picture of network `L` on samples of shape `X`.
    pub fn of<X: Shape, L: Layer<X, T>, T: Scalar>() -> Self {
        // running statistics and what is frozen are numbers in it, too
        let learn = if L::TRAINABLE < L::COUNT {
            format!(", {} of them learn", grouped(L::TRAINABLE as u64))
        } else {
            String::new()
        };
        let title = format!(
            "{} parameters{learn}, {} FLOPs a sample",
            grouped(L::COUNT as u64),
            grouped(L::FLOPS)
        );
        let input = core_tensor::shape::name::<X>();
        stack::graph(title, input, &L::describe(&Path::Root))
    }
}

/// The sides of a shape, as they stand in a picture.
fn sides(shape: Name) -> String {
    let Name(name, sides, parts) = shape;
    let join = |texts: Vec<String>, between| texts.join(between);
    match (parts, sides) {
        ([], []) => name.to_string(),
        ([], _) => join(sides.iter().map(ToString::to_string).collect(), "×"),
        _ => join(parts.iter().map(|&part| self::sides(part)).collect(), " | "),
    }
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
