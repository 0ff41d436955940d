//! A target of mean squared error has the shape of the output.
//! `Vector<3>` where `Vector<2>` is due
use core_tensor::{Tensor, Vector};
use nn::{Gradients, Linear, Mse, Network};

fn main() {
    let mut net = Network::<Vector<4>, Linear<4, 2>>::new(1);
    let mut grad = net.new_gradient();
    let x = [Tensor::zeros()];
    let targets = [Tensor::<Vector<3>>::zeros()];
    net.gradient(&Mse, &x, &targets, &mut grad, Gradients::Overwrite, 0);
}
