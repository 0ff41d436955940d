//! A batch given to a network that was made for four features.
use core_tensor::{Tensor, Vector};
use nn::{Linear, Network};

pub fn main() {
    let mut net = Network::<Vector<4>, Linear<4, 2>>::new(1);
    let x = Tensor::<Vector<4>>::zeros();
    net.predict(&[x]);
}
