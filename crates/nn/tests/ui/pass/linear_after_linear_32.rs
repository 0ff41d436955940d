//! A linear layer after another.
use core_tensor::Vector;
use nn::{Linear, Network};

type Net = (Linear<784, 32>, Linear<32, 10>);

pub fn main() {
    Network::<Vector<784>, Net>::new(1);
}
