//! Pooling: the largest or the mean number under a window, channel by channel.
//!
//! The loops run over the channels of a pixel, so that the compiler finds the vectors; the usual 2×2 window with stride 2 has its own,
//! over pairs of rows.

use super::Window2d;
use crate::Scalar;

/// Whether windows are 2×2 without overlap or padding: then every pixel belongs to at most one window.
fn quarters(w: &Window2d) -> bool {
    w.kernel == [2, 2] && w.stride == [2, 2] && w.padding == [0, 0]
}

/// Calls `f` with the offset of every 2×2 window's output and those of its four pixels.
#[inline(always)]
fn for_each_quarter(w: &Window2d, mut f: impl FnMut(usize, [usize; 4])) {
    let [_, width, c] = w.input;
    for i in 0..w.output[0] {
        for j in 0..w.output[1] {
            let at = (2 * i * width + 2 * j) * c;
            f(
                (i * w.output[1] + j) * c,
                [at, at + c, at + width * c, at + (width + 1) * c],
            );
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
            w.for_each_tap(|to, from, _| {
                for (y, x) in y[to..][..w.output[2]]
                    .iter_mut()
                    .zip(&x[from..][..w.output[2]])
                {
                    *y = larger(*y, *x);
                }
            });
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
    for_each_quarter(w, |to, from| {
        let [x0, x1, x2, x3] = from.map(|at| &x[at..][..c]);
        let y = &mut y[to..][..c];
        for k in 0..c {
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
        dx.fill(T::zero());
        if quarters(w) {
            channels!(w.output[2], to_quarters(w, x, dy, dx));
        } else {
            to_windows(w, x, y, dy, dx);
        }
    }
}

#[inline(always)]
fn to_quarters<T: Scalar>(w: &Window2d, x: &[T], dy: &[T], dx: &mut [T], c: usize) {
    let row = w.input[1] * c;
    for_each_quarter(w, |to, from| {
        let [x0, x1, x2, x3] = from.map(|at| &x[at..][..c]);
        let dy = &dy[to..][..c];
        let (above, below) = dx[from[0]..].split_at_mut(row);
        let (d0, d1) = above[..2 * c].split_at_mut(c);
        let (d2, d3) = below[..2 * c].split_at_mut(c);
        for k in 0..c {
            let zero = T::zero();
            let [p, q] = [larger(x0[k], x1[k]), larger(x2[k], x3[k])];
            // The later pixel wins only where it is larger.
            let [up, down] = if q > p { [zero, dy[k]] } else { [dy[k], zero] };
            [d0[k], d1[k]] = if x1[k] > x0[k] {
                [zero, up]
            } else {
                [up, zero]
            };
            [d2[k], d3[k]] = if x3[k] > x2[k] {
                [zero, down]
            } else {
                [down, zero]
            };
        }
    });
}

/// Any window: a gradient that has found its pixel is marked as spent, in a few channels at a time.
#[inline(always)]
fn to_windows<T: Scalar>(w: &Window2d, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    const AT_ONCE: usize = 64;
    let c = w.output[2];
    for from in (0..c).step_by(AT_ONCE) {
        let n = AT_ONCE.min(c - from);
        let mut left = [T::zero(); AT_ONCE];
        let mut window = usize::MAX;
        w.for_each_tap(|output, input, _| {
            if output != window {
                window = output;
                left[..n].copy_from_slice(&dy[output + from..][..n]);
            }
            let [x, y] = [&x[input + from..][..n], &y[output + from..][..n]];
            let dx = &mut dx[input + from..][..n];
            for k in 0..n {
                let hit = x[k] == y[k];
                dx[k] += if hit { left[k] } else { T::zero() };
                left[k] = if hit { T::zero() } else { left[k] };
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
            w.for_each_tap(|to, from, _| {
                for (y, x) in y[to..][..w.output[2]]
                    .iter_mut()
                    .zip(&x[from..][..w.output[2]])
                {
                    *y += *x;
                }
            });
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
    for_each_quarter(w, |to, from| {
        let [x0, x1, x2, x3] = from.map(|at| &x[at..][..c]);
        let y = &mut y[to..][..c];
        for k in 0..c {
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
        dx.fill(T::zero());
        w.for_each_tap(|from, to, _| {
            for (dx, dy) in dx[to..][..w.output[2]]
                .iter_mut()
                .zip(&dy[from..][..w.output[2]])
            {
                *dx += *dy * share;
            }
        });
    }
}
