//! A residual must return the shape that it is given.
use core_tensor::Image;
use nn::{Conv2d, Network, Relu, Residual};

type Block = Residual<(Conv2d<64, 64, 3, 1, 1>, Relu)>;
type Net = (Conv2d<3, 64, 3, 1, 1>, Block);

pub fn main() {
    Network::<Image<32, 32, 3>, Net>::new(1);
}
