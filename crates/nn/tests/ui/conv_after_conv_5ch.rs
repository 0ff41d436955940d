//! A convolution after another.
//! `Conv2d<5, 16, 5>` gets `Image<24, 24, 6>`
use core_tensor::Image;
use nn::{Conv2d, Network};

type Net = (Conv2d<1, 6, 5>, Conv2d<5, 16, 5>);

fn main() {
    Network::<Image<28, 28, 1>, Net>::new(1);
}
