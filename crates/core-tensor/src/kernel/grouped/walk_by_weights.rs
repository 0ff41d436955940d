//! The gradient of the filter for the windows of `walk.rs`, by the same walk: the nine sums and three rows of the output's gradient stay in
//! registers, and every pixel of the image is read once.

use pulp::{Simd, WithSimd};

use super::super::apart::{Evenly, Under, store_apart};
use super::super::array::map;
use super::super::lanes::Lanes;
use super::geometry::Sweep;
use super::lanes_by_weights::Image;
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
pub(super) fn meet<T: Lanes, S: Simd>(
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

/// All of an image, once for each partner of a channel in its `GROUP`.
pub(super) struct Walk<I, const GROUP: bool> {
    pub(super) image: I,
    pub(super) partners: usize,
}

impl<T: Lanes, const GROUP: bool> WithSimd for Walk<&mut Image<'_, T>, GROUP> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        for strip in self.image.sweep.strips() {
            for channel in (0..self.image.channels / lanes * lanes).step_by(lanes) {
                for partner in 0..self.partners {
                    let partner = [partner, self.partners];
                    self.image.walk::<S, GROUP>(simd, strip, channel, partner);
                }
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// One strip, of which the first pixels may be `done`. Lanes change places with their partners in the gradient, and so in the sums.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn walk<S: Simd, const GROUP: bool>(
        &mut self,
        simd: S,
        (j, done): (usize, usize),
        channel: usize,
        partner: [usize; 2],
    ) {
        let Sweep {
            image: [height, width],
            before,
            output: [rows, columns],
            ..
        } = *self.sweep;
        let (c, image, gradient) = (self.channels, self.x, self.dy);
        let zero = T::splat(simd, T::zero());
        let (at, [partner, _]) = (Taps::new(c, channel, partner), partner);
        let mut sums: [[T::Vector<S>; 3]; 3] = at.load::<T, S>(self.sums);
        if GROUP {
            for ky in 0..3 {
                sums[ky] = partners::<T, S, 3>(simd, sums[ky], partner);
            }
        }
        let under = Under::<T, S, UNDER>::new(simd, [width, c], j as isize - before[1], channel);
        let windows = Evenly::<T, S, STRIP>::new(c);
        // the row of the gradient whose windows begin here, and the two above
        let mut dy = [[zero; STRIP]; 3];
        for t in 0..rows + 2 {
            dy[2] = dy[1];
            dy[1] = dy[0];
            dy[0] = [zero; STRIP];
            if t < rows {
                dy[0] = windows.load(gradient, (t * columns + j) * c + channel);
                if GROUP {
                    dy[0] = partners::<T, S, STRIP>(simd, dy[0], partner);
                }
                if done > 0 {
                    for r in 0..STRIP {
                        if r < done {
                            dy[0][r] = zero;
                        }
                    }
                }
            }
            let y = t.wrapping_sub(before[0] as usize);
            if y >= height {
                continue;
            }
            let row = under.row(image, y);
            each_pixel!(|p| {
                let x = under.pixel::<OUTER>(simd, row, p);
                sums = meet::<T, S>(simd, p, x, &dy, sums);
            });
        }
        for ky in 0..3 {
            if GROUP {
                sums[ky] = partners::<T, S, 3>(simd, sums[ky], partner);
            }
            let row = &mut self.sums[at.first + ky * at.apart[0]..];
            for kx in 0..3 {
                store_apart::<T, S, 3>(row, at.apart[1], kx, sums[ky][kx]);
            }
        }
    }
}
