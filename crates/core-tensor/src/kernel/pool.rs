//! Pooling: the largest or the mean number under a window, channel by channel.
//!
//! The loops run over the channels of a pixel, so that the compiler finds the vectors; the usual 2×2 window with stride 2 has its own.
//! Closures are inlined by force: one left outside would be compiled for a machine without wide vectors.

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

/// Runs the body for every 2×2 window of one image: `$at` says where it lies, and `$N` channels are handled at a time, a constant, so
/// that the loop over them needs no loop.
///
/// Blocks of channels overlap where they do not fit, and few channels spill into the window to the right, which is written next: the body
/// must not add to what it finds.
macro_rules! quarters {
    ($w:expr, |$at:ident, $N:ident| $body:block) => {
        let [_, width, c] = $w.input;
        for i in 0..$w.output[0] {
            for j in 0..$w.output[1] {
                let above = (2 * i * width + 2 * j) * c;
                let $at = Quarter { to: (i * $w.output[1] + j) * c, above, below: above + width * c, c };
                let last = j + 1 == $w.output[1];
                match c {
                    16.. => quarters!(@ $at, $N, 16, $body),
                    8.. => quarters!(@ $at, $N, 8, $body),
                    5.. if !last => quarters!(@ $at, $N, 8, $body),
                    2.. if !last => quarters!(@ $at, $N, 4, $body),
                    _ => quarters!(@ $at, $N, 1, $body),
                }
            }
        }
    };
    (@ $at:ident, $N:ident, $n:literal, $body:block) => {{
        const $N: usize = $n;
        let mut done = 0;
        while done < $at.c {
            let $at = $at.shifted(done.min($at.c.saturating_sub($N)));
            $body
            done += $N;
        }
    }};
}

/// Where a 2×2 window lies: its output, its two rows of two pixels in the input, and the distance of the two.
#[derive(Clone, Copy)]
struct Quarter {
    to: usize,
    above: usize,
    below: usize,
    c: usize,
}

impl Quarter {
    /// The same from channel `k` on.
    #[inline(always)]
    fn shifted(self, k: usize) -> Self {
        Self {
            to: self.to + k,
            above: self.above + k,
            below: self.below + k,
            ..self
        }
    }

    /// `N` channels of the four pixels, in reading order.
    #[inline(always)]
    fn pixels<T, const N: usize>(self, x: &[T]) -> [&[T; N]; 4] {
        [
            self.above,
            self.above + self.c,
            self.below,
            self.below + self.c,
        ]
        .map(
            #[inline(always)]
            |at| block(x, at),
        )
    }

    /// Writes `N` channels of the four pixels.
    #[inline(always)]
    fn write<T: Copy, const N: usize>(self, pixels: [[T; N]; 4], dx: &mut [T]) {
        *block_mut(dx, self.above) = pixels[0];
        *block_mut(dx, self.above + self.c) = pixels[1];
        *block_mut(dx, self.below) = pixels[2];
        *block_mut(dx, self.below + self.c) = pixels[3];
    }
}

/// Zeros for the pixels that no 2×2 window covers, if there are any.
#[inline(always)]
fn clear_uncovered<T: Scalar>(w: &Window2d, dx: &mut [T]) {
    if [2 * w.output[0], 2 * w.output[1]] != [w.input[0], w.input[1]] {
        dx.fill(T::zero());
    }
}

/// Splits `$c` channels into blocks of constant length, which need no loop: `$f(first)` with `$N` channels at a time.
macro_rules! blocks {
    ($c:expr, |$first:ident, $N:ident| $body:block) => {
        let mut $first = 0;
        blocks!(@ $c, $first, $N, $body, 16 4 1);
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
            max_of_quarters(w, x, y);
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
fn max_of_quarters<T: Scalar>(w: &Window2d, x: &[T], y: &mut [T]) {
    quarters!(w, |at, N| {
        let [x0, x1, x2, x3] = at.pixels::<T, N>(x);
        let y = block_mut::<T, N>(y, at.to);
        for k in 0..N {
            y[k] = larger(larger(x0[k], x1[k]), larger(x2[k], x3[k]));
        }
    });
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
        if quarters(w) {
            clear_uncovered(w, dx);
            to_quarters(w, x, dy, dx);
        } else {
            dx.fill(T::zero());
            to_windows(w, x, y, dy, dx);
        }
    }
}

#[inline(always)]
fn to_quarters<T: Scalar>(w: &Window2d, x: &[T], dy: &[T], dx: &mut [T]) {
    quarters!(w, |at, N| {
        let [x0, x1, x2, x3] = at.pixels::<T, N>(x);
        let dy = block::<T, N>(dy, at.to);
        let mut d = [[T::zero(); N]; 4];
        for k in 0..N {
            // The later pixel wins only where it is larger.
            let lower = larger(x2[k], x3[k]) > larger(x0[k], x1[k]);
            let up = if lower { T::zero() } else { dy[k] };
            let down = if lower { dy[k] } else { T::zero() };
            let right = x1[k] > x0[k];
            d[0][k] = if right { T::zero() } else { up };
            d[1][k] = if right { up } else { T::zero() };
            let right = x3[k] > x2[k];
            d[2][k] = if right { T::zero() } else { down };
            d[3][k] = if right { down } else { T::zero() };
        }
        at.write::<T, N>(d, dx);
    });
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
            mean_of_quarters(w, x, y, share);
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
fn mean_of_quarters<T: Scalar>(w: &Window2d, x: &[T], y: &mut [T], share: T) {
    quarters!(w, |at, N| {
        let [x0, x1, x2, x3] = at.pixels::<T, N>(x);
        let y = block_mut::<T, N>(y, at.to);
        for k in 0..N {
            y[k] = ((x0[k] + x1[k]) + (x2[k] + x3[k])) * share;
        }
    });
}

/// `dx[pixel] = Σ dy / area` over the windows that see the pixel.
#[inline(always)]
pub(crate) fn avg_pool2d_backward<T: Scalar>(w: &Window2d, dy: &[T], dx: &mut [T]) {
    let share = share::<T>(w);
    for (dx, dy) in dx
        .chunks_exact_mut(w.input_len().max(1))
        .zip(dy.chunks_exact(w.output_len().max(1)))
    {
        if quarters(w) {
            clear_uncovered(w, dx);
            share_quarters(w, dy, dx, share);
            continue;
        }
        dx.fill(T::zero());
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
fn share_quarters<T: Scalar>(w: &Window2d, dy: &[T], dx: &mut [T], share: T) {
    quarters!(w, |at, N| {
        let shared = block::<T, N>(dy, at.to).map(
            #[inline(always)]
            |dy| dy * share,
        );
        at.write([shared; 4], dx);
    });
}
