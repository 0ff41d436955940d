//! A network as it reports itself: layers, chains, forks.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use core_tensor::shape::{Name, name};
use core_tensor::{Path, Scalar, Shape};

use crate::{Field, Layer};

/// One layer, as it reports itself; or several taken together, in sum.
#[derive(Clone, Debug)]
pub struct Row {
    /// where it stands in the network
    pub path: String,
    /// its name
    pub layer: &'static str,
    /// the shape of a sample that goes in
    pub input: Name,
    /// the shape of a sample that comes out
    pub output: Name,
    /// how many numbers it holds
    pub parameters: usize,
    /// whether they learn
    pub learns: bool,
    /// additions and multiplications of forward, a sample
    pub flops: u64,
    /// bytes kept from forward to backward, a sample
    pub kept: usize,
    /// what an output position sees of the layer's own input
    pub field: Field,
}

impl Row {
    /// The row of layer `L` at `path`.
    pub fn of<L: Layer<X, T>, X: Shape, T: Scalar>(path: &Path<'_>) -> Self {
        Self {
            path: path.to_string(),
            layer: L::NAME,
            input: name::<X>(),
            output: name::<L::Y>(),
            parameters: L::COUNT,
            learns: L::LEARNS,
            flops: L::FLOPS,
            kept: L::ROOM.kept * size_of::<T>(),
            field: L::FIELD,
        }
    }

    /// The row of what `L` itself does where its ways meet: `flops`, and its output kept if it takes `room` for one.
    pub fn of_merge<L: Layer<X, T>, X: Shape, T: Scalar>(
        path: &Path<'_>,
        flops: usize,
        room: usize,
    ) -> Self {
        Self {
            parameters: 0,
            flops: flops as u64,
            kept: room * size_of::<T>(),
            ..Self::of::<L, X, T>(path)
        }
    }
}

/// How the ways of a fork meet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Merge {
    /// Their ends are added.
    Sum,
    /// Their ends are multiplied.
    Product,
    /// Their ends lie side by side in one shape.
    Concat,
    /// They do not meet: the network has several outputs from here on.
    Apart,
}

/// A network, or a part of one, as data.
#[derive(Clone, Debug)]
pub enum Part {
    /// One layer.
    Layer(Row),
    /// Parts one after another; none of them hands on what it is given.
    Chain {
        /// all of it taken together
        whole: Row,
        /// in the order of forward
        parts: Vec<Part>,
    },
    /// Ways that begin at the same place.
    Fork {
        /// what becomes of their ends
        merge: Merge,
        /// the cost of that alone
        row: Row,
        /// each of them a part; a shortcut is a [`Part::nothing`]
        ways: Vec<Part>,
    },
}

impl Part {
    /// The layer `L` at `path`, as one piece.
    pub fn layer<L: Layer<X, T>, X: Shape, T: Scalar>(path: &Path<'_>) -> Self {
        Self::Layer(Row::of::<L, X, T>(path))
    }

    /// The chain `L` at `path` of these parts.
    pub fn chain<L: Layer<X, T>, X: Shape, T: Scalar>(path: &Path<'_>, parts: Vec<Part>) -> Self {
        let whole = Row::of::<L, X, T>(path);
        Self::Chain { whole, parts }
    }

    /// The layer `L` at `path` whose ways meet at a cost of `flops`, with `room` numbers for their meeting.
    pub fn fork<L: Layer<X, T>, X: Shape, T: Scalar>(
        path: &Path<'_>,
        merge: Merge,
        [flops, room]: [usize; 2],
        ways: Vec<Part>,
    ) -> Self {
        let row = Row::of_merge::<L, X, T>(path, flops, room);
        Self::Fork { merge, row, ways }
    }

    /// What hands on what it is given: the shortcut of a residual block.
    pub fn nothing<X: Shape>(path: &Path<'_>) -> Self {
        let whole = Row {
            path: path.to_string(),
            layer: "",
            input: name::<X>(),
            output: name::<X>(),
            parameters: 0,
            learns: false,
            flops: 0,
            kept: 0,
            field: Field::POINT,
        };
        let parts = Vec::new();
        Self::Chain { whole, parts }
    }

    /// Calls `see` for the row of every layer and every meeting of ways, in the order of forward, with what an output of it sees of the
    /// input of the whole.
    pub fn rows<'a>(&'a self, see: &mut impl FnMut(&'a Row, Field)) {
        self.rows_from(Field::POINT, see);
    }

    fn rows_from<'a>(&'a self, field: Field, see: &mut impl FnMut(&'a Row, Field)) -> Field {
        match self {
            Self::Layer(row) => {
                let field = field.then(row.field);
                see(row, field);
                field
            }
            Self::Chain { parts, .. } => {
                (parts.iter()).fold(field, |field, part| part.rows_from(field, see))
            }
            Self::Fork { row, ways, .. } => {
                let ends = ways.iter().map(|way| way.rows_from(field, see));
                let field = ends.reduce(Field::or).unwrap_or(field);
                see(row, field);
                field
            }
        }
    }

    /// The same part, done `steps` times for each sample, which goes in and comes out whole.
    pub(crate) fn at_each_step(mut self, steps: usize, input: Name, output: Name) -> Self {
        self.repeat(steps);
        self.enter(input);
        self.leave(output);
        self
    }

    fn repeat(&mut self, times: usize) {
        let (row, parts) = self.open();
        row.flops *= times as u64;
        row.kept *= times;
        parts.iter_mut().for_each(|part| part.repeat(times));
    }

    fn enter(&mut self, input: Name) {
        let is_fork = matches!(self, Self::Fork { .. });
        let (row, parts) = self.open();
        row.input = input;
        let first = if is_fork { parts.len() } else { 1 };
        parts
            .iter_mut()
            .take(first)
            .for_each(|part| part.enter(input));
    }

    fn leave(&mut self, output: Name) {
        let is_fork = matches!(self, Self::Fork { .. });
        let (row, parts) = self.open();
        row.output = output;
        if let Some(last) = parts.last_mut().filter(|_| !is_fork) {
            last.leave(output);
        }
    }

    /// Its own row, and the parts in it.
    fn open(&mut self) -> (&mut Row, &mut [Part]) {
        match self {
            Self::Layer(row) => (row, &mut []),
            Self::Chain { whole, parts } => (whole, parts),
            Self::Fork { row, ways, .. } => (row, ways),
        }
    }

    /// The same part with nothing that learns.
    pub fn frozen(mut self) -> Self {
        self.freeze();
        self
    }

    fn freeze(&mut self) {
        let (row, parts) = self.open();
        row.learns = false;
        parts.iter_mut().for_each(Self::freeze);
    }
}
