//! The activation that is random in training.

use core_tensor::random::halves;
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Mode, Pass};

/// `y = x` for `x > 0`, else `a·x` with a slope drawn for each number, uniform between `P/Q` and `R/S`: 1/8 and 1/3 unless said otherwise.
/// In use `a` is the mean of the two.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// 1 for `x > 0`, else the slope that was drawn, at the kink too.
///
/// Xu et al.: Empirical evaluation of rectified activations in convolutional network (2015), with PyTorch's numbers.
pub struct RRelu<const P: u32 = 1, const Q: u32 = 8, const R: u32 = 1, const S: u32 = 3>;
no_params!([const P: u32, const Q: u32, const R: u32, const S: u32] RRelu<P, Q, R, S>);

/// Numbers that draw side by side.
const BLOCK: usize = 64;

/// The slopes of a block; without a key, the mean.
#[inline(always)]
fn slopes<T: Scalar>(key: Option<u64>, block: usize, [low, high]: [f64; 2]) -> [T; BLOCK] {
    let halves = match key {
        Some(key) => halves(key, (block * BLOCK / 2) as u64),
        None => [1 << 31; BLOCK],
    };
    let (low, step) = (T::of(low), T::of((high - low) * 2f64.powi(-24)));
    let mut slopes = [T::zero(); BLOCK];
    for (slope, &half) in slopes.iter_mut().zip(&halves) {
        // what any number holds, in whose vectors it stays
        let drawn = T::from(half >> 8).unwrap_or_else(T::zero);
        *slope = low + drawn * step;
    }
    slopes
}

impl<const P: u32, const Q: u32, const R: u32, const S: u32> RRelu<P, Q, R, S> {
    const SLOPES: [f64; 2] = {
        assert!(
            P as u64 * S as u64 <= R as u64 * Q as u64,
            "the lower slope comes first"
        );
        [P as f64 / Q as f64, R as f64 / S as f64]
    };
}

impl<X: Shape, T: Scalar, const P: u32, const Q: u32, const R: u32, const S: u32> Layer<X, T>
    for RRelu<P, Q, R, S>
{
    type Y = X;
    /// the input, and what was drawn
    type Saved<'a> = (Batch<'a, X, T>, Option<u64>);
    const NAME: &'static str = "RRelu";
    const FLOPS: u64 = 2 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let key = (pass.mode == Mode::Train).then(|| pass.draw());
        let blocks = Tensor::flat_mut(y).chunks_mut(BLOCK);
        let blocks = blocks.zip(Tensor::flat(x).chunks(BLOCK)).enumerate();
        T::vectorize(
            #[inline(always)]
            || {
                for (i, (y, x)) in blocks {
                    let slopes = slopes::<T>(key, i, Self::SLOPES);
                    for ((y, &x), &slope) in y.iter_mut().zip(x).zip(&slopes) {
                        *y = if x > T::zero() { x } else { slope * x };
                    }
                }
            },
        );
        (y, (x, key))
    }

    fn backward<'a>(
        &self,
        (x, key): Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let blocks = Tensor::flat_mut(dy).chunks_mut(BLOCK);
        let blocks = blocks.zip(Tensor::flat(x).chunks(BLOCK)).enumerate();
        T::vectorize(
            #[inline(always)]
            || {
                for (i, (dy, x)) in blocks {
                    let slopes = slopes::<T>(key, i, Self::SLOPES);
                    for ((dy, &x), &slope) in dy.iter_mut().zip(x).zip(&slopes) {
                        *dy *= if x <= T::zero() { slope } else { T::one() };
                    }
                }
            },
        );
        mutant::back("RRelu", dy)
    }
}
