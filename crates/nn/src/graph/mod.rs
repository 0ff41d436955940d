//! The graph as data: what a network says of itself.
//!
//! * `part`: [`Part`], the tree of layers, chains and forks that [`Layer::describe`](crate::Layer::describe) builds

mod part;

pub use part::{Merge, Part, Row};
