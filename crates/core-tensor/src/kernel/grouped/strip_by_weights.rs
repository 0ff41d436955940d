//! The gradient of the filter for the groups of `strip.rs`, by the same walk: the nine sums and three rows of the output's gradient stay in registers.
//! The first walk lays its part of a strip side by side, as there.

use pulp::{Simd, WithSimd};

use super::super::apart::{Evenly, Pixels, store_apart};
use super::super::array::map;
use super::super::lanes::Lanes;
use super::geometry::Sweep;
use super::lanes_by_weights::Image;
use super::strip::{Room, band};
use super::walk::{OUTER, STRIP, Taps, UNDER, each_pixel};

/// Lanes change places with their partners.
#[inline(always)]
fn partners<T: Lanes, S: Simd, const N: usize>(
    simd: S,
    x: [T::Vector<S>; N],
    partner: usize,
) -> [T::Vector<S>; N] {
    map(
        x,
        #[inline(always)]
        |x| T::swap_any(simd, x, partner),
    )
}

/// Pixel `p` under a strip meets the gradient of the windows that begin in its row of the image and in the two above.
#[inline(always)]
fn meet<T: Lanes, S: Simd>(
    simd: S,
    p: usize,
    x: T::Vector<S>,
    dy: &[[T::Vector<S>; STRIP]; 3],
    mut sums: [[T::Vector<S>; 3]; 3],
) -> [[T::Vector<S>; 3]; 3] {
    for kx in 0..3 {
        if p >= kx && p - kx < STRIP {
            for k in 0..3 {
                sums[k][kx] = T::fma(simd, x, dy[k][p - kx], sums[k][kx]);
            }
        }
    }
    sums
}

/// All of an image, once for each partner of a channel in its group.
pub(super) struct Strips<I> {
    pub(super) image: I,
    pub(super) partners: usize,
}

/// Part of a strip: its first row and column, rows of windows, how many windows of each row are done already, and a register's first channel.
struct Part {
    from: [usize; 2],
    rows: usize,
    done: usize,
    channel: usize,
}

impl<T: Lanes> WithSimd for Strips<&mut Image<'_, T>> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (image, lanes) = (self.image, T::lanes::<S>());
        let rows = image.sweep.output[0];
        let mut room = Room::<T, S>::new(simd);
        let band = band(rows, self.partners);
        for i in (0..rows).step_by(band) {
            for (j, done) in image.sweep.strips() {
                for channel in (0..image.channels / lanes * lanes).step_by(lanes) {
                    let (from, rows) = ([i, j], band.min(rows - i));
                    let part = Part {
                        from,
                        rows,
                        done,
                        channel,
                    };
                    let partners = self.partners;
                    image.walk::<S, true>(simd, &mut room, &part, [0, partners]);
                    for partner in 1..partners {
                        let partner = [partner, partners];
                        image.walk::<S, false>(simd, &mut room, &part, partner);
                    }
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// Part of a strip: the `FIRST` walk reads the image and leaves it in the room. Lanes change places with their partners in the
    /// gradient, and so in the sums.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn walk<S: Simd, const FIRST: bool>(
        &mut self,
        simd: S,
        room: &mut Room<T, S>,
        part: &Part,
        partner: [usize; 2],
    ) {
        let Sweep {
            image: [height, width],
            before,
            output: [_, columns],
            ..
        } = *self.sweep;
        let Part {
            from: [i, j],
            rows,
            done,
            channel,
        } = *part;
        let (c, image, gradient) = (self.channels, self.x, self.dy);
        let zero = T::splat(simd, T::zero());
        let (at, [partner, _]) = (Taps::new(c, channel, partner), partner);
        let mut sums: [[T::Vector<S>; 3]; 3] = at.load::<T, S>(self.sums);
        if !FIRST {
            for ky in 0..3 {
                sums[ky] = partners::<T, S, 3>(simd, sums[ky], partner);
            }
        }
        let under =
            Pixels::<UNDER, OUTER>::new([width, c], j as isize - before[1]).under(simd, channel);
        let windows = Evenly::<T, S, STRIP>::new(c);
        // the row of the gradient whose windows begin here, and the two above
        let mut dy = [[zero; STRIP]; 3];
        for t in 0..rows + 2 {
            dy[2] = dy[1];
            dy[1] = dy[0];
            dy[0] = [zero; STRIP];
            if FIRST && t < rows {
                dy[0] = windows.load(gradient, ((i + t) * columns + j) * c + channel);
                if done > 0 {
                    for r in 0..STRIP {
                        if r < done {
                            dy[0][r] = zero;
                        }
                    }
                }
                room.y[t] = dy[0];
            } else if t < rows {
                dy[0] = partners::<T, S, STRIP>(simd, room.y[t], partner);
            }
            let y = (i + t).wrapping_sub(before[0] as usize);
            if y >= height {
                continue;
            }
            if FIRST {
                let row = under.row(image, y);
                each_pixel!(|p| {
                    let x = under.pixel(simd, row, p);
                    room.x[t][p] = x;
                    sums = meet::<T, S>(simd, p, x, &dy, sums);
                });
            } else {
                let pixels = &room.x[t];
                each_pixel!(|p| {
                    sums = meet::<T, S>(simd, p, pixels[p], &dy, sums);
                });
            }
        }
        for ky in 0..3 {
            if !FIRST {
                sums[ky] = partners::<T, S, 3>(simd, sums[ky], partner);
            }
            let row = &mut self.sums[at.first + ky * at.apart[0]..];
            for kx in 0..3 {
                store_apart::<T, S, 3>(row, at.apart[1], kx, sums[ky][kx]);
            }
        }
    }
}
