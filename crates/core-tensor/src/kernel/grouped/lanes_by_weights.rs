//! The gradient of the filter where small groups share registers: sums for each tap and each partner of a lane, arranged as in `lanes.rs`.

use core::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use super::super::GroupedWindow2d;
use super::super::block::every_shape;
use super::super::lanes::Lanes;
use super::column_by_weights::Columns;
use super::geometry::Sweep;
use super::lanes::{partners, pixels, swap_all, tap_at};
use super::lanes_any::{load, rows_inside};
use super::pairs::Pairs;
use super::strip_by_weights::Strips;
use super::{MOST_SWAPPED, WIDEST, holds};

/// Adds one sample's share to `sums`.
pub(super) fn run<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    sweep: &Sweep,
    [x, dy]: [&[T]; 2],
    sums: &mut [T],
) {
    let image = Image {
        sweep,
        channels: w.window.output[2],
        x,
        dy,
        sums,
    };
    match w.channels()[0] {
        1 => arch.dispatch(Grouped::<_, 1>(image)),
        2 => arch.dispatch(Grouped::<_, 2>(image)),
        4 => arch.dispatch(Grouped::<_, 4>(image)),
        8 => arch.dispatch(Grouped::<_, 8>(image)),
        _ => arch.dispatch(Grouped::<_, 16>(image)),
    }
}

/// One sample.
pub(super) struct Image<'a, T> {
    pub(super) sweep: &'a Sweep,
    pub(super) channels: usize,
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) sums: &'a mut [T],
}

/// The same with the size of its groups.
struct Grouped<I, const N: usize>(I);

/// A row of the output's gradient and a row of taps, for as many channels as a register holds.
struct Row {
    /// where the row of the image begins, the row of the gradient, and the sums
    x: usize,
    dy: usize,
    sums: usize,
}

impl<T: Lanes, const N: usize> WithSimd for Grouped<Image<'_, T>, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if const { !holds::<T, S>(N) } {
            unreachable!("a group that a register holds");
        }
        let mut image = self.0;
        let Sweep {
            taps, apart, step, ..
        } = *image.sweep;
        let lanes = T::lanes::<S>();
        let mut whole = step[1] <= 2 && apart[1] == 1 && const { every_shape::<T, S>() };
        // channels a group, taps, stride, rows of taps at a time: pixels of a tile, and how many lie under them
        macro_rules! rows { ($($n:literal $taps:literal $step:literal $rows:literal: $mr:literal $under:literal;)*) => { $(
            if const { N == $n && every_shape::<T, S>() } && whole && taps[1] == $taps && step[1] == $step && taps[0].is_multiple_of($rows) {
                simd.vectorize(Rows::<_, N, $taps, $step, $rows, $mr, $under>(&mut image));
            } else
        )* if const { N == 1 && every_shape::<T, S>() } && whole && image.sweep.is_walked_in_columns(5) {
            simd.vectorize(Columns::<_, 5>(&mut image));
        } else if const { N == 1 && every_shape::<T, S>() } && whole && image.sweep.is_walked_in_columns(7) {
            simd.vectorize(Columns::<_, 7>(&mut image));
        } else if const { N == 1 && every_shape::<T, S>() } && whole && image.sweep.is_walked() {
            Pairs(&mut image, PhantomData::<T>).with_simd(simd);
        } else if const { N > 1 && every_shape::<T, S>() } && whole && image.sweep.is_walked() {
            simd.vectorize(Strips { image: &mut image, partners: N });
        } else {
            whole = false;
        } } }
        rows! {
            1 3 2 3: 4 9;
            1 5 2 1: 4 11;
            4 3 2 1: 4 9;
        }
        if const { N > MOST_SWAPPED } {
            return;
        }
        let first = if whole {
            image.channels / lanes * lanes
        } else {
            0
        };
        for channel in (first..image.channels).step_by(lanes) {
            let part = lanes.min(image.channels - channel);
            for i in 0..image.sweep.output[0] {
                let (rows, y) = rows_inside(image.sweep, i);
                for (n, ky) in rows.enumerate() {
                    let row = image.row::<N>(i, y + n * apart[0], ky, channel);
                    for kx in 0..taps[1] {
                        if part == lanes {
                            image.add_tap::<S, N, 4, true>(simd, &row, kx, part);
                        } else {
                            image.add_tap::<S, N, 4, false>(simd, &row, kx, part);
                        }
                    }
                }
            }
        }
    }
}

/// All rows of an image by one tile, compiled by itself.
struct Rows<
    I,
    const N: usize,
    const KW: usize,
    const STEP: usize,
    const ROWS: usize,
    const MR: usize,
    const UNDER: usize,
>(I);

impl<
    T: Lanes,
    const N: usize,
    const KW: usize,
    const STEP: usize,
    const ROWS: usize,
    const MR: usize,
    const UNDER: usize,
> WithSimd for Rows<&mut Image<'_, T>, N, KW, STEP, ROWS, MR, UNDER>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let image = self.0;
        let lanes = T::lanes::<S>();
        for i in 0..image.sweep.output[0] {
            for channel in (0..image.channels / lanes * lanes).step_by(lanes) {
                for ky in (0..image.sweep.taps[0]).step_by(ROWS) {
                    image.add_rows::<S, N, KW, STEP, ROWS, MR, UNDER>(simd, [i, ky], channel);
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// Row `i` of the gradient, row `y` of the image, row `ky` of taps.
    fn row<const N: usize>(&self, i: usize, y: usize, ky: usize, channel: usize) -> Row {
        Row {
            x: y * self.sweep.image[1] * self.channels + channel,
            dy: i * self.sweep.to[0] + channel,
            sums: tap_at(self.sweep.taps[1] * N, self.channels, ky, channel),
        }
    }

    /// All taps of `ROWS` rows.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn add_rows<
        S: Simd,
        const N: usize,
        const KW: usize,
        const STEP: usize,
        const ROWS: usize,
        const MR: usize,
        const UNDER: usize,
    >(
        &mut self,
        simd: S,
        [i, ky]: [usize; 2],
        channel: usize,
    ) {
        let (lanes, of_row) = (
            T::lanes::<S>(),
            self.channels.div_ceil(WIDEST) * KW * N * WIDEST,
        );
        let Sweep {
            image: [height, width],
            apart: [apart, _],
            before,
            output: [_, columns],
            ..
        } = *self.sweep;
        let (c, image, gradient) = (self.channels, self.x, self.dy);
        let zero = T::splat(simd, T::zero());
        let y = ((i * self.sweep.step[0] + ky * apart) as isize - before[0]) as usize;
        let row = self.row::<N>(i, 0, ky, channel);
        let mut sums = [[[zero; KW]; N]; ROWS];
        for k in 0..ROWS {
            for s in 0..N {
                for kx in 0..KW {
                    let at = row.sums + k * of_row + (kx * N + s) * WIDEST;
                    sums[k][s][kx] = T::vectors::<S>(&self.sums[at..][..lanes])[0];
                }
            }
        }
        for j in (0..columns).step_by(MR) {
            let first = ((j * STEP) as isize - before[1]) as usize;
            let dy = pixels::<T, S, MR>(simd, gradient, [i * columns, columns, c], j, channel);
            for k in 0..ROWS {
                let y = y.wrapping_add(k * apart);
                if y >= height {
                    continue;
                }
                let line = [y * width, width, c];
                let mut x = pixels::<T, S, UNDER>(simd, image, line, first, channel);
                partners!(simd, N, x, |s| {
                    for r in 0..MR {
                        for kx in 0..KW {
                            sums[k][s][kx] = T::fma(simd, x[r * STEP + kx], dy[r], sums[k][s][kx]);
                        }
                    }
                });
            }
        }
        for k in 0..ROWS {
            for s in 0..N {
                for kx in 0..KW {
                    let at = row.sums + k * of_row + (kx * N + s) * WIDEST;
                    T::vectors_mut::<S>(&mut self.sums[at..][..lanes])[0] = sums[k][s][kx];
                }
            }
        }
    }

    /// One tap of any window, for part of a register unless all is `WHOLE`.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn add_tap<S: Simd, const N: usize, const MR: usize, const WHOLE: bool>(
        &mut self,
        simd: S,
        row: &Row,
        kx: usize,
        part: usize,
    ) {
        let lanes = T::lanes::<S>();
        let part = if WHOLE { lanes } else { part };
        let [_, step] = self.sweep.step;
        let (zero, one) = (T::splat(simd, T::zero()), T::splat(simd, T::one()));
        let mut sums = [[zero; MR]; N];
        for j in (0..self.sweep.output[1]).step_by(MR) {
            let first =
                ((j * step + kx * self.sweep.apart[1]) as isize - self.sweep.before[1]) as usize;
            let (mut x, mut dy) = ([zero; MR], [zero; MR]);
            for r in 0..MR {
                let column = first.wrapping_add(r * step);
                if j + r < self.sweep.output[1] && column < self.sweep.image[1] {
                    x[r] = load(simd, self.x, row.x + column * self.channels, part);
                    dy[r] = load(simd, self.dy, row.dy + (j + r) * self.sweep.to[1], part);
                }
            }
            partners!(simd, N, x, |s| {
                for r in 0..MR {
                    sums[s][r] = T::fma(simd, x[r], dy[r], sums[s][r]);
                }
            });
        }
        for s in 0..N {
            let to = &mut self.sums[row.sums + (kx * N + s) * WIDEST..][..lanes];
            let to = &mut T::vectors_mut::<S>(to)[0];
            for r in 0..MR {
                *to = T::fma(simd, one, sums[s][r], *to);
            }
        }
    }
}
