//! Small groups that share registers under any window, and channels that fill part of one: what `lanes.rs` has no tile for.

use core::ops::Range;

use pulp::Simd;

use super::super::Start;
use super::super::lanes::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::{Image, partners, swap_all, tap_at};

/// A row of windows, for as many channels as a register holds.
pub(super) struct Row {
    /// rows of taps inside the image, and where the first of the image's rows under them begins
    taps: Range<usize>,
    from: usize,
    channel: usize,
    /// where the pixels written begin
    to: usize,
}

/// The rows of taps of the window `i` that lie inside the image, and the row of the image under the first.
#[inline(always)]
pub(super) fn rows_inside(sweep: &Sweep, i: usize) -> (Range<usize>, usize) {
    let first = (i * sweep.step[0]) as isize - sweep.before[0];
    let apart = sweep.apart[0].max(1);
    let skip = ((-first).max(0) as usize).div_ceil(apart);
    let inside = (sweep.image[0] as isize - first).max(0) as usize;
    let end = inside.div_ceil(apart).min(sweep.taps[0]);
    let y = first + (skip * apart) as isize;
    (skip.min(end)..end, y.max(0) as usize)
}

/// As many numbers as there are channels left.
#[inline(always)]
pub(super) fn load<T: Lanes, S: Simd>(simd: S, x: &[T], at: usize, part: usize) -> T::Vector<S> {
    if part == T::lanes::<S>() {
        T::vectors::<S>(&x[at..][..T::lanes::<S>()])[0]
    } else {
        T::load_part(simd, &x[at..][..part])
    }
}

impl<T: Lanes> Image<'_, T> {
    pub(super) fn row(&self, i: usize, channel: usize) -> Row {
        let (taps, y) = rows_inside(self.sweep, i);
        Row {
            taps,
            from: y * self.sweep.image[1] * self.channels + channel,
            channel,
            to: i * self.sweep.to[0] + channel,
        }
    }

    /// The same for any window, which reads its pixels once for each tap, and for part of a register unless all is `WHOLE`.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    pub(super) fn tile_of_any_window<
        S: Simd,
        const N: usize,
        const MR: usize,
        const WHOLE: bool,
    >(
        &mut self,
        simd: S,
        row: &Row,
        j: usize,
        part: usize,
    ) {
        let width = self.sweep.image[1];
        let (lanes, step, c) = (T::lanes::<S>(), self.sweep.step[1], self.channels);
        let part = if WHOLE { lanes } else { part };
        let mut sums = self.begin::<S, MR>(simd, row.to, row.channel, j, part);
        let mut line = row.from;
        let [_, taps] = self.sweep.taps;
        for ky in row.taps.clone() {
            for kx in 0..taps {
                let first = ((j * step + kx * self.sweep.apart[1]) as isize - self.sweep.before[1])
                    as usize;
                let mut x = [T::splat(simd, T::zero()); MR];
                for r in 0..MR {
                    let column = first.wrapping_add(r * step);
                    if column < width {
                        let x_r = &self.x[line + column * c..][..part];
                        x[r] = if WHOLE {
                            T::vectors::<S>(x_r)[0]
                        } else {
                            T::load_part(simd, x_r)
                        };
                    }
                }
                let at = tap_at(taps * N, c, ky, row.channel) + kx * N * WIDEST;
                let taps = &self.taps[at..];
                partners!(simd, N, x, |s| {
                    let tap = T::vectors::<S>(&taps[s * WIDEST..][..lanes])[0];
                    for r in 0..MR {
                        sums[r] = T::fma(simd, x[r], tap, sums[r]);
                    }
                });
            }
            line += self.sweep.apart[0] * width * c;
        }
        for r in 0..MR {
            if WHOLE || j + r < self.sweep.output[1] {
                let to = &mut self.y[row.to + (j + r) * self.sweep.to[1]..][..part];
                if WHOLE {
                    T::vectors_mut::<S>(to)[0] = sums[r];
                } else {
                    T::store_part(simd, to, sums[r]);
                }
            }
        }
    }

    /// What the sums of the pixels from `j` begin with.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn begin<S: Simd, const MR: usize>(
        &self,
        simd: S,
        to: usize,
        channel: usize,
        j: usize,
        part: usize,
    ) -> [T::Vector<S>; MR] {
        match self.start {
            Start::Zero => [T::splat(simd, T::zero()); MR],
            Start::Row(bias) => [load(simd, bias, channel, part); MR],
            Start::Output => {
                let mut sums = [T::splat(simd, T::zero()); MR];
                for r in 0..MR {
                    if j + r < self.sweep.output[1] {
                        sums[r] = load(simd, self.y, to + (j + r) * self.sweep.to[1], part);
                    }
                }
                sums
            }
        }
    }
}
