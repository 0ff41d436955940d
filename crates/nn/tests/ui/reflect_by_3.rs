//! A border that mirrors a side of 3.
//! `Image<3, 5, 1>` cannot be mirrored `3 pixels up`
use core_tensor::Image;
use nn::{Network, ReflectPad2d};

type Net = ReflectPad2d<3>;

fn main() {
    Network::<Image<3, 5, 1>, Net>::new(1);
}
