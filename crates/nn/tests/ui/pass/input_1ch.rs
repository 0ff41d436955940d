//! A good network for grey images.
use core_tensor::Image;
use nn::{Conv2d, Flatten, Linear, MaxPool2d, Network, Relu};

type Net = (
    Conv2d<1, 8, 3, 1, 1>,
    Relu,
    MaxPool2d<2>,
    Flatten,
    Linear<1568, 10>,
);

pub fn main() {
    Network::<Image<28, 28, 1>, Net>::new(1);
}
