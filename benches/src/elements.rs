//! Layers that do little with each number: activations, rows, normalisations. Each beside the floor that memory or arithmetic sets.

use std::hint::black_box;

use core_tensor::{Image, Shape, Tensor, Vector, Zeroed};
use nn::{
    BatchNorm, Gelu, GroupNorm, Init, Layer, LayerNorm, Pass, Relu, RmsNorm, Sigmoid, Silu,
    Softmax, Tanh, init, training_room,
};

use crate::grouped::Floored;
use crate::memory::Aligned;
use crate::{Work, numbers};

/// A million numbers, forward alone and with backward.
pub fn all() -> Vec<Floored> {
    type Row = Vector<1000>;
    type Picture = Image<32, 32, 64>;
    [
        both::<Row, Relu>("ReLU, 1 M numbers", 1000),
        both::<Row, Gelu>("GELU (exact), 1 M numbers", 1000),
        both::<Row, Tanh>("tanh, 1 M numbers", 1000),
        both::<Row, Sigmoid>("sigmoid, 1 M numbers", 1000),
        both::<Row, Silu>("SiLU, 1 M numbers", 1000),
        both::<Row, Softmax>("softmax, 1,000 rows of 1,000", 1000),
        both::<Row, LayerNorm<1000>>("layer norm, 1,000 rows of 1,000", 1000),
        both::<Row, RmsNorm<1000>>("RMS norm, 1,000 rows of 1,000", 1000),
        both::<Picture, BatchNorm<64>>("batch norm, 16 images of 32×32×64", 16),
        both::<Picture, GroupNorm<8, 64>>("group norm, 16 images of 32×32×64", 16),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Forward reads a number and writes one; backward reads two and writes one, after the gradient of the outputs was copied in.
fn both<X: Shape, L: Layer<X, Y = X> + 'static>(name: &str, samples: usize) -> [Floored; 2]
where
    L::Grad: 'static,
{
    let n = samples * X::LEN;
    let work = |name: String, passes: u64, streams: usize, run: Box<dyn FnMut()>| Floored {
        work: Work::new(name, (passes * L::FLOPS * samples as u64) as f64, run),
        bytes: streams * n * size_of::<f32>(),
    };
    [
        work(
            format!("{name}, forward"),
            1,
            2,
            pass::<X, L>(samples, false),
        ),
        work(format!("{name}, both"), 2, 7, pass::<X, L>(samples, true)),
    ]
}

/// Passes over a batch.
fn pass<X: Shape, L: Layer<X, Y = X> + 'static>(samples: usize, both: bool) -> Box<dyn FnMut()>
where
    L::Grad: 'static,
{
    let (mut layers, mut grad) = (L::boxed(), L::Grad::boxed());
    init(&mut *layers, Init::XavierUniform, 1);
    let x = Aligned::numbers(samples * X::LEN);
    let cotangent = numbers(samples * X::LEN);
    let mut room = Aligned::numbers(training_room::<X, L, f32>(samples));
    Box::new(move || {
        let mut pass = Pass::train(&mut room, 0);
        let (y, saved) = layers.forward(Tensor::batch(black_box(&x)), &mut pass);
        if both {
            let dy = pass.batch::<X>(y.len());
            Tensor::flat_mut(dy).copy_from_slice(&cotangent);
            black_box(layers.backward(saved, dy, Some(&mut *grad), &mut pass));
        } else {
            black_box(y);
        }
    })
}
