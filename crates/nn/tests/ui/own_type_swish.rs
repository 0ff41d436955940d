//! A type of one's own among the layers.
//! `Swish` gets `Vector<2>`
use core_tensor::Vector;
use nn::{Linear, Network, Tanh};

struct Swish;

fn main() {
    let _ = (Swish, Tanh);
    Network::<Vector<4>, (Linear<4, 2>, Swish)>::new(1);
}
