//! A target of mean squared error has the shape of the output.
use core_tensor::{Tensor, Vector};
use nn::{Gradients, Linear, Mse, Network};

pub fn main() {
    let mut net = Network::<Vector<4>, Linear<4, 2>>::new(1);
    let mut grad = net.new_gradient();
    let x = [Tensor::zeros()];
    let targets = [Tensor::<Vector<2>>::zeros()];
    net.gradient(&Mse, &x, &targets, &mut grad, Gradients::Overwrite, 0);
}
