//! The gradient of the filter for the windows of `pairs.rs`, by the same tiles: the nine sums and the output's gradient under two rows of windows stay in
//! registers.

use core::ops::Range;

use pulp::Simd;

use super::super::apart::{Evenly, Pixels, store_apart};
use super::super::lanes::Lanes;
use super::geometry::Sweep;
use super::lanes_by_weights::Image;
use super::pairs::{Pair, RowPairs, each_meeting};
use super::walk::{OUTER, Taps};

impl<'a, T: Lanes> RowPairs<'a, T> for Image<'a, T> {
    #[inline(always)]
    fn sweep(&self) -> (&'a Sweep, usize, &'a [T]) {
        (self.sweep, self.channels, self.x)
    }

    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn tiles<S: Simd, const MR: usize, const UNDER: usize>(
        &mut self,
        simd: S,
        &Pair {
            i,
            done,
            x: rows_under,
        }: &Pair<'a, T>,
        tiles: Range<usize>,
        channel: usize,
    ) {
        let Sweep {
            image: [_, width],
            before,
            output: [rows, columns],
            ..
        } = *self.sweep;
        let (c, gradient) = (self.channels, self.dy);
        let zero = T::splat(simd, T::zero());
        let at = Taps::new(c, channel, [0, 1]);
        let mut sums: [[T::Vector<S>; 3]; 3] = at.load::<T, S>(self.sums);
        for tile in tiles.step_by(MR) {
            // the last ends with the image, and some of its columns may be done already; the compiler shall not know them, as in `pairs.rs`
            let [j, c] = core::hint::black_box([tile.min(columns - MR), c]);
            let first = j as isize - before[1];
            let windows = Evenly::<T, S, MR>::new(c);
            let mut dy = [[zero; MR]; 2];
            for o in 0..2 {
                if i + o < rows && o >= done {
                    dy[o] = windows.load(gradient, ((i + o) * columns + j) * c + channel);
                    if tile > j {
                        for r in 0..MR {
                            if r < tile - j {
                                dy[o][r] = zero;
                            }
                        }
                    }
                }
            }
            if first >= 0 && first as usize + UNDER <= width {
                let under = Pixels::<UNDER, 0>::new([width, c], first).under(simd, channel);
                each_meeting!(simd, rows_under, under, UNDER, MR, |x, [ky, kx], [o, r]| {
                    sums[ky][kx] = T::fma(simd, x, dy[o][r], sums[ky][kx]);
                });
            } else {
                let under = Pixels::<UNDER, OUTER>::new([width, c], first).under(simd, channel);
                each_meeting!(simd, rows_under, under, UNDER, MR, |x, [ky, kx], [o, r]| {
                    sums[ky][kx] = T::fma(simd, x, dy[o][r], sums[ky][kx]);
                });
            }
        }
        for ky in 0..3 {
            let row = &mut self.sums[at.first + ky * at.apart[0]..];
            for kx in 0..3 {
                store_apart::<T, S, 3>(row, at.apart[1], kx, sums[ky][kx]);
            }
        }
    }
}
