//! What a second thread is good for: the next batch, prepared while the trainer works, and half of this one.

use std::hint::black_box;

use core_tensor::{Image, Shape, Tensor};
use models::LeNet5;
use models::data::augment::{Augmenter, Shift};
use nn::{BatchNorm, Class, Conv2d, CrossEntropy, Flatten, Init, Layer, Linear, MaxPool2d, Relu};
use optim::{Adam, Crew, Data, Loader, Progress, Trainer};

use crate::{Work, numbers};

/// How many batches the epochs here have.
const BATCHES: usize = 16;
const BATCH: usize = 64;
type Grey = Image<28, 28, 1>;
type Samples<X> = (Vec<Tensor<X>>, Vec<Class<10>>);

fn samples<X: Shape>(n: usize) -> Samples<X> {
    let x = numbers(n * X::LEN);
    let all = x.chunks_exact(X::LEN).map(|x| {
        let mut numbers = x.iter().copied();
        Tensor::from_fn(|_| numbers.next().unwrap_or_default())
    });
    let classes = (0..n).map(|i| Class::new(i * 7 % 10)).collect();
    (all.collect(), classes)
}

fn trainer<X: Shape, L: Layer<X, Y = core_tensor::Vector<10>>>() -> Trainer<X, L, CrossEntropy, Adam>
{
    let mut trainer = Trainer::new(CrossEntropy, Adam::new(1e-4), BATCH);
    trainer.network.init(Init::HeNormal, 1);
    trainer
}

/// LeNet-5, 16 batches of 64: steps alone, then epochs from memory, and through a loader that shifts every image.
pub fn loading() -> Vec<Work> {
    let mut steps = trainer::<Grey, LeNet5>();
    let (x, classes) = samples(BATCH);
    let pure = Work::new("steps alone", 0.0, move || {
        for _ in 0..BATCHES {
            black_box(steps.step(black_box(&x), &classes));
        }
    });
    let mut memory = trainer::<Grey, LeNet5>();
    let (x, classes) = samples(BATCHES * BATCH);
    let from_memory = Work::new("an epoch from memory", 0.0, move || {
        memory.epoch(Data::new(&x, &classes), &mut Progress::quiet());
    });
    let shifted = |name, ahead| {
        let mut trainer = trainer::<Grey, LeNet5>();
        let (x, classes) = samples(BATCHES * BATCH);
        Work::new(name, 0.0, move || {
            let mut augmenter = Augmenter::new(Shift::by(2));
            let shift = move |x: &mut Tensor<Grey>, key| augmenter.apply(x, key);
            let loader = Loader::new(Data::new(&x, &classes)).change(shift);
            trainer.epoch(loader.ahead(ahead), &mut Progress::quiet());
        })
    };
    vec![
        pure,
        from_memory,
        shifted("an epoch of shifted images", false),
        shifted("the same, prepared on another thread", true),
    ]
}

/// Two stages of convolutions with batch norm, for images of 32×32.
type Stages = (
    (Conv2d<3, 32, 3, 1, 1>, BatchNorm<32>, Relu),
    (Conv2d<32, 32, 3, 1, 1>, BatchNorm<32>, Relu, MaxPool2d<2>),
    (Conv2d<32, 64, 3, 1, 1>, BatchNorm<64>, Relu, MaxPool2d<2>),
    (Flatten, Linear<4096, 10>),
);

/// Steps on batches of 64: the trainer alone, and a crew with two shards on one thread and on two.
pub fn sharing() -> Vec<Work> {
    [
        shared::<Grey, LeNet5>("LeNet-5"),
        shared::<Image<32, 32, 3>, Stages>("four convolutional layers with batch norm"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn shared<X: Shape, L>(name: &str) -> Vec<Work>
where
    L: Layer<X, Y = core_tensor::Vector<10>, Grad: Send> + Sync + 'static,
{
    let crew = |shards: usize, threads: usize| {
        let mut trainer = trainer::<X, L>();
        let (x, classes) = samples::<X>(BATCH);
        let mut crew = (shards > 1).then(|| Crew::of(&trainer, shards, threads));
        let name = match crew {
            Some(_) => format!("{name}, {shards} shards on {threads}"),
            None => format!("{name}, alone"),
        };
        Work::new(name, 0.0, move || {
            black_box(match &mut crew {
                Some(crew) => trainer.with(crew).step(&x, &classes),
                None => trainer.step(&x, &classes),
            });
        })
    };
    vec![crew(1, 1), crew(2, 1), crew(2, 2)]
}
