//! Rows, each for itself: their normalisation, and the gradient through a softmax.

use super::row_back_lanes::RowBack;
use super::row_lanes::RowWrite;
use super::{RowTerm, Sums};
use crate::Scalar;
use crate::kernel::Start;

/// Numbers of a row that say around what it is summed.
const FIRST: usize = 64;

/// How rows are normalised: `x̂ = (x − µ)/√(σ² + ε)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RowNorm<T> {
    /// whether the mean is taken off; else `µ` is 0
    pub centred: bool,
    /// `ε`
    pub epsilon: T,
}

impl<T: Scalar> RowNorm<T> {
    /// A number near those of a row, around which its sums are taken: the mean of the first of them.
    ///
    /// So one pass gives both moments. What cancels in `Σ (x − a)² − n(µ − a)²` is at most `n/64` times what stays, and that only where all that
    /// varies is the first 64 numbers.
    #[inline(always)]
    fn around(self, by: impl Sums<T>, x: &[T]) -> T {
        let first = &x[..x.len().min(FIRST)];
        if self.centred {
            by.row(RowTerm::Own, [first; 3], T::zero())[0] * T::of(1.0 / first.len().max(1) as f64)
        } else {
            T::zero()
        }
    }

    /// `µ` and `1/√(σ² + ε)` of a row.
    #[inline(always)]
    fn moments(self, by: impl Sums<T>, x: &[T]) -> [T; 2] {
        let around = self.around(by, x);
        self.moments_from(x.len(), around, by.row(RowTerm::Deviation, [x; 3], around))
    }

    /// The same of `n` numbers, given `Σ (x − around)` and `Σ (x − around)²`.
    #[inline(always)]
    fn moments_from(self, n: usize, around: T, [sum, squares]: [T; 2]) -> [T; 2] {
        let share = T::of(1.0 / n.max(1) as f64);
        let (mean, squares) = if self.centred {
            let (off, zero) = (sum * share, T::zero());
            let squares = squares - sum * off;
            // of numbers all alike, rounding could leave less than nothing
            (around + off, if squares < zero { zero } else { squares })
        } else {
            (T::zero(), squares)
        };
        [mean, (squares * share + self.epsilon).sqrt().recip()]
    }

    /// `y = start + scale · x̂`; a row is summed while the one before is written, so that memory and arithmetic do not wait for one another.
    #[inline(always)]
    pub(crate) fn forward(
        self,
        by: impl Sums<T>,
        x: &[T],
        scale: &[T],
        start: Start<'_, T>,
        y: &mut [T],
    ) {
        let n = scale.len().max(1);
        let shift = match start {
            Start::Zero => None,
            Start::Row(shift) => Some(shift),
            Start::Output => {
                for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
                    let [mean, inverse] = self.moments(by, x);
                    for ((y, &x), &scale) in y.iter_mut().zip(x).zip(scale) {
                        *y += (x - mean) * inverse * scale;
                    }
                }
                return;
            }
        };
        let mut moments = match x.get(..n) {
            Some(first) => self.moments(by, first),
            None => return,
        };
        for (i, (x_row, y)) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).enumerate() {
            // after the last row there is only itself
            let next = x.get((i + 1) * n..(i + 2) * n).unwrap_or(x_row);
            let around = self.around(by, next);
            let sums = by.write(RowWrite {
                moments,
                x: x_row,
                scale,
                shift,
                y,
                next,
                around,
            });
            moments = self.moments_from(n, around, sums);
        }
    }

    /// `dy ← (g − mean g − x̂ · mean(g · x̂))/√(σ² + ε)` with `g = scale · dy`, without the mean of `g` where that of `x` stays; adds `dy · x̂` to
    /// `dscale` and `dy` to `dshift`. A row is near while all is done with it, and the next is asked for.
    #[inline(always)]
    pub(crate) fn backward(
        self,
        by: impl Sums<T>,
        x: &[T],
        scale: &[T],
        dy: &mut [T],
        [mut dscale, mut dshift]: [Option<&mut [T]>; 2],
    ) {
        let n = scale.len().max(1);
        let share = T::of(1.0 / n as f64);
        for (x, dy) in x.chunks_exact(n).zip(dy.chunks_exact_mut(n)) {
            let [mean, inverse] = self.moments(by, x);
            let [all, along] = by.row(RowTerm::Centred, [scale, dy, x], mean);
            by.back(RowBack {
                moments: [mean, inverse],
                all: if self.centred { all * share } else { T::zero() },
                along: along * share * inverse * inverse,
                x,
                scale,
                dy,
                sums: [dscale.as_deref_mut(), dshift.as_deref_mut()],
            });
        }
    }
}

/// `dy ← y · (dy − Σ y · dy)`: through a softmax with the output `y`.
#[inline(always)]
pub(crate) fn softmax_backward<T: Scalar>(by: impl Sums<T>, y: &[T], dy: &mut [T]) {
    let [mean, _] = by.row(RowTerm::Product, [y, dy, y], T::zero());
    for (dy, &y) in dy.iter_mut().zip(y) {
        *dy = y * (*dy - mean);
    }
}

/// `dy ← dy − e^y · Σ dy`: through the logarithm of a softmax, with the output `y`.
#[inline(always)]
pub(crate) fn log_softmax_backward<T: Scalar>(
    by: impl Sums<T>,
    y: &[T],
    dy: &mut [T],
    exp: impl Fn(T) -> T,
) {
    let [total, _] = by.row(RowTerm::Own, [&*dy; 3], T::zero());
    for (dy, &y) in dy.iter_mut().zip(y) {
        *dy -= exp(y) * total;
    }
}
