//! Sides that divide into squares.
use core_tensor::Image;
use nn::{Network, PixelUnshuffle};

pub fn main() {
    Network::<Image<4, 6, 3>, PixelUnshuffle<2>>::new(1);
}
