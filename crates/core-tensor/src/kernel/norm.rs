//! Normalisation of rows and of columns, and the gradients through it: sums, by the vectors of `norm_lanes.rs` where a number has them,
//! and what is made of them.

use pulp::Arch;

use super::Start;
use super::lanes::Lanes;
use super::norm_lanes::{ColumnMix, ColumnSums, RowSum};
use crate::Scalar;

/// Numbers of narrow rows that are taken at a time.
const FOLDED: usize = 64;

/// Numbers of a block of rows that stays in the nearest cache.
const NEAR: usize = 1 << 13;
/// Fewer rows are no block.
const FEWEST_ROWS: usize = 32;

/// How rows are normalised: `x̂ = (x − µ)/√(σ² + ε)`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RowNorm<T> {
    /// whether the mean is taken off; else `µ` is 0
    pub centred: bool,
    /// `ε`
    pub epsilon: T,
}

impl<T: Scalar> RowNorm<T> {
    /// `µ` and `1/√(σ² + ε)` of a row.
    #[inline(always)]
    fn moments(self, by: impl Sums<T>, x: &[T]) -> [T; 2] {
        let share = T::of(1.0 / x.len().max(1) as f64);
        let mean = if self.centred {
            by.row(Term::Own, [x; 3], T::zero()) * share
        } else {
            T::zero()
        };
        let square = by.row(Term::Square, [x; 3], mean) * share;
        [mean, (square + self.epsilon).sqrt().recip()]
    }

    /// `y = start + scale · x̂`
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
        for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
            let [mean, inverse] = self.moments(by, x);
            let normal = x
                .iter()
                .zip(scale)
                .map(|(&x, &scale)| (x - mean) * inverse * scale);
            match start {
                Start::Zero => y.iter_mut().zip(normal).for_each(|(y, normal)| *y = normal),
                Start::Row(shift) => {
                    for ((y, normal), &shift) in y.iter_mut().zip(normal).zip(shift) {
                        *y = normal + shift;
                    }
                }
                Start::Output => y
                    .iter_mut()
                    .zip(normal)
                    .for_each(|(y, normal)| *y += normal),
            }
        }
    }

    /// `dscale = start + Σ dy · x̂`
    #[inline(always)]
    pub(crate) fn by_scale(
        self,
        by: impl Sums<T>,
        x: &[T],
        dy: &[T],
        start: Start<'_, T>,
        dscale: &mut [T],
    ) {
        start.begin(dscale);
        let n = dscale.len().max(1);
        for (x, dy) in x.chunks_exact(n).zip(dy.chunks_exact(n)) {
            let [mean, inverse] = self.moments(by, x);
            for ((d, &x), &dy) in dscale.iter_mut().zip(x).zip(dy) {
                *d += dy * (x - mean) * inverse;
            }
        }
    }

    /// `dy ← (g − mean g − x̂ · mean(g · x̂))/√(σ² + ε)` with `g = scale · dy`; without the mean of `g` where that of `x` stays.
    #[inline(always)]
    pub(crate) fn by_data(self, by: impl Sums<T>, x: &[T], scale: &[T], dy: &mut [T]) {
        let n = scale.len().max(1);
        let share = T::of(1.0 / n as f64);
        for (x, dy) in x.chunks_exact(n).zip(dy.chunks_exact_mut(n)) {
            let [mean, inverse] = self.moments(by, x);
            let along_one = if self.centred {
                by.row(Term::Product, [scale, dy, x], mean) * share
            } else {
                T::zero()
            };
            let along_x = by.row(Term::Centred, [scale, dy, x], mean);
            let slope = along_x * share * inverse * inverse;
            for ((dy, &x), &scale) in dy.iter_mut().zip(x).zip(scale) {
                *dy = inverse * (scale * *dy - along_one - (x - mean) * slope);
            }
        }
    }
}

/// `dy ← y · (dy − Σ y · dy)`: through a softmax with the output `y`.
#[inline(always)]
pub(crate) fn softmax_backward<T: Scalar>(by: impl Sums<T>, y: &[T], dy: &mut [T]) {
    let mean = by.row(Term::Product, [y, dy, y], T::zero());
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
    let total = by.row(Term::Own, [&*dy; 3], T::zero());
    for (dy, &y) in dy.iter_mut().zip(y) {
        *dy -= exp(y) * total;
    }
}

/// What a sum adds up, of the numbers `a`, `b` and `x` of three rows; of columns, of `a` and `x`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Term {
    /// `a`
    Own,
    /// `(a − mean)²`
    Square,
    /// `a · b`
    Product,
    /// `a · b · (x − mean)`; of columns `a · (x − mean)`
    Centred,
}

/// What becomes of the rows of a matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mixing {
    /// `y = (x − mean) · factor + shift`
    Scale,
    /// `y ← y · own − (x − mean) · along − all`
    Back,
}

/// How a number adds and mixes: by vectors, or by [`Plainly`].
pub(crate) trait Sums<T: Scalar>: Copy {
    fn row(self, term: Term, rows: [&[T]; 3], mean: T) -> T;
    fn columns(self, term: Term, rows: [&[T]; 2], mean: &[T], sums: &mut [T]);
    fn mix(self, mixing: Mixing, x: &[T], columns: [&[T]; 4], y: &mut [T]);
}

/// One number after another: for numbers without vectors.
#[derive(Clone, Copy)]
pub(crate) struct Plainly;

impl<T: Scalar> Sums<T> for Plainly {
    fn row(self, term: Term, [a, b, x]: [&[T]; 3], mean: T) -> T {
        let terms = a.iter().zip(b).zip(x).map(|((&a, &b), &x)| match term {
            Term::Own => a,
            Term::Square => (a - mean) * (a - mean),
            Term::Product => a * b,
            Term::Centred => a * b * (x - mean),
        });
        terms.sum()
    }

    fn columns(self, term: Term, [a, x]: [&[T]; 2], mean: &[T], sums: &mut [T]) {
        let n = sums.len().max(1);
        for (a, x) in a.chunks_exact(n).zip(x.chunks_exact(n)) {
            for (((sum, &a), &x), &mean) in sums.iter_mut().zip(a).zip(x).zip(mean) {
                *sum += match term {
                    Term::Own => a,
                    Term::Square => (a - mean) * (a - mean),
                    Term::Product => a * x,
                    Term::Centred => a * (x - mean),
                };
            }
        }
    }

    fn mix(self, mixing: Mixing, x: &[T], [mean, one, two, three]: [&[T]; 4], y: &mut [T]) {
        let n = mean.len().max(1);
        for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
            for c in 0..n {
                let from_mean = x[c] - mean[c];
                y[c] = match mixing {
                    Mixing::Scale => from_mean * one[c] + two[c],
                    Mixing::Back => y[c] * one[c] - from_mean * two[c] - three[c],
                };
            }
        }
    }
}

/// By the vectors of this machine.
#[derive(Clone, Copy)]
pub(crate) struct ByVectors(pub(crate) Arch);

impl<T: Scalar + Lanes> Sums<T> for ByVectors {
    fn row(self, term: Term, rows: [&[T]; 3], mean: T) -> T {
        self.0.dispatch(RowSum { term, rows, mean })
    }

    fn columns(self, term: Term, [a, b]: [&[T]; 2], mean: &[T], sums: &mut [T]) {
        self.0.dispatch(ColumnSums {
            term,
            a,
            b,
            mean,
            sums,
        });
    }

    fn mix(self, mixing: Mixing, x: &[T], columns: [&[T]; 4], y: &mut [T]) {
        self.0.dispatch(ColumnMix {
            mixing,
            x,
            columns,
            y,
        });
    }
}

/// `sums[c] = Σ_r term`, several narrow rows at a time, so that vectors fill.
pub(crate) fn sum_columns<T: Scalar>(
    by: impl Sums<T>,
    term: Term,
    [a, x]: [&[T]; 2],
    mean: &[T],
    sums: &mut [T],
) {
    sums.fill(T::zero());
    let n = sums.len();
    if n == 0 {
        return;
    }
    let width = folded(n);
    if width == n {
        return by.columns(term, [a, x], mean, sums);
    }
    let whole = a.len() / width * width;
    let ([a, a_rest], [x, x_rest]) = (cut(a, whole), cut(x, whole));
    let mut wide = [T::zero(); FOLDED];
    let means = repeated(mean);
    by.columns(term, [a, x], &means[..width], &mut wide[..width]);
    for wide in wide[..width].chunks_exact(n) {
        sums.iter_mut()
            .zip(wide)
            .for_each(|(sum, &more)| *sum += more);
    }
    by.columns(term, [a_rest, x_rest], mean, sums);
}

/// Adds the rows of `x` to `sums`.
pub(crate) fn add_rows<T: Scalar>(by: impl Sums<T>, x: &[T], sums: &mut [T]) {
    // the means are not asked for
    if let Some(mean) = x.get(..sums.len()) {
        by.columns(Term::Own, [x; 2], mean, sums);
    }
}

/// The mean of each column, and `squares[c] = Σ_r (x[r][c] − mean[c])²`: of blocks of rows that stay in a near cache, so that all is read
/// from afar only once, and then put together.
///
/// Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample variances (1979).
pub(crate) fn column_moments<T: Scalar>(
    by: impl Sums<T>,
    x: &[T],
    mean: &mut [T],
    squares: &mut [T],
    scratch: &mut [T],
) {
    let n = mean.len().max(1);
    let (mean_here, squares_here) = scratch[..2 * n].split_at_mut(n);
    let rows = match NEAR / n {
        // what is put together would cost as much as what is spared
        ..FEWEST_ROWS => x.len() / n,
        rows => rows,
    };
    mean.fill(T::zero());
    squares.fill(T::zero());
    let mut done = 0;
    for x in x.chunks(rows.max(1) * n) {
        let here = x.len() / n;
        let share = T::of(1.0 / here as f64);
        sum_columns(by, Term::Own, [x; 2], mean, mean_here);
        mean_here.iter_mut().for_each(|mean| *mean *= share);
        sum_columns(by, Term::Square, [x; 2], mean_here, squares_here);
        let all = (done + here) as f64;
        let (share, weight) = (T::of(here as f64 / all), T::of((done * here) as f64 / all));
        T::vectorize(
            #[inline(always)]
            || {
                let found = mean_here.iter().zip(&*squares_here);
                for ((mean, squares), (&mean_here, &squares_here)) in
                    mean.iter_mut().zip(&mut *squares).zip(found)
                {
                    let off = mean_here - *mean;
                    *mean += share * off;
                    *squares += squares_here + weight * off * off;
                }
            },
        );
        done += here;
    }
}

/// Every row of `y` by the numbers of its columns, several narrow ones at a time.
pub(crate) fn mix_columns<T: Scalar>(
    by: impl Sums<T>,
    mixing: Mixing,
    x: &[T],
    columns: [&[T]; 4],
    y: &mut [T],
) {
    let n = columns[0].len();
    if n == 0 {
        return;
    }
    let width = folded(n);
    if width == n {
        return by.mix(mixing, x, columns, y);
    }
    let whole = x.len() / width * width;
    let wide = columns.map(repeated);
    let (y, y_rest) = y.split_at_mut(whole);
    by.mix(
        mixing,
        &x[..whole],
        [0, 1, 2, 3].map(|i: usize| &wide[i][..width]),
        y,
    );
    by.mix(mixing, &x[whole..], columns, y_rest);
}

/// Numbers of as many rows of `n` as are taken for one.
fn folded(n: usize) -> usize {
    (FOLDED / n.max(1)).max(1) * n
}

fn cut<T>(x: &[T], at: usize) -> [&[T]; 2] {
    let (left, right) = x.split_at(at);
    [left, right]
}

/// A narrow row again and again.
fn repeated<T: Scalar>(row: &[T]) -> [T; FOLDED] {
    let mut wide = [T::zero(); FOLDED];
    for wide in wide.chunks_exact_mut(row.len().max(1)) {
        wide.copy_from_slice(row);
    }
    wide
}
