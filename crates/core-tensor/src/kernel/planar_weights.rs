//! The gradient of a filter with few output channels: the lanes are neighbouring pixels, a tile holds the sums of one row of the window.
//!
//! Each vector of pixels serves as many channels as there are registers for, each vector of a channel's gradient all taps. The lanes are added
//! up once a batch.

use pulp::{Arch, Simd, WithSimd};

use super::apart::load_apart;
use super::array::from_fn;
use super::block::every_shape;
use super::lanes::Lanes;
use super::planar::{MARGIN, Planar};
use super::planes::part;

/// Most lanes of the registers with which this pays.
const LANES: usize = 16;
/// Most sums of one row of the window and one input channel.
const SUMS: usize = 30;

/// Output channels of the tile for a window of this width.
const fn tile_channels(kernel_width: usize) -> usize {
    match kernel_width {
        3 => 8,
        5 => 6,
        _ => 0,
    }
}

impl Planar {
    /// Numbers of scratch for the gradient of the filter.
    pub(super) const fn room_by_weights(&self) -> usize {
        let channels = tile_channels(self.kernel[1]);
        if self.room() == 0 || self.output[2] > channels {
            return 0;
        }
        let planes = self.output[0] * channels * self.plane_pitch();
        self.image_len() + planes + self.kernel[0] * self.input[2] * SUMS * LANES
    }

    /// Numbers in a row of the output's gradient, whole vectors.
    const fn plane_pitch(&self) -> usize {
        self.output[1].next_multiple_of(LANES)
    }

    /// Adds the gradient of the filter. `scratch` holds at least [`Planar::room_by_weights`] numbers.
    pub(super) fn add_by_weights<T: Lanes>(
        self,
        arch: Arch,
        x: &[T],
        dy: &[T],
        dfilter: &mut [T],
        scratch: &mut [T],
    ) {
        let [kernel_height, kernel_width] = self.kernel;
        let (c, o) = (self.input[2], self.output[2]);
        let (image, rest) = scratch.split_at_mut(self.image_len());
        let channels = tile_channels(kernel_width);
        let (planes, rest) = rest.split_at_mut(self.output[0] * channels * self.plane_pitch());
        let sums = &mut rest[..kernel_height * c * SUMS * LANES];
        for cleared in [&mut *image, &mut *planes, &mut *sums] {
            cleared.fill(T::zero());
        }
        let [input, output] = [self.input, self.output].map(|[h, w, c]| h * w * c);
        for (x, dy) in x.chunks_exact(input).zip(dy.chunks_exact(output)) {
            arch.dispatch(Sample {
                of: self,
                x,
                dy,
                image,
                planes,
                sums,
            });
        }
        for (i, sums) in sums.chunks_exact(SUMS * LANES).enumerate() {
            let (ky, c_in) = (i / c, i % c);
            for (j, sum) in sums
                .chunks_exact(LANES)
                .take(channels * kernel_width)
                .enumerate()
            {
                let (channel, kx) = (j / kernel_width, j % kernel_width);
                if channel < o {
                    let to = &mut dfilter[((ky * kernel_width + kx) * c + c_in) * o + channel];
                    *to = sum.iter().fold(*to, |sum, lane| sum + *lane);
                }
            }
        }
    }

    /// `planes[row][channel][column]`
    #[inline(always)]
    fn lay_out_gradient<T: Lanes, S: Simd>(
        &self,
        simd: S,
        dy: &[T],
        channels: usize,
        planes: &mut [T],
    ) {
        let ([_, width, o], pitch) = (self.output, self.plane_pitch());
        for (dy, to) in dy
            .chunks_exact(width * o)
            .zip(planes.chunks_exact_mut(channels * pitch))
        {
            part(simd, dy, o, to, pitch);
        }
    }
}

/// One sample, room to lay it out, and the sums of the batch: a vector each.
struct Sample<'a, T> {
    of: Planar,
    x: &'a [T],
    dy: &'a [T],
    image: &'a mut [T],
    planes: &'a mut [T],
    sums: &'a mut [T],
}

impl<T: Lanes> WithSimd for Sample<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if const { every_shape::<T, S>() } {
            match self.of.kernel[1] {
                3 => self.tiles::<S, 8, 8, 3>(simd),
                _ => self.tiles::<S, 6, 3, 5>(simd),
            }
        }
    }
}

impl<T: Lanes> Sample<'_, T> {
    /// A tile for each row of the window, each input channel and each `MR` of `ALL` output channels: `TAPS` taps.
    #[inline(always)]
    fn tiles<S: Simd, const ALL: usize, const MR: usize, const TAPS: usize>(&mut self, simd: S) {
        self.of.lay_out_image(simd, self.x, self.image);
        self.of.lay_out_gradient(simd, self.dy, ALL, self.planes);
        let (of, lanes) = (&self.of, T::lanes::<S>());
        let (c, pitch, plane_pitch) = (of.input[2], of.pitch(), of.plane_pitch());
        let above = of.padding[0];
        for ky in 0..of.kernel[0] {
            // The output rows whose window has its row `ky` in the image.
            let first = above.saturating_sub(ky).min(of.output[0]);
            let last = of.output[0].min((of.input[0] + above).saturating_sub(ky));
            for c_in in 0..c {
                let kept = &mut self.sums[(ky * c + c_in) * SUMS * LANES..][..ALL * TAPS * lanes];
                for (part, kept) in kept.chunks_exact_mut(MR * TAPS * lanes).enumerate() {
                    let kept = T::vectors_mut::<S>(kept);
                    let mut sums: [[T::Vector<S>; TAPS]; MR] =
                        from_fn(|r| from_fn(|tap| kept[r * TAPS + tap]));
                    for i in first..last {
                        let row = ((i + ky + MARGIN - above) * c + c_in) * pitch;
                        let x = &self.image[row..][..plane_pitch + TAPS - 1];
                        let planes =
                            &self.planes[(i * ALL + part * MR) * plane_pitch..][..MR * plane_pitch];
                        for j in (0..plane_pitch).step_by(lanes) {
                            let x: [T::Vector<S>; TAPS] =
                                from_fn(|tap| load_apart::<T, S, TAPS>(&x[j..], 1, tap));
                            for (r, sums) in sums.iter_mut().enumerate() {
                                let dy = load_apart::<T, S, MR>(&planes[j..], plane_pitch, r);
                                for tap in 0..TAPS {
                                    sums[tap] = T::fma(simd, dy, x[tap], sums[tap]);
                                }
                            }
                        }
                    }
                    for r in 0..MR {
                        for tap in 0..TAPS {
                            kept[r * TAPS + tap] = sums[r][tap];
                        }
                    }
                }
            }
        }
    }
}
