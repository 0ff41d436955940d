//! A run in which everything takes part that a check point must hold: words drawn at random, statistics, a shuffled order with a small last
//! batch, batches that are accumulated, an average, an early stop.

use std::path::Path;

use core_tensor::{Leaf, Params, Path as Name, Tensor, Vector};
use nn::{BatchNorm, Class, CrossEntropy, Dropout, Frozen, Init, Linear, Tanh};
use optim::schedule::OnPlateau;
use optim::{
    Average, Averaging, CheckPoints, Data, Each, EarlyStop, Optimizer, Pace, Progress, Round,
    Source, Trainer,
};

pub(crate) type X = Vector<3>;
pub(crate) type Net = (
    Frozen<Linear<3, 4>>,
    Linear<4, 8>,
    BatchNorm<8>,
    Tanh,
    Dropout,
    Linear<8, 2>,
);
pub(crate) type Task<O> = Trainer<X, Net, CrossEntropy, O>;

pub(crate) const EPOCHS: usize = 6;

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

/// A trainer that leaves a check point in `folder` after every step.
pub(crate) fn task<O: Optimizer<f32>>(optimizer: O, folder: &Path) -> Task<O> {
    let mut trainer = Task::new(CrossEntropy, optimizer, 4);
    trainer.network.init(Init::XavierNormal, 5);
    trainer.seed(5);
    trainer.accumulate = 2;
    trainer.pace = Pace::Plateau(OnPlateau {
        patience: 0,
        ..OnPlateau::new(0.5)
    });
    trainer.early_stop = Some(EarlyStop::accuracy(2));
    trainer.average = Some(Average::new(Averaging::Exponential(0.9)));
    trainer.check_points = Some(CheckPoints {
        every: 2,
        steps: 1,
        ..CheckPoints::new(folder)
    });
    trainer
}

/// All of the run, or the rest of it. Returns the losses and rates of its epochs, as bits.
pub(crate) fn fit<O: Optimizer<f32>>(
    trainer: &mut Task<O>,
    spy: &mut dyn FnMut(),
) -> Vec<[u64; 2]> {
    let (x, classes) = points(29);
    let (train, held_out) = Data::new(&x, &classes).split(0.3);
    fit_on(trainer, train, held_out, spy)
}

/// The same on other training data.
pub(crate) fn fit_on<O: Optimizer<f32>>(
    trainer: &mut Task<O>,
    source: impl Source<X, Class<2>, f32>,
    held_out: Data<'_, X, Class<2>>,
    spy: &mut dyn FnMut(),
) -> Vec<[u64; 2]> {
    let source = Spy { source, spy };
    let epochs = trainer.fit(source, Some(held_out), EPOCHS, &mut Progress::quiet());
    assert!(trainer.unsaved.is_none(), "{:?}", trainer.unsaved);
    let bits = |epoch: &optim::Epoch| [u64::from(epoch.train.loss.to_bits()), epoch.rate.to_bits()];
    epochs.iter().map(bits).collect()
}

/// Data that somebody looks at before every batch.
struct Spy<'s, S> {
    source: S,
    spy: &'s mut dyn FnMut(),
}

impl<S: Source<X, Class<2>, f32>> Source<X, Class<2>, f32> for Spy<'_, S> {
    fn samples(&self) -> usize {
        self.source.samples()
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, X, Class<2>, f32>) {
        let spy = &mut self.spy;
        self.source.epoch(round, &mut |x, targets| {
            spy();
            each(x, targets)
        });
    }
}

/// All weights, averages too, as bits.
pub(crate) fn weights<O: Optimizer<f32>>(trainer: &mut Task<O>) -> Vec<u32> {
    let mut all = Vec::new();
    for _ in 0..2 {
        trainer
            .network
            .layers
            .look(&Name::Root, &mut |_: Leaf<'_>, weight: &[f32]| {
                all.extend(weight.iter().map(|w| w.to_bits()));
            });
        let average = trainer.average.as_mut().expect("there is one");
        average.swap(&mut *trainer.network.layers);
    }
    all
}
