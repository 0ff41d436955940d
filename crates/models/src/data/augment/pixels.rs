//! Images whose pixels stay where they are and change their values.

use core_tensor::{Image, Scalar, Shape, Tensor};

use super::{Augment, Draw};

/// Covers a square of `side` pixels with `fill`; its middle may be any pixel, so that it may reach past the edge.
///
/// DeVries, Taylor: Improved regularization of convolutional neural networks with cutout (2017).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CutOut {
    /// of the square
    pub side: usize,
    /// what covers it
    pub fill: f64,
}

/// Turns a share of the pixels, all channels of each, into `low` or `high`, one as likely as the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SaltAndPepper {
    /// how many pixels, between 0 and 1
    pub share: f64,
    /// pepper
    pub low: f64,
    /// salt
    pub high: f64,
}

impl SaltAndPepper {
    /// Zeros and ones.
    pub const fn of(share: f64) -> Self {
        Self {
            share,
            low: 0.0,
            high: 1.0,
        }
    }
}

/// Multiplies all numbers by one factor from `1 − most` to `1 + most`, and cuts off below 0 and above 1: before a normalisation, not after.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Brightness {
    /// between 0 and 1
    pub most: f64,
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for CutOut
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        _: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        let mut draw = Draw::new(key);
        // the square is as long before its middle as after it; an even one is longer before it
        let [rows, columns] = [H, W].map(|side| {
            let middle = draw.below(side);
            let first = middle.saturating_sub(self.side / 2);
            first..(middle + self.side.div_ceil(2)).min(side)
        });
        let fill = T::of(self.fill);
        for row in x
            .as_mut_slice()
            .chunks_exact_mut(W * C)
            .skip(rows.start)
            .take(rows.len())
        {
            row[columns.start * C..columns.end * C].fill(fill);
        }
    }
}

impl<X: Shape, T: Scalar> Augment<X, T> for SaltAndPepper {
    fn apply(&self, x: &mut Tensor<X, T>, _: &mut Tensor<X, T>, key: u64) {
        let mut draw = Draw::new(key);
        let channels = <X::Row as Shape>::LEN;
        for pixel in x.as_mut_slice().chunks_exact_mut(channels) {
            let share = draw.share();
            if share < self.share {
                let salt = share < self.share / 2.0;
                pixel.fill(T::of(if salt { self.high } else { self.low }));
            }
        }
    }
}

impl<X: Shape, T: Scalar> Augment<X, T> for Brightness {
    fn apply(&self, x: &mut Tensor<X, T>, _: &mut Tensor<X, T>, key: u64) {
        let factor = T::of(Draw::new(key).between(1.0 - self.most, 1.0 + self.most));
        for x in x.as_mut_slice() {
            *x = (*x * factor).max(T::zero()).min(T::one());
        }
    }
}
