//! A frozen body before a head that learns.
//! `Linear<63, 10>` gets `Vector<64>`
use core_tensor::Vector;
use nn::{Frozen, Linear, Network, Relu};

type Net = (Frozen<(Linear<784, 64>, Relu)>, Linear<63, 10>);

fn main() {
    Network::<Vector<784>, Net>::new(1);
}
