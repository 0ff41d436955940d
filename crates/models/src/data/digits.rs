//! The handwritten digits that come with this crate: 1,797 of 8×8 pixels.
//!
//! Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (1998), CC BY 4.0; see
//! `data/digits.LICENSE.md`.

use std::io::Read;

use core_tensor::{Image, Tensor};
use flate2::read::GzDecoder;
use nn::Class;

use crate::data::Dataset;

/// Digits of 8×8 pixels from 0 (paper) to 1 (ink).
pub type Digits = Dataset<Image<8, 8, 1>, 10>;

static FILE: &[u8] = include_bytes!("../../data/digits.csv.gz");

/// Unpacks the digits, in the order of the file.
///
/// ```
/// let digits = models::data::digits::load();
/// assert_eq!(digits.len(), 1797);
/// assert_eq!(digits.counts(), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
/// ```
pub fn load() -> Digits {
    let mut text = String::new();
    GzDecoder::new(FILE)
        .read_to_string(&mut text)
        .expect("the file is part of the program");
    let (images, labels) = text.lines().map(sample).unzip();
    Dataset { images, labels }
}

/// A line: 64 pixels from 0 to 16, then the digit.
fn sample(line: &str) -> (Tensor<Image<8, 8, 1>>, Class<10>) {
    let mut numbers = line.split(',').map(|number| {
        number
            .parse::<u8>()
            .expect("the file holds small whole numbers")
    });
    let mut next = || numbers.next().expect("a line holds 65 numbers");
    let image = Tensor::from_fn(|_| f32::from(next()) / 16.0);
    (image, Class::new(next().into()))
}
