//! Pooling: the largest or the mean number under a window, channel by channel.
//!
//! What stands here is for numbers without vectors; `pool_lanes.rs` has the others.

use core::ops::Range;

use super::Window2d;
use crate::Scalar;

impl Window2d {
    /// The rows (0) or columns (1) of the input that output `at` of that side covers, without the padding.
    #[inline(always)]
    pub(crate) fn side_under(&self, d: usize, at: usize) -> Range<usize> {
        let first = at * self.stride[d];
        first.saturating_sub(self.padding[d])
            ..(first + self.kernel[d])
                .saturating_sub(self.padding[d])
                .min(self.input[d])
    }

    /// The columns of the output whose windows no side of the input cuts.
    pub(crate) fn whole_columns(&self) -> Range<usize> {
        let [first, last] = [
            self.padding[1].div_ceil(self.stride[1]),
            (self.input[1] + self.padding[1])
                .checked_sub(self.kernel[1])
                .map_or(0, |room| room / self.stride[1] + 1),
        ];
        let end = last.min(self.output[1]);
        first.min(end)..end
    }
}

/// The two ways to pool, forward and backward.
pub(crate) trait Pools<T> {
    /// `y[i][j][c] = max x[…][c]` under the window; padding counts as −∞. What is not a number is larger than any.
    fn max(self, w: &Window2d, x: &[T], y: &mut [T]);
    /// `dx = dy` at the first pixel of each window that holds its largest number; windows that overlap add up.
    fn max_backward(self, w: &Window2d, x: &[T], y: &[T], dy: &[T], dx: &mut [T]);
    /// `y[i][j][c] = Σ x[…][c] / area` under the window; padding counts as zeros, and in the area.
    fn mean(self, w: &Window2d, x: &[T], y: &mut [T]);
    /// `dx[pixel] = Σ dy / area` over the windows that see the pixel.
    fn mean_backward(self, w: &Window2d, dy: &[T], dx: &mut [T]);
}

/// One number after another: for numbers without vectors.
pub(crate) struct Plainly;

impl<T: Scalar> Pools<T> for Plainly {
    fn max(self, w: &Window2d, x: &[T], y: &mut [T]) {
        y.fill(T::neg_infinity());
        each_pair(w, x.len(), |from, to| y[to] = larger(y[to], x[from]));
    }

    fn max_backward(self, w: &Window2d, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        dx.fill(T::zero());
        // an output is visited pixel by pixel, the first that holds the largest number first
        let (mut seen, mut given) = (usize::MAX, false);
        each_pair(w, x.len(), |from, to| {
            given &= seen == to;
            seen = to;
            let less = x[from] < y[to];
            if !given && !less {
                dx[from] += dy[to];
                given = true;
            }
        });
    }

    fn mean(self, w: &Window2d, x: &[T], y: &mut [T]) {
        y.fill(T::zero());
        each_pair(w, x.len(), |from, to| y[to] += x[from]);
        let share = share(w);
        y.iter_mut().for_each(|y| *y *= share);
    }

    fn mean_backward(self, w: &Window2d, dy: &[T], dx: &mut [T]) {
        dx.fill(T::zero());
        let share: T = share(w);
        each_pair(w, dx.len(), |from, to| dx[from] += dy[to] * share);
    }
}

/// The first of two numbers, unless the second is larger or none.
fn larger<T: Scalar>(x: T, y: T) -> T {
    if y > x || y.is_nan() { y } else { x }
}

/// What one pixel counts in its window's mean.
pub(crate) fn share<T: Scalar>(w: &Window2d) -> T {
    T::one() / T::of((w.kernel[0] * w.kernel[1]) as f64)
}

/// Calls `f` with every input of every output, output by output and in reading order.
fn each_pair(w: &Window2d, inputs: usize, mut f: impl FnMut(usize, usize)) {
    let [_, width, c] = w.input;
    for image in 0..inputs / w.input_len().max(1) {
        for output in 0..w.output_len() {
            let (pixel, channel) = (output / c, output % c);
            let columns = w.side_under(1, pixel % w.output[1]);
            for i in w.side_under(0, pixel / w.output[1]) {
                for j in columns.clone() {
                    let from = image * w.input_len() + (i * width + j) * c + channel;
                    f(from, image * w.output_len() + output);
                }
            }
        }
    }
}
