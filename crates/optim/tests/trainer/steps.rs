//! Epochs, batches, seeds, and what is refused.

use core_tensor::{Params, Tensor, Vector, Zeroed};
use nn::{CrossEntropy, Frozen, Init, Layer, Linear, Loss, Mse, Tanh};
use optim::{Adam, Data, Optimizer, Progress, Sgd, Trainer};

use crate::plane::{Net, X, points, trainer, weights};

#[test]
fn learns_a_plane() {
    let (x, classes) = points(300);
    let data = Data::new(&x, &classes);
    let mut trainer = trainer(16, 3);
    let before = trainer.score(data).accuracy().expect("classes");
    let history = trainer.fit(data, Some(data), 40, &mut Progress::quiet());
    let after = history[39]
        .held_out
        .expect("held out")
        .accuracy()
        .expect("classes");
    assert!(
        before < 0.8 && after > 0.97,
        "{before} before, {after} after"
    );
    assert_eq!(
        history.iter().map(|epoch| epoch.number).collect::<Vec<_>>(),
        (1..=40).collect::<Vec<_>>()
    );
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_does_not() {
    let (x, classes) = points(50);
    let run = |seed, shuffle| {
        let mut trainer = trainer(8, seed);
        trainer.seed(shuffle);
        trainer.fit(Data::new(&x, &classes), None, 3, &mut Progress::quiet());
        weights(&*trainer.network.layers)
    };
    assert_eq!(run(1, 1), run(1, 1));
    assert_ne!(run(1, 1), run(2, 1), "another initialisation");
    assert_ne!(run(1, 1), run(1, 2), "another order");
}

#[test]
fn seeding_again_repeats_the_order() {
    let (x, classes) = points(20);
    let mut trainer = trainer(4, 1);
    trainer.optimizer.rate = 0.0;
    let data = Data::new(&x, &classes);
    let mut losses = || {
        trainer.seed(9);
        // with a rate of 0 nothing is learnt: what differs between epochs is the order alone
        [(); 2].map(|()| trainer.epoch(data, &mut Progress::quiet()).loss.to_bits())
    };
    let first = losses();
    assert_eq!(first, losses());
}

#[test]
fn a_smaller_last_batch_is_trained_like_any_other() {
    // seven samples in batches of four: every sample counts in the score, and the last three move the weights
    let (x, classes) = points(7);
    let mut trainer = trainer(4, 5);
    let score = trainer.epoch(Data::new(&x, &classes), &mut Progress::quiet());
    assert_eq!((score.samples, score.judged), (7, 7));

    // one step on a batch of three in a trainer of four is the step of a trainer of three
    let step = |capacity| {
        let mut trainer = self::trainer(capacity, 5);
        trainer.step(&x[..3], &classes[..3]);
        weights(&*trainer.network.layers)
    };
    assert_eq!(step(4), step(3));
}

#[test]
fn every_sample_is_seen_once_an_epoch() {
    // squared error of the identity at a rate of 0: the mean loss of an epoch is that of the whole set in any order
    let x: Vec<Tensor<Vector<1>>> = (0..11).map(|i| Tensor::new([i as f32])).collect();
    let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Sgd { rate: 0.0 }, 4);
    trainer.network.layers.weight = Tensor::full(2.0);
    let score = trainer.epoch(Data::new(&x, &x), &mut Progress::quiet());
    // Σ i² / 11 for i = 0 … 10
    assert!((score.loss - 35.0).abs() < 1e-5, "{}", score.loss);
    assert_eq!(score.accuracy(), None);
}

#[test]
fn frozen_weights_stay() {
    let (x, classes) = points(12);
    let mut trainer = Trainer::<X, (Frozen<(Linear<3, 5>, Tanh)>, Linear<5, 2>), _, _>::new(
        CrossEntropy,
        Adam::new(0.1),
        12,
    );
    trainer.network.init(Init::HeUniform, 2);
    let before = (
        weights(&trainer.network.layers.0),
        weights(&trainer.network.layers.1),
    );
    trainer.step(&x, &classes);
    assert_eq!(weights(&trainer.network.layers.0), before.0);
    assert_ne!(weights(&trainer.network.layers.1), before.1);
}

#[test]
fn a_line_an_epoch_where_there_is_no_terminal() {
    let (x, classes) = points(10);
    let data = Data::new(&x, &classes);
    let mut text = Vec::new();
    trainer(4, 1).fit(data, Some(data), 10, &mut Progress::lines(&mut text));
    let text = String::from_utf8(text).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 10);
    assert!(
        lines[0].starts_with("epoch  1/10  loss ") && lines[9].starts_with("epoch 10/10  loss "),
        "{text}"
    );
    assert!(
        lines.iter().all(|line| line.contains(" accuracy ")
            && line.contains(" | held out: loss ")
            && line.contains(" samples/s")
            && (line.ends_with(" left") || line.starts_with("epoch 10/10"))),
        "{text}"
    );
}

#[test]
#[should_panic(expected = "3 samples came with 2 targets")]
fn fewer_targets_than_samples() {
    let (x, classes) = points(3);
    Data::new(&x, &classes[..2]);
}

#[test]
#[should_panic(expected = "the trainer has room for batches of 2 samples and got 3")]
fn a_batch_too_large() {
    let (x, classes) = points(3);
    trainer(2, 1).step(&x, &classes);
}

#[test]
#[should_panic(expected = "give a capacity of at least 1")]
fn no_capacity() {
    trainer(0, 1);
}

/// Moments and weights that have decayed must not linger as denormals, which are slow on some machines.
#[test]
fn moments_are_flushed() {
    let mut layer = Linear::<1, 1>::boxed();
    let adam = Adam::new(1e-3);
    let mut state = Optimizer::<f32>::start::<Linear<1, 1>>(&adam);
    for moment in &mut state.values {
        moment.bias[[0]] = f32::MIN_POSITIVE;
    }
    layer.weight[[0, 0]] = f32::MIN_POSITIVE / 2.0;
    let mut gradient = Linear::<1, 1>::boxed();
    adam.step(&mut *layer, &mut *gradient, &mut state);
    let moments = [0, 1].map(|i| state.values[i].bias[[0]]);
    assert_eq!((moments, layer.weight[[0, 0]]), ([0.0; 2], 0.0));
}

/// The bounds that `step` needs are those that a generic user writes.
#[test]
fn a_generic_user() {
    fn one_step<L: Layer<X> + Params<f32>, Q: Loss<<L as Layer<X>>::Y>>(
        loss: Q,
        x: &[Tensor<X>],
        targets: &[Q::Target],
    ) -> f32 {
        Trainer::<X, L, Q, Sgd>::new(loss, Sgd { rate: 0.1 }, x.len())
            .step(x, targets)
            .loss
    }
    let (x, classes) = points(4);
    // untrained zeroes give both classes the same chance: ln 2
    assert!(
        (one_step::<Net, _>(CrossEntropy, &x, &classes) - core::f32::consts::LN_2).abs() < 1e-6
    );
}
