//! Windows of 3×3 that touch: what their loops share, and the walk down a strip of columns that groups take.
//!
//! On the walk a row of the image meets three rows of windows, whose sums stay in registers until the third row has met them, so every pixel is read once
//! for nine multiply-adds.

use pulp::Simd;

use super::super::apart::load_grid;
use super::super::lanes::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::tap_at;

/// Windows of a strip side by side: three rows of sums, nine weights and a pixel fill 32 registers.
pub(super) const STRIP: usize = 7;
/// Pixels under them.
pub(super) const UNDER: usize = STRIP + 2;

impl Sweep {
    /// Whether windows are of the size that these loops are for.
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

/// Pixels on either side of a strip or a tile that may lie outside the image.
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
        load_grid::<T, S, 3, 3>(&filter[self.first..], self.apart)
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
