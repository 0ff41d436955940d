//! The ways of an inception block must have one height and width.
//! `Image<32, 32, 32>` and `Image<30, 30, 48>`
use core_tensor::Image;
use nn::{Concat, Conv2d, Network, Relu};

type Block = Concat<(Conv2d<64, 32, 1>, (Relu, Conv2d<64, 48, 3, 1, 0>))>;
type Net = (Conv2d<3, 64, 3, 1, 1>, Block, Conv2d<80, 10, 1>);

fn main() {
    Network::<Image<32, 32, 3>, Net>::new(1);
}
