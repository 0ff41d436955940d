//! A linear layer after another.
//! `Linear<31, 10>` gets `Vector<32>`
use core_tensor::Vector;
use nn::{Linear, Network};

type Net = (Linear<784, 32>, Linear<31, 10>);

fn main() {
    Network::<Vector<784>, Net>::new(1);
}
