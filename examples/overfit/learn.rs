//! Perceptrons of several sizes on digits, some of which have wrong labels.

use core_tensor::{Image, Vector};
use models::data::digits::{self, Digits};
use nn::{Class, CrossEntropy, Flatten, Init, Layer, Linear, Loss, Relu};
use optim::{Adam, Data, EarlyStop, Epoch, Optimizer, Progress, Trainer};

/// Digits to learn from, and how many of them bear a wrong label.
pub(crate) const SAMPLES: usize = 160;
pub(crate) const WRONG: usize = 32;
/// Hidden units, where their number is not the question.
pub(crate) const UNITS: usize = 128;
/// The most epochs.
pub(crate) const EPOCHS: usize = 80;
const BATCH: usize = 32;

pub(crate) type Net<const N: usize> = (Flatten, Linear<64, N>, Relu, Linear<N, 10>);

/// Digits to learn from, to judge by while learning, and to judge by in the end.
pub(crate) struct Parts {
    pub(crate) train: Digits,
    pub(crate) right: Vec<Class<10>>,
    pub(crate) held_out: Digits,
    pub(crate) test: Digits,
}

/// `n` digits to learn from, one in five with the label of the next class.
pub(crate) fn parts(n: usize) -> Parts {
    let (rest, test) = digits::load().split(3, 0);
    let (mut train, held_out) = rest.split(4, 1);
    // classes come in no order
    train.images.truncate(n);
    train.labels.truncate(n);
    let right = train.labels.clone();
    for label in train.labels.iter_mut().step_by(SAMPLES / WRONG) {
        *label = Class::new((label.index() + 1) % 10);
    }
    Parts {
        train,
        right,
        held_out,
        test,
    }
}

/// A training with all its epochs.
pub(crate) struct Course {
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) ends: Ends,
}

/// What came of a training.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// the share of right answers on the digits kept for the end
    pub(crate) test: f64,
    /// the cross-entropy on them
    pub(crate) loss: f64,
    /// the share of the wrong labels that were learnt by heart
    pub(crate) by_heart: f64,
}

impl Course {
    /// The epoch with the smallest loss on what is held out, counted from 1.
    pub(crate) fn best(&self) -> usize {
        let losses = self.epochs.iter().filter_map(|epoch| epoch.held_out);
        let least = losses.map(|score| score.loss).enumerate();
        least
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(0, |(i, _)| i + 1)
    }

    /// The losses of an epoch, on what is learnt from and on what is held out.
    pub(crate) fn losses(&self, epoch: usize) -> [f64; 2] {
        let epoch = &self.epochs[epoch - 1];
        let held_out = epoch.held_out.map_or(f32::NAN, |score| score.loss);
        [epoch.train.loss, held_out].map(f64::from)
    }
}

/// A new network, its first weights drawn.
pub(crate) fn trainer<L, Q>(loss: Q) -> Trainer<Image<8, 8, 1>, L, Q, Adam>
where
    L: Layer<Image<8, 8, 1>, Y = Vector<10>>,
    Q: Loss<Vector<10>, Target = Class<10>>,
{
    let mut trainer = Trainer::new(loss, Adam::new(6e-3), BATCH);
    trainer.network.init(Init::HeNormal, 2);
    trainer.seed(2);
    trainer
}

/// Trains a network, with an early stop or for as many epochs as there are.
pub(crate) fn learn<L: Layer<Image<8, 8, 1>, Y = Vector<10>>>(
    parts: &Parts,
    stop: Option<EarlyStop>,
) -> Course {
    let mut trainer = Trainer::<Image<8, 8, 1>, L, _, _>::new(CrossEntropy, Adam::new(6e-3), BATCH);
    trainer.network.init(Init::HeNormal, 2);
    trainer.seed(2);
    trainer.early_stop = stop;
    let train = Data::new(&parts.train.images, &parts.train.labels);
    let held_out = Data::new(&parts.held_out.images, &parts.held_out.labels);
    let epochs = trainer.fit(train, Some(held_out), EPOCHS, &mut Progress::quiet());
    Course {
        epochs,
        ends: ends(&mut trainer, parts),
    }
}

/// What came of it.
pub(crate) fn ends<L, Q, O>(trainer: &mut Trainer<Image<8, 8, 1>, L, Q, O>, parts: &Parts) -> Ends
where
    L: Layer<Image<8, 8, 1>, Y = Vector<10>>,
    Q: Loss<Vector<10>, Target = Class<10>>,
    O: Optimizer<f32>,
{
    let Digits { images, labels } = &parts.test;
    let test = trainer.network.score(&CrossEntropy, images, labels);
    let (mut wrong, mut learnt) = (0, 0);
    trainer.predict(&parts.train.images, |i, y| {
        let (label, right) = (parts.train.labels[i], parts.right[i]);
        let y = y.as_slice();
        let most = (0..10).max_by(|&a, &b| y[a].total_cmp(&y[b]));
        wrong += usize::from(label != right);
        learnt += usize::from(label != right && most == Some(label.index()));
    });
    Ends {
        test: test.accuracy().unwrap_or(f64::NAN),
        loss: f64::from(test.loss),
        by_heart: learnt as f64 / wrong.max(1) as f64,
    }
}

/// A perceptron of 2, 8, 32 and 128 hidden units: its size and its course.
pub(crate) fn sizes(parts: &Parts) -> [(usize, Course); 4] {
    [
        (2, learn::<Net<2>>(parts, None)),
        (8, learn::<Net<8>>(parts, None)),
        (32, learn::<Net<32>>(parts, None)),
        (UNITS, learn::<Net<UNITS>>(parts, None)),
    ]
}

/// The perceptron of 128 units, stopped after so many epochs without a smaller loss on what is held out.
pub(crate) fn stopped(parts: &Parts, patience: usize) -> Course {
    learn::<Net<UNITS>>(parts, Some(EarlyStop::loss(patience)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_early_stop_brings_the_best_back() {
        let parts = parts(SAMPLES);
        assert_eq!(parts.train.len(), SAMPLES);
        let changed = parts.train.labels.iter().zip(&parts.right);
        assert_eq!(changed.filter(|(a, b)| a != b).count(), WRONG);
        let whole = learn::<Net<UNITS>>(&parts, None);
        let best = whole.best();
        let [first, last] = [whole.losses(best), whole.losses(EPOCHS)];
        // learnt by heart, wrong labels and all, while the loss on what is held out grows by half
        assert!(last[0] < 0.04 && whole.ends.by_heart > 0.95, "{last:?}");
        assert!(last[1] > 1.5 * first[1], "{first:?} {last:?}");
        assert!(best > 1 && best < EPOCHS / 4, "{best}");

        let patience = 8;
        let stopped = stopped(&parts, patience);
        // the same bits up to the stop, which comes when patience is over
        assert_eq!(stopped.best(), best);
        assert_eq!(stopped.epochs.len(), best + patience + 1);
        assert_eq!(stopped.losses(best), first);
        assert!(
            stopped.ends.test > whole.ends.test + 0.03,
            "{} {}",
            stopped.ends.test,
            whole.ends.test
        );
        assert!(stopped.ends.by_heart < 0.6, "{}", stopped.ends.by_heart);
    }

    #[test]
    fn more_data_need_no_stop() {
        let few = learn::<Net<UNITS>>(&parts(SAMPLES), None);
        let many = learn::<Net<UNITS>>(&parts(5 * SAMPLES / 2), None);
        assert!(
            many.ends.test > few.ends.test + 0.05,
            "{} {}",
            many.ends.test,
            few.ends.test
        );
    }
}
