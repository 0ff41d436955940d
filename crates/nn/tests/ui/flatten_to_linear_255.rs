//! A flattened image of 4×4×16 given to a linear layer.
//! `Linear<255, 10>` gets `Vector<256>`
use core_tensor::Image;
use nn::{Flatten, Linear, Network};

type Net = (Flatten, Linear<255, 10>);

fn main() {
    Network::<Image<4, 4, 16>, Net>::new(1);
}
