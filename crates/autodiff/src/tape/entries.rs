//! A recording as data: what was worked out from what.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use core_tensor::Scalar;

use super::Tape;
use super::record::{Binary, NOWHERE, Piece, Record, Step};

/// One value of a recording, and where it comes from.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// the operation: `matmul`, `tanh`, `+`; empty where numbers met, whose operations are gone and whose slopes are left
    pub name: &'static str,
    /// the sides of the value, none of a number
    pub sides: Vec<usize>,
    /// what it was worked out from; nothing for a variable or a constant
    pub operands: Vec<Operand>,
    /// whether derivatives by it are worked out
    pub live: bool,
}

/// What an [`Entry`] was worked out from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Operand {
    /// the number of the entry
    pub entry: usize,
    /// the derivative by it, where both are numbers
    pub slope: Option<f64>,
}

impl<T: Scalar> Tape<T> {
    /// What the last recording holds: every value that derivatives flow through, after those that it was worked out from.
    ///
    /// ```
    /// use autodiff::Tape;
    /// use core_tensor::{Matrix, Tensor};
    ///
    /// let mut tape = Tape::<f64>::new();
    /// tape.record(|tape| {
    ///     let x = tape.variable(&Tensor::<Matrix<2, 3>, f64>::full(1.0));
    ///     x.transpose().matmul(x).tanh().sum();
    /// });
    /// let entries = tape.entries();
    /// let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
    /// assert_eq!(names, ["variable", "transpose", "matmul", "tanh", "sum"]);
    /// assert_eq!(entries[2].sides, [3, 3]);
    /// assert_eq!(entries[2].operands.iter().map(|x| x.entry).collect::<Vec<_>>(), [1, 0]);
    /// ```
    pub fn entries(&self) -> Vec<Entry> {
        let record = &*self.0.borrow();
        let mut reader = Reader {
            record,
            entries: Vec::new(),
            pieces: BTreeMap::new(),
            numbers: BTreeMap::new(),
        };
        let mut read = 0;
        for &(links, step) in &record.steps {
            (read..links as usize).for_each(|i| reader.link(i));
            read = links as usize;
            reader.step(step);
        }
        (read..record.used_links).for_each(|i| reader.link(i));
        reader.entries
    }
}

struct Reader<'r, T> {
    record: &'r Record<T>,
    entries: Vec<Entry>,
    /// by where they begin
    pieces: BTreeMap<u32, usize>,
    numbers: BTreeMap<u32, usize>,
}

impl<T: Scalar> Reader<'_, T> {
    fn link(&mut self, index: usize) {
        let link = self.record.links[index];
        let mut operands = Vec::new();
        for (from, slope) in link.from.into_iter().zip(link.slopes) {
            if from != NOWHERE {
                let entry = self.number(from);
                let slope = slope.to_f64();
                operands.push(Operand { entry, slope });
            }
        }
        let entry = self.push("", Vec::new(), operands, true);
        self.numbers.insert(link.to, entry);
    }

    fn step(&mut self, step: Step) {
        let (name, y, inputs): (_, Piece, &[Piece]) = match step {
            Step::FromLink { link, y } => {
                if link != NOWHERE {
                    let entry = self.number(link);
                    self.pieces.insert(y.at, entry);
                }
                return;
            }
            Step::ToLink { x, link } => {
                let entry = self.piece(x);
                self.numbers.insert(link, entry);
                return;
            }
            Step::Slopes { x, y, name, .. } => (name, y, &[x]),
            Step::Binary { kind, a, b, y } => {
                let name = match kind {
                    Binary::Add => "+",
                    Binary::Sub => "−",
                    Binary::Mul => "×",
                    Binary::Div => "÷",
                };
                (name, y, &[a, b])
            }
            Step::Product { sides, a, b, y } => {
                let name = match (sides.m, sides.n) {
                    (1, 1) => "dot",
                    (_, 1) => "matvec",
                    _ => "matmul",
                };
                (name, y, &[a, b])
            }
            Step::Transpose { x, y, .. } => ("transpose", y, &[x]),
            Step::Sum { x, mean, y, .. } => (if mean { "mean" } else { "sum" }, y, &[x]),
            Step::Copy { x, y, .. } => ("part", y, &[x]),
            Step::Softmax { x, y, .. } => ("softmax", y, &[x]),
            Step::LogSoftmax { x, y, .. } => ("log_softmax", y, &[x]),
            Step::Conv2d { x, filter, y, .. } => ("conv2d", y, &[x, filter]),
            Step::Operation { index, inputs, y } => {
                let name = self.record.operations[index as usize].name();
                (name, y, &[inputs[0], inputs[1]])
            }
        };
        let inputs = inputs.iter().filter(|x| x.len > 0);
        let operands: Vec<Operand> = inputs
            .map(|&x| Operand {
                entry: self.piece(x),
                slope: None,
            })
            .collect();
        let (at, sides) = self.home(y);
        // a value that is put together takes a step for each of its parts
        if let Some(&entry) = self.pieces.get(&at) {
            let entry = &mut self.entries[entry];
            entry.name = if name == "part" { "join" } else { name };
            entry.operands.extend(operands);
            return;
        }
        let entry = self.push(name, sides, operands, y.live);
        self.pieces.insert(at, entry);
    }

    /// The entry of shaped values; what no step has led to is a variable or a constant.
    fn piece(&mut self, x: Piece) -> usize {
        let (at, sides) = self.home(x);
        if let Some(&entry) = self.pieces.get(&at) {
            return entry;
        }
        let name = if x.live { "variable" } else { "constant" };
        let entry = self.push(name, sides, Vec::new(), x.live);
        self.pieces.insert(at, entry);
        entry
    }

    /// The beginning and the sides of the value that a piece is, or is a part of.
    fn home(&self, x: Piece) -> (u32, Vec<usize>) {
        let shapes = &self.record.shapes;
        let before = shapes.partition_point(|&(at, _)| at <= x.at);
        match before.checked_sub(1).map(|last| shapes[last]) {
            Some((at, sides)) if x.at - at < sides.iter().product::<usize>() as u32 => {
                (at, sides.to_vec())
            }
            _ if x.len == 1 => (x.at, Vec::new()),
            _ => (x.at, alloc::vec![x.len as usize]),
        }
    }

    fn number(&mut self, number: u32) -> usize {
        if let Some(&entry) = self.numbers.get(&number) {
            return entry;
        }
        let entry = self.push("variable", Vec::new(), Vec::new(), true);
        self.numbers.insert(number, entry);
        entry
    }

    fn push(
        &mut self,
        name: &'static str,
        sides: Vec<usize>,
        operands: Vec<Operand>,
        live: bool,
    ) -> usize {
        self.entries.push(Entry {
            name,
            sides,
            operands,
            live,
        });
        self.entries.len() - 1
    }
}
