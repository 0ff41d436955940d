//! What is trained: a small network that tells the sides of a plane apart.

use core_tensor::{Params, Path, Tensor, Vector};
use nn::{Class, CrossEntropy, Init, Linear, Tanh};
use optim::{Adam, Trainer};

pub(crate) type X = Vector<3>;
pub(crate) type Net = (Linear<3, 5>, Tanh, Linear<5, 2>);

/// Points on both sides of a plane.
pub(crate) fn points(n: usize) -> (Vec<Tensor<X>>, Vec<Class<2>>) {
    let number = |i: usize| (i as u32).wrapping_mul(2_654_435_761) as f32 / u32::MAX as f32 - 0.5;
    let x: Vec<Tensor<X>> = (0..n)
        .map(|i| Tensor::from_fn(|j| number(3 * i + j)))
        .collect();
    let side = |x: &Tensor<X>| Class::new(usize::from(x[[0]] + 2.0 * x[[1]] - x[[2]] > 0.1));
    let classes = x.iter().map(side).collect();
    (x, classes)
}

pub(crate) fn trainer(capacity: usize, seed: u64) -> Trainer<X, Net, CrossEntropy, Adam> {
    let mut trainer = Trainer::new(CrossEntropy, Adam::new(0.01), capacity);
    trainer.network.init(Init::XavierNormal, seed);
    trainer.seed(seed);
    trainer
}

pub(crate) fn weights(net: &impl Params<f32>) -> Vec<u32> {
    let mut all = Vec::new();
    net.look(&Path::Root, &mut |_: core_tensor::Leaf<'_>, w: &[f32]| {
        all.extend(w.iter().map(|w| w.to_bits()))
    });
    all
}
