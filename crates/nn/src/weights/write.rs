//! From a network to a block of bytes.

use core_tensor::{Leaf, Look, Params, Path, Scalar};

use super::number::{each_place, encode};
use super::{Builder, Precision, WeightsError};

/// The weights as a file holds them, in the precision of the network.
///
/// # Errors
/// If a weight is not finite.
pub fn to_bytes<T: Scalar, P: Params<T>>(layers: &P) -> Result<Vec<u8>, WeightsError> {
    to_bytes_as(layers, Precision::of::<T>())
}

/// The weights as a file holds them, rounded to some precision.
///
/// # Errors
/// If a weight is not finite, or too large for that precision.
pub fn to_bytes_as<T: Scalar, P: Params<T>>(
    layers: &P,
    precision: Precision,
) -> Result<Vec<u8>, WeightsError> {
    let mut builder = Builder::new();
    add_to(&mut builder, layers, precision)?;
    Ok(builder.build())
}

/// Adds the weights to what becomes a file.
///
/// # Errors
/// If a weight is not finite, or too large for that precision.
pub fn add_to<T: Scalar, P: Params<T>>(
    builder: &mut Builder,
    layers: &P,
    precision: Precision,
) -> Result<(), WeightsError> {
    let mut writer = Writer {
        builder,
        precision,
        error: None,
    };
    layers.look(&Path::Root, &mut writer);
    writer.error.map_or(Ok(()), Err)
}

struct Writer<'b> {
    builder: &'b mut Builder,
    precision: Precision,
    error: Option<WeightsError>,
}

impl<T: Scalar> Look<T> for Writer<'_> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &[T]) {
        let mut first = true;
        leaf.in_files(|name, place| {
            let name = name.to_string();
            let precision = self.precision;
            let bytes = self
                .builder
                .bytes(name.clone(), precision.dtype(), place.sides);
            // of several tensors whose sum it is, the others stay zeroes
            if !std::mem::take(&mut first) {
                return;
            }
            let mut wrong = None;
            each_place(leaf.sides, place, |here, there| {
                let number = weight[here].to_f64().unwrap_or(f64::NAN);
                if !encode(precision, number, bytes, there) {
                    wrong.get_or_insert((there, number));
                }
            });
            let Some((place, value)) = wrong else { return };
            self.error.get_or_insert(match value.is_finite() {
                true => WeightsError::TooLarge {
                    name,
                    place,
                    value,
                    precision: precision.name(),
                },
                false => WeightsError::NonFinite { name, place, value },
            });
        });
    }
}
