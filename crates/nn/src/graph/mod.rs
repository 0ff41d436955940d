//! The graph as data: what a network says of itself.
//!
//! * `field`: [`Field`], how much of the input a layer sees
//! * `part`: [`Part`], the tree of layers, chains and forks that [`Layer::describe`](crate::Layer::describe) builds

mod field;
mod part;

pub use field::{Field, Ratio, Reach};
pub use part::{Merge, Part, Row};
