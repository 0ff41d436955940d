//! A convolution in groups of 2 channels, over 8.
//! `Image<8, 8, 8>` does not fall into `3 groups of 2`
use core_tensor::Image;
use nn::{GroupedConv2d, Network};

type Net = GroupedConv2d<3, 2, 5, 3>;

fn main() {
    Network::<Image<8, 8, 8>, Net>::new(1);
}
