//! A flattened image of 4×4×16 given to a linear layer.
use core_tensor::Image;
use nn::{Flatten, Linear, Network};

type Net = (Flatten, Linear<256, 10>);

pub fn main() {
    Network::<Image<4, 4, 16>, Net>::new(1);
}
