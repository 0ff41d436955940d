//! Sums over rows, softmax and sums of slices, written so that the compiler finds the vectors.

use super::Start;
use crate::{Scalar, prefetch};

/// Sums kept at a time by [`sum_rows`] and [`softmax_row`]: enough independent chains for the widest machine. It is the same on every
/// machine, and so is the order of the additions.
pub(crate) const CHAINS: usize = 64;

/// `sums[j] = start + Σ_i x[i][j]`
#[inline(always)]
pub(crate) fn sum_rows<T: Scalar>(x: &[T], start: Start<'_, T>, sums: &mut [T]) {
    start.begin(sums);
    let n = sums.len();
    if n == 0 {
        return;
    }
    // Narrow rows are added several at a time, so that vectors fill.
    let folded = (CHAINS / n).max(1) * n;
    if folded == n {
        x.chunks_exact(n).for_each(|x| add_to(x, sums));
        return;
    }
    let mut buffer = [T::zero(); CHAINS];
    let buffer = &mut buffer[..folded];
    let rows = x.chunks_exact(folded);
    let rest = rows.remainder();
    rows.for_each(|x| add_to(x, buffer));
    buffer
        .chunks_exact(n)
        .chain(rest.chunks_exact(n))
        .for_each(|x| add_to(x, sums));
}

/// `y += x`
#[inline(always)]
pub(crate) fn add_to<T: Scalar>(x: &[T], y: &mut [T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += *x;
    }
}

/// `y = exp(x) / Σ exp(x)`, shifted by the largest number; returns the largest number and
/// `ln Σ exp(x − largest)`, whose sum is `ln Σ exp(x)`. `exp` is asked for no number above zero.
#[inline(always)]
pub(crate) fn softmax_row<T: Scalar>(x: &[T], y: &mut [T], exp: impl Fn(T) -> T) -> [T; 2] {
    let [largest, sum] = exps_of_row(x, y, exp);
    let share = sum.recip();
    for y in y.iter_mut() {
        *y *= share;
    }
    [largest, sum.ln()]
}

/// `y = x − ln Σ exp(x)`, the difference to the largest number first: a large one would drown the logarithm.
#[inline(always)]
pub(crate) fn log_softmax_row<T: Scalar>(x: &[T], y: &mut [T], exp: impl Fn(T) -> T) {
    let [largest, sum] = exps_of_row(x, y, exp);
    let log_sum = sum.ln();
    for (y, &x) in y.iter_mut().zip(x) {
        *y = (x - largest) - log_sum;
    }
}

/// `y = exp(x − largest)`; returns the largest number and the sum. What lies behind a row is mostly the next one, and is asked for.
#[inline(always)]
fn exps_of_row<T: Scalar>(x: &[T], y: &mut [T], exp: impl Fn(T) -> T) -> [T; 2] {
    let largest = fold(x, T::neg_infinity(), |m, x| if x > m { x } else { m });
    let n = x.len();
    for (x, y) in x.chunks(CHAINS).zip(y.chunks_mut(CHAINS)) {
        for line in (0..CHAINS).step_by((64 / size_of::<T>()).max(1)) {
            prefetch(x, n + line);
        }
        for (y, x) in y.iter_mut().zip(x) {
            *y = exp(*x - largest);
        }
    }
    [largest, fold(y, T::zero(), |s, y| s + y)]
}

/// Folds a slice along independent chains.
#[inline(always)]
fn fold<T: Scalar>(x: &[T], start: T, f: impl Fn(T, T) -> T) -> T {
    let mut chains = [start; CHAINS / 2];
    let (whole, rest) = x.as_chunks::<{ CHAINS / 2 }>();
    for x in whole {
        for (chain, x) in chains.iter_mut().zip(x) {
            *chain = f(*chain, *x);
        }
    }
    let folded = if whole.is_empty() {
        start
    } else {
        chains.iter().fold(start, |m, x| f(m, *x))
    };
    rest.iter().fold(folded, |m, x| f(m, *x))
}
