//! Labels for a network of ten logits.
use core_tensor::{Tensor, Vector};
use nn::{Class, CrossEntropy, Gradients, Linear, Network};

pub fn main() {
    let mut net = Network::<Vector<4>, Linear<4, 10>>::new(1);
    let mut grad = net.new_gradient();
    let x = [Tensor::zeros()];
    let labels = [Class::<10>::new(3)];
    net.gradient(
        &CrossEntropy,
        &x,
        &labels,
        &mut grad,
        Gradients::Overwrite,
        0,
    );
}
