//! The gradient of depthwise filters of 5×5: a column of windows at a time is walked down the image, all 25 sums in registers.
//!
//! A row of the image meets five rows of the output's gradient, of which a register each is kept: six loads serve 25 multiply-adds.

use pulp::{Simd, WithSimd};

use super::super::apart::Under;
use super::super::lanes::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::tap_at;
use super::lanes_by_weights::Image;

const SIDE: usize = 5;

/// All of an image.
pub(super) struct Columns<I>(pub(super) I);

impl Sweep {
    /// Whether windows are of the size that is walked in columns.
    pub(super) fn is_walked_in_columns(&self) -> bool {
        [self.taps, self.step, self.apart] == [[SIDE; 2], [1; 2], [1; 2]] && self.image[1] > 0
    }
}

impl<T: Lanes> WithSimd for Columns<&mut Image<'_, T>> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn with_simd<S: Simd>(self, simd: S) {
        let (image, lanes) = (self.0, T::lanes::<S>());
        for channel in (0..image.channels / lanes * lanes).step_by(lanes) {
            let mut sums = [[T::splat(simd, T::zero()); SIDE]; SIDE];
            for j in 0..image.sweep.output[1] {
                sums = image.walk_column(simd, j, channel, sums);
            }
            for ky in 0..SIDE {
                let at = tap_at(SIDE, image.channels, ky, channel);
                for kx in 0..SIDE {
                    let to = &mut image.sums[at + kx * WIDEST..][..lanes];
                    let to = &mut T::vectors_mut::<S>(to)[0];
                    *to = T::plus(simd, *to, sums[ky][kx]);
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// One column of windows.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn walk_column<S: Simd>(
        &self,
        simd: S,
        j: usize,
        channel: usize,
        mut sums: [[T::Vector<S>; SIDE]; SIDE],
    ) -> [[T::Vector<S>; SIDE]; SIDE] {
        let Sweep {
            image: [height, width],
            before,
            output: [rows, columns],
            ..
        } = *self.sweep;
        let (c, image, gradient) = (self.channels, self.x, self.dy);
        let (lanes, zero) = (T::lanes::<S>(), T::splat(simd, T::zero()));
        let under = Under::<T, S, SIDE>::new(simd, [width, c], j as isize - before[1], channel);
        // of the row whose windows begin here, and the four above
        let mut dy = [zero; SIDE];
        for t in 0..rows + SIDE - 1 {
            for k in (1..SIDE).rev() {
                dy[k] = dy[k - 1];
            }
            dy[0] = zero;
            if t < rows {
                let at = (t * columns + j) * c + channel;
                dy[0] = T::vectors::<S>(&gradient[at..][..lanes])[0];
            }
            let y = t.wrapping_sub(before[0] as usize);
            if y >= height {
                continue;
            }
            let row = under.row(image, y);
            for kx in 0..SIDE {
                let x = under.pixel::<SIDE>(simd, row, kx);
                for ky in 0..SIDE {
                    sums[ky][kx] = T::fma(simd, x, dy[ky], sums[ky][kx]);
                }
            }
        }
        sums
    }
}
