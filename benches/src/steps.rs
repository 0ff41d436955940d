//! Whole training steps and inference, as they are compared with other libraries: one thread, `f32`, data in memory.

use std::hint::black_box;

use core_tensor::{Image, Path, Shape, Tensor, Vector};
use models::{LeNet5, Mlp4, Mlp784};
use nn::{Class, CrossEntropy, Init, Layer, Loss, Mse};
use optim::{Adam, Optimizer, Sgd, Trainer};

use crate::{Work, numbers};

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
