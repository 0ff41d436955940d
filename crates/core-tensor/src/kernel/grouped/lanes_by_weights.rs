//! The gradient of the filter where small groups share registers: sums for each tap and each partner of a lane, arranged as in `lanes.rs`.

use pulp::{Arch, Simd, WithSimd};

use super::super::GroupedWindow2d;
use super::super::block::every_shape;
use super::super::tile::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::{load, partners, rows_inside, swap_all};

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
        _ => arch.dispatch(Grouped::<_, 4>(image)),
    }
}

/// One sample.
struct Image<'a, T> {
    sweep: &'a Sweep,
    channels: usize,
    x: &'a [T],
    dy: &'a [T],
    sums: &'a mut [T],
}

/// The same with the size of its groups.
struct Grouped<I, const N: usize>(I);

/// A row of the output's gradient and a row of taps, for as many channels as a register holds.
struct Row {
    /// where the row of the image begins, the row of the gradient, and the sums
    x: usize,
    dy: usize,
    sums: usize,
    /// how many channels there are
    part: usize,
}

impl<T: Lanes, const N: usize> WithSimd for Grouped<Image<'_, T>, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut image = self.0;
        let Sweep {
            image: [_, width],
            taps,
            apart,
            step,
            to,
            ..
        } = *image.sweep;
        let (lanes, pitch) = (T::lanes::<S>(), image.channels.next_multiple_of(WIDEST));
        let shared = step[1] <= 2 && apart[1] == 1;
        for i in 0..image.sweep.output[0] {
            let (rows, y) = rows_inside(image.sweep, i);
            for channel in (0..image.channels).step_by(lanes) {
                for (n, ky) in rows.clone().enumerate() {
                    let row = Row {
                        x: (y + n * apart[0]) * width * image.channels + channel,
                        dy: i * to[0] + channel,
                        sums: ky * taps[1] * N * pitch + channel,
                        part: lanes.min(image.channels - channel),
                    };
                    macro_rules! tiles { ($($n:literal $taps:literal $step:literal: $mr:literal $under:literal;)*) => { $(
                        if const { N == $n && every_shape::<T, S>() } && shared && taps[1] == $taps && step[1] == $step {
                            image.add_row::<S, N, $taps, $step, $mr, $under>(simd, &row);
                            continue;
                        }
                    )* } }
                    tiles! {
                        1 3 1: 8 10;
                        1 5 1: 8 12;
                        1 7 1: 8 14;
                        1 3 2: 4 9;
                        1 5 2: 4 11;
                        4 3 1: 8 10;
                        4 3 2: 4 9;
                    }
                    for kx in 0..taps[1] {
                        image.add_tap::<S, N, 4>(simd, &row, kx);
                    }
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// The gradients of `MR` neighbouring pixels from `j`, zeros where there are none.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn gradients<S: Simd, const MR: usize>(
        &self,
        simd: S,
        row: &Row,
        j: usize,
    ) -> [T::Vector<S>; MR] {
        let mut dy = [T::splat(simd, T::zero()); MR];
        for r in 0..MR {
            if j + r < self.sweep.output[1] {
                dy[r] = load(simd, self.dy, row.dy + (j + r) * self.sweep.to[1], row.part);
            }
        }
        dy
    }

    /// All taps of a row.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn add_row<
        S: Simd,
        const N: usize,
        const KW: usize,
        const STEP: usize,
        const MR: usize,
        const UNDER: usize,
    >(
        &mut self,
        simd: S,
        row: &Row,
    ) {
        let (pitch, lanes) = (self.channels.next_multiple_of(WIDEST), T::lanes::<S>());
        let width = self.sweep.image[1];
        let mut sums = [[T::splat(simd, T::zero()); KW]; N];
        for s in 0..N {
            for kx in 0..KW {
                sums[s][kx] =
                    T::vectors::<S>(&self.sums[row.sums + (kx * N + s) * pitch..][..lanes])[0];
            }
        }
        for j in (0..self.sweep.output[1]).step_by(MR) {
            let first = (j * STEP) as isize - self.sweep.before[1];
            let dy = self.gradients::<S, MR>(simd, row, j);
            let mut x = [T::splat(simd, T::zero()); UNDER];
            for p in 0..UNDER {
                let column = (first + p as isize) as usize;
                if column < width {
                    x[p] = load(simd, self.x, row.x + column * self.channels, row.part);
                }
            }
            partners!(simd, N, x, |s| {
                for r in 0..MR {
                    for kx in 0..KW {
                        sums[s][kx] = T::fma(simd, x[r * STEP + kx], dy[r], sums[s][kx]);
                    }
                }
            });
        }
        for s in 0..N {
            for kx in 0..KW {
                let to = &mut self.sums[row.sums + (kx * N + s) * pitch..][..lanes];
                T::vectors_mut::<S>(to)[0] = sums[s][kx];
            }
        }
    }

    /// One tap of any window.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn add_tap<S: Simd, const N: usize, const MR: usize>(&mut self, simd: S, row: &Row, kx: usize) {
        let (pitch, lanes) = (self.channels.next_multiple_of(WIDEST), T::lanes::<S>());
        let [_, step] = self.sweep.step;
        let one = T::splat(simd, T::one());
        let mut sums = [[T::splat(simd, T::zero()); MR]; N];
        for j in (0..self.sweep.output[1]).step_by(MR) {
            let first = (j * step + kx * self.sweep.apart[1]) as isize - self.sweep.before[1];
            let dy = self.gradients::<S, MR>(simd, row, j);
            let mut x = [T::splat(simd, T::zero()); MR];
            for r in 0..MR {
                let column = (first + (r * step) as isize) as usize;
                if column < self.sweep.image[1] {
                    x[r] = load(simd, self.x, row.x + column * self.channels, row.part);
                }
            }
            partners!(simd, N, x, |s| {
                for r in 0..MR {
                    sums[s][r] = T::fma(simd, x[r], dy[r], sums[s][r]);
                }
            });
        }
        for s in 0..N {
            let to = &mut self.sums[row.sums + (kx * N + s) * pitch..][..lanes];
            let to = &mut T::vectors_mut::<S>(to)[0];
            for r in 0..MR {
                *to = T::fma(simd, one, sums[s][r], *to);
            }
        }
    }
}
