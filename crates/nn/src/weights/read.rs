//! From a block of bytes to a network: first everything is compared, then everything is written.

use std::collections::BTreeMap;

use core_tensor::stored::Place;
use core_tensor::{Leaf, Params, Path, Scalar, Visit};

use super::number::{decode, each_place};
use super::{Archive, Builder, Mismatch, Precision, View, WeightsError};

/// What stands beside the weights in a check point has names that begin like this.
const TRAINER: &str = "trainer/";
/// How often PyTorch's batch normalisation has seen a batch: nothing here needs it.
const BATCHES: &str = "num_batches_tracked";

/// Weights with their names, read from a block of bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Weights<'b> {
    tensors: Vec<(String, View<'b>)>,
}

impl<'b> Weights<'b> {
    /// Reads the names and sides of safetensors; the numbers stay where they are. Of a check point, this is the weights.
    ///
    /// # Errors
    /// If the bytes are none, or they were changed after they were written.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, WeightsError> {
        Ok(Archive::parse(bytes)?.into())
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.iter().map(|(name, _)| name.as_str())
    }

    /// The same with other names, and without what `name` has none for: where a file's parts are called otherwise than the network's, or
    /// only some of them are wanted.
    pub fn rename(mut self, mut name: impl FnMut(&str) -> Option<String>) -> Self {
        self.tensors = std::mem::take(&mut self.tensors)
            .into_iter()
            .filter_map(|(old, view)| Some((name(&old)?, view)))
            .collect();
        self.tensors.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    /// The same, and of `other` what has a name that is missing here: what one network has learnt, and the rest of another as it began.
    ///
    /// ```
    /// use core_tensor::{Tensor, Vector};
    /// use nn::weights::{Weights, to_bytes};
    /// use nn::{Linear, Network, Relu};
    /// let mut trained = Network::<Vector<2>, (Linear<2, 2>, Relu, Linear<2, 1>)>::new(1);
    /// trained.layers.2.weight = Tensor::new([[3.0], [4.0]]);
    /// let mut deeper = Network::<Vector<2>, (Linear<2, 2>, Relu, Linear<2, 2>, Relu, Linear<2, 1>)>::new(1);
    /// deeper.layers.2.weight = Tensor::new([[1.0, 0.0], [0.0, 1.0]]);
    ///
    /// let (learnt, begun) = (to_bytes(&*trained.layers)?, to_bytes(&*deeper.layers)?);
    /// let learnt = Weights::parse(&learnt)?.rename(|name| Some(name.replace("2.", "4.")));
    /// learnt.or(Weights::parse(&begun)?).read(&mut *deeper.layers)?;
    /// assert_eq!(deeper.layers.2.weight[[1, 1]], 1.0);
    /// assert_eq!(deeper.layers.4.weight[[1, 0]], 4.0);
    /// # Ok::<(), nn::weights::WeightsError>(())
    /// ```
    pub fn or(mut self, other: Self) -> Self {
        let missing = |(name, _): &(String, View<'_>)| self.names().all(|other| other != name);
        let missing: Vec<_> = other.tensors.into_iter().filter(missing).collect();
        self.tensors.extend(missing);
        self.tensors.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    /// The same tensors as one block of bytes, sealed by a checksum: for the other side, under the names that they have there.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut block = Builder::new();
        for (name, view) in &self.tensors {
            block.add(name, view.dtype, &view.sides, view.bytes.to_vec());
        }
        block.build()
    }

    /// Writes the weights into the layers, frozen ones too. Numbers are rounded to the network's precision.
    ///
    /// # Errors
    /// If there are other tensors than the layers have, or a number is not finite in the network's precision. Then no weight has changed.
    pub fn read<T: Scalar, P: Params<T>>(&self, layers: &mut P) -> Result<(), WeightsError> {
        let mut wanted = BTreeMap::new();
        let mut want = |leaf: Leaf<'_>, _: &[T]| {
            leaf.in_files(|name, place| {
                wanted.insert(name.to_string(), place.sides.to_vec());
            });
        };
        layers.look(&Path::Root, &mut want);
        let found = self.compared(&wanted)?;
        for (name, (view, precision)) in &found {
            for place in 0..view.bytes.len() / precision.bytes() {
                let value = decode(*precision, view.bytes, place);
                if !T::of(value).is_finite() {
                    let name = name.to_string();
                    return Err(WeightsError::NonFinite { name, place, value });
                }
            }
        }
        layers.visit([], &Path::Root, &mut Reader(&found));
        Ok(())
    }

    /// The tensors by name, if they are those that are wanted, and floats.
    fn compared(
        &self,
        wanted: &BTreeMap<String, Vec<usize>>,
    ) -> Result<Found<'_, 'b>, WeightsError> {
        let (mut found, mut wrong) = (Found::new(), Vec::new());
        for (name, view) in &self.tensors {
            let Some(expected) = wanted.get(name) else {
                if !counts_batches(name, wanted) {
                    let sides = view.sides.clone();
                    wrong.push(Mismatch::Surplus {
                        name: name.clone(),
                        sides,
                    });
                }
                continue;
            };
            if *expected != view.sides {
                wrong.push(Mismatch::Sides {
                    name: name.clone(),
                    expected: expected.clone(),
                    found: view.sides.clone(),
                });
            }
            let precision = Precision::from_dtype(view.dtype);
            if precision.is_none() {
                wrong.push(Mismatch::Numbers {
                    name: name.clone(),
                    found: format!("{:?}", view.dtype),
                });
            }
            let precision = precision.unwrap_or(Precision::F32);
            if found.insert(name, (view, precision)).is_some() {
                wrong.push(Mismatch::Twice { name: name.clone() });
            }
        }
        let missing = wanted
            .iter()
            .filter(|(name, _)| !found.contains_key(name.as_str()));
        wrong.extend(missing.map(|(name, sides)| Mismatch::Missing {
            name: name.clone(),
            sides: sides.clone(),
        }));
        match wrong.is_empty() {
            true => Ok(found),
            false => Err(WeightsError::Mismatched(wrong)),
        }
    }
}

impl<'b> From<Archive<'b>> for Weights<'b> {
    fn from(archive: Archive<'b>) -> Self {
        let weights = |(name, _): &(String, View<'_>)| !name.starts_with(TRAINER);
        Self {
            tensors: archive.tensors.into_iter().filter(weights).collect(),
        }
    }
}

type Found<'f, 'b> = BTreeMap<&'f str, (&'f View<'b>, Precision)>;

/// Whether this is the counter beside the running mean of a batch normalisation that the network has.
fn counts_batches(name: &str, wanted: &BTreeMap<String, Vec<usize>>) -> bool {
    name.strip_suffix(BATCHES)
        .is_some_and(|layer| wanted.contains_key(&format!("{layer}running_mean")))
}

/// Writes what was found, and compared, into each tensor.
struct Reader<'f, 'b>(&'f Found<'f, 'b>);

impl Reader<'_, '_> {
    fn tensor<T: Scalar>(&self, leaf: Leaf<'_>, weight: &mut [T]) {
        let mut first = true;
        leaf.in_files(|name, place| {
            let (view, precision) = self.0[name.to_string().as_str()];
            copy(leaf.sides, place, precision, view.bytes, weight, !first);
            first = false;
        });
    }
}

/// Writes the numbers of a file's tensor, or adds them.
#[inline(never)]
fn copy<T: Scalar>(
    sides: &[usize],
    place: Place<'_>,
    precision: Precision,
    bytes: &[u8],
    weight: &mut [T],
    add: bool,
) {
    each_place(sides, place, |here, there| {
        let number = T::of(decode(precision, bytes, there));
        if !add {
            weight[here] = number;
        } else if number != T::zero() {
            // the sum with a zero keeps the sign of a zero
            weight[here] += number;
        }
    });
}

impl<T: Scalar> Visit<T, 0> for Reader<'_, '_> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]) {
        Reader::tensor(self, leaf, weight);
    }

    fn frozen(&mut self, leaf: Leaf<'_>, weight: &mut [T]) {
        Reader::tensor(self, leaf, weight);
    }
}
