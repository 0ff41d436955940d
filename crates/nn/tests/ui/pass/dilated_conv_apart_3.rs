//! Three taps over a side of 8 can be 3 apart.
use core_tensor::Image;
use nn::{DilatedConv2d, Network};

type Net = DilatedConv2d<1, 4, 3, 3>;

pub fn main() {
    Network::<Image<8, 8, 1>, Net>::new(1);
}
