//! The sums of a row on the machine's vectors, along independent chains.

use pulp::{Simd, WithSimd};

use super::super::array::map;
use super::super::lanes::Lanes;
use super::{CHAINS, RowTerm};

/// `Σ term` along a row; of a term that is one number the second sum is zero.
pub(crate) struct RowSum<'a, T> {
    pub(crate) term: RowTerm,
    /// rows of a length
    pub(crate) rows: [&'a [T]; 3],
    pub(crate) mean: T,
}

/// `y = (x − mean) · inverse · scale`, and `shift` added if there is one; returns the sums of `next − around` and of its squares, for the row
/// that is written next.
pub(crate) struct RowWrite<'a, T> {
    pub(crate) moments: [T; 2],
    pub(crate) x: &'a [T],
    pub(crate) scale: &'a [T],
    pub(crate) shift: Option<&'a [T]>,
    pub(crate) y: &'a mut [T],
    pub(crate) next: &'a [T],
    pub(crate) around: T,
}

/// Lanes of the widest register.
const MOST: usize = 16;

impl<T: Lanes> WithSimd for RowSum<'_, T> {
    type Output = [T; 2];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> [T; 2] {
        let Self { rows, mean, .. } = self;
        let zero = T::zero();
        match self.term {
            RowTerm::Own => {
                let [sum] = along(
                    simd,
                    rows,
                    mean,
                    #[inline(always)]
                    |[a, _, _], _| [a],
                );
                [sum, zero]
            }
            RowTerm::Product => {
                let [sum] = along(
                    simd,
                    rows,
                    mean,
                    #[inline(always)]
                    |[a, b, _], _| [T::times(simd, a, b)],
                );
                [sum, zero]
            }
            RowTerm::Deviation => along(
                simd,
                rows,
                mean,
                #[inline(always)]
                |[a, _, _], mean| {
                    let off = T::minus(simd, a, mean);
                    [off, T::times(simd, off, off)]
                },
            ),
            RowTerm::Centred => along(
                simd,
                rows,
                mean,
                #[inline(always)]
                |[a, b, x], mean| {
                    let product = T::times(simd, a, b);
                    [product, T::times(simd, product, T::minus(simd, x, mean))]
                },
            ),
        }
    }
}

/// `Σ term` along a row, of each of its numbers.
#[inline(always)]
fn along<T: Lanes, S: Simd, const N: usize>(
    simd: S,
    rows: [&[T]; 3],
    mean: T,
    term: impl Fn([T::Vector<S>; 3], T::Vector<S>) -> [T::Vector<S>; N],
) -> [T; N] {
    let n = rows[0].len();
    let [a, b, x] = map(
        rows,
        #[inline(always)]
        |row| T::vectors::<S>(&row[..n]),
    );
    let (means, zero) = (T::splat(simd, mean), T::splat(simd, T::zero()));
    let mut sums = [[zero; CHAINS]; N];
    let [(a4, a), (b4, b), (x4, x)] = map([a, b, x], <[_]>::as_chunks::<CHAINS>);
    for ((a, b), x) in a4.iter().zip(b4).zip(x4) {
        for k in 0..CHAINS {
            let terms = term([a[k], b[k], x[k]], means);
            for j in 0..N {
                sums[j][k] = T::plus(simd, sums[j][k], terms[j]);
            }
        }
    }
    for ((&a, &b), &x) in a.iter().zip(b).zip(x) {
        let terms = term([a, b, x], means);
        for j in 0..N {
            sums[j][0] = T::plus(simd, sums[j][0], terms[j]);
        }
    }
    let done = n / T::lanes::<S>() * T::lanes::<S>();
    let mut last = [zero; N];
    if done < n {
        let first = T::first(simd, n - done);
        // zeros from a mean of zero beyond the end
        let all: [T; MOST] = [mean; MOST];
        last = term(
            [
                T::load_first(simd, first, &rows[0][done..n]),
                T::load_first(simd, first, &rows[1][done..n]),
                T::load_first(simd, first, &rows[2][done..n]),
            ],
            T::load_first(simd, first, &all),
        );
    }
    let mut totals = [T::zero(); N];
    for j in 0..N {
        totals[j] = total::<T, S>(simd, sums[j], last[j]);
    }
    totals
}

impl<T: Lanes> WithSimd for RowWrite<'_, T> {
    type Output = [T; 2];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> [T; 2] {
        match self.shift {
            Some(shift) => self.run::<S, true>(simd, shift),
            // any row stands for the one that is not read
            None => {
                let scale = self.scale;
                self.run::<S, false>(simd, scale)
            }
        }
    }
}

/// `(x − mean) · inverse · scale`, and `shift` added to it.
#[inline(always)]
fn normal<T: Lanes, S: Simd, const SHIFTED: bool>(
    simd: S,
    [mean, inverse]: [T::Vector<S>; 2],
    [x, scale, shift]: [T::Vector<S>; 3],
) -> T::Vector<S> {
    let normal = T::times(
        simd,
        T::times(simd, T::minus(simd, x, mean), inverse),
        scale,
    );
    if SHIFTED {
        T::plus(simd, normal, shift)
    } else {
        normal
    }
}

impl<T: Lanes> RowWrite<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const SHIFTED: bool>(self, simd: S, shift: &[T]) -> [T; 2] {
        let (n, lanes) = (self.x.len(), T::lanes::<S>());
        let moments = map(
            self.moments,
            #[inline(always)]
            |number| T::splat(simd, number),
        );
        let around = T::splat(simd, self.around);
        let [(x4, x1), (scale4, scale1), (shift4, shift1), (next4, next1)] = map(
            [self.x, self.scale, shift, self.next],
            #[inline(always)]
            |row| T::vectors::<S>(&row[..n]).as_chunks::<CHAINS>(),
        );
        let (y4, y1) = T::vectors_mut::<S>(&mut self.y[..n]).as_chunks_mut::<CHAINS>();
        let zeros = [T::splat(simd, T::zero()); CHAINS];
        let (mut sums, mut squares) = (zeros, zeros);
        let rows = x4.iter().zip(scale4).zip(shift4).zip(next4).zip(y4);
        for ((((x, scale), shift), next), y) in rows {
            for k in 0..CHAINS {
                y[k] = normal::<T, S, SHIFTED>(simd, moments, [x[k], scale[k], shift[k]]);
                let off = T::minus(simd, next[k], around);
                sums[k] = T::plus(simd, sums[k], off);
                squares[k] = T::plus(simd, squares[k], T::times(simd, off, off));
            }
        }
        let rows = x1.iter().zip(scale1).zip(shift1).zip(next1).zip(y1);
        for ((((&x, &scale), &shift), &next), y) in rows {
            *y = normal::<T, S, SHIFTED>(simd, moments, [x, scale, shift]);
            let off = T::minus(simd, next, around);
            sums[0] = T::plus(simd, sums[0], off);
            squares[0] = T::plus(simd, squares[0], T::times(simd, off, off));
        }
        let done = n / lanes * lanes;
        let mut last = [zeros[0]; 2];
        if done < n {
            let first = T::first(simd, n - done);
            let [x, scale, shift, next] = map(
                [self.x, self.scale, shift, self.next],
                #[inline(always)]
                |row| T::load_first(simd, first, &row[done..n]),
            );
            let y = normal::<T, S, SHIFTED>(simd, moments, [x, scale, shift]);
            T::store_first(simd, first, &mut self.y[done..n], y);
            // zeros from what is around nothing beyond the end
            let around = T::load_first(simd, first, &[self.around; MOST]);
            let off = T::minus(simd, next, around);
            last = [off, T::times(simd, off, off)];
        }
        [
            total::<T, S>(simd, sums, last[0]),
            total::<T, S>(simd, squares, last[1]),
        ]
    }
}

/// The sum of the lanes of all.
#[inline(always)]
fn total<T: Lanes, S: Simd>(simd: S, sums: [T::Vector<S>; CHAINS], last: T::Vector<S>) -> T {
    let [first, second, third, fourth] = sums;
    let pairs = [T::plus(simd, first, second), T::plus(simd, third, fourth)];
    T::sum(simd, T::plus(simd, T::plus(simd, pairs[0], pairs[1]), last))
}
