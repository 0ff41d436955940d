//! Images that are turned, zoomed, cropped: each pixel is looked up where it came from, between the pixels by bilinear weights.
//!
//! Positions count pixels from the middle of the image, as PyTorch's `grid_sample` does with `align_corners=False`; a neighbour that lies
//! outside counts as `fill`.

use core_tensor::{Image, Scalar, Tensor};

use super::{Augment, Draw};

/// Turns an image about its middle.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rotate {
    /// the largest angle, in degrees, either way
    pub degrees: f64,
    /// what lies outside
    pub fill: f64,
}

impl Rotate {
    /// A rotation with zeros outside.
    pub const fn by(degrees: f64) -> Self {
        Self { degrees, fill: 0.0 }
    }
}

/// Scales an image about its middle, above 1 enlarging it; the logarithm of the scale is drawn evenly, so that ½ is as likely as 2.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Zoom {
    /// the smallest scale, above 0
    pub low: f64,
    /// the largest
    pub high: f64,
    /// what lies outside
    pub fill: f64,
}

impl Zoom {
    /// A zoom with zeros outside.
    pub const fn between(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            fill: 0.0,
        }
    }
}

/// Cuts a rectangle out and enlarges it to the whole image again, bilinearly: its area at least `least` of the image's, its sides in ratios
/// from 3:4 to 4:3 of the image's.
///
/// Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012); ratios as Szegedy et al. (2014).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RandomCrop {
    /// the smallest area, as a share of the image's, above 0
    pub least: f64,
}

/// Where pixels come from: `rows` times the place from the middle of the new image is the place from the middle of the old one, moved by
/// `by`; all in pixels, down and then right.
struct Warp {
    rows: [[f64; 2]; 2],
    by: [f64; 2],
}

impl Warp {
    fn scaled(down: f64, right: f64) -> Self {
        Self {
            rows: [[down, 0.0], [0.0, right]],
            by: [0.0; 2],
        }
    }

    /// Fills `new`; a neighbour outside of `old` is `fill`, or the pixel at the edge if there is no `fill`.
    fn run<
        const H: usize,
        const W: usize,
        const C: usize,
        const H2: usize,
        const W2: usize,
        T: Scalar,
    >(
        &self,
        old: &Tensor<Image<H, W, C>, T>,
        new: &mut Tensor<Image<H2, W2, C>, T>,
        fill: Option<f64>,
    ) {
        let [middle, new_middle] = [[H, W], [H2, W2]].map(|s| s.map(|n| (n as f64 - 1.0) / 2.0));
        let old = old.as_slice();
        for (pixel, to) in new.as_mut_slice().chunks_exact_mut(C).enumerate() {
            let at = [pixel / W2, pixel % W2];
            let at = [0, 1].map(|axis| at[axis] as f64 - new_middle[axis]);
            let [down, right] = [0, 1].map(|axis| {
                let [a, b] = self.rows[axis];
                let place = a * at[0] + b * at[1] + self.by[axis] + middle[axis];
                // so far outside that no neighbour lies inside, but small enough to count in
                place.clamp(-2.0, [H, W][axis] as f64 + 1.0)
            });
            let (top, left) = (down.floor(), right.floor());
            let (low, wide) = (down - top, right - left);
            let neighbour = |i: f64, j: f64, c: usize| {
                let inside = (0.0..H as f64).contains(&i) && (0.0..W as f64).contains(&j);
                match fill {
                    Some(fill) if !inside => T::of(fill),
                    _ => {
                        let i = i.clamp(0.0, H as f64 - 1.0) as usize;
                        let j = j.clamp(0.0, W as f64 - 1.0) as usize;
                        old[(i * W + j) * C + c]
                    }
                }
            };
            let weights = [
                (1.0 - low) * (1.0 - wide),
                (1.0 - low) * wide,
                low * (1.0 - wide),
                low * wide,
            ];
            let weights = weights.map(T::of);
            for (c, to) in to.iter_mut().enumerate() {
                *to = weights[0] * neighbour(top, left, c)
                    + weights[1] * neighbour(top, left + 1.0, c)
                    + weights[2] * neighbour(top + 1.0, left, c)
                    + weights[3] * neighbour(top + 1.0, left + 1.0, c);
            }
        }
    }

    fn in_place<const H: usize, const W: usize, const C: usize, T: Scalar>(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        scratch: &mut Tensor<Image<H, W, C>, T>,
        fill: Option<f64>,
    ) {
        self.run(x, scratch, fill);
        x.as_mut_slice().copy_from_slice(scratch.as_slice());
    }
}

/// Another size for an image, bilinearly between its pixels and the edge's beyond them: PyTorch's `interpolate` with
/// `align_corners=False`. To shrink by more than a half it skips pixels: take means first.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use models::data::augment::resize;
/// let mut wide = Tensor::<Image<1, 4, 1>>::zeros();
/// resize(&Tensor::<Image<1, 2, 1>>::new([[[0.0], [4.0]]]), &mut wide);
/// assert_eq!(wide, Tensor::new([[[0.0], [1.0], [3.0], [4.0]]]));
/// ```
pub fn resize<const H: usize, const W: usize, const C: usize, const H2: usize, const W2: usize, T>(
    x: &Tensor<Image<H, W, C>, T>,
    y: &mut Tensor<Image<H2, W2, C>, T>,
) where
    T: Scalar,
{
    Warp::scaled(H as f64 / H2 as f64, W as f64 / W2 as f64).run(x, y, None);
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for Rotate
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        scratch: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        let angle = Draw::new(key).between(-self.degrees, self.degrees);
        let (sin, cos) = angle.to_radians().sin_cos();
        let warp = Warp {
            rows: [[cos, -sin], [sin, cos]],
            by: [0.0; 2],
        };
        warp.in_place(x, scratch, Some(self.fill));
    }
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for Zoom
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        scratch: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        let scale = Draw::new(key).between(self.low.ln(), self.high.ln()).exp();
        Warp::scaled(1.0 / scale, 1.0 / scale).in_place(x, scratch, Some(self.fill));
    }
}

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Augment<Image<H, W, C>, T>
    for RandomCrop
{
    fn apply(
        &self,
        x: &mut Tensor<Image<H, W, C>, T>,
        scratch: &mut Tensor<Image<H, W, C>, T>,
        key: u64,
    ) {
        let mut draw = Draw::new(key);
        let area = draw.between(self.least, 1.0);
        let ratio = draw.between(0.75_f64.ln(), (4.0_f64 / 3.0).ln()).exp();
        // a rectangle may not be longer than the image, whatever its ratio
        let [down, right] =
            [(area / ratio).sqrt(), (area * ratio).sqrt()].map(|side| side.min(1.0));
        let mut warp = Warp::scaled(down, right);
        warp.by = [(1.0 - down) * H as f64, (1.0 - right) * W as f64]
            .map(|free| draw.between(-free / 2.0, free / 2.0));
        warp.in_place(x, scratch, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warp_is_grid_sample() {
        // torch.nn.functional.grid_sample(arange(12).view(1, 1, 3, 4), affine_grid([[[0.8, -0.5, 0.3], [0.6, 0.9, -0.2]]], [1, 1, 3, 4],
        // align_corners=False), align_corners=False); its unit is half a side, x first
        let (old, mut new) = (
            Tensor::<Image<3, 4, 1>>::from_fn(|i| i as f32),
            Tensor::<Image<3, 4, 1>>::zeros(),
        );
        let warp = Warp {
            rows: [[0.9, 0.6 * 1.5 / 2.0], [-0.5 * 2.0 / 1.5, 0.8]],
            by: [-0.2 * 1.5, 0.3 * 2.0],
        };
        warp.run(&old, &mut new, Some(0.0));
        let expected = [
            0.195_833, 1.360_834, 2.583_333, 0.163_333, 1.0, 3.6, 6.2, 5.949_998, 3.933_333,
            6.533_333, 9.133_333, 7.709_166,
        ];
        for (found, expected) in new.as_slice().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn resizing_is_interpolate() {
        // torch.nn.functional.interpolate(arange(9).view(1, 1, 3, 3)**2, (5, 4), mode="bilinear", align_corners=False)
        let x = Tensor::<Image<3, 3, 1>>::from_fn(|i| (i * i) as f32);
        let mut y = Tensor::<Image<5, 4, 1>>::zeros();
        resize(&x, &mut y);
        let expected = [
            0.0, 0.625, 2.125, 4.0, 3.6, 5.725, 9.025, 12.4, 9.0, 13.375, 19.375, 25.0, 25.2,
            31.825, 40.525, 48.4, 36.0, 44.125, 54.625, 64.0,
        ];
        for (found, expected) in y.as_slice().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }
}
