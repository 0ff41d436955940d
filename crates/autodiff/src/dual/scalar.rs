//! Tensors of [`Dual`]: products of whole tensors as products of their planes, everything else as the plain loop.
//!
//! The value of a product is `u·v`, its derivative `u'·v + u·v'`: three products of plain tensors (for one direction), each by the vector
//! kernel of the scalar. That is many times faster than a loop over duals, which has to look for `0·∞` at every step. It is looked for
//! once, at the end: a derivative that is not a number sends the whole product through that loop after all.

use alloc::vec;
use alloc::vec::Vec;

use core_tensor::kernel::{Product, Start, Window2d, plain};
use core_tensor::{Real, Scalar, mutant};

use super::Dual;

/// Products of fewer multiplications than this are not worth taking apart.
const FEW: usize = 64;

impl<T: Scalar, const N: usize> Scalar for Dual<T, N> {
    fn matmul(p: Product, a: &[Self], b: &[Self], start: Start<'_, Self>, c: &mut [Self]) {
        let few = p.m * p.k * p.n < FEW;
        if few
            || !by_planes(a, b, start, c, |a, b, start, c| {
                T::matmul(p, a, b, start, c)
            })
        {
            plain::matmul(p, a, b, start, c);
        }
    }

    fn conv2d(
        w: &Window2d,
        x: &[Self],
        filter: &[Self],
        start: Start<'_, Self>,
        y: &mut [Self],
        _: &mut [Self],
    ) {
        let mut scratch = vec![T::zero(); w.scratch()];
        if !by_planes(x, filter, start, y, |x, filter, start, y| {
            T::conv2d(w, x, filter, start, y, &mut scratch);
        }) {
            plain::conv2d(w, x, filter, start, y);
        }
    }

    fn conv2d_by_data(w: &Window2d, dy: &[Self], filter: &[Self], dx: &mut [Self], _: &mut [Self]) {
        let mut scratch = vec![T::zero(); w.scratch()];
        if !by_planes(dy, filter, Start::Zero, dx, |dy, filter, _, dx| {
            T::conv2d_by_data(w, dy, filter, dx, &mut scratch);
        }) {
            plain::conv2d_by_data(w, dy, filter, dx);
        }
    }

    fn conv2d_by_weights(
        w: &Window2d,
        x: &[Self],
        dy: &[Self],
        start: Start<'_, Self>,
        dfilter: &mut [Self],
        _: &mut [Self],
    ) {
        let mut scratch = vec![T::zero(); w.scratch()];
        if !by_planes(x, dy, start, dfilter, |x, dy, start, dfilter| {
            T::conv2d_by_weights(w, x, dy, start, dfilter, &mut scratch);
        }) {
            plain::conv2d_by_weights(w, x, dy, start, dfilter);
        }
    }

    #[inline(always)]
    fn vectorize(f: impl FnOnce()) {
        T::vectorize(f);
    }
}

/// `y = start + u·v` for a product that is linear in each factor, plane by plane. Where a derivative comes out as not a number, `y` is left
/// as it was and the answer is no.
fn by_planes<T: Scalar, const N: usize>(
    u: &[Dual<T, N>],
    v: &[Dual<T, N>],
    start: Start<'_, Dual<T, N>>,
    y: &mut [Dual<T, N>],
    mut product: impl FnMut(&[T], &[T], Start<'_, T>, &mut [T]),
) -> bool {
    // without a direction nothing is won but the kernel, and the plain loop stays within reach, to compare with
    if N == 0 {
        return false;
    }
    let value = |dual: &Dual<T, N>| dual.value;
    let (u0, v0) = (plane(u, value), plane(v, value));
    let mut planes: Vec<Vec<T>> = Vec::with_capacity(N + 1);
    planes.push(started(start, y, value, |start, y| {
        product(&u0, &v0, start, y)
    }));
    let mut term = vec![T::zero(); y.len()];
    for i in 0..N {
        let partial = |dual: &Dual<T, N>| dual.partials[i];
        let (du, dv) = (plane(u, partial), plane(v, partial));
        let mut dy = started(start, y, partial, |start, dy| {
            product(&du, &v0, start, dy);
        });
        mutant::values("product of tensors, first factor", &mut dy);
        // inputs that are constant are common, and so are weights
        if !dv.iter().all(T::is_zero) {
            product(&u0, &dv, Start::Zero, &mut term);
            mutant::values("product of tensors, second factor", &mut term);
            T::add_to(&term, &mut dy);
        }
        if dy.iter().any(T::holds_nan) {
            return false;
        }
        planes.push(dy);
    }
    for (j, y) in y.iter_mut().enumerate() {
        y.value = planes[0][j];
        for (partial, plane) in y.partials.iter_mut().zip(&planes[1..]) {
            *partial = plane[j];
        }
    }
    true
}

fn plane<T: Real, const N: usize>(x: &[Dual<T, N>], of: impl Fn(&Dual<T, N>) -> T) -> Vec<T> {
    x.iter().map(of).collect()
}

/// A plane of the result, begun as `start` says and handed to `product`.
fn started<T: Scalar, const N: usize>(
    start: Start<'_, Dual<T, N>>,
    y: &[Dual<T, N>],
    of: impl Fn(&Dual<T, N>) -> T,
    product: impl FnOnce(Start<'_, T>, &mut [T]),
) -> Vec<T> {
    match start {
        Start::Zero => {
            let mut plane = vec![T::zero(); y.len()];
            product(Start::Zero, &mut plane);
            plane
        }
        Start::Row(row) => {
            let (row, mut plane) = (plane(row, of), vec![T::zero(); y.len()]);
            product(Start::Row(&row), &mut plane);
            plane
        }
        Start::Output => {
            let mut plane = plane(y, of);
            product(Start::Output, &mut plane);
            plane
        }
    }
}
