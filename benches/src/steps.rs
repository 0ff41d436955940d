//! Whole training steps and inference, as they are compared with other libraries: one thread, `f32`, data in memory.

use std::hint::black_box;

use core_tensor::{Image, Path, Shape, Tensor, Vector};
use models::{LeNet5, Mlp4, Mlp784};
use nn::{
    BatchNorm, Class, Conv2d, CrossEntropy, Flatten, GlobalAvgPool, Init, Layer, Linear, Loss,
    MaxPool2d, Mse, Relu, Residual, Sum,
};
use optim::{Adam, Momentum, Optimizer, Sgd, Trainer, Tuned};

use crate::{Work, numbers};

/// A convolution of 3×3 with its normalisation.
type Conv<const I: usize, const O: usize, const S: usize = 1> =
    (Conv2d<I, O, 3, S, 1>, BatchNorm<O>);
type Stage<const I: usize, const O: usize> = (Conv<I, O>, Relu, Conv<O, O>, Relu, MaxPool2d<2>);
type Stages = (
    Stage<3, 32>,
    Stage<32, 64>,
    Flatten,
    Linear<4096, 256>,
    Relu,
    Linear<256, 10>,
);
type Block<const C: usize> = (Residual<(Conv<C, C>, Relu, Conv<C, C>)>, Relu);
/// A block that halves the image; its shortcut does, too.
type Down<const I: usize, const O: usize> = (
    Sum<(Conv<I, O, 2>, Relu, Conv<O, O>), (Conv2d<I, O, 1, 2>, BatchNorm<O>)>,
    Relu,
);
/// ResNet-18 as it is used on small images: its stem does not halve them.
type ResNet18 = (
    (Conv<3, 64>, Relu),
    (Block<64>, Block<64>),
    (Down<64, 128>, Block<128>),
    (Down<128, 256>, Block<256>),
    (Down<256, 512>, Block<512>),
    GlobalAvgPool,
    Linear<512, 10>,
);

/// Forward, backward and update on one batch.
pub fn training() -> Vec<Work> {
    let regression = Tensor::<Vector<2>>::batch(&numbers(64))
        .iter()
        .map(|t| Tensor::from_fn(|i| t[[i]]))
        .collect();
    vec![
        step::<Vector<4>, Mlp4, _, _>(
            "MLP 4-32-32-2, batch 32",
            Mse,
            Sgd { rate: 0.01 },
            regression,
        ),
        step::<Vector<784>, Mlp784, _, _>(
            "MLP 784-128-64-10, batch 64",
            CrossEntropy,
            Adam::new(1e-3),
            classes(64),
        ),
        step::<Image<28, 28, 1>, LeNet5, _, _>(
            "LeNet-5, batch 64",
            CrossEntropy,
            Adam::new(1e-3),
            classes(64),
        ),
    ]
}

/// The same of networks with batch norm, on images of 32×32.
pub fn deep() -> Vec<Work> {
    vec![
        step::<Image<32, 32, 3>, Stages, _, _>(
            "two convolutional stages, batch 32",
            CrossEntropy,
            Tuned::new(Momentum::new(0.01, 0.9)).l2(5e-4),
            classes(32),
        ),
        step::<Image<32, 32, 3>, ResNet18, _, _>(
            "ResNet-18 for 32×32, batch 16",
            CrossEntropy,
            Momentum::new(0.01, 0.9),
            classes(16),
        ),
    ]
}

/// One sample through the networks.
pub fn inference() -> Vec<Work> {
    vec![
        infer::<Vector<4>, Mlp4>("MLP 4-32-32-2, one sample"),
        infer::<Vector<784>, Mlp784>("MLP 784-128-64-10, one sample"),
        infer::<Image<28, 28, 1>, LeNet5>("LeNet-5, one sample"),
    ]
}

fn classes(n: usize) -> Vec<Class<10>> {
    (0..n).map(|i| Class::new(i * 7 % 10)).collect()
}

fn step<X: Shape, L: Layer<X> + 'static, Q: Loss<L::Y> + 'static, O: Optimizer<f32> + 'static>(
    name: &str,
    loss: Q,
    optimizer: O,
    targets: Vec<Q::Target>,
) -> Work {
    let samples = targets.len();
    let x = numbers(samples * X::LEN);
    let mut trainer = Trainer::<X, L, Q, O>::new(loss, optimizer, samples);
    trainer.network.init(Init::HeNormal, 1);
    // backward is two products for each of forward's, but for the gradient of the data, which nobody calculates
    let mut first = None;
    L::describe(&Path::Root).rows(&mut |row, _| {
        if row.parameters > 0 {
            first.get_or_insert(row.flops);
        }
    });
    let flops = (3 * L::FLOPS - first.unwrap_or(0)) * samples as u64;
    Work::new(format!("train {name}"), flops as f64, move || {
        black_box(trainer.step(Tensor::batch(black_box(&x)), &targets));
    })
}

fn infer<X: Shape, L: Layer<X> + 'static>(name: &str) -> Work {
    let x = numbers(X::LEN);
    let mut network = nn::Network::<X, L>::new(1);
    network.init(Init::HeNormal, 1);
    Work::new(format!("infer {name}"), L::FLOPS as f64, move || {
        black_box(network.predict(Tensor::batch(black_box(&x))));
    })
}
