//! Three taps over a side of 8 can be 3 apart.
//! `window of 3×3 taps 4×4 apart` on `Image<8, 8, 1>`
use core_tensor::Image;
use nn::{DilatedConv2d, Network};

type Net = DilatedConv2d<1, 4, 3, 4>;

fn main() {
    Network::<Image<8, 8, 1>, Net>::new(1);
}
