//! Six channels that should become squares of four pixels.
//! `Image<4, 5, 6>` `squares of 2×2 pixels`
use core_tensor::Image;
use nn::{Network, PixelShuffle};

fn main() {
    Network::<Image<4, 5, 6>, PixelShuffle<2>>::new(1);
}
