//! Columns: their sums, their moments, and what becomes of every row by the numbers of its columns.

use super::{ColumnTerm, Mixing, Sums};
use crate::Scalar;

/// Numbers of narrow rows that are taken at a time.
const FOLDED: usize = 64;

/// Numbers of a block of rows that stays in the nearest cache.
const NEAR: usize = 1 << 13;
/// Fewer rows are no block: putting it together would cost as much as what is spared.
const FEWEST_ROWS: usize = 32;

/// `sums[c] = Σ_r term`, several narrow rows at a time, so that vectors fill; a term of two numbers has two sums for each column.
pub(crate) fn sum_columns<T: Scalar>(
    by: impl Sums<T>,
    term: ColumnTerm,
    [a, x]: [&[T]; 2],
    mean: &[T],
    sums: &mut [T],
) {
    sums.fill(T::zero());
    let n = mean.len();
    if n == 0 {
        return;
    }
    let width = folded(n);
    if width == n {
        return by.columns(term, [a, x], mean, sums);
    }
    let whole = a.len() / width * width;
    let ([a, a_rest], [x, x_rest]) = (cut(a, whole), cut(x, whole));
    let mut wide = [T::zero(); 2 * FOLDED];
    let means = repeated(mean);
    let wide = &mut wide[..sums.len() / n * width];
    by.columns(term, [a, x], &means[..width], wide);
    for (sums, wide) in sums.chunks_exact_mut(n).zip(wide.chunks_exact(width)) {
        for wide in wide.chunks_exact(n) {
            sums.iter_mut()
                .zip(wide)
                .for_each(|(sum, &more)| *sum += more);
        }
    }
    by.columns(term, [a_rest, x_rest], mean, sums);
}

/// Adds the rows of `x` to `sums`.
pub(crate) fn add_rows<T: Scalar>(by: impl Sums<T>, x: &[T], sums: &mut [T]) {
    // the means are not asked for
    if let Some(mean) = x.get(..sums.len()) {
        by.columns(ColumnTerm::Own, [x; 2], mean, sums);
    }
}

/// The mean of each column, and `squares[c] = Σ_r (x[r][c] − mean[c])²`, block after block of rows, so that all is read from afar only once:
/// the first block by its own mean, the others around the mean of those before.
///
/// Of `n` new rows with the mean `µ + d`, `m` rows with the mean `µ` before them, `Σ (x − µ)²` is too large by `n²d²/(n + m)` for all `n + m`
/// rows, which is at most `n/(n + m)` of it: nothing cancels. Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing
/// sample variances (1979).
pub(crate) fn column_moments<T: Scalar>(
    by: impl Sums<T>,
    x: &[T],
    mean: &mut [T],
    squares: &mut [T],
    scratch: &mut [T],
) {
    let n = mean.len().max(1);
    let block = (NEAR / n).max(FEWEST_ROWS) * n;
    let (first, rest) = x.split_at(block.min(x.len()));
    // the means are not asked for
    sum_columns(by, ColumnTerm::Own, [first; 2], &scratch[..n], mean);
    let share = T::of(1.0 / (first.len() / n).max(1) as f64);
    mean.iter_mut().for_each(|mean| *mean *= share);
    sum_columns(by, ColumnTerm::Square, [first; 2], mean, squares);
    let (mut done, sums) = (first.len() / n, &mut scratch[..2 * n]);
    for x in rest.chunks(block) {
        sum_columns(by, ColumnTerm::Deviation, [x; 2], mean, sums);
        let here = x.len() / n;
        done += here;
        let (share, all) = (T::of(1.0 / here as f64), T::of(here as f64 / done as f64));
        let (off, around) = sums.split_at(n);
        T::vectorize(
            #[inline(always)]
            || {
                let found = off.iter().zip(around);
                let moments = mean.iter_mut().zip(&mut *squares);
                for ((mean, squares), (&off, &around)) in moments.zip(found) {
                    let step = off * share * all;
                    *mean += step;
                    *squares += around - off * step;
                }
            },
        );
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
