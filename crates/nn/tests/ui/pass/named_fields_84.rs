//! A network with named fields.
use core_tensor::Vector;
use nn::{Linear, Network, Relu, network};

network! {
    struct Mlp<T> { hidden: Linear<120, 84, T>, bend: Relu, output: Linear<84, 10, T> }
}

pub fn main() {
    Network::<Vector<120>, Mlp<f32>>::new(1);
}
