//! A layer in a network of `f32`.
//! `Linear<4, 2, f64>` among `f32`
use core_tensor::Vector;
use nn::{Linear, Network};

fn main() {
    Network::<Vector<4>, Linear<4, 2, f64>>::new(1);
}
