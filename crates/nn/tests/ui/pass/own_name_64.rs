//! A name of the user's shows in the error.
use core_tensor::Vector;
use nn::{Linear, Named, Network, Relu, names};

names! { Fc = "fc" }

pub fn main() {
    Network::<Vector<64>, (Relu, Named<Fc, Linear<64, 10>>)>::new(1);
}
