//! A convolution over a side of 28 with padding 1.
//! `window of 31×31 with padding 1×1` on `Image<28, 28, 1>`
use core_tensor::Image;
use nn::{Conv2d, Network};

type Net = Conv2d<1, 6, 31, 1, 1>;

fn main() {
    Network::<Image<28, 28, 1>, Net>::new(1);
}
