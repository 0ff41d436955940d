//! The network whose features judge: trained on coloured digits, then frozen.

use core_tensor::{Image, Tensor};
use models::data::digits;
use nn::{AvgPool2d, Class, Conv2d, CrossEntropy, Flatten, Init, Linear, Relu};
use optim::{Adam, Crew, Data, Each, Progress, Round, Source, Targets, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Two convolutions at full size, two at half, as VGG begins; the mean in place of the largest, as Gatys et al. found it to look better.
pub(crate) type Features = (First, Second, Third, Fourth);
type First = (Conv2d<3, 16, 3, 1, 1>, Relu);
type Second = (Conv2d<16, 16, 3, 1, 1>, Relu);
type Third = (AvgPool2d<2>, Conv2d<16, 32, 3, 1, 1>, Relu);
type Fourth = (Conv2d<32, 32, 3, 1, 1>, Relu);
type Classifier = (Features, AvgPool2d<4>, Flatten, Linear<128, 10>);

/// A digit, enlarged, in some colour on another.
type Picture = Image<16, 16, 3>;
type Digit = Tensor<Image<8, 8, 1>>;

/// Digits in new colours in every epoch.
struct Coloured<'d> {
    digits: &'d [Digit],
    labels: &'d [Class<10>],
}

fn coloured(digit: &Digit, key: u64) -> Tensor<Picture> {
    let mut rng = ChaCha8Rng::seed_from_u64(key);
    let mut color = || [(); 3].map(|()| rng.random::<f32>());
    let (ink, mut paper) = (color(), color());
    // they shall differ
    if ink.iter().zip(paper).all(|(a, b)| (a - b).abs() < 0.4) {
        paper = ink.map(|x| 1.0 - x);
    }
    Tensor::from_fn(|i| {
        let [row, column, c] = [i / 48, i / 3 % 16, i % 3];
        let dark = digit[[row / 2, column / 2, 0]];
        paper[c] + (ink[c] - paper[c]) * dark
    })
}

impl Source<Picture, Class<10>, f32> for Coloured<'_> {
    fn samples(&self) -> usize {
        self.digits.len()
    }

    fn epoch(&mut self, round: Round<'_, f32>, each: Each<'_, Picture, Class<10>, f32>) {
        for part in round.order.chunks(round.size) {
            let x: Vec<_> = part
                .iter()
                .map(|&i| coloured(&self.digits[i], round.key_of(i)))
                .collect();
            if each(&x, Targets::chosen(self.labels, part)).is_break() {
                return;
            }
        }
    }
}

/// Trains a network that tells digits apart in any colour; returns its features, and how often it is right about others.
pub(crate) fn learn(epochs: usize, seed: u64) -> (Features, f64) {
    let (train, test) = digits::load().split(5, seed);
    let mut trainer = Trainer::<Picture, Classifier, _, _>::new(CrossEntropy, Adam::new(3e-3), 32);
    trainer.network.init(Init::HeNormal, seed);
    trainer.seed(seed);
    let mut crew = Crew::of(&trainer, 2, 2);
    let source = Coloured {
        digits: &train.images,
        labels: &train.labels,
    };
    let mut progress = Progress::quiet();
    trainer
        .with(&mut crew)
        .fit(source, None, epochs, &mut progress);
    let x: Vec<_> = test
        .images
        .iter()
        .zip(0..)
        .map(|(digit, key)| coloured(digit, key))
        .collect();
    let accuracy = trainer.score(Data::new(&x, &test.labels)).accuracy();
    let (features, ..) = *trainer.network.layers;
    (features, accuracy.unwrap_or(0.0))
}
