//! How a code is learnt, and what is kept of it.

use core_tensor::{Params, Shape, Tensor, Vector};
use examples::images::{Grey, Images};
use nn::{Init, Layer, Loss};
use optim::schedule::OneCycle;
use optim::{Adam, Data, Pace, Progress, Trainer};

const BATCH: usize = 32;
const RATE: f64 = 3e-3;

/// How long is learnt, and from which seed.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) epochs: usize,
    pub(crate) seed: u64,
}

/// Images that went through a code.
pub(crate) struct Coded {
    pub(crate) name: &'static str,
    /// those held out
    pub(crate) restored: Vec<Tensor<Grey>>,
    /// the mean of their squared errors, a pixel
    pub(crate) error: f64,
    /// of the images learnt from, and of those held out
    pub(crate) codes: [Vec<Vec<f64>>; 2],
}

impl Coded {
    /// Says and keeps how far the restored images are from those that they were.
    pub(crate) fn new(
        name: &'static str,
        test: &Images,
        restored: Vec<Tensor<Grey>>,
        codes: [Vec<Vec<f64>>; 2],
    ) -> Self {
        let pairs = test.images.iter().zip(&restored);
        let error = pairs.map(|(x, y)| distance(x, y)).sum::<f64>() / restored.len() as f64;
        println!("{name:<28} squared error a pixel {error:.5}");
        Self {
            name,
            restored,
            error,
            codes,
        }
    }
}

/// The mean squared difference.
pub(crate) fn distance(x: &Tensor<Grey>, y: &Tensor<Grey>) -> f64 {
    let pairs = x.as_slice().iter().zip(y.as_slice());
    pairs.map(|(&x, &y)| f64::from(x - y).powi(2)).sum::<f64>() / x.as_slice().len() as f64
}

/// An encoder to a code and a decoder from it, between samples of shape `X`.
pub(crate) trait Halves<X: Shape> {
    type Encoder: Layer<X, f32>;
    fn encoder(&self) -> &Self::Encoder;
}

impl<X: Shape, const CODE: usize, E: Layer<X, f32, Y = Vector<CODE>>, D> Halves<X> for (E, D) {
    type Encoder = E;

    fn encoder(&self) -> &E {
        &self.0
    }
}

/// Trains an autoencoder by a loss between what it says and the image, and restores the images held out by what `pixel` makes of that.
pub(crate) fn learn<X: Shape, L, Q>(
    name: &'static str,
    plan: Plan,
    (loss, pixel): (Q, fn(f32) -> f32),
    [train, test]: [&Images; 2],
) -> Coded
where
    L: Layer<X, f32, Y = X> + Halves<X> + Params<f32>,
    Q: Loss<X, f32, Target = Tensor<X>>,
{
    let [x, unseen] = [train, test].map(|part| part.images.iter().map(shaped::<Grey, X>).collect());
    let (x, unseen): (Vec<_>, Vec<_>) = (x, unseen);
    let mut trainer = Trainer::<X, L, Q, _>::new(loss, Adam::new(RATE), BATCH);
    trainer.network.init(Init::HeNormal, plan.seed);
    trainer.seed(plan.seed);
    let steps = plan.epochs * x.len().div_ceil(BATCH);
    trainer.pace = Pace::steps(OneCycle::new(RATE, steps));
    // every image is its own target
    trainer.fit(Data::new(&x, &x), None, plan.epochs, &mut Progress::quiet());
    let mut restored = Vec::with_capacity(unseen.len());
    trainer.predict(&unseen, |_, y| {
        restored.push(shaped(&y.map(|&y| pixel(y))));
    });
    let encoder = trainer.network.layers.encoder();
    let codes = [&x, &unseen].map(|x| codes::<X, _>(encoder, x));
    Coded::new(name, test, restored, codes)
}

/// The same numbers in another shape.
fn shaped<X: Shape, Y: Shape>(x: &Tensor<X>) -> Tensor<Y> {
    Tensor::from_fn(|i| x.as_slice()[i])
}

fn codes<X: Shape, E: Layer<X, f32>>(encoder: &E, x: &[Tensor<X>]) -> Vec<Vec<f64>> {
    let mut room = vec![0.0; E::ROOM.inference(BATCH)];
    let mut codes = Vec::with_capacity(x.len());
    for x in x.chunks(BATCH) {
        for code in nn::predict(encoder, x, &mut room) {
            codes.push(code.as_slice().iter().map(|&z| f64::from(z)).collect());
        }
    }
    codes
}
