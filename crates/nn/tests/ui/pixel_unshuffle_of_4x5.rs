//! A width that does not divide into squares.
//! `Image<4, 5, 3>` `squares of 2×2 pixels`
use core_tensor::Image;
use nn::{Network, PixelUnshuffle};

fn main() {
    Network::<Image<4, 5, 3>, PixelUnshuffle<2>>::new(1);
}
