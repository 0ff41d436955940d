//! A type of one's own among the layers.
use core_tensor::Vector;
use nn::{Linear, Network, Tanh};

struct Swish;

pub fn main() {
    let _ = (Swish, Tanh);
    Network::<Vector<4>, (Linear<4, 2>, Tanh)>::new(1);
}
