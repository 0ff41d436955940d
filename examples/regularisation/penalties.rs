//! What penalties do to weights and to a landscape, what label smoothing does to logits, and batch norm in training and in use.

use autodiff::{Real, derivative};
use core_tensor::{Tensor, Vector};
use nn::{
    BatchNorm, Class, CrossEntropy, Gradients, LabelSmoothing, Layer, Linear, Loss, Mse, Network,
    Pass, Penalty, Score,
};
use optim::{Optimizer, Sgd, Trainer};
use std::f64::consts::PI;

/// Features, three of which matter.
pub(crate) const FEATURES: usize = 16;
/// What the penalties count.
pub(crate) const LAMBDA: f64 = 0.4;
const SAMPLES: usize = 64;

/// The weights without a penalty: three large ones, the others noise.
pub(crate) fn without() -> [f64; FEATURES] {
    std::array::from_fn(|i| match i {
        2 => 1.2,
        5 => -0.9,
        11 => 0.7,
        _ => 0.12 * (5.0 * i as f64 + 1.0).sin(),
    })
}

/// The weights that descent finds with a penalty. The features are cosines: at right angles, of mean 0 and mean square 1.
pub(crate) fn with(penalty: &Penalty) -> [f64; FEATURES] {
    let feature = |sample: usize, i: usize| {
        let place = (sample as f64 + 0.5) / SAMPLES as f64;
        (PI * (i as f64 + 1.0) * place).cos() * 2_f64.sqrt()
    };
    let x: Vec<Tensor<Vector<FEATURES>, f64>> = (0..SAMPLES)
        .map(|sample| Tensor::from_fn(|i| feature(sample, i)))
        .collect();
    let right = without();
    let target = |x: &Tensor<Vector<FEATURES>, f64>| {
        Tensor::new([x.as_slice().iter().zip(right).map(|(x, w)| x * w).sum()])
    };
    let y: Vec<Tensor<Vector<1>, f64>> = x.iter().map(target).collect();
    let mut net = Network::<Vector<FEATURES>, Linear<FEATURES, 1, f64>, f64>::new(SAMPLES);
    let mut grad = net.new_gradient();
    let mut sgd = Sgd { rate: 0.1 };
    let mut state = Optimizer::<f64>::start(&sgd);
    // ever smaller steps, as an absolute value has a kink where the weights are to rest
    for _ in 0..1200 {
        net.gradient(&Mse, &x, &y, &mut grad, Gradients::Overwrite, 0);
        penalty.add_gradient(&mut *net.layers, &mut *grad);
        sgd.step(&mut *net.layers, &mut *grad, &mut state);
        sgd.rate *= 0.992;
    }
    std::array::from_fn(|i| net.layers.weight[[i, 0]])
}

/// How many weights are zero, up to the size of the last steps.
pub(crate) fn zeros(weights: &[f64]) -> usize {
    weights.iter().filter(|w| w.abs() < 1e-4).count()
}

/// `cos a + λ·a²`
pub(crate) fn hills<R: Real>(a: R, lambda: f64) -> R {
    a.cos() + R::of(lambda) * a * a
}

/// Where a descent from `a = 8` ends.
pub(crate) fn end(lambda: f64) -> f64 {
    (0..2000).fold(8.0, |a, _| a - 0.1 * derivative(|a| hills(a, lambda), a).1)
}

/// How many valleys there are between −20 and 20: places where the slope turns from negative to positive.
pub(crate) fn valleys(lambda: f64) -> usize {
    let slope = |i: i32| derivative(|a| hills(a, lambda), f64::from(i) * 0.01 + 0.003).1;
    (-2000..2000)
        .filter(|&i| slope(i) < 0.0 && slope(i + 1) >= 0.0)
        .count()
}

/// How far the logit of the right class stands above the others, step by step, with labels smoothed by `alpha`; and where it would stay.
pub(crate) fn gap(alpha: f64) -> (Vec<[f64; 2]>, f64) {
    let course = if alpha > 0.0 {
        gaps(LabelSmoothing { alpha })
    } else {
        gaps(CrossEntropy)
    };
    (course, ((1.0 - alpha + alpha / 4.0) / (alpha / 4.0)).ln())
}

/// Four samples, one of each class, a linear layer.
fn gaps<Q: Loss<Vector<4>, f64, Target = Class<4>>>(loss: Q) -> Vec<[f64; 2]> {
    let one = |class: usize| Tensor::from_fn(|i| if i == class { 1.0 } else { 0.0 });
    let (x, classes) = ([0, 1, 2, 3].map(one), [0, 1, 2, 3].map(Class::new));
    let sgd = Sgd { rate: 2.0 };
    let mut trainer = Trainer::<Vector<4>, Linear<4, 4, f64>, _, _, f64>::new(loss, sgd, 4);
    let steps = (0..=600).map(|step| {
        let y = &trainer.network.predict(&x)[0];
        let gap = y[[0]] - y[[1]];
        trainer.step(&x, &classes);
        [f64::from(step), gap]
    });
    steps.collect()
}

/// A batch norm that sees the same batch again and again.
pub(crate) struct Norm {
    /// running mean and variance after each step, the first before all
    pub(crate) running: Vec<[f64; 2]>,
    /// what comes of the number 4 in training, in two batches
    pub(crate) training: [f64; 2],
    /// and in use
    pub(crate) using: [f64; 2],
}

/// The numbers that it sees: mean 4, variance 5 over all and 20/3 over all but one.
pub(crate) const BATCH: [f64; 4] = [1.0, 3.0, 5.0, 7.0];

/// Nothing to learn from: only the statistics move.
struct Nothing;

impl Loss<Vector<1>, f64> for Nothing {
    type Target = ();
    fn sample(&self, _: &Tensor<Vector<1>, f64>, (): &(), dy: &mut Tensor<Vector<1>, f64>) -> f64 {
        *dy = Tensor::zeros();
        0.0
    }
}

/// Thirty steps of training, then use.
pub(crate) fn batch_norm() -> Norm {
    let sgd = Sgd { rate: 0.1 };
    let mut trainer = Trainer::<Vector<1>, BatchNorm<1, f64>, _, _, f64>::new(Nothing, sgd, 4);
    trainer.network.init(nn::Init::ONES, 0);
    let batch = BATCH.map(|x| Tensor::new([x]));
    let mut running = vec![[0.0, 1.0]];
    for _ in 0..30 {
        let _: Score<f64> = trainer.step(&batch, &[(); 4]);
        let norm = &trainer.network.layers;
        running.push([norm.mean[[0]], norm.variance[[0]]]);
    }
    let batches = [[4.0, 3.0], [4.0, 9.0]].map(|batch| batch.map(|x| Tensor::new([x])));
    let training = batches.each_ref().map(|batch| {
        let (layer, room) = trainer.network.parts();
        let (y, _) = layer.forward(batch, &mut Pass::train(room, 0));
        y[0][[0]]
    });
    let using = batches
        .each_ref()
        .map(|batch| trainer.network.predict(batch)[0][[0]]);
    Norm {
        running,
        training,
        using,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l1_cuts_off_and_l2_shrinks() {
        // the square alone has the slope 2(w − w₀); with λ|w| the weight rests at w₀ − λ/2 towards zero, or at zero; with λ/2·w² at
        // w₀·2/(2 + λ)
        let (l1, l2) = (with(&Penalty::l1(LAMBDA)), with(&Penalty::l2(LAMBDA)));
        for (i, w) in without().into_iter().enumerate() {
            let cut = w.signum() * (w.abs() - LAMBDA / 2.0).max(0.0);
            assert!((l1[i] - cut).abs() < 1e-4, "{i}: {} {cut}", l1[i]);
            assert!(
                (l2[i] - w * 2.0 / (2.0 + LAMBDA)).abs() < 1e-4,
                "{i}: {}",
                l2[i]
            );
        }
        assert_eq!(
            [zeros(&without()), zeros(&l1), zeros(&l2)],
            [0, FEATURES - 3, 0]
        );
    }

    #[test]
    fn a_penalty_takes_valleys_away() {
        // without one they lie at odd multiples of π, six of them up to 20
        assert!((end(0.0) - 3.0 * PI).abs() < 1e-9);
        assert_eq!([0.0, 0.05, 0.1, 0.6].map(valleys), [6, 4, 2, 1]);
        assert!(end(0.6).abs() < 1e-9);
        // in between, the valley is where sin a = 2λa
        let a = end(0.05);
        assert!((a.sin() - 0.1 * a).abs() < 1e-9 && a < 3.0 * PI, "{a}");
    }

    #[test]
    fn smoothed_labels_hold_logits() {
        let [(sharp, _), (soft, limit)] = [gap(0.0), gap(0.1)];
        assert!(
            (soft[600][1] - limit).abs() < 1e-3,
            "{} {limit}",
            soft[600][1]
        );
        // ln(0.925 / 0.025)
        assert!((limit - 3.610_917_912_644_224).abs() < 1e-12);
        assert!(
            sharp[600][1] > 5.0 && sharp[600][1] > sharp[500][1] + 0.1,
            "{}",
            sharp[600][1]
        );
    }

    #[test]
    fn running_statistics_follow() {
        let norm = batch_norm();
        for (step, [mean, variance]) in norm.running.iter().enumerate() {
            let kept = 0.9_f64.powi(step as i32);
            assert!((mean - 4.0 * (1.0 - kept)).abs() < 1e-12);
            assert!((variance - (kept + 20.0 / 3.0 * (1.0 - kept))).abs() < 1e-12);
        }
        // in training 4 is above 3 and below 9, one deviation each; in use the others do not matter
        let [a, b] = norm.training;
        assert!((a - 1.0).abs() < 1e-4 && (b + 1.0).abs() < 1e-4, "{a} {b}");
        assert_eq!(norm.using[0], norm.using[1]);
        assert!(norm.using[0].abs() < 0.1);
    }
}
