//! A border that mirrors a side of 3.
use core_tensor::Image;
use nn::{Network, ReflectPad2d};

type Net = ReflectPad2d<2>;

pub fn main() {
    Network::<Image<3, 5, 1>, Net>::new(1);
}
