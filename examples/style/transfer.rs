//! Gradient descent on a picture: the features of one, the Gram matrices of another.

use core_tensor::{Image, Matrix, Params, Shape, Tensor, Zeroed, params};
use nn::{Gram, Layer, Pass, training_room};
use optim::{Adam, Optimizer};

use crate::features::Features;

pub(crate) const SIDE: usize = 64;
pub(crate) type Canvas = Image<SIDE, SIDE, 3>;
type Half = Image<{ SIDE / 2 }, { SIDE / 2 }, 32>;
type Whole = Image<SIDE, SIDE, 16>;

/// A picture as the weights of nothing but itself, so that an optimizer can change it.
pub(crate) struct Picture<const N: usize, T: core_tensor::Scalar = f32> {
    pub(crate) pixels: Tensor<Image<N, N, 3>, T>,
}
params!([const N: usize] Picture<N> { pixels: Weight Image<N, N, 3> });

/// The Gram matrices of four layers.
pub(crate) struct Style {
    whole: [Tensor<Matrix<16, 16>>; 2],
    half: [Tensor<Matrix<32, 32>>; 2],
}

/// What a picture costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) content: f64,
    pub(crate) style: f64,
    pub(crate) total: f64,
}

/// The frozen features, with what the picture shall have of others.
pub(crate) struct Judge<'f> {
    features: &'f Features,
    room: Vec<f32>,
    content: Box<Tensor<Half>>,
    style: Style,
    /// how much style counts beside content
    weight: f32,
}

/// The distance from wanted features, in shares of those: `Σ (y − t)² / Σ t²`; its gradient, `scale` times over, is added to `dy`.
fn apart<S: Shape>(y: &Tensor<S>, wanted: &Tensor<S>, scale: f32, dy: &mut Tensor<S>) -> f64 {
    let (y, wanted) = (y.as_slice(), wanted.as_slice());
    let squares: f32 = wanted.iter().map(|t| t * t).sum();
    let mut sum = 0.0;
    for ((y, t), d) in y.iter().zip(wanted).zip(dy.as_mut_slice()) {
        sum += f64::from((y - t) * (y - t));
        *d += scale * 2.0 * (y - t) / squares;
    }
    sum / f64::from(squares)
}

/// Adds the gradient of a layer's share in the style; returns that share.
fn style<S: Shape, const C: usize>(
    y: &[Tensor<S>],
    wanted: &Tensor<Matrix<C, C>>,
    scale: f32,
    dy: &mut [Tensor<S>],
    pass: &mut Pass<'_, f32>,
) -> f64
where
    Gram: Layer<S, Y = Matrix<C, C>>,
{
    let mut inner = pass.scope();
    let (gram, saved) = Gram.forward(y, &mut inner);
    let dgram = inner.batch::<Matrix<C, C>>(1);
    Tensor::flat_mut(dgram).fill(0.0);
    let found = apart(&gram[0], wanted, scale, &mut dgram[0]);
    let dx = Gram.backward(saved, dgram, None, &mut inner);
    for (d, dx) in Tensor::flat_mut(dy).iter_mut().zip(Tensor::flat(dx)) {
        *d += dx;
    }
    found
}

impl<'f> Judge<'f> {
    /// Of the features of one picture and the style of another.
    pub(crate) fn new(
        features: &'f Features,
        content: &Tensor<Canvas>,
        style: &Tensor<Canvas>,
        weight: f32,
    ) -> Self {
        // the gradients of the features come on top of what the network needs
        let room = training_room::<Canvas, Features, f32>(1)
            + 4 * (Whole::LEN + Half::LEN)
            + 4 * 32 * 32
            + 1024;
        let mut judge = Self {
            features,
            room: vec![0.0; room],
            content: Tensor::boxed(),
            style: Style {
                whole: [Tensor::zeros(), Tensor::zeros()],
                half: [Tensor::zeros(), Tensor::zeros()],
            },
            weight,
        };
        let mut pass = Pass::infer(&mut judge.room);
        let x = core::slice::from_ref(content);
        let (y, _) = features.forward(x, &mut pass);
        judge
            .content
            .as_mut_slice()
            .copy_from_slice(y[0].as_slice());
        judge.style = grams(features, style, &mut judge.room);
        judge
    }

    /// What a picture costs, and in `slope` by which colours.
    pub(crate) fn cost(&mut self, picture: &Tensor<Canvas>, slope: &mut Tensor<Canvas>) -> Cost {
        let mut pass = Pass::infer(&mut self.room);
        let pass = &mut pass;
        let (first, second, third, fourth) = self.features;
        let x = core::slice::from_ref(picture);
        let (y1, saved1) = Layer::<Canvas>::forward(first, x, pass);
        let (y2, saved2) = Layer::<Whole>::forward(second, y1, pass);
        let (y3, saved3) = Layer::<Whole>::forward(third, y2, pass);
        let (y4, saved4) = Layer::<Half>::forward(fourth, y3, pass);

        let scale = self.weight / 4.0;
        let (whole, half) = (&self.style.whole, &self.style.half);
        let dy4 = pass.batch::<Half>(1);
        Tensor::flat_mut(dy4).fill(0.0);
        let content = apart(&y4[0], &self.content, 1.0, &mut dy4[0]);
        let mut far = style(y4, &half[1], scale, dy4, pass);
        let dy3 = Layer::<Half>::backward(fourth, saved4, dy4, None, pass);
        far += style(y3, &half[0], scale, dy3, pass);
        let dy2 = Layer::<Whole>::backward(third, saved3, dy3, None, pass);
        far += style(y2, &whole[1], scale, dy2, pass);
        let dy1 = Layer::<Whole>::backward(second, saved2, dy2, None, pass);
        far += style(y1, &whole[0], scale, dy1, pass);
        let dx = Layer::<Canvas>::backward(first, saved1, dy1, None, pass);
        slope.as_mut_slice().copy_from_slice(Tensor::flat(dx));
        let style = far / 4.0;
        Cost {
            content,
            style,
            total: content + f64::from(self.weight) * style,
        }
    }
}

fn grams(features: &Features, picture: &Tensor<Canvas>, room: &mut [f32]) -> Style {
    let mut pass = Pass::infer(room);
    let pass = &mut pass;
    let (first, second, third, fourth) = features;
    let (y1, _) = Layer::<Canvas>::forward(first, core::slice::from_ref(picture), pass);
    let (y2, _) = Layer::<Whole>::forward(second, y1, pass);
    let (y3, _) = Layer::<Whole>::forward(third, y2, pass);
    let (y4, _) = Layer::<Half>::forward(fourth, y3, pass);
    Style {
        whole: [gram(y1, pass), gram(y2, pass)],
        half: [gram(y3, pass), gram(y4, pass)],
    }
}

fn gram<S: Shape, const C: usize>(y: &[Tensor<S>], pass: &mut Pass<'_, f32>) -> Tensor<Matrix<C, C>>
where
    Gram: Layer<S, Y = Matrix<C, C>>,
{
    let mut inner = pass.scope();
    let (gram, _) = Gram.forward(y, &mut inner);
    gram[0].map(|&g| g)
}

/// How the descent went.
pub(crate) struct Descent {
    pub(crate) costs: Vec<Cost>,
    /// the picture after so many steps
    pub(crate) seen: Vec<(usize, Box<Tensor<Canvas>>)>,
}

/// Begins with a picture and goes down.
pub(crate) fn descend(
    judge: &mut Judge<'_>,
    from: &Tensor<Canvas>,
    steps: usize,
    look: &[usize],
) -> Descent {
    let mut picture = Picture::<SIDE>::boxed();
    picture
        .pixels
        .as_mut_slice()
        .copy_from_slice(from.as_slice());
    let mut slope = <Picture<SIDE> as Params<f32>>::Grad::boxed();
    let adam = Adam::new(0.02);
    let mut state = Optimizer::<f32>::start(&adam);
    let (mut costs, mut seen) = (Vec::new(), Vec::new());
    for step in 0..=steps {
        costs.push(judge.cost(&picture.pixels, &mut slope.pixels));
        if look.contains(&step) {
            seen.push((step, picture.pixels.duplicate()));
        }
        adam.step(&mut *picture, &mut slope, &mut state);
        // colours stay colours
        let pixels = picture.pixels.as_mut_slice();
        pixels.iter_mut().for_each(|x| *x = x.clamp(0.0, 1.0));
    }
    Descent { costs, seen }
}
