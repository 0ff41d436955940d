//! A layer in a network of `f32`.
use core_tensor::Vector;
use nn::{Linear, Network};

pub fn main() {
    Network::<Vector<4>, Linear<4, 2, f32>>::new(1);
}
