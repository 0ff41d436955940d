//! Pooling: the largest or the mean number under a window, channel by channel.
//!
//! Closures are inlined by force: one left outside would be compiled for a machine without wide vectors. The loops run over the channels of a pixel, so that the compiler finds the vectors; the usual 2×2 window with stride 2 has its own,
//! over pairs of rows.

use core::ops::Range;

use super::Window2d;
use crate::Scalar;

impl Window2d {
    /// The rows and the columns of the input that a window covers, without the padding.
    #[inline(always)]
    fn pixels_under(&self, output: usize) -> [Range<usize>; 2] {
        [
            self.side_under(0, output / self.output[1]),
            self.side_under(1, output % self.output[1]),
        ]
    }

    #[inline(always)]
    fn side_under(&self, d: usize, at: usize) -> Range<usize> {
        let first = at * self.stride[d];
        first.saturating_sub(self.padding[d])
            ..(first + self.kernel[d])
                .saturating_sub(self.padding[d])
                .min(self.input[d])
    }
}

/// Whether windows are 2×2 without overlap or padding: then every pixel belongs to at most one window.
fn quarters(w: &Window2d) -> bool {
    w.kernel == [2, 2] && w.stride == [2, 2] && w.padding == [0, 0]
}

/// Calls `f` with the offset of every 2×2 window's output and of its two rows of pixels in the input.
#[inline(always)]
fn for_each_quarter(w: &Window2d, mut f: impl FnMut(usize, [usize; 2])) {
    let [_, width, c] = w.input;
    for i in 0..w.output[0] {
        for j in 0..w.output[1] {
            let at = (2 * i * width + 2 * j) * c;
            f((i * w.output[1] + j) * c, [at, at + width * c]);
        }
    }
}

/// Runs `f` with the channels as a constant where layers usually have few: the loop over them then needs no loop.
macro_rules! channels {
    ($c:expr, $f:ident($($arg:expr),*)) => {
        match $c {
            6 => $f($($arg,)* 6),
            8 => $f($($arg,)* 8),
            16 => $f($($arg,)* 16),
            32 => $f($($arg,)* 32),
            c => $f($($arg,)* c),
        }
    };
}

/// Splits `$c` channels into blocks of constant length, which need no loop: `$f(first)` with `$N` channels at a time.
macro_rules! blocks {
    ($c:expr, |$first:ident, $N:ident| $body:block) => {
        let mut $first = 0;
        blocks!(@ $c, $first, $N, $body, 64 16 8 6 4 2 1);
    };
    (@ $c:expr, $first:ident, $N:ident, $body:block, $($n:literal)*) => { $(
        while $c - $first >= $n {
            const $N: usize = $n;
            $body
            $first += $n;
        }
    )* };
}

/// `y[i][j][c] = max x[…][c]` under the window; padding counts as −∞.
#[inline(always)]
pub(crate) fn max_pool2d<T: Scalar>(w: &Window2d, x: &[T], y: &mut [T]) {
    for (x, y) in x
        .chunks_exact(w.input_len().max(1))
        .zip(y.chunks_exact_mut(w.output_len().max(1)))
    {
        if quarters(w) {
            channels!(w.output[2], max_of_quarters(w, x, y));
        } else {
            y.fill(T::neg_infinity());
            w.for_each_tap(
                #[inline(always)]
                |to, from, _| {
                    for (y, x) in y[to..][..w.output[2]]
                        .iter_mut()
                        .zip(&x[from..][..w.output[2]])
                    {
                        *y = larger(*y, *x);
                    }
                },
            );
        }
    }
}

/// The first of two numbers unless the second is larger.
#[inline(always)]
fn larger<T: Scalar>(x: T, y: T) -> T {
    if y > x { y } else { x }
}

#[inline(always)]
fn max_of_quarters<T: Scalar>(w: &Window2d, x: &[T], y: &mut [T], c: usize) {
    for_each_quarter(
        w,
        #[inline(always)]
        |to, from| {
            let [[x0, x1], [x2, x3]] = [neighbours(x, from[0], c), neighbours(x, from[1], c)];
            let y = &mut y[to..][..c];
            for k in 0..c {
                y[k] = larger(larger(x0[k], x1[k]), larger(x2[k], x3[k]));
            }
        },
    );
}

/// Two neighbouring pixels, each a slice of `c` numbers.
#[inline(always)]
fn neighbours<T>(x: &[T], at: usize, c: usize) -> [&[T]; 2] {
    [&x[at..][..c], &x[at + c..][..c]]
}

/// `dx = dy` at the first pixel of each window that holds its largest number; windows that overlap add up.
#[inline(always)]
pub(crate) fn max_pool2d_backward<T: Scalar>(
    w: &Window2d,
    x: &[T],
    y: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let inputs = x
        .chunks_exact(w.input_len().max(1))
        .zip(dx.chunks_exact_mut(w.input_len().max(1)));
    let outputs = y
        .chunks_exact(w.output_len().max(1))
        .zip(dy.chunks_exact(w.output_len().max(1)));
    for ((x, dx), (y, dy)) in inputs.zip(outputs) {
        dx.fill(T::zero());
        if quarters(w) {
            to_quarters(w, x, dy, dx);
        } else {
            to_windows(w, x, y, dy, dx);
        }
    }
}

#[inline(always)]
fn to_quarters<T: Scalar>(w: &Window2d, x: &[T], dy: &[T], dx: &mut [T]) {
    let c = w.output[2];
    for_each_quarter(
        w,
        #[inline(always)]
        |to, [above, below]| {
            blocks!(c, |k, N| {
                let (x0, x1) = (block::<T, N>(x, above + k), block::<T, N>(x, above + c + k));
                let (x2, x3) = (block::<T, N>(x, below + k), block::<T, N>(x, below + c + k));
                let dy = block::<T, N>(dy, to + k);
                let mut d = [[T::zero(); N]; 4];
                for i in 0..N {
                    // The later pixel wins only where it is larger.
                    let lower = larger(x2[i], x3[i]) > larger(x0[i], x1[i]);
                    let up = if lower { T::zero() } else { dy[i] };
                    let down = if lower { dy[i] } else { T::zero() };
                    let right = x1[i] > x0[i];
                    d[0][i] = if right { T::zero() } else { up };
                    d[1][i] = if right { up } else { T::zero() };
                    let right = x3[i] > x2[i];
                    d[2][i] = if right { T::zero() } else { down };
                    d[3][i] = if right { down } else { T::zero() };
                }
                *block_mut::<T, N>(dx, above + k) = d[0];
                *block_mut::<T, N>(dx, above + c + k) = d[1];
                *block_mut::<T, N>(dx, below + k) = d[2];
                *block_mut::<T, N>(dx, below + c + k) = d[3];
            });
        },
    );
}

/// The `N` numbers from `at`.
#[inline(always)]
fn block<T, const N: usize>(x: &[T], at: usize) -> &[T; N] {
    x[at..].first_chunk().expect("a pixel's channels")
}

/// The `N` numbers from `at`, to write to.
#[inline(always)]
fn block_mut<T, const N: usize>(x: &mut [T], at: usize) -> &mut [T; N] {
    x[at..].first_chunk_mut().expect("a pixel's channels")
}

/// Any window: the first pixel that holds the largest number takes the gradient, and none is left for the others.
#[inline(always)]
fn to_windows<T: Scalar>(w: &Window2d, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    let c = w.output[2];
    for output in 0..w.output[0] * w.output[1] {
        let [rows, columns] = w.pixels_under(output);
        let to = output * c;
        blocks!(c, |k, N| {
            let y = block::<T, N>(y, to + k);
            let mut left = *block::<T, N>(dy, to + k);
            for row in rows.clone() {
                for column in columns.clone() {
                    let at = (row * w.input[1] + column) * c + k;
                    let x = block::<T, N>(x, at);
                    for (i, dx) in dx[at..][..N].iter_mut().enumerate() {
                        let hit = x[i] == y[i];
                        *dx += if hit { left[i] } else { T::zero() };
                        left[i] = if hit { T::zero() } else { left[i] };
                    }
                }
            }
        });
    }
}

/// `y[i][j][c] = Σ x[…][c] / area` under the window; padding counts as zeros, and in the area.
#[inline(always)]
pub(crate) fn avg_pool2d<T: Scalar>(w: &Window2d, x: &[T], y: &mut [T]) {
    let share = share(w);
    for (x, y) in x
        .chunks_exact(w.input_len().max(1))
        .zip(y.chunks_exact_mut(w.output_len().max(1)))
    {
        if quarters(w) {
            channels!(w.output[2], mean_of_quarters(w, x, y, share));
        } else {
            y.fill(T::zero());
            w.for_each_tap(
                #[inline(always)]
                |to, from, _| {
                    for (y, x) in y[to..][..w.output[2]]
                        .iter_mut()
                        .zip(&x[from..][..w.output[2]])
                    {
                        *y += *x;
                    }
                },
            );
            y.iter_mut().for_each(|y| *y *= share);
        }
    }
}

/// What one pixel counts in its window's mean.
fn share<T: Scalar>(w: &Window2d) -> T {
    T::one() / T::of((w.kernel[0] * w.kernel[1]) as f64)
}

#[inline(always)]
fn mean_of_quarters<T: Scalar>(w: &Window2d, x: &[T], y: &mut [T], share: T, c: usize) {
    for_each_quarter(
        w,
        #[inline(always)]
        |to, from| {
            let [[x0, x1], [x2, x3]] = [neighbours(x, from[0], c), neighbours(x, from[1], c)];
            let y = &mut y[to..][..c];
            for k in 0..c {
                y[k] = ((x0[k] + x1[k]) + (x2[k] + x3[k])) * share;
            }
        },
    );
}

/// `dx[pixel] = Σ dy / area` over the windows that see the pixel.
#[inline(always)]
pub(crate) fn avg_pool2d_backward<T: Scalar>(w: &Window2d, dy: &[T], dx: &mut [T]) {
    let share = share::<T>(w);
    for (dx, dy) in dx
        .chunks_exact_mut(w.input_len().max(1))
        .zip(dy.chunks_exact(w.output_len().max(1)))
    {
        dx.fill(T::zero());
        if quarters(w) {
            channels!(w.output[2], share_quarters(w, dy, dx, share));
            continue;
        }
        w.for_each_tap(
            #[inline(always)]
            |from, to, _| {
                for (dx, dy) in dx[to..][..w.output[2]]
                    .iter_mut()
                    .zip(&dy[from..][..w.output[2]])
                {
                    *dx += *dy * share;
                }
            },
        );
    }
}

#[inline(always)]
fn share_quarters<T: Scalar>(w: &Window2d, dy: &[T], dx: &mut [T], share: T, c: usize) {
    for_each_quarter(
        w,
        #[inline(always)]
        |to, from| {
            let dy = &dy[to..][..c];
            for row in from {
                for pixel in dx[row..][..2 * c].chunks_exact_mut(c) {
                    for k in 0..c {
                        pixel[k] = dy[k] * share;
                    }
                }
            }
        },
    );
}
