//! The gradient of large depthwise filters: a column of windows at a time is walked down the image, as many sums in registers as there is room for.
//!
//! A row of the image meets as many rows of the output's gradient as the filter has, of which a register each is kept: for 5×5, six loads serve 25
//! multiply-adds. The 49 sums of 7×7 take three walks.

use pulp::{Simd, WithSimd};

use super::super::apart::Pixels;
use super::super::array::from_fn;
use super::super::lanes::Lanes;
use super::WIDEST;
use super::geometry::Sweep;
use super::lanes::{BAND, tap_at};
use super::lanes_by_weights::Image;

/// All of an image, for a filter of so many taps on each side.
pub(super) struct Columns<I, const SIDE: usize>(pub(super) I);

impl Sweep {
    /// Whether windows are of the size that is walked in columns, on this side.
    pub(super) fn is_walked_in_columns(&self, side: usize) -> bool {
        [self.taps, self.step, self.apart] == [[side; 2], [1; 2], [1; 2]] && self.image[1] > 0
    }
}

impl<T: Lanes, const SIDE: usize> WithSimd for Columns<&mut Image<'_, T>, SIDE> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (image, lanes) = (self.0, T::lanes::<S>());
        let height = image.sweep.image[0];
        for from in (0..height).step_by(BAND) {
            let rows = [from, height.min(from + BAND)];
            for channel in (0..image.channels / lanes * lanes).step_by(lanes) {
                if const { SIDE == 7 } {
                    image.add_columns::<S, SIDE, 3>(simd, rows, channel, 0);
                    image.add_columns::<S, SIDE, 2>(simd, rows, channel, 3);
                    image.add_columns::<S, SIDE, 2>(simd, rows, channel, 5);
                } else {
                    image.add_columns::<S, SIDE, SIDE>(simd, rows, channel, 0);
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// What some rows of the image add to `KX` columns of taps.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn add_columns<S: Simd, const SIDE: usize, const KX: usize>(
        &mut self,
        simd: S,
        rows: [usize; 2],
        channel: usize,
        kx: usize,
    ) {
        let mut sums = [[T::splat(simd, T::zero()); KX]; SIDE];
        for j in 0..self.sweep.output[1] {
            sums = self.walk_column(simd, rows, [j, kx], channel, sums);
        }
        let lanes = T::lanes::<S>();
        for ky in 0..SIDE {
            let at = tap_at(SIDE, self.channels, ky, channel) + kx * WIDEST;
            for kx in 0..KX {
                let to = &mut self.sums[at + kx * WIDEST..][..lanes];
                let to = &mut T::vectors_mut::<S>(to)[0];
                *to = T::plus(simd, *to, sums[ky][kx]);
            }
        }
    }

    /// One column of windows, and some columns of taps.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn walk_column<S: Simd, const SIDE: usize, const KX: usize>(
        &self,
        simd: S,
        [from, to]: [usize; 2],
        [j, kx]: [usize; 2],
        channel: usize,
        mut sums: [[T::Vector<S>; KX]; SIDE],
    ) -> [[T::Vector<S>; KX]; SIDE] {
        let Sweep {
            image: [_, width],
            before: [above, before],
            ..
        } = *self.sweep;
        let (c, image) = (self.channels, self.x);
        let first = (j + kx) as isize - before;
        let under = Pixels::<KX, KX>::new([width, c], first).under(simd, channel);
        // of the row whose windows begin here, and those above
        let here = from.wrapping_add_signed(above);
        let mut dy: [T::Vector<S>; SIDE] = from_fn(
            #[inline(always)]
            |ky| self.gradient(simd, [here.wrapping_sub(ky + 1), j], channel),
        );
        for y in from..to {
            for ky in (1..SIDE).rev() {
                dy[ky] = dy[ky - 1];
            }
            dy[0] = self.gradient(simd, [y.wrapping_add_signed(above), j], channel);
            let pixels = under.row(image, y);
            for kx in 0..KX {
                let x = under.pixel(simd, pixels, kx);
                for ky in 0..SIDE {
                    sums[ky][kx] = T::fma(simd, x, dy[ky], sums[ky][kx]);
                }
            }
        }
        sums
    }

    /// The gradient of a window, zeros outside; its row may be a negative number, wrapped.
    #[inline(always)]
    fn gradient<S: Simd>(&self, simd: S, [i, j]: [usize; 2], channel: usize) -> T::Vector<S> {
        let [rows, columns] = self.sweep.output;
        if i >= rows {
            return T::splat(simd, T::zero());
        }
        let at = (i * columns + j) * self.channels + channel;
        T::vectors::<S>(&self.dy[at..][..T::lanes::<S>()])[0]
    }
}
