//! Small groups that share registers: a lane is an output channel, and meets every input channel of its group.
//!
//! Of a group of `N` channels, lane `o` needs the inputs `o ^ 0, o ^ 1, … o ^ (N − 1)`: a register of neighbouring channels and the same
//! with its lanes swapped. The filter is arranged to meet them, `[height][width][s][channel out]` with the weight of input `o ^ s`. A layer
//! with one channel a group, a depthwise one, is the case without swaps. Nothing is laid out but the filter: what lies outside the image
//! is a register of zeros, rows of taps outside are left out.

use core::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::super::block::every_shape;
use super::super::tile::Lanes;
use super::super::{GroupedWindow2d, Start};
use super::WIDEST;
use super::geometry::Sweep;

/// Whether registers of this machine hold groups of this size.
pub(super) fn pays<T: Lanes>(arch: Arch, w: &GroupedWindow2d) -> bool {
    struct Most<T>(core::marker::PhantomData<T>);
    impl<T: Lanes> WithSimd for Most<T> {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            if S::IS_SCALAR {
                1
            } else {
                T::SWAPS.min(T::lanes::<S>())
            }
        }
    }
    w.shares() && w.channels()[0] <= arch.dispatch(Most::<T>(core::marker::PhantomData))
}

/// The weights of one tap: `to[s][group·N + lane]` is that of the pair `pair(lane ^ s, lane)`, in the order of the filter.
fn arrange_tap<T: Lanes>(w: &GroupedWindow2d, tap: &[T], transposed: bool, to: &mut [T]) {
    let n = w.channels()[0];
    let columns = w.groups * n;
    for (s, to) in to
        .chunks_exact_mut(columns.next_multiple_of(WIDEST))
        .enumerate()
    {
        for (lane, to) in to[..columns].iter_mut().enumerate() {
            let (group, own) = (lane - lane % n, lane % n);
            let [from, into] = if transposed {
                [own, own ^ s]
            } else {
                [own ^ s, own]
            };
            *to = tap[from * columns + group + into];
        }
    }
}

/// The filter as the tile reads it.
pub(super) fn arrange<T: Lanes>(w: &GroupedWindow2d, filter: &[T], taps: &mut [T]) {
    let len = w.channels()[0] * w.window.output[2];
    for (filter, to) in filter
        .chunks_exact(len.max(1))
        .zip(taps.chunks_exact_mut(w.arranged_tap().max(1)))
    {
        arrange_tap(w, filter, false, to);
    }
}

/// The filters of all phases, in reverse and transposed within each group.
pub(super) fn arrange_phases<T: Lanes>(w: &GroupedWindow2d, filter: &[T], taps: &mut [T]) {
    let len = w.channels()[0] * w.window.output[2];
    w.for_each_phase(|phase, at| {
        let [height, width] = phase.sweep.taps;
        for n in 0..height * width {
            let [ky, kx] = phase.tap([n / width, n % width]);
            let filter = &filter[(ky * w.window.kernel[1] + kx) * len..][..len];
            let to = &mut taps[(at + n) * w.arranged_tap()..][..w.arranged_tap()];
            arrange_tap(w, filter, true, to);
        }
    });
}

/// The reverse of [`arrange`]: adds what was summed to the filter's gradient.
pub(super) fn add_arranged<T: Lanes>(w: &GroupedWindow2d, sums: &[T], dfilter: &mut [T]) {
    let n = w.channels()[0];
    let columns = w.groups * n;
    let taps = sums.chunks_exact(w.arranged_tap().max(1));
    for (sums, to) in taps.zip(dfilter.chunks_exact_mut((n * columns).max(1))) {
        for (s, sums) in sums
            .chunks_exact(columns.next_multiple_of(WIDEST))
            .enumerate()
        {
            for (lane, &sum) in sums[..columns].iter().enumerate() {
                let (group, own) = (lane - lane % n, lane % n);
                let place = &mut to[(own ^ s) * columns + group + own];
                *place = *place + sum;
            }
        }
    }
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
        _ => arch.dispatch(Grouped::<_, 4>(image)),
    }
}

/// One sample.
struct Image<'a, T> {
    sweep: &'a Sweep,
    channels: usize,
    x: &'a [T],
    taps: &'a [T],
    start: Start<'a, T>,
    y: &'a mut [T],
}

/// The same with the size of its groups.
struct Grouped<I, const N: usize>(I);

/// A row of windows, for as many channels as a register holds.
struct Row {
    /// rows of taps inside the image, and the first of the image's rows under them
    taps: Range<usize>,
    y: usize,
    /// where the channels begin, and how many there are
    channel: usize,
    part: usize,
    /// where the pixels written begin
    to: usize,
}

impl<T: Lanes, const N: usize> WithSimd for Grouped<Image<'_, T>, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut image = self.0;
        let Sweep {
            taps, apart, step, ..
        } = *image.sweep;
        let lanes = T::lanes::<S>();
        let shared = step[1] <= 2 && apart[1] == 1;
        for i in 0..image.sweep.output[0] {
            let (rows, y) = rows_inside(image.sweep, i);
            for channel in (0..image.channels).step_by(lanes) {
                let row = Row {
                    taps: rows.clone(),
                    y,
                    channel,
                    part: lanes.min(image.channels - channel),
                    to: i * image.sweep.to[0] + channel,
                };
                let width = image.sweep.output[1];
                // channels a group, taps, stride: pixels of a tile, and how many lie under them
                macro_rules! tiles { ($($n:literal $taps:literal $step:literal: $($mr:literal $under:literal)+;)*) => { $(
                    if const { N == $n && every_shape::<T, S>() } && shared && taps[1] == $taps && step[1] == $step {
                        let mr = fewest(width, &[$($mr),+]);
                        for j in (0..width).step_by(mr) {
                            $(if mr == $mr { image.tile::<S, N, $taps, $step, $mr, $under>(simd, &row, j); })+
                        }
                        continue;
                    }
                )* } }
                tiles! {
                    1 3 1: 8 10 7 9 4 6;
                    1 5 1: 8 12 7 11 4 8;
                    1 7 1: 8 14 7 13 4 10;
                    1 3 2: 7 15 4 9;
                    1 5 2: 4 11;
                    4 3 1: 8 10 7 9 4 6;
                    4 3 2: 7 15 4 9;
                }
                for j in (0..width).step_by(4) {
                    image.tile_of_any_window::<S, N, 4>(simd, &row, j);
                }
            }
        }
    }
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

/// Of several widths of a tile the one that leaves the fewest pixels over, or the first of those.
fn fewest(width: usize, tiles: &[usize]) -> usize {
    let cost = |&&mr: &&usize| width.next_multiple_of(mr);
    *tiles.iter().min_by_key(cost).expect("a tile")
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

/// The vectors of a tile with their lanes swapped.
#[inline(always)]
pub(super) fn swap_all<T: Lanes, S: Simd, const M: usize>(
    simd: S,
    mut x: [T::Vector<S>; M],
    by: usize,
) -> [T::Vector<S>; M] {
    for x in &mut x {
        *x = T::swap(simd, *x, by);
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
    /// `MR` neighbouring pixels. The `UNDER` pixels under their windows are read once for each row of taps.
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
        const MR: usize,
        const UNDER: usize,
    >(
        &mut self,
        simd: S,
        row: &Row,
        j: usize,
    ) {
        let ([_, width], pitch) = (self.sweep.image, self.channels.next_multiple_of(WIDEST));
        let (lanes, first) = (T::lanes::<S>(), (j * STEP) as isize - self.sweep.before[1]);
        let mut sums = self.begin::<S, MR>(simd, row, j);
        let mut line = row.y * width * self.channels + row.channel;
        for ky in row.taps.clone() {
            let mut x = [T::splat(simd, T::zero()); UNDER];
            for p in 0..UNDER {
                let column = (first + p as isize) as usize;
                if column < width {
                    x[p] = load(simd, self.x, line + column * self.channels, row.part);
                }
            }
            let taps = &self.taps[ky * KW * N * pitch + row.channel..];
            partners!(simd, N, x, |s| {
                for kx in 0..KW {
                    let tap = T::vectors::<S>(&taps[(kx * N + s) * pitch..][..lanes])[0];
                    for r in 0..MR {
                        sums[r] = T::fma(simd, x[r * STEP + kx], tap, sums[r]);
                    }
                }
            });
            line += self.sweep.apart[0] * width * self.channels;
        }
        self.store(simd, row, j, sums);
    }

    /// The same for any window, which reads its pixels once for each tap.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn tile_of_any_window<S: Simd, const N: usize, const MR: usize>(
        &mut self,
        simd: S,
        row: &Row,
        j: usize,
    ) {
        let ([_, width], pitch) = (self.sweep.image, self.channels.next_multiple_of(WIDEST));
        let lanes = T::lanes::<S>();
        let mut sums = self.begin::<S, MR>(simd, row, j);
        let mut line = row.y * width * self.channels + row.channel;
        let [_, taps] = self.sweep.taps;
        for ky in row.taps.clone() {
            for kx in 0..taps {
                let first = (j * self.sweep.step[1] + kx * self.sweep.apart[1]) as isize
                    - self.sweep.before[1];
                let mut x = [T::splat(simd, T::zero()); MR];
                for r in 0..MR {
                    let column = (first + (r * self.sweep.step[1]) as isize) as usize;
                    if column < width {
                        x[r] = load(simd, self.x, line + column * self.channels, row.part);
                    }
                }
                let taps = &self.taps[(ky * taps + kx) * N * pitch + row.channel..];
                partners!(simd, N, x, |s| {
                    let tap = T::vectors::<S>(&taps[s * pitch..][..lanes])[0];
                    for r in 0..MR {
                        sums[r] = T::fma(simd, x[r], tap, sums[r]);
                    }
                });
            }
            line += self.sweep.apart[0] * width * self.channels;
        }
        self.store(simd, row, j, sums);
    }

    /// What the sums of the pixels from `j` begin with.
    #[inline(always)]
    fn begin<S: Simd, const MR: usize>(&self, simd: S, row: &Row, j: usize) -> [T::Vector<S>; MR] {
        let mut sums = [T::splat(simd, T::zero()); MR];
        match self.start {
            Start::Zero => {}
            Start::Row(bias) => sums = [load(simd, bias, row.channel, row.part); MR],
            Start::Output => {
                for (r, sum) in sums.iter_mut().enumerate() {
                    if j + r < self.sweep.output[1] {
                        *sum = load(simd, self.y, row.to + (j + r) * self.sweep.to[1], row.part);
                    }
                }
            }
        }
        sums
    }

    /// Writes the pixels from `j` that there are.
    #[inline(always)]
    fn store<S: Simd, const MR: usize>(
        &mut self,
        simd: S,
        row: &Row,
        j: usize,
        sums: [T::Vector<S>; MR],
    ) {
        for (r, sum) in sums.into_iter().enumerate() {
            if j + r < self.sweep.output[1] {
                let to = &mut self.y[row.to + (j + r) * self.sweep.to[1]..][..row.part];
                if row.part == T::lanes::<S>() {
                    T::vectors_mut::<S>(to)[0] = sum;
                } else {
                    T::store_part(simd, to, sum);
                }
            }
        }
    }
}
