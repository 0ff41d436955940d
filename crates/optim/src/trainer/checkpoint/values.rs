//! Values of a gradient's type (moments, averages, copies), and plain numbers, as tensors of a file.

use std::collections::BTreeMap;

use core_tensor::{Leaf, Params, Path, Scalar};
use nn::weights::{Builder, Dtype, Precision, View};

use super::Fault;

/// Adds a value to what becomes a file, tensor by tensor, under `name`.
pub(super) fn add<T: Scalar, P: Params<T>>(
    file: &mut Builder,
    name: &str,
    precision: Precision,
    layers: &mut P,
    value: &mut P::Grad,
) {
    let mut each = |leaf: Leaf<'_>, _: &mut [T], [value]: [&mut [T]; 1]| {
        let name = format!("{name}/{}", leaf.path);
        file.add(name, dtype(precision), leaf.sides, bytes(precision, value));
    };
    layers.visit([value], &Path::Root, &mut each);
}

/// Writes a value from a file, in which it was found to be.
pub(super) fn read<T: Scalar, P: Params<T>>(
    found: &Found<'_>,
    name: &str,
    layers: &mut P,
    value: &mut P::Grad,
) {
    let mut each = |leaf: Leaf<'_>, _: &mut [T], [value]: [&mut [T]; 1]| {
        let Some(view) = found.taken.get(&format!("{name}/{}", leaf.path)) else {
            return;
        };
        match view.dtype {
            Dtype::F32 => {
                for (value, bytes) in value.iter_mut().zip(view.bytes.as_chunks().0) {
                    *value = T::of(f32::from_le_bytes(*bytes).into());
                }
            }
            _ => {
                for (value, bytes) in value.iter_mut().zip(view.bytes.as_chunks().0) {
                    *value = T::of(f64::from_le_bytes(*bytes));
                }
            }
        }
    };
    layers.visit([value], &Path::Root, &mut each);
}

fn dtype(precision: Precision) -> Dtype {
    match precision {
        Precision::F32 => Dtype::F32,
        _ => Dtype::F64,
    }
}

fn bytes<T: Scalar>(precision: Precision, numbers: &[T]) -> Vec<u8> {
    let numbers = numbers.iter().map(|x| x.to_f64().unwrap_or(f64::NAN));
    match precision {
        Precision::F32 => numbers.flat_map(|x| (x as f32).to_le_bytes()).collect(),
        _ => numbers.flat_map(f64::to_le_bytes).collect(),
    }
}

/// The part of a file that is not weights: what was asked for, what was there, and what was wrong with it.
pub(super) struct Found<'b> {
    left: BTreeMap<String, View<'b>>,
    taken: BTreeMap<String, View<'b>>,
    wrong: Vec<String>,
}

impl<'b> Found<'b> {
    pub(super) fn new(left: BTreeMap<String, View<'b>>) -> Self {
        Self {
            left,
            taken: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    /// Says that something is wrong.
    pub(super) fn wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Whether there is such a tensor.
    pub(super) fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    /// Whole numbers, `count` of them where that is known; zeroes and a word about it where they are not there.
    pub(super) fn counts<const N: usize>(&mut self, name: &str) -> [u64; N] {
        let numbers = self.all_counts(name, Some(N));
        std::array::from_fn(|i| numbers.get(i).copied().unwrap_or_default())
    }

    /// Any number of whole numbers.
    pub(super) fn all_counts(&mut self, name: &str, count: Option<usize>) -> Vec<u64> {
        let bytes = self.bytes(name, Dtype::U64, count.map(|n| vec![n]).as_deref());
        let (words, _) = bytes.as_chunks();
        words.iter().map(|word| u64::from_le_bytes(*word)).collect()
    }

    /// Numbers; zeroes and a word about it where they are not there.
    pub(super) fn numbers<const N: usize>(&mut self, name: &str) -> [f64; N] {
        let (words, _) = self.bytes(name, Dtype::F64, Some(&[N])).as_chunks();
        std::array::from_fn(|i| words.get(i).map_or(0.0, |word| f64::from_le_bytes(*word)))
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> String {
        String::from_utf8_lossy(self.bytes(name, Dtype::U8, None)).into_owned()
    }

    /// Looks for every tensor of a value of the gradient's type.
    pub(super) fn value<T: Scalar, P: Params<T>>(
        &mut self,
        name: &str,
        precision: Precision,
        layers: &mut P,
    ) {
        let mut each = |leaf: Leaf<'_>, _: &mut [T], []: [&mut [T]; 0]| {
            let name = format!("{name}/{}", leaf.path);
            self.bytes(&name, dtype(precision), Some(leaf.sides));
        };
        layers.visit([], &Path::Root, &mut each);
    }

    fn bytes(&mut self, name: &str, dtype: Dtype, sides: Option<&[usize]>) -> &'b [u8] {
        let Some(view) = self.left.remove(name) else {
            self.wrong.push(format!("it lacks {name}"));
            return &[];
        };
        if view.dtype != dtype || sides.is_some_and(|sides| view.sides != sides) {
            self.wrong.push(format!(
                "{name} is {:?} {:?}, expected {dtype:?} {:?}",
                view.dtype,
                view.sides,
                sides.unwrap_or_default()
            ));
            return &[];
        }
        let bytes = view.bytes;
        self.taken.insert(name.into(), view);
        bytes
    }

    /// Everything was there, and nothing else.
    pub(super) fn complete(&mut self) -> Result<(), Fault> {
        let surplus = self.left.keys().map(|name| format!("it has {name}"));
        let mut wrong = std::mem::take(&mut self.wrong);
        wrong.extend(surplus);
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(Fault::Differs(wrong)),
        }
    }
}
