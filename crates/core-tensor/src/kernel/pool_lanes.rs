//! The pooling of `pool.rs` on the machine's vectors: the channels of a pixel lie in registers while the window is walked.

use core::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::Window2d;
use super::lanes::{Lanes, on_vectors};
use super::pool::{self, Plainly, Pools};
use crate::Scalar;

/// On the machine's vectors.
pub(crate) struct ByVectors(pub(crate) Arch);

impl<T: Scalar + Lanes> Pools<T> for ByVectors {
    fn max(self, w: &Window2d, x: &[T], y: &mut [T]) {
        if let Err(Max { w, x, y }) = on_vectors::<T, _>(self.0, Max { w, x, y }) {
            Plainly.max(w, x, y);
        }
    }

    fn max_backward(self, w: &Window2d, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        let all = MaxBackward { w, x, y, dy, dx };
        if let Err(MaxBackward { w, x, y, dy, dx }) = on_vectors::<T, _>(self.0, all) {
            Plainly.max_backward(w, x, y, dy, dx);
        }
    }

    fn mean(self, w: &Window2d, x: &[T], y: &mut [T]) {
        if let Err(Mean { w, x, y }) = on_vectors::<T, _>(self.0, Mean { w, x, y }) {
            Plainly.mean(w, x, y);
        }
    }

    fn mean_backward(self, w: &Window2d, dy: &[T], dx: &mut [T]) {
        let all = MeanBackward { w, dy, dx };
        if let Err(MeanBackward { w, dy, dx }) = on_vectors::<T, _>(self.0, all) {
            Plainly.mean_backward(w, dy, dx);
        }
    }
}

struct Max<'a, T> {
    w: &'a Window2d,
    x: &'a [T],
    y: &'a mut [T],
}

struct MaxBackward<'a, T> {
    w: &'a Window2d,
    x: &'a [T],
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

struct Mean<'a, T> {
    w: &'a Window2d,
    x: &'a [T],
    y: &'a mut [T],
}

struct MeanBackward<'a, T> {
    w: &'a Window2d,
    dy: &'a [T],
    dx: &'a mut [T],
}

/// Whether no pixel lies under two windows: then what a window sends back is written and not added.
#[inline(always)]
fn apart(w: &Window2d) -> bool {
    w.stride[0] >= w.kernel[0] && w.stride[1] >= w.kernel[1]
}

/// Zeros, unless every pixel is written by the one window that covers it.
fn clear<T: Scalar>(w: &Window2d, dx: &mut [T]) {
    let covered = |d: usize| {
        w.stride[d] == w.kernel[d] && w.padding[d] == 0 && w.output[d] * w.kernel[d] == w.input[d]
    };
    if !(covered(0) && covered(1)) {
        dx.fill(T::zero());
    }
}

/// Some channels of a window, as many as a register holds or the last, fewer ones.
#[derive(Clone, Copy)]
struct Part<T: Lanes, S: Simd> {
    /// where its output lies
    to: usize,
    /// where its first pixel lies
    from: usize,
    /// rows and columns that it covers
    size: [usize; 2],
    /// numbers from a pixel to the one below
    row: usize,
    /// numbers from a pixel to the next
    c: usize,
    /// channels
    n: usize,
    /// the channels that fill no register
    rest: T::First<S>,
    whole: bool,
}

impl<T: Lanes, S: Simd> Part<T, S> {
    /// The same at another column of the output and of the input.
    #[inline(always)]
    fn shifted(self, output: usize, input: usize) -> Self {
        Self {
            to: self.to + output * self.c,
            from: self.from + input * self.c,
            ..self
        }
    }

    #[inline(always)]
    fn load(self, simd: S, x: &[T], at: usize) -> T::Vector<S> {
        if self.whole {
            T::vectors::<S>(&x[at..at + T::lanes::<S>()])[0]
        } else {
            T::load_first(simd, self.rest, &x[at..])
        }
    }

    #[inline(always)]
    fn store(self, simd: S, x: &mut [T], at: usize, v: T::Vector<S>) {
        if self.whole {
            T::vectors_mut::<S>(&mut x[at..at + T::lanes::<S>()])[0] = v;
        } else {
            T::store_first(simd, self.rest, &mut x[at..], v);
        }
    }

    /// Calls `f` with the place of every pixel, in reading order.
    #[inline(always)]
    fn each_pixel(self, mut f: impl FnMut(usize)) {
        for i in 0..self.size[0] {
            for j in 0..self.size[1] {
                f(self.from + i * self.row + j * self.c);
            }
        }
    }
}

/// Calls `f` for every window of every image, a register of channels at a time. The usual sizes of windows that no side cuts are constants, so
/// that their loops are none.
#[inline(always)]
fn each_part<T: Lanes, S: Simd>(
    simd: S,
    w: &Window2d,
    images: usize,
    mut f: impl FnMut(Part<T, S>),
) {
    let [_, width, c] = w.input;
    let whole = w.whole_columns();
    let rest = T::first(simd, c % T::lanes::<S>());
    for image in 0..images {
        for i in 0..w.output[0] {
            let rows = w.side_under(0, i);
            let left = Part {
                to: image * w.output_len() + i * w.output[1] * c,
                from: image * w.input_len() + rows.start * width * c,
                size: [rows.len(), w.kernel[1]],
                row: width * c,
                c,
                n: c,
                rest,
                whole: false,
            };
            let usual = match left.size {
                [2, 2] => {
                    let size = [2, 2];
                    each_whole(w, Part { size, ..left }, &whole, &mut f);
                    &whole
                }
                [3, 3] => {
                    let size = [3, 3];
                    each_whole(w, Part { size, ..left }, &whole, &mut f);
                    &whole
                }
                _ => &(0..0),
            };
            for j in (0..usual.start).chain(usual.end..w.output[1]) {
                let columns = w.side_under(1, j);
                let part = left.shifted(j, columns.start);
                let size = [rows.len(), columns.len()];
                each_channel(Part { size, ..part }, &mut f);
            }
        }
    }
}

#[inline(always)]
fn each_whole<T: Lanes, S: Simd>(
    w: &Window2d,
    left: Part<T, S>,
    outputs: &Range<usize>,
    f: &mut impl FnMut(Part<T, S>),
) {
    for j in outputs.clone() {
        each_channel(left.shifted(j, j * w.stride[1] - w.padding[1]), f);
    }
}

#[inline(always)]
fn each_channel<T: Lanes, S: Simd>(mut part: Part<T, S>, f: &mut impl FnMut(Part<T, S>)) {
    let lanes = T::lanes::<S>();
    while part.n >= lanes {
        f(Part {
            whole: true,
            ..part
        });
        part.to += lanes;
        part.from += lanes;
        part.n -= lanes;
    }
    if part.n > 0 {
        f(part);
    }
}

impl<T: Scalar + Lanes> WithSimd for Max<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { w, x, y } = self;
        each_part::<T, S>(
            simd,
            w,
            y.len() / w.output_len().max(1),
            #[inline(always)]
            |part| {
                let mut most = T::splat(simd, T::neg_infinity());
                part.each_pixel(
                    #[inline(always)]
                    |at| most = T::larger(simd, most, part.load(simd, x, at)),
                );
                part.store(simd, y, part.to, most);
            },
        );
    }
}

impl<T: Scalar + Lanes> WithSimd for MaxBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { w, x, y, dy, dx } = self;
        clear(w, dx);
        let (apart, zero) = (apart(w), T::splat(simd, T::zero()));
        each_part::<T, S>(
            simd,
            w,
            y.len() / w.output_len().max(1),
            #[inline(always)]
            |part| {
                let most = part.load(simd, y, part.to);
                let mut left = part.load(simd, dy, part.to);
                part.each_pixel(
                    #[inline(always)]
                    |at| {
                        let x = part.load(simd, x, at);
                        let mut d = T::where_greater(simd, most, x, zero, left);
                        left = T::where_greater(simd, most, x, left, zero);
                        if !apart {
                            d = T::plus(simd, part.load(simd, dx, at), d);
                        }
                        part.store(simd, dx, at, d);
                    },
                );
            },
        );
    }
}

impl<T: Scalar + Lanes> WithSimd for Mean<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { w, x, y } = self;
        let share = T::splat(simd, pool::share(w));
        each_part::<T, S>(
            simd,
            w,
            y.len() / w.output_len().max(1),
            #[inline(always)]
            |part| {
                let mut sum = T::splat(simd, T::zero());
                part.each_pixel(
                    #[inline(always)]
                    |at| sum = T::plus(simd, sum, part.load(simd, x, at)),
                );
                part.store(simd, y, part.to, T::times(simd, sum, share));
            },
        );
    }
}

impl<T: Scalar + Lanes> WithSimd for MeanBackward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { w, dy, dx } = self;
        clear(w, dx);
        let (apart, share) = (apart(w), T::splat(simd, pool::share(w)));
        each_part::<T, S>(
            simd,
            w,
            dy.len() / w.output_len().max(1),
            #[inline(always)]
            |part| {
                let one = T::times(simd, part.load(simd, dy, part.to), share);
                part.each_pixel(
                    #[inline(always)]
                    |at| {
                        let d = if apart {
                            one
                        } else {
                            T::plus(simd, part.load(simd, dx, at), one)
                        };
                        part.store(simd, dx, at, d);
                    },
                );
            },
        );
    }
}
