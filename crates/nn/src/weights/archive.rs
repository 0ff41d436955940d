//! Tensors with names in one block of bytes: safetensors with a checksum.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, View as Serializable, serialize};

use super::WeightsError;

/// How the header of a file with a checksum begins; eight hexadecimal digits follow. They are taken for zeroes in the checksum itself, which
/// covers all else.
const SEAL: &[u8] = br#"{"__metadata__":{"crc32":""#;
/// The length of the header's length, in front of it.
const LENGTH: usize = 8;
const DIGITS: usize = 8;

/// A tensor in a block of bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View<'b> {
    /// its kind of number
    pub dtype: Dtype,
    /// its sides, outermost first
    pub sides: Vec<usize>,
    /// its numbers, little end first
    pub bytes: &'b [u8],
}

/// A block of bytes, read as tensors with names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Archive<'b> {
    /// the tensors
    pub tensors: BTreeMap<String, View<'b>>,
    /// whether there was a checksum, which was right
    pub sealed: bool,
}

impl<'b> Archive<'b> {
    /// Reads the names and sides of safetensors, and compares the checksum if there is one. Nothing is copied but those.
    ///
    /// # Errors
    /// If the bytes are none, or their checksum is another.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, WeightsError> {
        let sealed = match sum_in(bytes) {
            Some((expected, found)) if expected != found => {
                return Err(WeightsError::Damaged { expected, found });
            }
            sum => sum.is_some(),
        };
        let invalid = |error: &dyn std::fmt::Display| WeightsError::Invalid {
            what: error.to_string(),
        };
        let parsed = SafeTensors::deserialize(bytes).map_err(|error| invalid(&error))?;
        let tensors = parsed.tensors().into_iter().map(|(name, view)| {
            let view = View {
                dtype: view.dtype(),
                sides: view.shape().to_vec(),
                bytes: view.data(),
            };
            (name, view)
        });
        Ok(Self {
            tensors: tensors.collect(),
            sealed,
        })
    }
}

/// The checksum that a block says it has, in whatever letters, and that which it has; nothing where it says none.
fn sum_in(bytes: &[u8]) -> Option<(String, String)> {
    let digits = bytes.get(LENGTH..)?.strip_prefix(SEAL)?.get(..DIGITS)?;
    let said = String::from_utf8_lossy(digits).into_owned();
    Some((said, sum_of(bytes)))
}

/// The checksum of a block whose own digits count as zeroes.
fn sum_of(bytes: &[u8]) -> String {
    let (front, rest) = bytes.split_at(LENGTH + SEAL.len());
    let mut sum = crc32fast::Hasher::new();
    sum.update(front);
    sum.update(&[b'0'; DIGITS]);
    sum.update(&rest[DIGITS..]);
    format!("{:08x}", sum.finalize())
}

/// Tensors with names, to become one block of bytes.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Builder(BTreeMap<String, Owned>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct Owned {
    dtype: Dtype,
    sides: Vec<usize>,
    bytes: Vec<u8>,
}

impl Builder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tensor.
    ///
    /// # Panics
    /// If there are not as many bytes as its sides and its kind of number say.
    pub fn add(&mut self, name: impl Into<String>, dtype: Dtype, sides: &[usize], bytes: Vec<u8>) {
        assert_eq!(
            bytes.len(),
            sides.iter().product::<usize>() * dtype.bitsize() / 8,
            "a tensor has as many bytes as its sides say"
        );
        let tensor = Owned {
            dtype,
            sides: sides.to_vec(),
            bytes,
        };
        self.0.insert(name.into(), tensor);
    }

    /// The bytes of a tensor, which begins as zeroes.
    pub(super) fn bytes(&mut self, name: String, dtype: Dtype, sides: &[usize]) -> &mut [u8] {
        let zeroes = || Owned {
            dtype,
            sides: sides.to_vec(),
            bytes: vec![0; sides.iter().product::<usize>() * dtype.bitsize() / 8],
        };
        &mut self.0.entry(name).or_insert_with(zeroes).bytes
    }

    /// The block: safetensors, sealed by a checksum. The same tensors give the same bytes.
    pub fn build(self) -> Vec<u8> {
        // a map of whichever library the crate's features choose
        let zeroes = Some(("crc32".to_string(), "0".repeat(DIGITS)));
        let mut bytes = serialize(self.0, Some(zeroes.into_iter().collect()))
            .expect("every tensor has as many bytes as its sides say");
        let digits = sum_of(&bytes);
        let at = LENGTH + SEAL.len();
        bytes[at..at + DIGITS].copy_from_slice(digits.as_bytes());
        bytes
    }
}

impl Serializable for Owned {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.sides
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.bytes.as_slice().into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
