//! A network with named fields.
//! `Linear<83, 10>` gets `Vector<84>`
use core_tensor::Vector;
use nn::{Linear, Network, Relu, network};

network! {
    struct Mlp<T> { hidden: Linear<120, 84, T>, bend: Relu, output: Linear<83, 10, T> }
}

fn main() {
    Network::<Vector<120>, Mlp<f32>>::new(1);
}
