//! Cross-entropy takes a row of logits.
use core_tensor::{Image, Tensor};
use nn::{Class, Conv2d, CrossEntropy, Flatten, Gradients, Network, Relu};

type Net = (Conv2d<1, 10, 8>, Flatten);

pub fn main() {
    let _ = (Relu, Flatten);
    let mut net = Network::<Image<8, 8, 1>, Net>::new(1);
    let mut grad = net.new_gradient();
    let x = [Tensor::zeros()];
    net.gradient(
        &CrossEntropy,
        &x,
        &[Class::new(3)],
        &mut grad,
        Gradients::Overwrite,
        0,
    );
}
