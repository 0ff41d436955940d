//! The network, and what it learns from: images that are changed a little every time they are seen.

use models::data::augment::{FlipHorizontal, Shift};
use nn::{BatchNorm, Conv2d, Flatten, Linear, MaxPool2d, Relu, network};

network! {
    /// Three convolutions, each normalised and pooled, and a linear layer.
    pub(crate) struct Garments<T> {
        conv1: Conv2d<1, 16, 3, 1, 1, T>,
        norm1: BatchNorm<16, T>,
        relu1: Relu,
        pool1: MaxPool2d<2>,
        conv2: Conv2d<16, 48, 3, 1, 1, T>,
        norm2: BatchNorm<48, T>,
        relu2: Relu,
        pool2: MaxPool2d<2>,
        conv3: Conv2d<48, 96, 3, 1, 1, T>,
        norm3: BatchNorm<96, T>,
        relu3: Relu,
        pool3: MaxPool2d<2>,
        flatten: Flatten,
        linear: Linear<864, 10, T>,
    }
}

/// What is done to an image each time that it is seen.
pub(crate) type Change = (Shift, FlipHorizontal);

/// By up to a pixel to any side; garments are turned to the other hand as well, digits are not.
pub(crate) const fn change(mirrored: bool) -> Change {
    let chance = if mirrored { 0.5 } else { 0.0 };
    (Shift::by(1), FlipHorizontal { chance })
}
