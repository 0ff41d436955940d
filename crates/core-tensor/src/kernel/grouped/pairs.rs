//! Depthwise windows of 3×3 that touch: two rows of them at a time, the nine weights and all sums of a tile in registers.
//!
//! All channels of a tile's pixels are met before the next tile's, so memory is read in the order in which it lies.

use core::marker::PhantomData;
use core::ops::Range;

use pulp::{Simd, WithSimd};

use super::super::Start;
use super::super::apart::{Evenly, Pixels};
use super::super::array::from_fn;
use super::super::lanes::Lanes;
use super::geometry::Sweep;
use super::lanes::{Image, fewest};
use super::walk::{OUTER, Taps};

/// Bytes of a row of the image whose tiles are done before those of the next pair of rows, which meet half of its pixels again.
const ROW: usize = 8 << 10;
/// Channels that are met before those behind them.
const CHANNELS: usize = 256;
/// Tiles of a row that the same weights meet, one after the other.
const TILES: usize = 2;

/// One sample whose windows are met by pairs of rows.
pub(super) trait RowPairs<'a, T> {
    /// The windows, how many channels there are, and the image.
    fn sweep(&self) -> (&'a Sweep, usize, &'a [T]);

    /// A few tiles of `MR` columns, for the channels of a register.
    fn tiles<S: Simd, const MR: usize, const UNDER: usize>(
        &mut self,
        simd: S,
        pair: &Pair<'a, T>,
        columns: Range<usize>,
        channel: usize,
    );
}

/// A pair of rows of windows.
pub(super) struct Pair<'a, T> {
    /// the first row
    pub(super) i: usize,
    /// how many of them are done already
    pub(super) done: usize,
    /// the rows of the image under them, empty where they are outside
    pub(super) x: [&'a [T]; 4],
}

/// All of a sample.
pub(super) struct Pairs<'a, T, I>(pub(super) &'a mut I, pub(super) PhantomData<T>);

impl<'a, T: Lanes, I: RowPairs<'a, T>> WithSimd for Pairs<'_, T, I> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match fewest(self.0.sweep().0.output[1], &[8, 7]) {
            8 => simd.vectorize(Wide::<T, I, 8, 10>(self.0, PhantomData)),
            _ => simd.vectorize(Wide::<T, I, 7, 9>(self.0, PhantomData)),
        }
    }
}

/// The same by tiles of `MR` columns, compiled by itself.
struct Wide<'a, T, I, const MR: usize, const UNDER: usize>(&'a mut I, PhantomData<T>);

impl<'a, T: Lanes, I: RowPairs<'a, T>, const MR: usize, const UNDER: usize> WithSimd
    for Wide<'_, T, I, MR, UNDER>
{
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let sample = self.0;
        let (sweep, c, image) = sample.sweep();
        let ([rows, columns], [height, width]) = (sweep.output, sweep.image);
        let whole = c / T::lanes::<S>() * T::lanes::<S>();
        for first in (0..whole).step_by(CHANNELS) {
            let channels = first..whole.min(first + CHANNELS);
            let strip = (ROW / size_of::<T>() / channels.len()).max(MR) / MR * MR;
            for from in (0..columns).step_by(strip) {
                let end = columns.min(from + strip);
                for row in (0..rows).step_by(2) {
                    // the last row goes with the one before
                    let i = row.min(rows.saturating_sub(2));
                    let pair = Pair {
                        i,
                        done: row - i,
                        x: rows_under(
                            image,
                            [height, width * c],
                            i.wrapping_sub(sweep.before[0] as usize),
                        ),
                    };
                    for j in (from..end).step_by(TILES * MR) {
                        for channel in channels.clone().step_by(T::lanes::<S>()) {
                            let columns = j..end.min(j + TILES * MR);
                            sample.tiles::<S, MR, UNDER>(simd, &pair, columns, channel);
                        }
                    }
                }
            }
        }
    }
}

/// The rows of an image, of so many numbers, under a pair of windows' rows that begins with row `top`, maybe a negative number, wrapped; those outside are
/// empty.
#[inline(always)]
fn rows_under<T>(image: &[T], [rows, len]: [usize; 2], top: usize) -> [&[T]; 4] {
    from_fn(
        #[inline(always)]
        |t| {
            let y = top.wrapping_add(t);
            if y < rows {
                &image[y * len..][..len]
            } else {
                &[]
            }
        },
    )
}

/// Runs `$body` for each pixel `$x` under a tile of `$mr` columns and two rows, and for each of its windows that it lies in: that of row `$o` and column
/// `$r`, at tap `$ky`, `$kx`. Neighbours lie apart in this order, since the sums of their windows wait for one another.
macro_rules! each_meeting {
    ($simd:ident, $rows:ident, $under:ident, $n:ident, $mr:ident, |$x:ident, [$ky:ident, $kx:ident], [$o:ident, $r:ident]| $body:block) => {
        each_meeting!(@rows $simd $rows $under $n $mr $x $ky $kx $o $r $body; 0 1 2 3)
    };
    (@rows $simd:ident $rows:ident $under:ident $n:ident $mr:ident $x:ident $ky:ident $kx:ident $o:ident $r:ident $body:block; $($t:literal)*) => { $(
        let row = $rows[$t];
        if !row.is_empty() {
            each_meeting!(@pixels $n p {
                let $x = $under.pixel($simd, row, p);
                for $kx in 0..3 {
                    if p >= $kx && p - $kx < $mr {
                        let $r = p - $kx;
                        for $o in 0..2 {
                            if $t >= $o && $t - $o < 3 {
                                let $ky = $t - $o;
                                $body
                            }
                        }
                    }
                }
            } 0 3 6 9 1 4 7 2 5 8);
        }
    )* };
    (@pixels $n:ident $p:ident $body:block $($number:literal)*) => { $( if $number < $n { let $p = $number; $body } )* };
}
pub(super) use each_meeting;

impl<'a, T: Lanes> RowPairs<'a, T> for Image<'a, T> {
    #[inline(always)]
    fn sweep(&self) -> (&'a Sweep, usize, &'a [T]) {
        (self.sweep, self.channels, self.x)
    }

    #[inline(always)]
    fn tiles<S: Simd, const MR: usize, const UNDER: usize>(
        &mut self,
        simd: S,
        &Pair {
            i, x: rows_under, ..
        }: &Pair<'a, T>,
        tiles: Range<usize>,
        channel: usize,
    ) {
        let Sweep {
            image: [_, width],
            before,
            output: [rows, columns],
            to: [to_row, to_pixel],
            ..
        } = *self.sweep;
        // copies, since what is written could otherwise be them
        let (c, filter, y_out) = (self.channels, self.taps, &mut *self.y);
        let windows = Evenly::<T, S, MR>::new(to_pixel);
        let begin = match self.start {
            Start::Row(bias) => T::vectors::<S>(&bias[channel..][..T::lanes::<S>()])[0],
            _ => T::splat(simd, T::zero()),
        };
        let taps = Taps::new(c, channel, [0, 1]).load::<T, S>(filter);
        for j in tiles.step_by(MR) {
            // The last ends with the image. Were these numbers known, the addresses of all pixels of all rows would be worked out before the loop,
            // and be more than there are registers.
            let [j, c] = core::hint::black_box([j.min(columns - MR), c]);
            let first = j as isize - before[1];
            let at = i * to_row + j * to_pixel + channel;
            let mut sums = [[begin; MR]; 2];
            if first >= 0 && first as usize + UNDER <= width {
                let under = Pixels::<UNDER, 0>::new([width, c], first).under(simd, channel);
                each_meeting!(simd, rows_under, under, UNDER, MR, |x, [ky, kx], [o, r]| {
                    sums[o][r] = T::fma(simd, x, taps[ky][kx], sums[o][r]);
                });
            } else {
                let under = Pixels::<UNDER, OUTER>::new([width, c], first).under(simd, channel);
                each_meeting!(simd, rows_under, under, UNDER, MR, |x, [ky, kx], [o, r]| {
                    sums[o][r] = T::fma(simd, x, taps[ky][kx], sums[o][r]);
                });
            }
            windows.store(y_out, at, &sums[0]);
            if i + 1 < rows {
                windows.store(y_out, at + to_row, &sums[1]);
            }
        }
    }
}
