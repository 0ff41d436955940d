//! Depthwise windows of 3×3 that touch, walked down the image: a strip of columns at a time, its nine weights in registers all the way.
//!
//! A row of the image meets three rows of windows; their sums stay in registers until the third row has met them, so every pixel is read
//! once for nine multiply-adds.

use pulp::{Simd, WithSimd};

use super::super::Start;
use super::super::apart::{Evenly, Under, load_apart};
use super::super::array::from_fn;
use super::super::lanes::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::{Image, tap_at};

/// Windows of a strip side by side: three rows of sums, nine weights and a pixel fill 32 registers.
pub(super) const STRIP: usize = 7;
/// Pixels under them.
pub(super) const UNDER: usize = STRIP + 2;

impl Sweep {
    /// Whether windows are of the size that is walked.
    pub(super) fn is_walked(&self) -> bool {
        let (before, columns) = (self.before[1], self.output[1]);
        let after = columns as isize + 2 - before - self.image[1] as isize;
        let apart = [self.step, self.apart] == [[1, 1]; 2];
        self.taps == [3, 3] && apart && (0..=2).contains(&before) && after <= 2 && columns >= STRIP
    }

    /// The first columns of all strips, and how many windows of each are done already: the last ends with the image.
    #[inline(always)]
    pub(super) fn strips(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let columns = self.output[1];
        (0..columns).step_by(STRIP).map(
            #[inline(always)]
            move |j| {
                let first = j.min(columns - STRIP);
                (first, j - first)
            },
        )
    }
}

/// Runs `$body` for each pixel under a strip: written out, since the compiler takes so long a loop for one not to unroll.
macro_rules! each_pixel {
    (|$p:ident| $body:block) => {
        each_pixel!($p 0 1 2 3 4 5 6 7 8 => $body)
    };
    ($p:ident $($number:literal)* => $body:block) => { $( { let $p = $number; $body } )* };
}
pub(super) use each_pixel;

/// Pixels on either side of a strip's that may lie outside the image.
pub(super) const OUTER: usize = 2;

/// The weights of a register's channels that meet a partner.
#[derive(Clone, Copy)]
pub(super) struct Taps {
    pub(super) first: usize,
    /// distance from row to row, and within a row
    pub(super) apart: [usize; 2],
}

impl Taps {
    pub(super) fn new(c: usize, channel: usize, [partner, partners]: [usize; 2]) -> Self {
        let first = tap_at(3 * partners, c, 0, channel);
        let row = tap_at(3 * partners, c, 1, channel) - first;
        Self {
            first: first + partner * WIDEST,
            apart: [row, partners * WIDEST],
        }
    }

    #[inline(always)]
    pub(super) fn load<T: Lanes, S: Simd>(self, filter: &[T]) -> [[T::Vector<S>; 3]; 3] {
        from_fn(
            #[inline(always)]
            |ky| {
                let row = &filter[self.first + ky * self.apart[0]..];
                from_fn(
                    #[inline(always)]
                    |kx| load_apart::<T, S, 3>(row, self.apart[1], kx),
                )
            },
        )
    }
}

/// Pixel `p` under a strip meets the windows that begin in its row of the image and in the two above.
#[inline(always)]
pub(super) fn meet<T: Lanes, S: Simd>(
    simd: S,
    p: usize,
    x: T::Vector<S>,
    taps: &[[T::Vector<S>; 3]; 3],
    mut sums: [[T::Vector<S>; STRIP]; 3],
) -> [[T::Vector<S>; STRIP]; 3] {
    for kx in 0..3 {
        if p >= kx && p - kx < STRIP {
            for k in 0..3 {
                sums[k][p - kx] = T::fma(simd, x, taps[k][kx], sums[k][p - kx]);
            }
        }
    }
    sums
}

/// Rows of windows that are walked down at a time: what the next strip meets again is still near.
const BAND: usize = 28;

/// All of an image, forward.
pub(super) struct Walk<I>(pub(super) I);

impl<T: Lanes> WithSimd for Walk<&mut Image<'_, T>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        let rows = self.0.sweep.output[0];
        for from in (0..rows).step_by(BAND) {
            let band = [from, rows.min(from + BAND)];
            for (j, _) in self.0.sweep.strips() {
                for channel in (0..self.0.channels / lanes * lanes).step_by(lanes) {
                    self.0.walk(simd, band, j, channel);
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// Some rows of a strip.
    #[inline(always)]
    fn walk<S: Simd>(&mut self, simd: S, [from, end]: [usize; 2], j: usize, channel: usize) {
        let Sweep {
            image: [height, width],
            before,
            to: [to_row, to_pixel],
            ..
        } = *self.sweep;
        // copies, since what is written could otherwise be them
        let (c, image, filter, y_out) = (self.channels, self.x, self.taps, &mut *self.y);
        let lanes = T::lanes::<S>();
        let zero = T::splat(simd, T::zero());
        let begin = match self.start {
            Start::Row(bias) => T::vectors::<S>(&bias[channel..][..lanes])[0],
            _ => zero,
        };
        let taps = Taps::new(c, channel, [0, 1]).load::<T, S>(filter);
        let under = Under::<T, S, UNDER>::new(simd, [width, c], j as isize - before[1], channel);
        let windows = Evenly::<T, S, STRIP>::new(to_pixel);
        // the sums of the row of windows that begins here, and of the two above
        let mut sums = [[begin; STRIP]; 3];
        for t in from..end + 2 {
            let y = t.wrapping_sub(before[0] as usize);
            if y < height {
                let row = under.row(image, y);
                each_pixel!(|p| {
                    let x = under.pixel::<OUTER>(simd, row, p);
                    sums = meet::<T, S>(simd, p, x, &taps, sums);
                });
            }
            if t >= from + 2 {
                windows.store(y_out, (t - 2) * to_row + j * to_pixel + channel, &sums[2]);
            }
            sums[2] = sums[1];
            sums[1] = sums[0];
            sums[0] = [begin; STRIP];
        }
    }
}
