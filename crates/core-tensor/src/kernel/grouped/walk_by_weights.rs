//! The gradient of the filter for the windows of `walk.rs`, by the same walk: the nine sums and three rows of the output's gradient stay in
//! registers, and every pixel of the image is read once.

use pulp::{Simd, WithSimd};

use super::super::apart::load_apart;
use super::super::lanes::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::tap_at;
use super::lanes_by_weights::Image;
use super::walk::{STRIP, Under, each_pixel};

/// All of an image.
pub(super) struct Walk<I>(pub(super) I);

impl<T: Lanes> WithSimd for Walk<&mut Image<'_, T>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        for (j, done) in self.0.sweep.strips() {
            for channel in (0..self.0.channels / lanes * lanes).step_by(lanes) {
                self.0.walk(simd, j, done, channel);
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// One strip, of which the first pixels may be `done`.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn walk<S: Simd>(&mut self, simd: S, j: usize, done: usize, channel: usize) {
        let Sweep {
            image: [height, width],
            before,
            output: [rows, columns],
            ..
        } = *self.sweep;
        let (c, image, gradient) = (self.channels, self.x, self.dy);
        let lanes = T::lanes::<S>();
        let zero = T::splat(simd, T::zero());
        let at = |ky, kx| tap_at(3, c, ky, channel) + kx * WIDEST;
        let mut sums = [[zero; 3]; 3];
        for ky in 0..3 {
            for kx in 0..3 {
                sums[ky][kx] = T::vectors::<S>(&self.sums[at(ky, kx)..][..lanes])[0];
            }
        }
        let under = Under::new::<T, S>(simd, width, c, j as isize - before[1], channel);
        // the row of the gradient whose windows begin here, and the two above
        let mut dy = [[zero; STRIP]; 3];
        for t in 0..rows + 2 {
            dy[2] = dy[1];
            dy[1] = dy[0];
            dy[0] = [zero; STRIP];
            if t < rows {
                let row = &gradient[(t * columns + j) * c + channel..];
                for r in 0..STRIP {
                    dy[0][r] = load_apart::<T, S, STRIP>(row, c, r);
                }
                if done > 0 {
                    for r in 0..STRIP {
                        if r < done {
                            dy[0][r] = zero;
                        }
                    }
                }
            }
            let y = t.wrapping_sub(before[0] as usize);
            if y >= height {
                continue;
            }
            let row = &image[y * width * c..][..width * c];
            each_pixel!(|p| {
                let x = under.pixel::<T, S>(simd, row, c, p);
                for kx in 0..3 {
                    if p >= kx && p - kx < STRIP {
                        for k in 0..3 {
                            sums[k][kx] = T::fma(simd, x, dy[k][p - kx], sums[k][kx]);
                        }
                    }
                }
            });
        }
        for ky in 0..3 {
            for kx in 0..3 {
                T::vectors_mut::<S>(&mut self.sums[at(ky, kx)..][..lanes])[0] = sums[ky][kx];
            }
        }
    }
}
