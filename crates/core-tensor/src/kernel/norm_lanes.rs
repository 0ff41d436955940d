//! The sums of `norm.rs` on the machine's vectors: a row along independent chains, columns side by side in registers.

use pulp::{Simd, WithSimd};

use super::array::map;
use super::lanes::Lanes;
use super::norm::{Mixing, Term};

/// `Σ term` along a row.
pub(crate) struct RowSum<'a, T> {
    pub(crate) term: Term,
    /// rows of a length
    pub(crate) rows: [&'a [T]; 3],
    pub(crate) mean: T,
}

/// `sums[c] += Σ_r term(a[r][c], b[r][c], mean[c])`
pub(crate) struct ColumnSums<'a, T> {
    pub(crate) term: Term,
    pub(crate) a: &'a [T],
    pub(crate) b: &'a [T],
    pub(crate) mean: &'a [T],
    pub(crate) sums: &'a mut [T],
}

/// Every row of `y` from that of `x` and from one number or more a column.
pub(crate) struct ColumnMix<'a, T> {
    pub(crate) mixing: Mixing,
    pub(crate) x: &'a [T],
    pub(crate) columns: [&'a [T]; 4],
    pub(crate) y: &'a mut [T],
}

/// Vectors that are added at a time, each to a sum of its own.
const CHAINS: usize = 4;
/// Numbers of the rows that are summed before the next columns are: so many stay in a near cache.
const NEAR: usize = 1 << 14;

impl<T: Lanes> WithSimd for RowSum<'_, T> {
    type Output = T;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> T {
        let Self { rows, mean, .. } = self;
        match self.term {
            Term::Own => along(
                simd,
                rows,
                mean,
                #[inline(always)]
                |[a, _, _], _| a,
            ),
            Term::Square => along(
                simd,
                rows,
                mean,
                #[inline(always)]
                |[a, _, _], mean| square::<T, S>(simd, a, mean),
            ),
            Term::Product => along(
                simd,
                rows,
                mean,
                #[inline(always)]
                |[a, b, _], _| T::times(simd, a, b),
            ),
            Term::Centred => along(
                simd,
                rows,
                mean,
                #[inline(always)]
                |[a, b, x], mean| T::times(simd, T::times(simd, a, b), T::minus(simd, x, mean)),
            ),
        }
    }
}

#[inline(always)]
fn square<T: Lanes, S: Simd>(simd: S, x: T::Vector<S>, mean: T::Vector<S>) -> T::Vector<S> {
    let from_mean = T::minus(simd, x, mean);
    T::times(simd, from_mean, from_mean)
}

/// `Σ term` along a row.
#[inline(always)]
fn along<T: Lanes, S: Simd>(
    simd: S,
    rows: [&[T]; 3],
    mean: T,
    term: impl Fn([T::Vector<S>; 3], T::Vector<S>) -> T::Vector<S>,
) -> T {
    let n = rows[0].len();
    let [a, b, x] = map(
        rows,
        #[inline(always)]
        |row| T::vectors::<S>(&row[..n]),
    );
    let means = T::splat(simd, mean);
    let mut sums = [T::splat(simd, T::zero()); CHAINS];
    let [(a4, a), (b4, b), (x4, x)] = map([a, b, x], <[_]>::as_chunks::<CHAINS>);
    for ((a, b), x) in a4.iter().zip(b4).zip(x4) {
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum = T::plus(simd, *sum, term([a[k], b[k], x[k]], means));
        }
    }
    let [mut first, second, third, fourth] = sums;
    for ((&a, &b), &x) in a.iter().zip(b).zip(x) {
        first = T::plus(simd, first, term([a, b, x], means));
    }
    let done = n / T::lanes::<S>() * T::lanes::<S>();
    let mut last = T::splat(simd, T::zero());
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
    let pairs = [T::plus(simd, first, second), T::plus(simd, third, fourth)];
    T::sum(simd, T::plus(simd, T::plus(simd, pairs[0], pairs[1]), last))
}

/// Lanes of the widest register.
const MOST: usize = 16;

impl<T: Lanes> WithSimd for ColumnSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        match self.term {
            Term::Own => self.run(
                simd,
                #[inline(always)]
                |a, _, _| a,
            ),
            Term::Square => self.run(
                simd,
                #[inline(always)]
                |a, _, mean| square::<T, S>(simd, a, mean),
            ),
            Term::Product => self.run(
                simd,
                #[inline(always)]
                |a, b, _| T::times(simd, a, b),
            ),
            Term::Centred => self.run(
                simd,
                #[inline(always)]
                |a, b, mean| T::times(simd, a, T::minus(simd, b, mean)),
            ),
        }
    }
}

impl<T: Lanes> ColumnSums<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(
        &mut self,
        simd: S,
        term: impl Fn(T::Vector<S>, T::Vector<S>, T::Vector<S>) -> T::Vector<S>,
    ) {
        let (n, lanes) = (self.sums.len(), T::lanes::<S>());
        let near = (NEAR / n).max(1) * n;
        for (a, b) in self.a.chunks(near).zip(self.b.chunks(near)) {
            let mut c = 0;
            while c + CHAINS * lanes <= n {
                let at = c..c + CHAINS * lanes;
                let mut sums = [T::splat(simd, T::zero()); CHAINS];
                sums.copy_from_slice(T::vectors::<S>(&self.sums[at.clone()]));
                let mut means = sums;
                means.copy_from_slice(T::vectors::<S>(&self.mean[at.clone()]));
                for (a, b) in a.chunks_exact(n).zip(b.chunks_exact(n)) {
                    let a = T::vectors::<S>(&a[at.clone()]);
                    let b = T::vectors::<S>(&b[at.clone()]);
                    for k in 0..CHAINS {
                        sums[k] = T::plus(simd, sums[k], term(a[k], b[k], means[k]));
                    }
                }
                T::vectors_mut::<S>(&mut self.sums[at]).copy_from_slice(&sums);
                c += CHAINS * lanes;
            }
            while c < n {
                let at = c..(c + lanes).min(n);
                let first = T::first(simd, at.len());
                let mean = T::load_first(simd, first, &self.mean[at.clone()]);
                let mut sum = T::load_first(simd, first, &self.sums[at.clone()]);
                for (a, b) in a.chunks_exact(n).zip(b.chunks_exact(n)) {
                    let a = T::load_first(simd, first, &a[at.clone()]);
                    let b = T::load_first(simd, first, &b[at.clone()]);
                    sum = T::plus(simd, sum, term(a, b, mean));
                }
                T::store_first(simd, first, &mut self.sums[at], sum);
                c += lanes;
            }
        }
    }
}

impl<T: Lanes> WithSimd for ColumnMix<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        match self.mixing {
            Mixing::Scale => self.run(
                simd,
                #[inline(always)]
                |x, _, [mean, factor, shift, _]| {
                    T::fma(simd, T::minus(simd, x, mean), factor, shift)
                },
            ),
            Mixing::Back => self.run(
                simd,
                #[inline(always)]
                |x, dy, [mean, own, along, all]| {
                    let rest = T::fma(simd, T::minus(simd, x, mean), along, all);
                    T::minus(simd, T::times(simd, dy, own), rest)
                },
            ),
        }
    }
}

impl<T: Lanes> ColumnMix<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(
        &mut self,
        simd: S,
        f: impl Fn(T::Vector<S>, T::Vector<S>, [T::Vector<S>; 4]) -> T::Vector<S>,
    ) {
        let (n, lanes) = (self.columns[0].len(), T::lanes::<S>());
        let near = (NEAR / n).max(1) * n;
        for (x, y) in self.x.chunks(near).zip(self.y.chunks_mut(near)) {
            let mut c = 0;
            while c + CHAINS * lanes <= n {
                let at = c..c + CHAINS * lanes;
                let mut columns = [[T::splat(simd, T::zero()); CHAINS]; 4];
                for (vectors, column) in columns.iter_mut().zip(self.columns) {
                    vectors.copy_from_slice(T::vectors::<S>(&column[at.clone()]));
                }
                for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
                    let x = T::vectors::<S>(&x[at.clone()]);
                    let y = T::vectors_mut::<S>(&mut y[at.clone()]);
                    for k in 0..CHAINS {
                        let [mean, one, two, three] = &columns;
                        y[k] = f(x[k], y[k], [mean[k], one[k], two[k], three[k]]);
                    }
                }
                c += CHAINS * lanes;
            }
            while c < n {
                let at = c..(c + lanes).min(n);
                let first = T::first(simd, at.len());
                let mut columns = [T::splat(simd, T::zero()); 4];
                for (vector, column) in columns.iter_mut().zip(self.columns) {
                    *vector = T::load_first(simd, first, &column[at.clone()]);
                }
                for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
                    let x = T::load_first(simd, first, &x[at.clone()]);
                    let y = &mut y[at.clone()];
                    let mixed = f(x, T::load_first(simd, first, y), columns);
                    T::store_first(simd, first, y, mixed);
                }
                c += lanes;
            }
        }
    }
}
