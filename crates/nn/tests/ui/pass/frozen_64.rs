//! A frozen body before a head that learns.
use core_tensor::Vector;
use nn::{Frozen, Linear, Network, Relu};

type Net = (Frozen<(Linear<784, 64>, Relu)>, Linear<64, 10>);

pub fn main() {
    Network::<Vector<784>, Net>::new(1);
}
