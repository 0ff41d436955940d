//! Normalisation of rows and of columns, and the gradients through it: the sums it is made of, by the machine's vectors where a number has
//! them.

use pulp::Arch;

use super::lanes::Lanes;
use crate::Scalar;
use column_lanes::{ColumnMix, ColumnSums};
use row_back_lanes::RowBack;
use row_lanes::{RowSum, RowWrite};

mod column_lanes;
mod columns;
mod row_back_lanes;
mod row_lanes;
mod rows;

pub(crate) use columns::{add_rows, column_moments, mix_columns, sum_columns};
pub use rows::RowNorm;
pub(crate) use rows::{log_softmax_backward, softmax_backward};

/// Vectors that are added at a time, each to a sum of its own.
const CHAINS: usize = 4;
/// What a sum along a row adds up, of the numbers `a`, `b` and `x` of three rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RowTerm {
    /// `a`
    Own,
    /// `a · b`
    Product,
    /// two numbers, `a · b` and `a · b · (x − mean)`
    Centred,
    /// two numbers, `a − mean` and its square
    Deviation,
}

/// What a sum down a column adds up, of the numbers `a` and `x` of two matrices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ColumnTerm {
    /// `a`
    Own,
    /// `(a − mean)²`
    Square,
    /// two numbers, `a` and `a · (x − mean)`
    Centred,
    /// two numbers, `a − mean` and its square
    Deviation,
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
    /// The second sum is of a term's second number, if it has one.
    fn row(self, term: RowTerm, rows: [&[T]; 3], mean: T) -> [T; 2];
    fn write(self, row: RowWrite<'_, T>) -> [T; 2];
    fn back(self, row: RowBack<'_, T>);
    fn columns(self, term: ColumnTerm, rows: [&[T]; 2], mean: &[T], sums: &mut [T]);
    fn mix(self, mixing: Mixing, x: &[T], columns: [&[T]; 4], y: &mut [T]);
}

/// One number after another: for numbers without vectors.
#[derive(Clone, Copy)]
pub(crate) struct Plainly;

impl<T: Scalar> Sums<T> for Plainly {
    fn row(self, term: RowTerm, [a, b, x]: [&[T]; 3], mean: T) -> [T; 2] {
        let mut sums = [T::zero(); 2];
        for ((&a, &b), &x) in a.iter().zip(b).zip(x) {
            let (first, second) = match term {
                RowTerm::Own => (a, T::zero()),
                RowTerm::Product => (a * b, T::zero()),
                RowTerm::Centred => (a * b, a * b * (x - mean)),
                RowTerm::Deviation => (a - mean, (a - mean) * (a - mean)),
            };
            sums[0] += first;
            sums[1] += second;
        }
        sums
    }

    fn write(self, row: RowWrite<'_, T>) -> [T; 2] {
        let [mean, inverse] = row.moments;
        for ((y, &x), &scale) in row.y.iter_mut().zip(row.x).zip(row.scale) {
            *y = (x - mean) * inverse * scale;
        }
        if let Some(shift) = row.shift {
            row.y
                .iter_mut()
                .zip(shift)
                .for_each(|(y, &shift)| *y += shift);
        }
        self.row(RowTerm::Deviation, [row.next; 3], row.around)
    }

    fn back(self, row: RowBack<'_, T>) {
        let ([mean, inverse], [mut dscale, mut dshift]) = (row.moments, row.sums);
        for (i, dy) in row.dy.iter_mut().enumerate() {
            let off = row.x[i] - mean;
            if let Some(dscale) = &mut dscale {
                dscale[i] += *dy * off * inverse;
            }
            if let Some(dshift) = &mut dshift {
                dshift[i] += *dy;
            }
            *dy = inverse * (row.scale[i] * *dy - row.all - off * row.along);
        }
    }

    fn columns(self, term: ColumnTerm, [a, x]: [&[T]; 2], mean: &[T], sums: &mut [T]) {
        let n = mean.len().max(1);
        let (sums, second) = sums.split_at_mut(n.min(sums.len()));
        for (a, x) in a.chunks_exact(n).zip(x.chunks_exact(n)) {
            for ((sum, &a), &mean) in sums.iter_mut().zip(a).zip(mean) {
                *sum += match term {
                    ColumnTerm::Own | ColumnTerm::Centred => a,
                    ColumnTerm::Square => (a - mean) * (a - mean),
                    ColumnTerm::Deviation => a - mean,
                };
            }
            // there are some if the term is two numbers
            for (((sum, &a), &x), &mean) in second.iter_mut().zip(a).zip(x).zip(mean) {
                *sum += match term {
                    ColumnTerm::Centred => a * (x - mean),
                    _ => (a - mean) * (a - mean),
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
    fn row(self, term: RowTerm, rows: [&[T]; 3], mean: T) -> [T; 2] {
        self.0.dispatch(RowSum { term, rows, mean })
    }

    fn write(self, row: RowWrite<'_, T>) -> [T; 2] {
        self.0.dispatch(row)
    }

    fn back(self, row: RowBack<'_, T>) {
        self.0.dispatch(row);
    }

    fn columns(self, term: ColumnTerm, [a, b]: [&[T]; 2], mean: &[T], sums: &mut [T]) {
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
