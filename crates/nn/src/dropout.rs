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

/// Drops some of the numbers, which draw from place `first` on, and enlarges the others.
fn drop_row<T: Scalar>(key: u64, p: f64, first: usize, row: &mut [T]) {
    T::drop_out(key, first, p, T::of(1.0 / (1.0 - p)), row);
}

/// Where the draws of pixel `i` of a batch begin: all pixels of a sample have the same.
fn channels<X: Shape>(i: usize) -> usize {
    i * <X::Row as Shape>::LEN / X::LEN * <X::Row as Shape>::LEN
}

// a layer that drops: its name, how many numbers draw side by side, and where the draws of the i-th lot begin
macro_rules! drops { ($($name:ident $row:expr => $first:expr;)+) => {$(
    impl<X: Shape, T: Scalar, const P: u32, const Q: u32> Layer<X, T> for $name<P, Q> {
        type Y = X;
        /// what was drawn; none in use
        type Saved<'a> = Option<u64>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) {
            let p = const { chance(P, Q) };
            if pass.mode == Mode::Infer { return (x, None); }
            let (y, key) = (pass.batch::<X>(x.len()), pass.draw());
            // a row at a time, so that it is still near when its numbers are dropped
            let rows = Tensor::flat(x).chunks_exact($row).zip(Tensor::flat_mut(y).chunks_exact_mut($row));
            for (i, (x, y)) in rows.enumerate() {
                y.copy_from_slice(x);
                drop_row(key, p, ($first)(i), y);
            }
            (y, Some(key))
        }
        fn backward<'a>(&self, key: Self::Saved<'_>, dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            if let Some(key) = key {
                let rows = Tensor::flat_mut(dy).chunks_exact_mut($row).enumerate();
                rows.for_each(|(i, dy)| drop_row(key, const { chance(P, Q) }, ($first)(i), dy));
            }
            mutant::back(stringify!($name), dy)
        }
    }
)+} }
drops! {
    Dropout X::LEN => |i: usize| i * X::LEN;
    ChannelDropout <X::Row as Shape>::LEN => channels::<X>;
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
            for (place, dy) in Tensor::flat_mut(dy).iter_mut().enumerate() {
                if grain(key, place, const { chance(P, Q) }).is_some() {
                    *dy = T::zero();
                }
            }
        }
        mutant::back("SaltAndPepper", dy)
    }
}

/// Salt (1), pepper (0) or nothing.
fn grain(key: u64, place: usize, p: f64) -> Option<f64> {
    let drawn = uniform(bits(key, place as u64));
    (drawn < p).then_some(if drawn < p / 2.0 { 0.0 } else { 1.0 })
}
