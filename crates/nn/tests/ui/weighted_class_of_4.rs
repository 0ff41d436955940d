//! Each of several losses has targets of its own.
//! `Class<4>` where `Class<3>` is due
use core_tensor::{Tensor, Vector};
use nn::{Aux, Class, CrossEntropy, Gradients, Linear, Mse, Network, Weighted};

type Net = Aux<Linear<2, 1>, Linear<2, 3>>;

fn main() {
    let mut net = Network::<Vector<2>, Net>::new(1);
    let mut grad = net.new_gradient();
    let loss = Weighted { losses: (CrossEntropy, Mse), weights: [1.0, 0.5] };
    let targets = [(Class::<4>::new(1), Tensor::new([0.5]))];
    let x = [Tensor::zeros()];
    net.gradient(&loss, &x, &targets, &mut grad, Gradients::Overwrite, 0);
}
