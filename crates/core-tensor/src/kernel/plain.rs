//! The heavy kernels as plain loops, for numbers without vector registers such as dual numbers. They are the reference of every test,
//! and what a dual number falls back on (`autodiff` calls them).

use super::{GroupedWindow2d, Layout, Product, Start, Window2d};
use crate::Scalar;

/// `c = start + a · b`, each factor transposed or not.
pub fn matmul<T: Scalar>(p: Product, a: &[T], b: &[T], start: Start<'_, T>, c: &mut [T]) {
    p.check(a, b, &start, c);
    matmul_rows(p, p.rows(), a, b, start, c);
}

/// The same for matrices whose rows lie apart.
pub fn matmul_rows<T: Scalar>(
    p: Product,
    [a_row, b_row, c_row]: [usize; 3],
    a: &[T],
    b: &[T],
    start: Start<'_, T>,
    c: &mut [T],
) {
    let Product { m, k, n, layout } = p;
    for i in 0..m {
        let c = &mut c[i * c_row..][..n];
        start.begin(c);
        for t in 0..k {
            let x = a[if layout == Layout::Tn {
                t * a_row + i
            } else {
                i * a_row + t
            }];
            for (j, c) in c.iter_mut().enumerate() {
                *c += x * b[if layout == Layout::Nt {
                    j * b_row + t
                } else {
                    t * b_row + j
                }];
            }
        }
    }
}

impl Window2d {
    /// Calls `f` with the offsets of every pixel of the output, the input pixel under every tap of its window, and that tap's filter.
    #[inline(always)]
    pub(crate) fn for_each_tap(&self, mut f: impl FnMut(usize, usize, usize)) {
        let filter = self.input[2] * self.output[2];
        self.for_each_meeting([1, 1], |output, pixel, tap| {
            f(output * self.output[2], pixel * self.input[2], tap * filter);
        });
    }

    /// Calls `f` with the numbers of every pixel of the output, the input pixel under every tap of its window, and that tap.
    #[inline(always)]
    fn for_each_meeting(&self, apart: [usize; 2], mut f: impl FnMut(usize, usize, usize)) {
        let [height, width, _] = self.input;
        for i in 0..self.output[0] {
            for j in 0..self.output[1] {
                for ky in 0..self.kernel[0] {
                    for kx in 0..self.kernel[1] {
                        let y = (i * self.stride[0] + ky * apart[0]).wrapping_sub(self.padding[0]);
                        let x = (j * self.stride[1] + kx * apart[1]).wrapping_sub(self.padding[1]);
                        if y < height && x < width {
                            f(
                                i * self.output[1] + j,
                                y * width + x,
                                ky * self.kernel[1] + kx,
                            );
                        }
                    }
                }
            }
        }
    }

    fn samples<'a, T>(&self, x: &'a [T], y: &'a [T]) -> impl Iterator<Item = (&'a [T], &'a [T])> {
        x.chunks_exact(self.input_len().max(1))
            .zip(y.chunks_exact(self.output_len().max(1)))
    }
}

/// `y = start + x ∗ filter`
pub fn conv2d<T: Scalar>(w: &Window2d, x: &[T], filter: &[T], start: Start<'_, T>, y: &mut [T]) {
    let [c, o] = [w.input[2], w.output[2]];
    start.begin(y);
    for (x, y) in x
        .chunks_exact(w.input_len().max(1))
        .zip(y.chunks_exact_mut(w.output_len().max(1)))
    {
        w.for_each_tap(|to, from, tap| {
            for (x, filter) in x[from..][..c].iter().zip(filter[tap..].chunks_exact(o)) {
                for (y, f) in y[to..][..o].iter_mut().zip(filter) {
                    *y += *x * *f;
                }
            }
        });
    }
}

/// `dx[pixel][c] = Σ dy[output][o] · filter[tap][c][o]` over the windows that see the pixel
pub fn conv2d_by_data<T: Scalar>(w: &Window2d, dy: &[T], filter: &[T], dx: &mut [T]) {
    conv2d_transposed(w, dy, filter, Start::Zero, dx);
}

/// `y[pixel][c] = start + Σ x[output][o] · filter[tap][c][o]` over the windows of `w` that see the pixel
pub fn conv2d_transposed<T: Scalar>(
    w: &Window2d,
    x: &[T],
    filter: &[T],
    start: Start<'_, T>,
    y: &mut [T],
) {
    let [c, o] = [w.input[2], w.output[2]];
    start.begin(y);
    for (y, x) in y
        .chunks_exact_mut(w.input_len().max(1))
        .zip(x.chunks_exact(w.output_len().max(1)))
    {
        w.for_each_tap(|from, to, tap| {
            for (y, filter) in y[to..][..c].iter_mut().zip(filter[tap..].chunks_exact(o)) {
                for (x, f) in x[from..][..o].iter().zip(filter) {
                    *y += *x * *f;
                }
            }
        });
    }
}

/// `dfilter[tap][c][o] = start + Σ x[pixel under the tap][c] · dy[output][o]` over all windows of all samples
pub fn conv2d_by_weights<T: Scalar>(
    w: &Window2d,
    x: &[T],
    dy: &[T],
    start: Start<'_, T>,
    dfilter: &mut [T],
) {
    let [c, o] = [w.input[2], w.output[2]];
    start.begin(dfilter);
    for (x, dy) in w.samples(x, dy) {
        w.for_each_tap(|from, to, tap| {
            for (x, dfilter) in x[to..][..c].iter().zip(dfilter[tap..].chunks_exact_mut(o)) {
                for (df, dy) in dfilter.iter_mut().zip(&dy[from..][..o]) {
                    *df += *x * *dy;
                }
            }
        });
    }
}

impl GroupedWindow2d {
    /// Calls `f` with the places in one output, one input and the filter of all that is multiplied.
    #[inline(always)]
    fn for_each_product(&self, mut f: impl FnMut(usize, usize, usize)) {
        let (w, [i, o]) = (&self.window, self.channels());
        w.for_each_meeting(self.dilation, |output, pixel, tap| {
            for c in 0..i {
                for to in 0..w.output[2] {
                    f(
                        output * w.output[2] + to,
                        pixel * w.input[2] + to / o * i + c,
                        (tap * i + c) * w.output[2] + to,
                    );
                }
            }
        });
    }
}

/// `y = start + x ∗ filter`, each group by itself
pub fn conv2d_grouped<T: Scalar>(
    w: &GroupedWindow2d,
    x: &[T],
    filter: &[T],
    start: Start<'_, T>,
    y: &mut [T],
) {
    start.begin(y);
    for (x, y) in x
        .chunks_exact(w.window.input_len().max(1))
        .zip(y.chunks_exact_mut(w.window.output_len().max(1)))
    {
        w.for_each_product(|to, from, tap| y[to] += x[from] * filter[tap]);
    }
}

/// The gradient of the input of [`conv2d_grouped`].
pub fn conv2d_grouped_by_data<T: Scalar>(
    w: &GroupedWindow2d,
    dy: &[T],
    filter: &[T],
    dx: &mut [T],
) {
    dx.fill(T::zero());
    for (dx, dy) in dx
        .chunks_exact_mut(w.window.input_len().max(1))
        .zip(dy.chunks_exact(w.window.output_len().max(1)))
    {
        w.for_each_product(|to, from, tap| dx[from] += dy[to] * filter[tap]);
    }
}

/// The gradient of the filter of [`conv2d_grouped`].
pub fn conv2d_grouped_by_weights<T: Scalar>(
    w: &GroupedWindow2d,
    x: &[T],
    dy: &[T],
    start: Start<'_, T>,
    dfilter: &mut [T],
) {
    start.begin(dfilter);
    for (x, dy) in w.window.samples(x, dy) {
        w.for_each_product(|to, from, tap| dfilter[tap] += x[from] * dy[to]);
    }
}
