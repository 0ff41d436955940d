//! A convolution after another.
use core_tensor::Image;
use nn::{Conv2d, Network};

type Net = (Conv2d<1, 6, 5>, Conv2d<6, 16, 5>);

pub fn main() {
    Network::<Image<28, 28, 1>, Net>::new(1);
}
