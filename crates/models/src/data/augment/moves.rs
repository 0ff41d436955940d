//! Images whose pixels move and stay what they are: shifts and mirrors.

use core_tensor::{Image, Scalar, Tensor};

use super::{Augment, Draw};

/// Moves an image by whole pixels, up to `most` of them each way; what comes in from outside is `fill`. With `most: 4` it is the crop of an
/// image padded by 4 that networks for CIFAR are trained with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Shift {
    /// up, down, left and right
    pub most: usize,
    /// what lies outside
    pub fill: f64,
}

impl Shift {
    /// A shift with zeros outside.
    pub const fn by(most: usize) -> Self {
        Self { most, fill: 0.0 }
    }
}

/// Mirrors left and right.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FlipHorizontal {
    /// how often, between 0 and 1
    pub chance: f64,
}

/// Mirrors above and below.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FlipVertical {
    /// how often, between 0 and 1
    pub chance: f64,
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for Shift
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        scratch: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        let mut draw = Draw::new(key);
        let [down, right] = [(); 2].map(|()| draw.below(2 * self.most + 1));
        scratch.as_mut_slice().fill(T::of(self.fill));
        // pixel (i, j) comes from (i − down, j − right), the moves counted from −most
        let from = |i: usize, by: usize, side: usize| {
            (i + self.most).checked_sub(by).filter(|&i| i < side)
        };
        let (old, new) = (x.as_mut_slice(), scratch.as_mut_slice());
        for i in 0..H {
            let Some(row) = from(i, down, H) else {
                continue;
            };
            for j in 0..W {
                if let Some(column) = from(j, right, W) {
                    let (to, from) = ((i * W + j) * C, (row * W + column) * C);
                    new[to..to + C].copy_from_slice(&old[from..from + C]);
                }
            }
        }
        old.copy_from_slice(new);
    }
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for FlipHorizontal
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        _: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        if Draw::new(key).share() < self.chance {
            for row in x.as_mut_slice().chunks_exact_mut(W * C) {
                let (mut left, mut right) = (0, W);
                while left + 1 < right {
                    right -= 1;
                    (0..C).for_each(|c| row.swap(left * C + c, right * C + c));
                    left += 1;
                }
            }
        }
    }
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for FlipVertical
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        _: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        if Draw::new(key).share() < self.chance {
            let (upper, lower) = x.as_mut_slice().split_at_mut(H / 2 * W * C);
            let lower = lower.chunks_exact_mut(W * C).rev();
            for (a, b) in upper.chunks_exact_mut(W * C).zip(lower) {
                a.swap_with_slice(b);
            }
        }
    }
}
