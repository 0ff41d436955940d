//! Layers that do little with each number: activations, rows, normalisations. Each beside the floor that memory or arithmetic sets.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use core_tensor::{Image, Shape, Tensor, Vector, Zeroed};
use nn::{
    BatchNorm, BatchNormPlain, Celu, ChannelDropout, Dropout, Elu, Gelu, GeluTanh, Glu, GroupNorm,
    HardSigmoid, HardSwish, HardTanh, Heaviside, Identity, Init, InstanceNorm, Layer, LayerNorm,
    LeakyRelu, LearnedSwish, LocalResponseNorm, LogSigmoid, LogSoftmax, Mish, PRelu, Pass,
    QuickGelu, RRelu, Relu, Relu6, RmsNorm, Selu, Sigmoid, Sign, Silu, Softmax, Softplus, Softsign,
    Swish, Tanh, init, training_room,
};

use crate::grouped::Floored;
use crate::memory::Aligned;
use crate::{Work, numbers};

type Row = Vector<1000>;
type Picture = Image<32, 32, 64>;

/// A million numbers, forward alone and with backward.
pub fn all() -> Vec<Floored> {
    let mut all = activations();
    all.extend(by_rows());
    all
}

/// What sees each number by itself.
fn activations() -> Vec<Floored> {
    macro_rules! each { ($($name:literal $Layer:ty;)+) => { [$(both::<Row, $Layer>(concat!($name, ", 1 M numbers"), 1000)),+] } }
    each! {
        "ReLU" Relu;
        "GELU (exact)" Gelu;
        "GELU (tanh)" GeluTanh;
        "GELU (logistic)" QuickGelu;
        "tanh" Tanh;
        "sigmoid" Sigmoid;
        "SiLU" Silu;
        "swish" Swish<3, 2>;
        "learned swish" LearnedSwish;
        "Mish" Mish;
        "softplus" Softplus;
        "log sigmoid" LogSigmoid;
        "softsign" Softsign;
        "ELU" Elu;
        "SELU" Selu;
        "CELU" Celu;
        "leaky ReLU" LeakyRelu;
        "PReLU" PRelu;
        "PReLU, a slope a channel" PRelu<1000>;
        "RReLU" RRelu;
        "ReLU6" Relu6;
        "hard sigmoid" HardSigmoid;
        "hard swish" HardSwish;
        "hard tanh" HardTanh;
        "identity" Identity;
        "Heaviside" Heaviside;
        "sign" Sign;
        "GLU" Glu;
        "dropout" Dropout;
    }
    .into_iter()
    .flatten()
    .collect()
}

/// What sees more than one number.
fn by_rows() -> Vec<Floored> {
    [
        both::<Row, Softmax>("softmax, 1,000 rows of 1,000", 1000),
        both::<Row, LogSoftmax>("log softmax, 1,000 rows of 1,000", 1000),
        both::<Row, LayerNorm<1000>>("layer norm, 1,000 rows of 1,000", 1000),
        both::<Row, RmsNorm<1000>>("RMS norm, 1,000 rows of 1,000", 1000),
        both::<Picture, BatchNorm<64>>("batch norm, 16 images of 32×32×64", 16),
        both::<Picture, BatchNormPlain<64>>("plain batch norm, 16 images of 32×32×64", 16),
        both::<Picture, GroupNorm<8, 64>>("group norm, 16 images of 32×32×64", 16),
        both::<Picture, InstanceNorm<64>>("instance norm, 16 images of 32×32×64", 16),
        both::<Picture, LocalResponseNorm>("response norm, 16 images of 32×32×64", 16),
        both::<Picture, ChannelDropout>("channel dropout, 16 images of 32×32×64", 16),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Forward reads its numbers and writes those that come out; backward reads the former and the gradient of the latter and writes that of the
/// former.
fn both<X: Shape, L: Layer<X> + 'static>(name: &str, samples: usize) -> [Floored; 2]
where
    L::Grad: 'static,
{
    let (x, y) = (X::LEN, <L::Y as Shape>::LEN);
    let floored = |mut work: Work, name: &str, passes: u64, numbers: usize| {
        work.name = format!("{name}, {}", if passes == 1 { "forward" } else { "both" });
        work.flops = (passes * L::FLOPS * samples as u64) as f64;
        Floored {
            work,
            bytes: samples * numbers * size_of::<f32>(),
        }
    };
    [
        floored(pass::<X, L>(samples, false), name, 1, x + y),
        floored(pass::<X, L>(samples, true), name, 2, 3 * x + 2 * y),
    ]
}

/// Passes over a batch. Backward writes over the gradient that it is given, which is copied there between the runs.
fn pass<X: Shape, L: Layer<X> + 'static>(samples: usize, both: bool) -> Work
where
    L::Grad: 'static,
{
    let (mut layers, mut grad) = (L::boxed(), L::Grad::boxed());
    init(&mut *layers, Init::XavierUniform, 1);
    let x = Aligned::numbers(samples * X::LEN);
    let mut room = Aligned::numbers(training_room::<X, L, f32>(samples));
    let cotangent = numbers(samples * <L::Y as Shape>::LEN);
    let gradient = Rc::new(RefCell::new(Aligned::numbers(cotangent.len())));
    let given = Rc::clone(&gradient);
    let mut work = Work::new("", 0.0, move || {
        let mut dy = given.borrow_mut();
        let mut pass = Pass::train(&mut room, 0);
        let (y, saved) = layers.forward(Tensor::batch(black_box(&x)), &mut pass);
        if both {
            let dy = Tensor::batch_mut(&mut dy);
            black_box(layers.backward(saved, dy, Some(&mut *grad), &mut pass));
        } else {
            black_box(y);
        }
    });
    if both {
        work.before = Some(Box::new(move || {
            gradient.borrow_mut().copy_from_slice(&cotangent)
        }));
    }
    work
}
