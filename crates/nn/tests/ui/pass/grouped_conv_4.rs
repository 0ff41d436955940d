//! A convolution in groups of 2 channels, over 8.
use core_tensor::Image;
use nn::{GroupedConv2d, Network};

type Net = GroupedConv2d<4, 2, 5, 3>;

pub fn main() {
    Network::<Image<8, 8, 8>, Net>::new(1);
}
