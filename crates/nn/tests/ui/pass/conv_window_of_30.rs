//! A convolution over a side of 28 with padding 1.
use core_tensor::Image;
use nn::{Conv2d, Network};

type Net = Conv2d<1, 6, 30, 1, 1>;

pub fn main() {
    Network::<Image<28, 28, 1>, Net>::new(1);
}
