//! A convolution inside a residual inside nested tuples.
use core_tensor::Image;
use nn::{Conv2d, Network, Relu, Residual};

type Block = Residual<(Conv2d<64, 64, 3, 1, 1>, (Relu, Conv2d<64, 64, 3, 1, 1>))>;
type Net = ((Conv2d<3, 64, 3, 1, 1>, Relu), (Block, Relu));

pub fn main() {
    Network::<Image<32, 32, 3>, Net>::new(1);
}
