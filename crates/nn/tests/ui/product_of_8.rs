//! What a gate multiplies has its shape.
//! `Vector<8>` and `Vector<9>`
use core_tensor::Vector;
use nn::{Linear, Network, Product, Sigmoid};

type Gate = Product<Linear<4, 9>, (Linear<4, 8>, Sigmoid)>;

fn main() {
    Network::<Vector<4>, (Gate, Linear<9, 2>)>::new(1);
}
