//! Eight channels that become two of squares of four pixels.
use core_tensor::Image;
use nn::{Network, PixelShuffle};

pub fn main() {
    Network::<Image<4, 5, 8>, PixelShuffle<2>>::new(1);
}
