//! A convolution whose window differs in height and width, over a width of 8.
use core_tensor::Image;
use nn::{Network, RectConv2d};

type Net = RectConv2d<1, 6, 3, 8>;

pub fn main() {
    Network::<Image<28, 8, 1>, Net>::new(1);
}
