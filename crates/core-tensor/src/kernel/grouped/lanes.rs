//! Small groups that share registers: a lane is an output channel, and meets every input channel of its group.
//!
//! Of a group of `N` channels, lane `o` needs the inputs `o ^ 0, o ^ 1, … o ^ (N − 1)`: a register of neighbouring channels and the same
//! with its lanes swapped. The filter is arranged to meet them, `[height][register][width][s][lane]` with the weight of input `o ^ s`. A layer
//! with one channel a group, a depthwise one, is the case without swaps. Nothing is laid out but the filter: what lies outside the image
//! is a register of zeros, rows of taps outside are left out.

use core::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use super::super::apart::{Pixels, Under, load_apart, store_apart};
use super::super::array::from_fn;
use super::super::block::every_shape;
use super::super::lanes::Lanes;
use super::super::{GroupedWindow2d, Start};
use super::geometry::Sweep;
use super::pairs::Pairs;
use super::strip::Strips;
use super::{MOST_SWAPPED, WIDEST, holds};

/// Whether registers of this machine hold groups of this size: small ones under any window, others where they are walked.
pub(super) fn pays<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    sweep: &Sweep,
    start: Start<'_, T>,
) -> bool {
    struct Most<T>(PhantomData<T>, bool);
    impl<T: Lanes> WithSimd for Most<T> {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            let most = T::SWAPS.min(T::lanes::<S>());
            if S::IS_SCALAR {
                1
            } else if const { every_shape::<T, S>() } && self.1 {
                most
            } else {
                most.min(MOST_SWAPPED)
            }
        }
    }
    let whole = w.window.output[2].is_multiple_of(WIDEST) && !matches!(start, Start::Output);
    let walked = whole && sweep.is_walked();
    w.shares() && w.channels()[0] <= arch.dispatch(Most::<T>(PhantomData, walked))
}

/// `y = start + x ∗ taps` for one sample and an arranged filter.
pub(super) fn run<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    sweep: &Sweep,
    [x, taps]: [&[T]; 2],
    start: Start<'_, T>,
    y: &mut [T],
) {
    let image = Image {
        sweep,
        channels: w.window.output[2],
        x,
        taps,
        start,
        y,
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
    /// the filter, arranged
    pub(super) taps: &'a [T],
    pub(super) start: Start<'a, T>,
    pub(super) y: &'a mut [T],
}

/// The same with the size of its groups.
struct Grouped<I, const N: usize>(I);

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
        let (lanes, width) = (T::lanes::<S>(), image.sweep.output[1]);
        let added = matches!(image.start, Start::Output);
        let mut whole = step[1] <= 2 && apart[1] == 1 && !added && const { every_shape::<T, S>() };
        let two = step[0] == 1 && apart[0] == 1;
        // channels a group, taps, stride, rows of a tile: pixels in each, and how many lie under them
        macro_rules! rows { ($($n:literal $taps:literal $step:literal $rows:literal: $($mr:literal $under:literal)+;)*) => { $(
            if const { N == $n && every_shape::<T, S>() }
                && whole && taps[1] == $taps && step[1] == $step && ($rows == 1 || two)
            {
                match fewest(width, &[$($mr),+]) {
                    $($mr => simd.vectorize(Rows::<_, N, $taps, $step, $rows, $mr, $under>(&mut image)),)+
                    _ => unreachable!("a width of the list"),
                }
            } else
        )* if const { N == 1 && every_shape::<T, S>() } && whole && image.sweep.is_walked() {
            Pairs(&mut image, PhantomData::<T>).with_simd(simd);
        } else if const { N > 1 && every_shape::<T, S>() } && whole && image.sweep.is_walked() {
            simd.vectorize(Strips { image: &mut image, partners: N });
        } else {
            whole = false;
        } } }
        rows! {
            1 1 1 2: 8 8;
            1 2 1 2: 8 9;
            1 5 1 2: 8 12 7 11;
            1 7 1 2: 8 14;
            1 5 2 1: 4 11;
            4 3 1 2: 8 10 7 9;
            4 3 2 1: 7 15;
        }
        // what is left: other windows, and channels that fill part of a register
        if const { N > MOST_SWAPPED } {
            return;
        }
        let first = if whole {
            image.channels / lanes * lanes
        } else {
            0
        };
        for channel in (first..image.channels).step_by(lanes) {
            for i in 0..image.sweep.output[0] {
                let row = image.row(i, channel);
                let part = lanes.min(image.channels - channel);
                for j in (0..width).step_by(4) {
                    if part == lanes && j + 4 <= width {
                        image.tile_of_any_window::<S, N, 4, true>(simd, &row, j, part);
                    } else {
                        image.tile_of_any_window::<S, N, 4, false>(simd, &row, j, part);
                    }
                }
            }
        }
    }
}

/// Rows that are walked down at a time: more would lie in more pages than a processor keeps at hand.
pub(super) const BAND: usize = 14;

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
        let (width, c) = (image.sweep.image[1], image.channels);
        // down the image, so that its pixels are near when the next row of windows meets them again
        for from in (0..image.sweep.output[0]).step_by(BAND) {
            let rows = from..image.sweep.output[0].min(from + BAND);
            for j in (0..image.sweep.output[1]).step_by(MR) {
                for channel in (0..c / lanes * lanes).step_by(lanes) {
                    let first = (j * STEP) as isize - image.sweep.before[1];
                    let under = Pixels::<UNDER, UNDER>::new([width, c], first).under(simd, channel);
                    for i in rows.clone().step_by(ROWS) {
                        let at = [i, j];
                        image.tile::<S, N, KW, STEP, ROWS, MR, UNDER>(simd, &under, at, channel);
                    }
                }
            }
        }
    }
}

/// Of several widths of a tile the one that leaves the fewest pixels over, or the first of those.
pub(super) fn fewest(width: usize, tiles: &[usize]) -> usize {
    let cost = |&&mr: &&usize| width.next_multiple_of(mr);
    *tiles.iter().min_by_key(cost).expect("a tile")
}

/// Where the weights of a row of taps begin for the register with this channel, `taps` numbers of which belong to a lane.
#[inline(always)]
pub(super) fn tap_at(taps: usize, channels: usize, ky: usize, channel: usize) -> usize {
    (ky * channels.div_ceil(WIDEST) + channel / WIDEST) * taps * WIDEST + channel % WIDEST
}

/// Neighbouring pixels of a row, zeros outside the image. `first` may be a negative number, wrapped.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "loops of constant length stay in registers"
)]
pub(super) fn pixels<T: Lanes, S: Simd, const UNDER: usize>(
    simd: S,
    x: &[T],
    [line, width, c]: [usize; 3],
    first: usize,
    channel: usize,
) -> [T::Vector<S>; UNDER] {
    let lanes = T::lanes::<S>();
    let mut under = [T::splat(simd, T::zero()); UNDER];
    if first < width && first + UNDER <= width {
        let pixels = &x[(line + first) * c + channel..];
        for p in 0..UNDER {
            under[p] = load_apart::<T, S, UNDER>(pixels, c, p);
        }
    } else {
        // a walk from pixel to pixel: one address instead of as many as there are pixels
        let start = if first < width { first } else { 0 };
        let mut rest = &x[(line + start) * c..(line + width) * c];
        for p in 0..UNDER {
            if first.wrapping_add(p) < width {
                let (pixel, after) = rest.split_at(c);
                under[p] = T::vectors::<S>(&pixel[channel..][..lanes])[0];
                rest = after;
            }
        }
    }
    under
}

/// The vectors of a tile with their lanes swapped.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "loops of constant length stay in registers"
)]
pub(super) fn swap_all<T: Lanes, S: Simd, const M: usize>(
    simd: S,
    mut x: [T::Vector<S>; M],
    by: usize,
) -> [T::Vector<S>; M] {
    for i in 0..M {
        x[i] = T::swap(simd, x[i], by);
    }
    x
}

/// Runs `$body` for every partner of a lane, each one swap away from the one before; `$x` holds the swapped vectors.
macro_rules! partners {
    ($simd:expr, $n:ident, $x:ident, |$s:ident| $body:block) => {{
        {
            let $s = 0;
            $body
        }
        if $n > 1 {
            $x = swap_all::<T, S, _>($simd, $x, 1);
            {
                let $s = 1;
                $body
            }
        }
        if $n > 2 {
            $x = swap_all::<T, S, _>($simd, $x, 2);
            {
                let $s = 3;
                $body
            }
            $x = swap_all::<T, S, _>($simd, $x, 1);
            {
                let $s = 2;
                $body
            }
        }
    }};
}
pub(super) use partners;

impl<T: Lanes> Image<'_, T> {
    /// `MR` neighbouring pixels of `ROWS` rows. The `UNDER` pixels of a row under their windows are read once.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn tile<
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
        under: &Under<T, S, UNDER, UNDER>,
        [i, j]: [usize; 2],
        channel: usize,
    ) {
        let Sweep {
            image: [height, _],
            taps: [rows, _],
            apart: [apart, _],
            step: [step, _],
            before,
            output,
            to: [to_row, to_pixel],
        } = *self.sweep;
        // copies, since what is written could otherwise be them
        let (c, x, filter, y_out) = (self.channels, self.x, self.taps, &mut *self.y);
        let (lanes, of_row) = (T::lanes::<S>(), KW * N * WIDEST);
        let top = ((i * step) as isize - before[0]) as usize;
        let begin = match self.start {
            Start::Row(bias) => T::vectors::<S>(&bias[channel..][..lanes])[0],
            _ => T::splat(simd, T::zero()),
        };
        let mut sums = [[begin; MR]; ROWS];
        for t in 0..rows + ROWS - 1 {
            let y = top.wrapping_add(t * apart);
            if y >= height {
                continue;
            }
            let row = under.row(x, y);
            let mut x: [T::Vector<S>; UNDER] = from_fn(
                #[inline(always)]
                |p| under.pixel(simd, row, p),
            );
            // the rows of taps that meet this row, seen from each row of the tile
            let mut taps: [&[T]; ROWS] = [&[]; ROWS];
            for o in 0..ROWS {
                let ky = t.wrapping_sub(o);
                if ky < rows {
                    let at = (ky * c.div_ceil(WIDEST) + channel / WIDEST) * of_row;
                    taps[o] = &filter[at + channel % WIDEST..at + of_row];
                }
            }
            partners!(simd, N, x, |s| {
                for o in 0..ROWS {
                    if taps[o].len() >= of_row - WIDEST + lanes {
                        for kx in 0..KW {
                            let tap =
                                T::vectors::<S>(&taps[o][(kx * N + s) * WIDEST..][..lanes])[0];
                            for r in 0..MR {
                                sums[o][r] = T::fma(simd, x[r * STEP + kx], tap, sums[o][r]);
                            }
                        }
                    }
                }
            });
        }
        for o in 0..ROWS {
            if i + o < output[0] {
                let mut y = &mut y_out[(i + o) * to_row + j * to_pixel + channel..];
                if j + MR <= output[1] {
                    for r in 0..MR {
                        store_apart::<T, S, MR>(y, to_pixel, r, sums[o][r]);
                    }
                    continue;
                }
                for r in 0..MR {
                    if r > 0 && j + r < output[1] {
                        y = &mut y[to_pixel..];
                    }
                    if j + r < output[1] {
                        T::vectors_mut::<S>(&mut y[..lanes])[0] = sums[o][r];
                    }
                }
            }
        }
    }
}
