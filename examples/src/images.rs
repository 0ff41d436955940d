//! Grey images of 28×28 in ten classes: the digits of the program, enlarged, or IDX files.

use std::path::Path;

use core_tensor::{Image, Tensor};
use models::data::augment::resize;
use models::data::{Dataset, Error, digits, idx};

/// The samples: grey, 28×28.
pub type Grey = Image<28, 28, 1>;
/// Images of ten classes.
pub type Images = Dataset<Grey, 10>;

/// The digits of the program, enlarged to 28×28: for whoever has no other data at hand. A fifth is held out.
pub fn enlarged_digits() -> [Images; 2] {
    let enlarged = |small: digits::Digits| {
        let enlarge = |image: &Tensor<Image<8, 8, 1>>| {
            let mut large = Tensor::zeros();
            resize(image, &mut large);
            large
        };
        Images {
            images: small.images.iter().map(enlarge).collect(),
            labels: small.labels,
        }
    };
    let (train, test) = digits::load().split(5, 0);
    [train, test].map(enlarged)
}

/// The IDX files of MNIST or Fashion-MNIST in a folder, or without one the digits of the program.
///
/// # Errors
/// If a file is missing or wrong.
pub fn load(folder: Option<&Path>) -> Result<[Images; 2], Error> {
    match folder {
        Some(folder) => Ok(idx::load(folder)?.into()),
        None => Ok(enlarged_digits()),
    }
}
