//! The sums of columns on the machine's vectors: columns side by side in registers.

use pulp::{Simd, WithSimd};

use super::super::lanes::Lanes;
use super::{CHAINS, ColumnTerm, Mixing};

/// `sums[c] += Σ_r term(a[r][c], b[r][c], mean[c])`; of a term that is two numbers the sums of the first lie before those of the second.
pub(crate) struct ColumnSums<'a, T> {
    pub(crate) term: ColumnTerm,
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

/// Numbers of the rows that are summed before the next columns are: so many stay in a near cache.
const NEAR: usize = 1 << 14;

impl<T: Lanes> WithSimd for ColumnSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        match self.term {
            ColumnTerm::Own => self.run(
                simd,
                #[inline(always)]
                |a, _, _| [a],
            ),
            ColumnTerm::Square => self.run(
                simd,
                #[inline(always)]
                |a, _, mean| [square::<T, S>(simd, a, mean)],
            ),
            ColumnTerm::Centred => self.run(
                simd,
                #[inline(always)]
                |a, b, mean| [a, T::times(simd, a, T::minus(simd, b, mean))],
            ),
            ColumnTerm::Deviation => self.run(
                simd,
                #[inline(always)]
                |a, _, mean| {
                    let from_mean = T::minus(simd, a, mean);
                    [from_mean, T::times(simd, from_mean, from_mean)]
                },
            ),
        }
    }
}

impl<T: Lanes> ColumnSums<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const N: usize>(
        &mut self,
        simd: S,
        term: impl Fn(T::Vector<S>, T::Vector<S>, T::Vector<S>) -> [T::Vector<S>; N],
    ) {
        let (n, lanes) = (self.mean.len(), T::lanes::<S>());
        let near = (NEAR / n).max(1) * n;
        for (a, b) in self.a.chunks(near).zip(self.b.chunks(near)) {
            let mut c = 0;
            while c + CHAINS * lanes <= n {
                let at = c..c + CHAINS * lanes;
                let mut sums = [[T::splat(simd, T::zero()); CHAINS]; N];
                for (sums, all) in sums.iter_mut().zip(self.sums.chunks_exact(n)) {
                    sums.copy_from_slice(T::vectors::<S>(&all[at.clone()]));
                }
                let mut means = sums[0];
                means.copy_from_slice(T::vectors::<S>(&self.mean[at.clone()]));
                for (a, b) in a.chunks_exact(n).zip(b.chunks_exact(n)) {
                    let a = T::vectors::<S>(&a[at.clone()]);
                    let b = T::vectors::<S>(&b[at.clone()]);
                    for k in 0..CHAINS {
                        let terms = term(a[k], b[k], means[k]);
                        for j in 0..N {
                            sums[j][k] = T::plus(simd, sums[j][k], terms[j]);
                        }
                    }
                }
                for (sums, all) in sums.iter().zip(self.sums.chunks_exact_mut(n)) {
                    T::vectors_mut::<S>(&mut all[at.clone()]).copy_from_slice(sums);
                }
                c += CHAINS * lanes;
            }
            while c < n {
                let at = c..(c + lanes).min(n);
                let first = T::first(simd, at.len());
                let mean = T::load_first(simd, first, &self.mean[at.clone()]);
                let mut sums = [T::splat(simd, T::zero()); N];
                for (sum, all) in sums.iter_mut().zip(self.sums.chunks_exact(n)) {
                    *sum = T::load_first(simd, first, &all[at.clone()]);
                }
                for (a, b) in a.chunks_exact(n).zip(b.chunks_exact(n)) {
                    let a = T::load_first(simd, first, &a[at.clone()]);
                    let b = T::load_first(simd, first, &b[at.clone()]);
                    let terms = term(a, b, mean);
                    for j in 0..N {
                        sums[j] = T::plus(simd, sums[j], terms[j]);
                    }
                }
                for (&sum, all) in sums.iter().zip(self.sums.chunks_exact_mut(n)) {
                    T::store_first(simd, first, &mut all[at.clone()], sum);
                }
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

#[inline(always)]
fn square<T: Lanes, S: Simd>(simd: S, x: T::Vector<S>, mean: T::Vector<S>) -> T::Vector<S> {
    let from_mean = T::minus(simd, x, mean);
    T::times(simd, from_mean, from_mean)
}
