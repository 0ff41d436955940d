//! Depthwise 3×3 windows two apart, forward and the gradient of the data: two rows of the image at a time, each written once and whole.
//!
//! A window begins at every other pixel, and its last row and column are the first of its neighbours: pixels meet one, two or four windows.
//! As phases of pixels that meet alike, every other pixel of every other row would be written at a time, and windows read again for each.

use pulp::{Arch, Simd, WithSimd};

use super::super::apart::load_apart;
use super::super::array::from_fn;
use super::super::block::every_shape;
use super::super::lanes::Lanes;
use super::super::{GroupedWindow2d, Start};
use super::WIDEST;

/// All of one sample.
struct Doubled<'a, T> {
    w: &'a GroupedWindow2d,
    dy: &'a [T],
    filter: &'a [T],
    dx: &'a mut [T],
}

/// Writes the gradient of one sample, or tells that the window is another or the machine has no tile for it.
pub(super) fn by_data<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    [dy, filter]: [&[T]; 2],
    dx: &mut [T],
) -> bool {
    is_doubled(w) && arch.dispatch(Doubled { w, dy, filter, dx })
}

/// Whether whole registers of channels each meet windows of this kind.
fn is_doubled(w: &GroupedWindow2d) -> bool {
    let [rows, columns, c] = w.window.output;
    let twice = [w.window.kernel, w.window.stride, w.dilation] == [[3, 3], [2, 2], [1, 1]];
    let depthwise = w.groups == c && w.window.input[2] == c && c.is_multiple_of(WIDEST);
    twice && depthwise && rows * columns > 0
}

/// Forward, one sample.
struct Halved<'a, T> {
    w: &'a GroupedWindow2d,
    x: &'a [T],
    filter: &'a [T],
    start: Start<'a, T>,
    y: &'a mut [T],
}

/// As [`by_data`], forward.
pub(super) fn forward<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    [x, filter]: [&[T]; 2],
    start: Start<'_, T>,
    y: &mut [T],
) -> bool {
    let halved = Halved {
        w,
        x,
        filter,
        start,
        y,
    };
    !matches!(start, Start::Output) && is_doubled(w) && arch.dispatch(halved)
}

impl<T: Lanes> WithSimd for Halved<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> bool {
        if const { every_shape::<T, S>() } {
            for i in 0..self.w.window.output[0] {
                for channel in (0..self.w.window.input[2]).step_by(T::lanes::<S>()) {
                    self.row(simd, i, channel);
                }
            }
        }
        const { every_shape::<T, S>() }
    }
}

impl<T: Lanes> Halved<'_, T> {
    /// One row of windows; what is under the last column of one is under the first of the next.
    #[inline(always)]
    fn row<S: Simd>(&mut self, simd: S, i: usize, channel: usize) {
        let ([height, width, c], [above, before]) = (self.w.window.input, self.w.window.padding);
        let columns = self.w.window.output[1];
        let begin = match self.start {
            Start::Row(bias) => T::vectors::<S>(&bias[channel..][..T::lanes::<S>()])[0],
            _ => T::splat(simd, T::zero()),
        };
        let image = self.x;
        // rows outside are empty, which no pixel is in
        let rows: [&[T]; 3] = from_fn(|ky| {
            let y = (2 * i + ky).wrapping_sub(above);
            if y < height {
                &image[y * width * c..][..width * c]
            } else {
                &[]
            }
        });
        let taps = taps::<T, S>(&self.filter[channel..], c);
        let mut at = channel.wrapping_sub(before * c);
        let mut left = pixels::<T, S>(simd, rows, at);
        let y = &mut self.y[i * columns * c..][..columns * c];
        for j in 0..columns {
            let mid = pixels::<T, S>(simd, rows, at.wrapping_add(c));
            at = at.wrapping_add(2 * c);
            let right = pixels::<T, S>(simd, rows, at);
            let mut sum = begin;
            for (kx, x) in [left, mid, right].into_iter().enumerate() {
                for ky in 0..3 {
                    sum = T::fma(simd, x[ky], taps[ky][kx], sum);
                }
            }
            write::<T, S>(y, j * c + channel, sum);
            left = right;
        }
    }
}

/// The nine weights of a register's channels.
#[inline(always)]
fn taps<T: Lanes, S: Simd>(filter: &[T], c: usize) -> [[T::Vector<S>; 3]; 3] {
    from_fn(
        #[inline(always)]
        |ky| {
            from_fn(
                #[inline(always)]
                |kx| load_apart::<T, S, 9>(filter, c, 3 * ky + kx),
            )
        },
    )
}

/// A pixel of three rows.
#[inline(always)]
fn pixels<T: Lanes, S: Simd>(simd: S, rows: [&[T]; 3], at: usize) -> [T::Vector<S>; 3] {
    from_fn(
        #[inline(always)]
        |ky| pixel::<T, S>(simd, rows[ky], at),
    )
}

impl<T: Lanes> WithSimd for Doubled<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> bool {
        if const { every_shape::<T, S>() } {
            let (height, above) = (self.w.window.input[0], self.w.window.padding[0]);
            for i in above / 2..(height + above).div_ceil(2) {
                for channel in (0..self.w.window.input[2]).step_by(T::lanes::<S>()) {
                    self.pair(simd, i, channel);
                }
            }
        }
        const { every_shape::<T, S>() }
    }
}

impl<T: Lanes> Doubled<'_, T> {
    /// The two rows of the image at which row `i` of the windows begins; the row of windows above still sees the first.
    #[inline(always)]
    fn pair<S: Simd>(&mut self, simd: S, i: usize, channel: usize) {
        let [rows, columns, c] = self.w.window.output;
        let ([height, width, _], [above, before]) = (self.w.window.input, self.w.window.padding);
        let dy = self.dy;
        // rows outside are empty, which no pixel is in
        let row = |i: usize| {
            if i < rows {
                &dy[i * columns * c..][..columns * c]
            } else {
                &[]
            }
        };
        let (here, over) = (row(i), row(i.wrapping_sub(1)));
        let y = (2 * i).wrapping_sub(above);
        let (first, rest) = if y < height {
            self.dx[y * width * c..].split_at_mut(width * c)
        } else {
            (&mut [][..], &mut *self.dx)
        };
        let second = if y.wrapping_add(1) < height {
            &mut rest[..width * c]
        } else {
            &mut []
        };
        let taps = taps::<T, S>(&self.filter[channel..], c);
        let start = before / 2;
        let at = start.wrapping_sub(1).wrapping_mul(c).wrapping_add(channel);
        let mut left = pixel::<T, S>(simd, here, at);
        let mut over_left = pixel::<T, S>(simd, over, at);
        for j in start..(width + before).div_ceil(2) {
            let at = j * c + channel;
            let (x, over_x) = (pixel::<T, S>(simd, here, at), pixel::<T, S>(simd, over, at));
            let mut sum = T::times(simd, x, taps[0][0]);
            sum = T::fma(simd, left, taps[0][2], sum);
            sum = T::fma(simd, over_x, taps[2][0], sum);
            sum = T::fma(simd, over_left, taps[2][2], sum);
            let at = (2 * j)
                .wrapping_sub(before)
                .wrapping_mul(c)
                .wrapping_add(channel);
            write::<T, S>(first, at, sum);
            let sum = T::times(simd, x, taps[1][0]);
            write::<T, S>(second, at, T::fma(simd, left, taps[1][2], sum));
            let at = at.wrapping_add(c);
            let sum = T::times(simd, x, taps[0][1]);
            write::<T, S>(first, at, T::fma(simd, over_x, taps[2][1], sum));
            write::<T, S>(second, at, T::times(simd, x, taps[1][1]));
            (left, over_left) = (x, over_x);
        }
    }
}

/// The register that begins `at`, which may be a negative number, wrapped; zeros outside the row.
#[inline(always)]
fn pixel<T: Lanes, S: Simd>(simd: S, row: &[T], at: usize) -> T::Vector<S> {
    match row.get(at..at.wrapping_add(T::lanes::<S>())) {
        Some(x) => T::vectors::<S>(x)[0],
        None => T::splat(simd, T::zero()),
    }
}

/// Writes the register that begins `at`, if that lies in the row.
#[inline(always)]
fn write<T: Lanes, S: Simd>(row: &mut [T], at: usize, x: T::Vector<S>) {
    if let Some(to) = row.get_mut(at..at.wrapping_add(T::lanes::<S>())) {
        T::vectors_mut::<S>(to)[0] = x;
    }
}
