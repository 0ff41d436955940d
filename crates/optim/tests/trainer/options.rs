//! What may be added to a run: penalties, schedules, an early stop, a range of rates.

use core_tensor::{Params, Path, Tensor, Vector};
use nn::{BatchSum, Init, Linear, Loss, Mse, Tanh};
use optim::{Adam, Data, Progress, Sgd, Trainer};

use crate::plane::{X, points, trainer, weights};

#[test]
fn penalties_and_bounds_take_part_in_a_step() {
    let mut trainer = Trainer::<Vector<2>, Linear<2, 1>, _, _>::new(Mse, Sgd { rate: 0.25 }, 1);
    trainer.network.layers.weight = Tensor::new([[3.0], [-4.0]]);
    trainer.penalty = Some(nn::Penalty::l2(1.0));
    let (x, t) = ([Tensor::zeros()], [Tensor::zeros()]);
    // nothing is wrong with the output: the penalty alone moves the weights
    assert_eq!(trainer.step(&x, &t).loss, 12.5);
    assert_eq!(trainer.network.layers.weight, Tensor::new([[2.25], [-3.0]]));
    // in use the loss is the loss
    assert_eq!(trainer.score(Data::new(&x, &t)).loss, 0.0);
    trainer.penalty = None;
    trainer.max_norm = Some(nn::MaxNorm::new(1.25));
    assert_eq!(trainer.step(&x, &t).loss, 0.0);
    // a third of 3.75
    assert_eq!(trainer.network.layers.weight, Tensor::new([[0.75], [-1.0]]));
}

#[test]
fn accumulated_batches_are_one_large_batch() {
    let x: Vec<Tensor<X, f64>> = (0..7)
        .map(|i| Tensor::from_fn(|j| ((3 * i + j) as f64).sin()))
        .collect();
    let targets: Vec<Tensor<Vector<2>, f64>> = (0..7)
        .map(|i| Tensor::from_fn(|j| ((2 * i + j) as f64).cos()))
        .collect();
    type Net = (Linear<3, 5, f64>, Tanh, Linear<5, 2, f64>);
    let run = |capacity, accumulate| {
        let mut trainer = Trainer::<X, Net, _, _, f64>::new(Mse, Adam::new(0.01), capacity);
        trainer.accumulate = accumulate;
        trainer.network.init(Init::XavierNormal, 4);
        let losses = [(); 5].map(|()| trainer.step(&x, &targets).loss);
        // a shuffled pass of its own: two pieces of four and three
        trainer.seed(3);
        trainer.epoch(Data::new(&x, &targets), &mut Progress::quiet());
        let mut all = Vec::new();
        trainer
            .network
            .layers
            .look(&Path::Root, &mut |_: core_tensor::Leaf<'_>, w: &[f64]| {
                all.extend_from_slice(w)
            });
        (losses, all)
    };
    let (losses, whole) = run(7, 1);
    for (capacity, accumulate) in [(4, 2), (1, 7), (3, 3)] {
        let (found, weights) = run(capacity, accumulate);
        for (a, b) in found
            .iter()
            .chain(&weights)
            .zip(losses.iter().chain(&whole))
        {
            assert!((a - b).abs() < 1e-14, "{a} and {b}");
        }
    }
}

/// Seven samples in batches of three: the sum's gradient is seven times that of the mean, so a seventh of the rate takes the same way.
#[test]
fn the_sum_over_a_batch_is_taken_over_all_samples_of_a_step() {
    let x: Vec<Tensor<X, f64>> = (0..7)
        .map(|i| Tensor::from_fn(|j| ((3 * i + j) as f64).sin()))
        .collect();
    let targets = [0.5; 7].map(Tensor::<Vector<2>, f64>::full);
    fn after<Q>(loss: Q, rate: f64, data: (&[Tensor<X, f64>], &[Q::Target])) -> (f64, Vec<f64>)
    where
        Q: Loss<Vector<2>, f64>,
    {
        let mut trainer = Trainer::<X, Linear<3, 2, f64>, _, _, f64>::new(loss, Sgd { rate }, 3);
        trainer.accumulate = 3;
        trainer.network.init(Init::XavierNormal, 4);
        let scores = [(); 4].map(|()| trainer.step(data.0, data.1));
        let weights = trainer.network.layers.weight.as_slice().to_vec();
        (scores[3].loss, weights)
    }
    let (mean, by_mean) = after(Mse, 0.7, (&x, &targets));
    let (loss, by_sum) = after(BatchSum(Mse), 0.1, (&x, &targets));
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-14;
    assert!(near((&mean, &loss)) && by_mean.iter().zip(&by_sum).all(near));
}

#[test]
fn the_rate_follows_a_schedule() {
    use optim::Pace;
    use optim::schedule::{Exponential, OnPlateau};
    let (x, classes) = points(8);
    let data = Data::new(&x, &classes);
    let halves = Exponential {
        rate: 0.8,
        factor: 0.5,
    };
    let rate_after = |pace, epochs| {
        let mut trainer = trainer(4, 1);
        trainer.pace = pace;
        trainer.fit(data, None, epochs, &mut Progress::quiet());
        trainer.optimizer.rate
    };
    // two steps an epoch: the last of three epochs is step 5, or epoch 2
    assert_eq!(rate_after(Pace::steps(halves), 3), 0.8 / 32.0);
    assert_eq!(rate_after(Pace::epochs(halves), 3), 0.8 / 4.0);
    // no loss gains a hundredfold
    let plateau = OnPlateau {
        patience: 0,
        gain: optim::schedule::Gain::Smaller(0.99),
        ..OnPlateau::new(0.1)
    };
    assert!((rate_after(Pace::Plateau(plateau), 3) - 0.01 * 0.01).abs() < 1e-12);
    assert_eq!(rate_after(Pace::Constant, 3), 0.01);
}

#[test]
fn a_range_of_rates_leaves_no_trace() {
    use optim::RateRange;
    let (x, classes) = points(64);
    let mut trainer = trainer(16, 1);
    let before = weights(&*trainer.network.layers);
    let range = RateRange {
        from: 1e-4,
        to: 1e3,
        steps: 60,
        ..RateRange::default()
    };
    let curve = trainer.range(Data::new(&x, &classes), range);
    assert_eq!(weights(&*trainer.network.layers), before);
    assert_eq!(trainer.optimizer.rate, 0.01);
    // each rate by the same factor larger than the last
    let factor = (1e7_f64).powf(1.0 / 59.0);
    assert_eq!(curve[0][0], 1e-4);
    assert!(
        curve
            .windows(2)
            .all(|w| (w[1][0] / w[0][0] - factor).abs() < 1e-12)
    );
    // untrained, the loss of two classes is near ln 2; it falls, and a rate of a thousand is too much
    let least = curve
        .iter()
        .map(|[_, loss]| *loss)
        .fold(f64::INFINITY, f64::min);
    assert!(least < 0.9 * curve[0][1], "{curve:?}");
    assert!(curve.len() < 60, "{curve:?}");
}

#[test]
fn a_share_is_held_out() {
    let (x, classes) = points(10);
    let (train, held_out) = Data::new(&x, &classes).split(0.25);
    assert_eq!((train.x.len(), held_out.x.len()), (7, 3));
    assert_eq!(held_out.targets, &classes[7..]);
    assert_eq!(Data::new(&x, &classes).split(0.0).1.x.len(), 0);
}

#[test]
fn an_early_stop_brings_back_the_best_weights() {
    use optim::EarlyStop;
    use optim::schedule::Gain;
    // a line through the origin is learnt from one half and judged by another, noisy one
    let x: Vec<Tensor<Vector<1>>> = (1..=8).map(|i| Tensor::new([i as f32 / 8.0])).collect();
    let y: Vec<Tensor<Vector<1>>> = (1..=8)
        .map(|i| Tensor::new([if i > 4 { 0.5 } else { 1.0 } * i as f32]))
        .collect();
    let (train, held_out) = Data::new(&x, &y).split(0.5);
    let run = |early_stop, epochs| {
        let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Sgd { rate: 0.1 }, 4);
        trainer.early_stop = early_stop;
        let history = trainer.fit(train, Some(held_out), epochs, &mut Progress::quiet());
        (history, trainer.score(held_out).loss)
    };
    let (whole, last) = run(None, 200);
    let losses: Vec<f32> = whole.iter().map(|epoch| epoch.judged().loss).collect();
    let least = losses.iter().copied().fold(f32::INFINITY, f32::min);
    let best = losses.iter().position(|&loss| loss == least).expect("one");
    assert!(best < 150 && last > 1.1 * least, "{best}: {least}, {last}");
    let (stopped, loss) = run(Some(EarlyStop::loss(5)), 200);
    // five epochs without a gain are borne, the sixth ends it
    assert_eq!((stopped.len(), loss), (best + 7, least));
    // a gain that is never large enough leaves the first epoch
    let never = EarlyStop {
        gain: Gain::SmallerBy(1e9),
        ..EarlyStop::loss(2)
    };
    let (stopped, loss) = run(Some(never), 200);
    assert_eq!((stopped.len(), loss), (4, losses[0]));
}

#[test]
fn outputs_come_in_order_whatever_the_batch() {
    let (x, _) = points(11);
    let mut trainer = trainer(4, 2);
    let mut found = vec![[0.0; 2]; 11];
    trainer.predict(&x, |i, y| found[i] = [y[[0]], y[[1]]]);
    for (x, found) in x.iter().zip(&found) {
        let y = &trainer.network.predict(std::slice::from_ref(x))[0];
        assert!((y[[0]] - found[0]).abs() < 1e-6 && (y[[1]] - found[1]).abs() < 1e-6);
    }
}

/// A class and a number from the same features, each output with a loss and a weight of its own.
#[test]
fn several_outputs_with_weighted_losses() {
    use nn::{Aux, Class, CrossEntropy, HalfSquaredError, Weighted};
    type Net = Aux<Linear<2, 1>, Linear<2, 2>>;
    let loss = || Weighted {
        losses: (CrossEntropy, HalfSquaredError),
        weights: [0.5, 2.0],
    };
    let mut trainer = Trainer::<Vector<2>, Net, _, _>::new(loss(), Sgd { rate: 0.1 }, 8);
    let (x, t) = (
        [Tensor::new([1.0, 2.0])],
        [(Class::new(1), Tensor::new([3.0]))],
    );
    // zeroes say a half for either class, and 0: ln 2 / 2 + 2·9/2
    let score = trainer.step(&x, &t);
    assert!((score.loss - (0.5 * 2_f32.ln() + 9.0)).abs() < 1e-6);
    assert_eq!((score.judged, score.samples), (1, 1));
    let Aux(head, rest) = &*trainer.network.layers;
    // the gradient by the logits is ½·(½, −½), by the number 2·(0 − 3)
    let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(near(rest.weight.as_slice(), &[-0.025, 0.025, -0.05, 0.05]));
    assert!(near(rest.bias.as_slice(), &[-0.025, 0.025]));
    assert!(near(head.weight.as_slice(), &[0.6, 1.2]) && near(head.bias.as_slice(), &[0.6]));

    // which side of a line, and how far from it
    let x: Vec<Tensor<Vector<2>>> = (0..64)
        .map(|i| Tensor::new([(i % 8) as f32 / 4.0 - 0.9, (i / 8) as f32 / 4.0 - 0.9]))
        .collect();
    let distance = |x: &Tensor<Vector<2>>| x[[0]] - 2.0 * x[[1]] + 0.1;
    let targets: Vec<_> = x
        .iter()
        .map(|x| {
            let side = Class::new(usize::from(distance(x) > 0.0));
            (side, Tensor::new([distance(x)]))
        })
        .collect();
    let data = Data::new(&x, &targets);
    let mut text = Vec::new();
    let mut trainer = Trainer::<Vector<2>, Net, _, _>::new(loss(), Adam::new(0.05), 8);
    let mut crew = optim::Crew::of(&trainer, 2, 2);
    let history =
        trainer
            .with(&mut crew)
            .fit(data, Some(data), 60, &mut Progress::lines(&mut text));
    let last = history[59].held_out.expect("held out");
    assert!(last.accuracy().expect("classes") > 0.96, "{last:?}");
    let Aux(head, _) = &*trainer.network.layers;
    let found = [head.weight[[0, 0]], head.weight[[1, 0]], head.bias[[0]]];
    assert!(
        found
            .iter()
            .zip([1.0, -2.0, 0.1])
            .all(|(a, b)| (a - b).abs() < 0.05),
        "{found:?}"
    );
    let text = String::from_utf8(text).expect("text");
    let first = text.lines().next().expect("a line");
    assert!(
        first.contains("loss ") && first.contains(" accuracy ") && first.ends_with(" left"),
        "{first}"
    );
}
