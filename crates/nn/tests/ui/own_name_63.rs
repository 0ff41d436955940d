//! A name of the user's shows in the error.
//! `Linear<63, 10>` gets `Vector<64>` and lies in `Named<Fc`
use core_tensor::Vector;
use nn::{Linear, Named, Network, Relu, names};

names! { Fc = "fc" }

fn main() {
    Network::<Vector<64>, (Relu, Named<Fc, Linear<63, 10>>)>::new(1);
}
