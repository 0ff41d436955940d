//! Layers that are random in training and do nothing in use. What is drawn depends on the pass's key and on the place in the batch alone.

use core::f64::consts::TAU;

use core_tensor::random::{bits, uniform};
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Mode, Pass};

/// Drops each number with the chance `p = P/Q` and enlarges the others to `x / (1 − p)`, so that the mean stays: `Dropout<1, 2>`. In use it
/// does nothing.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `dy / (1 − p)` where the number stayed, else 0.
///
/// Srivastava et al.: Dropout, a simple way to prevent neural networks from overfitting (2014), in the inverted form. There `p` is the
/// chance to *stay*, and use multiplies by it: the same network, with weights smaller by that factor.
pub struct Dropout<const P: u32 = 1, const Q: u32 = 2>;
no_params!([const P: u32, const Q: u32] Dropout<P, Q>);

/// [`Dropout`] of whole channels, the numbers that lie under one place of the last side: neighbouring pixels say much the same, so single
/// ones would hardly be missed.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `dy / (1 − p)` where the channel stayed, else 0.
///
/// Tompson et al.: Efficient object localization using convolutional networks (2015).
pub struct ChannelDropout<const P: u32 = 1, const Q: u32 = 2>;
no_params!([const P: u32, const Q: u32] ChannelDropout<P, Q>);

/// Adds normal noise of mean 0 and deviation `σ = P/Q`. In use it does nothing.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `dy`
///
/// Bishop: Training with noise is equivalent to Tikhonov regularization (1995).
pub struct GaussianNoise<const P: u32 = 1, const Q: u32 = 10>;
no_params!([const P: u32, const Q: u32] GaussianNoise<P, Q>);

/// Turns each number with the chance `p = P/Q` into 0 or 1, as likely one as the other: on average `(1 − p)·x + p/2`, which is `x` where that
/// is a half, the middle of what images hold. In use it does nothing.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `dy` where the number stayed, else 0.
///
/// Vincent et al.: Stacked denoising autoencoders (2010).
pub struct SaltAndPepper<const P: u32 = 1, const Q: u32 = 10>;
no_params!([const P: u32, const Q: u32] SaltAndPepper<P, Q>);

/// `p/q`, a chance.
pub(crate) const fn chance(p: u32, q: u32) -> f64 {
    assert!(p < q, "a chance P/Q is at least 0 and below 1");
    p as f64 / q as f64
}

/// What number `place` of a batch is multiplied by.
fn factor(key: u64, place: usize, p: f64) -> f64 {
    if uniform(bits(key, place as u64)) < p {
        0.0
    } else {
        1.0 / (1.0 - p)
    }
}

/// `y = x·factor(place)`
fn scale<T: Scalar>(x: &[T], y: &mut [T], factor: impl Fn(usize) -> f64) {
    for (place, (y, &x)) in y.iter_mut().zip(x).enumerate() {
        *y = T::of(factor(place)) * x;
    }
}

/// `dy ← dy·factor(place)`
fn scale_back<T: Scalar>(dy: &mut [T], factor: impl Fn(usize) -> f64) {
    for (place, dy) in dy.iter_mut().enumerate() {
        *dy *= T::of(factor(place));
    }
}

/// Where the channel of number `place` is counted: one draw for each sample and channel.
fn channel<X: Shape>(place: usize) -> usize {
    let row = <X::Row as Shape>::LEN;
    place / X::LEN * row + place % row
}

// a layer that multiplies by what it draws: its name and how a place is counted
macro_rules! drops { ($($name:ident $count:expr;)+) => {$(
    impl<X: Shape, T: Scalar, const P: u32, const Q: u32> Layer<X, T> for $name<P, Q> {
        type Y = X;
        /// what was drawn; none in use
        type Saved<'a> = Option<u64>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) {
            let (p, count): (f64, fn(usize) -> usize) = (const { chance(P, Q) }, $count);
            if pass.mode == Mode::Infer { return (x, None); }
            let (y, key) = (pass.batch::<X>(x.len()), pass.draw());
            scale(Tensor::flat(x), Tensor::flat_mut(y), |place| factor(key, count(place), p));
            (y, Some(key))
        }
        fn backward<'a>(&self, key: Self::Saved<'_>, dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            let (p, count): (f64, fn(usize) -> usize) = (const { chance(P, Q) }, $count);
            if let Some(key) = key { scale_back(Tensor::flat_mut(dy), |place| factor(key, count(place), p)); }
            mutant::back(stringify!($name), dy)
        }
    }
)+} }
drops! {
    Dropout |place| place;
    ChannelDropout channel::<X>;
}

impl<X: Shape, T: Scalar, const P: u32, const Q: u32> Layer<X, T> for GaussianNoise<P, Q> {
    type Y = X;
    type Saved<'a> = ();
    const NAME: &'static str = "GaussianNoise";
    const FLOPS: u64 = X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, ()) {
        if pass.mode == Mode::Infer {
            return (x, ());
        }
        let (y, key) = (pass.batch::<X>(x.len()), pass.draw());
        let deviation = f64::from(P) / f64::from(Q);
        let pairs = Tensor::flat_mut(y).iter_mut().zip(Tensor::flat(x));
        for (place, (y, &x)) in pairs.enumerate() {
            *y = x + T::of(deviation * normal(key, place));
        }
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        mutant::back("GaussianNoise", dy)
    }
}

/// A standard normal number for a place (Box, Muller: A note on the generation of random normal deviates, 1958).
fn normal(key: u64, place: usize) -> f64 {
    // the logarithm needs a number above 0
    let radius = 1.0 - uniform(bits(key, 2 * place as u64));
    let angle = TAU * uniform(bits(key, 2 * place as u64 + 1));
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}

impl<X: Shape, T: Scalar, const P: u32, const Q: u32> Layer<X, T> for SaltAndPepper<P, Q> {
    type Y = X;
    /// what was drawn; none in use
    type Saved<'a> = Option<u64>;
    const NAME: &'static str = "SaltAndPepper";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Option<u64>) {
        if pass.mode == Mode::Infer {
            return (x, None);
        }
        let (y, key) = (pass.batch::<X>(x.len()), pass.draw());
        let pairs = Tensor::flat_mut(y).iter_mut().zip(Tensor::flat(x));
        for (place, (y, &x)) in pairs.enumerate() {
            *y = grain(key, place, const { chance(P, Q) }).map_or(x, T::of);
        }
        (y, Some(key))
    }

    fn backward<'a>(
        &self,
        key: Option<u64>,
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        if let Some(key) = key {
            let stays = |place| grain(key, place, const { chance(P, Q) }).is_none();
            scale_back(Tensor::flat_mut(dy), |place| {
                f64::from(u8::from(stays(place)))
            });
        }
        mutant::back("SaltAndPepper", dy)
    }
}

/// Salt (1), pepper (0) or nothing.
fn grain(key: u64, place: usize, p: f64) -> Option<f64> {
    let drawn = uniform(bits(key, place as u64));
    (drawn < p).then_some(if drawn < p / 2.0 { 0.0 } else { 1.0 })
}
