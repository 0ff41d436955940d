//! A pooling window inside a tuple: the convolution leaves sides of 14.
use core_tensor::Image;
use nn::{Conv2d, MaxPool2d, Network, Relu};

type Net = (Conv2d<1, 6, 15>, Relu, MaxPool2d<14>);

pub fn main() {
    Network::<Image<28, 28, 1>, Net>::new(1);
}
