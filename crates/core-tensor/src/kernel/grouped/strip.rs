//! Windows of 3×3 over small groups, by the walk of `walk.rs`, once for each partner of a lane in its group.
//!
//! So that every walk but the first reads from the nearest cache, the first lays its part of a strip side by side, zeros around the image
//! and all. Where they lie, pixels push one another out of that cache: the sides of networks make their distance a power of two.

use pulp::{Simd, WithSimd};

use super::super::Start;
use super::super::apart::{Evenly, Pixels};
use super::super::lanes::Lanes;
use super::MOST_SWAPPED;
use super::geometry::Sweep;
use super::lanes::Image;
use super::walk::{OUTER, STRIP, Taps, UNDER, each_pixel, meet};

/// Most rows of windows at a time: their pixels and they themselves fill two thirds of a nearest cache.
const BAND: usize = 28;

/// Rows of windows at a time, as evenly as it goes. The first walk pushes out of the nearest cache some of what it lays there, which many walks later
/// make good and few do not.
pub(super) fn band(rows: usize, partners: usize) -> usize {
    let most = if partners > MOST_SWAPPED {
        BAND
    } else {
        BAND / 2
    };
    rows.div_ceil(rows.div_ceil(most).max(1)).max(1)
}

/// All of an image.
pub(super) struct Strips<I> {
    pub(super) image: I,
    pub(super) partners: usize,
}

impl<T: Lanes> WithSimd for Strips<&mut Image<'_, T>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (image, lanes) = (self.image, T::lanes::<S>());
        let mut room = Room::<T, S>::new(simd);
        let rows = image.sweep.output[0];
        let band = band(rows, self.partners);
        for i in (0..rows).step_by(band) {
            for (j, _) in image.sweep.strips() {
                for channel in (0..image.channels / lanes * lanes).step_by(lanes) {
                    let part = Part {
                        from: [i, j],
                        rows: band.min(rows - i),
                        channel,
                    };
                    image.walk_band::<S, true>(simd, &mut room, &part, [0, self.partners]);
                    for partner in 1..self.partners {
                        let partner = [partner, self.partners];
                        image.walk_band::<S, false>(simd, &mut room, &part, partner);
                    }
                }
            }
        }
    }
}

/// The pixels under part of a strip, and what its windows sum up or their gradient, from a cache line on.
#[repr(align(64))]
pub(super) struct Room<T: Lanes, S: Simd> {
    pub(super) x: [[T::Vector<S>; UNDER]; BAND + 2],
    pub(super) y: [[T::Vector<S>; STRIP]; BAND],
}

impl<T: Lanes, S: Simd> Room<T, S> {
    #[inline(always)]
    pub(super) fn new(simd: S) -> Self {
        let zero = T::splat(simd, T::zero());
        Self {
            x: [[zero; UNDER]; BAND + 2],
            y: [[zero; STRIP]; BAND],
        }
    }
}

/// Part of a strip.
struct Part {
    from: [usize; 2],
    rows: usize,
    channel: usize,
}

impl<T: Lanes> Image<'_, T> {
    /// What part of a strip gets from one partner; the `FIRST` reads the image, the last writes the result.
    #[inline(always)]
    fn walk_band<S: Simd, const FIRST: bool>(
        &mut self,
        simd: S,
        room: &mut Room<T, S>,
        part: &Part,
        [partner, partners]: [usize; 2],
    ) {
        let Sweep {
            image: [height, width],
            before,
            to: [to_row, to_pixel],
            ..
        } = *self.sweep;
        let (c, image, y_out) = (self.channels, self.x, &mut *self.y);
        let (
            &Part {
                from: [i, j],
                channel,
                ..
            },
            zero,
        ) = (part, T::splat(simd, T::zero()));
        let begin = match self.start {
            Start::Row(bias) => T::vectors::<S>(&bias[channel..][..T::lanes::<S>()])[0],
            _ => zero,
        };
        let taps = Taps::new(c, channel, [partner, partners]).load::<T, S>(self.taps);
        let under =
            Pixels::<UNDER, OUTER>::new([width, c], j as isize - before[1]).under(simd, channel);
        let windows = Evenly::<T, S, STRIP>::new(to_pixel);
        let last = partner + 1 == partners;
        let mut sums = [[begin; STRIP]; 3];
        let y = &mut room.y[..part.rows];
        for (t, pixels) in room.x[..part.rows + 2].iter_mut().enumerate() {
            sums[2] = sums[1];
            sums[1] = sums[0];
            sums[0] = [begin; STRIP];
            if !FIRST && t < y.len() {
                sums[0] = y[t];
            }
            let from = (i + t).wrapping_sub(before[0] as usize);
            if from >= height {
                // zeros, which no walk reads
            } else if !FIRST {
                each_pixel!(|p| {
                    let x = T::swap_any(simd, pixels[p], partner);
                    sums = meet::<T, S>(simd, p, x, &taps, sums);
                });
            } else {
                let row = under.row(image, from);
                each_pixel!(|p| {
                    pixels[p] = under.pixel(simd, row, p);
                    sums = meet::<T, S>(simd, p, pixels[p], &taps, sums);
                });
            }
            if t >= 2 && last {
                let at = (i + t - 2) * to_row + j * to_pixel + channel;
                windows.store(y_out, at, &sums[2]);
            } else if t >= 2 {
                y[t - 2] = sums[2];
            }
        }
    }
}
