//! A batch given to a network that was made for four features.
//! `Vector<5>` where `Vector<4>` is due
use core_tensor::{Tensor, Vector};
use nn::{Linear, Network};

fn main() {
    let mut net = Network::<Vector<4>, Linear<4, 2>>::new(1);
    let x = Tensor::<Vector<5>>::zeros();
    net.predict(&[x]);
}
