//! What keeps a perceptron from learning wrong labels by heart when nobody stops it.

use core_tensor::{Image, Tensor, Vector};
use examples::lesson::at_once;
use models::data::augment::{Augmenter, Shift, key};
use nn::{
    Class, CrossEntropy, DropConnect, Dropout, Flatten, GaussianNoise, LabelSmoothing, Layer,
    Linear, Loss, Penalty, Relu,
};
use optim::{Data, Progress};

use crate::learn::{EPOCHS, Ends, Net, Parts, UNITS, ends, trainer};

/// A cure and what came of it.
pub(crate) type Cure = (&'static str, Ends);

type Plain = Net<UNITS>;
type Dropping = (
    Flatten,
    Linear<64, UNITS>,
    Relu,
    Dropout<7, 10>,
    Linear<UNITS, 10>,
);
type Connecting = (
    Flatten,
    DropConnect<64, UNITS>,
    Relu,
    DropConnect<UNITS, 10, f32, 7, 10>,
);
type Noisy = (
    Flatten,
    GaussianNoise<1, 2>,
    Linear<64, UNITS>,
    Relu,
    Linear<UNITS, 10>,
);

/// Every cure.
pub(crate) fn all(parts: &Parts) -> [Cure; 6] {
    let smoothing = LabelSmoothing { alpha: 0.3 };
    at_once([
        &|| end::<Plain, _>("L2, λ = 0.02", parts, CrossEntropy, Some(Penalty::l2(0.02))),
        &|| end::<Dropping, _>("dropout, p = 7/10", parts, CrossEntropy, None),
        &|| end::<Connecting, _>("DropConnect, p = 1/2, 7/10", parts, CrossEntropy, None),
        &|| end::<Plain, _>("label smoothing, α = 0.3", parts, smoothing, None),
        &|| end::<Noisy, _>("noise on inputs, σ = 1/2", parts, CrossEntropy, None),
        &|| shifted(parts),
    ])
}

fn end<L, Q>(name: &'static str, parts: &Parts, loss: Q, penalty: Option<Penalty>) -> Cure
where
    L: Layer<Image<8, 8, 1>, Y = Vector<10>>,
    Q: Loss<Vector<10>, Target = Class<10>>,
{
    let mut trainer = trainer::<L, Q>(loss);
    trainer.penalty = penalty;
    let train = Data::new(&parts.train.images, &parts.train.labels);
    trainer.fit(train, None, EPOCHS, &mut Progress::quiet());
    (name, ends(&mut trainer, parts))
}

/// Every digit anew in each epoch, shifted by up to a pixel.
fn shifted(parts: &Parts) -> Cure {
    let mut trainer = trainer::<Plain, _>(CrossEntropy);
    let mut augmenter = Augmenter::new(Shift::by(1));
    for epoch in 0..EPOCHS as u64 {
        let shift = |(sample, image): (u64, &Tensor<_>)| {
            let mut image = image.map(|&x| x);
            augmenter.apply(&mut image, key(3, epoch, sample));
            image
        };
        let images: Vec<Tensor<Image<8, 8, 1>>> =
            (0..).zip(&parts.train.images).map(shift).collect();
        let train = Data::new(&images, &parts.train.labels);
        trainer.fit(train, None, 1, &mut Progress::quiet());
    }
    ("shifted by a pixel", ends(&mut trainer, parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{SAMPLES, learn, parts};

    #[test]
    fn every_cure_is_better_than_none() {
        let parts = parts(SAMPLES);
        let plain = learn::<Plain>(&parts, None).ends;
        for (name, ends) in all(&parts) {
            assert!(ends.loss < 0.95 * plain.loss, "{name} {ends:?} {plain:?}");
            // soft labels are learnt by heart as well, with less ado
            if !name.starts_with("label") {
                assert!(ends.test > plain.test + 0.01, "{name} {ends:?} {plain:?}");
                assert!(ends.by_heart < plain.by_heart, "{name} {ends:?}");
            }
        }
    }
}
