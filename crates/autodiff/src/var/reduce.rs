//! Sums, means, extremes, and what is built on them: softmax and its logarithm.

use core_tensor::shape::Axis;
use core_tensor::{Scalar, Shape, mutant};

use super::Var;
use crate::tape::lists::total;
use crate::tape::record::Step;

impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    /// `Σ xᵢ`
    pub fn sum(self) -> Var<'t, T> {
        self.over(S::LEN, 1, false)
    }

    /// `Σ xᵢ / n`
    pub fn mean(self) -> Var<'t, T> {
        self.over(S::LEN, 1, true)
    }

    /// `Σ` over side `A`, counted from 0: `matrix.sum_axis::<0>()` sums its rows.
    pub fn sum_axis<const A: usize>(self) -> Var<'t, T, S::Rest>
    where
        S: Axis<A>,
    {
        self.over(S::SIDES[A], S::SIDES[A + 1..].iter().product(), false)
    }

    /// The mean over side `A`.
    pub fn mean_axis<const A: usize>(self) -> Var<'t, T, S::Rest>
    where
        S: Axis<A>,
    {
        self.over(S::SIDES[A], S::SIDES[A + 1..].iter().product(), true)
    }

    /// Sums over a side of `side` numbers that lie `inner` apart.
    fn over<Y: Shape>(self, side: usize, inner: usize, mean: bool) -> Var<'t, T, Y> {
        let Some(record) = self.record else {
            return Var::still(self.number.value);
        };
        let x = self.piece(record);
        let fill = |before: &[T], y: &mut [T]| {
            let x = &before[x.range()];
            if x.is_empty() {
                y.fill(T::zero());
            }
            for (x, y) in x
                .chunks_exact((side * inner).max(1))
                .zip(y.chunks_exact_mut(inner.max(1)))
            {
                match y {
                    [y] => *y = total(x),
                    _ => T::sum_rows(x, core_tensor::kernel::Start::Zero, y),
                }
                if mean {
                    y.iter_mut().for_each(|y| *y /= T::of(side as f64));
                }
            }
        };
        Var::push(record, x.live, fill, |y| {
            [Step::Sum {
                x,
                side: side as u32,
                inner: inner as u32,
                mean,
                y,
            }]
        })
    }

    /// The largest number: the first of equals, which has the whole derivative; NaN if there is one.
    ///
    /// # Panics
    /// If there is no number.
    #[track_caller]
    pub fn largest(self) -> Var<'t, T> {
        assert!(S::LEN > 0, "no number is the largest of none");
        let place = self.tensor().argmax();
        self.pick(place)
    }

    /// The smallest number: the first of equals, which has the whole derivative; NaN if there is one.
    ///
    /// # Panics
    /// If there is no number.
    #[track_caller]
    pub fn smallest(self) -> Var<'t, T> {
        assert!(S::LEN > 0, "no number is the smallest of none");
        let place = self.tensor().map(|&x| -x).argmax();
        self.pick(place)
    }

    /// `ln Σ eˣ`, finite wherever the largest number is.
    ///
    /// # Gradient
    /// `softmax(x)`
    pub fn log_sum_exp(self) -> Var<'t, T> {
        let Some(record) = self.record else {
            return Var::still(self.number.value);
        };
        let x = self.piece(record);
        let mut saved = core::mem::take(&mut record.borrow_mut().saved);
        let first = saved.len();
        saved.resize(first + S::LEN, T::zero());
        let fill = |before: &[T], y: &mut [T]| {
            let [largest, log_sum] = T::softmax_row(&before[x.range()], &mut saved[first..]);
            mutant::values("tape log_sum_exp", &mut saved[first..]);
            y[0] = largest + log_sum;
        };
        let slopes = first as u32;
        let y = Var::push(record, x.live, fill, |y| {
            let name = "log_sum_exp";
            [Step::Slopes { x, slopes, y, name }]
        });
        record.borrow_mut().saved = saved;
        y
    }

    /// `eˣ / Σ eˣ` of every row.
    ///
    /// # Gradient
    /// `y·(dy − Σ y·dy)`
    #[must_use]
    pub fn softmax(self) -> Self {
        self.rows(
            |x, y| {
                T::softmax_row(x, y);
            },
            |x, row, y| Step::Softmax { x, row, y },
        )
    }

    /// `x − ln Σ eˣ` of every row.
    ///
    /// # Gradient
    /// `dy − softmax(x)·Σ dy`
    #[must_use]
    pub fn log_softmax(self) -> Self {
        let log_softmax = |x: &[T], y: &mut [T]| {
            let [largest, log_sum] = T::softmax_row(x, y);
            // the difference first: a large number would drown the logarithm
            let pairs = y.iter_mut().zip(x);
            pairs.for_each(|(y, &x)| *y = (x - largest) - log_sum);
        };
        self.rows(log_softmax, |x, row, y| Step::LogSoftmax { x, row, y })
    }

    fn rows(
        self,
        f: impl Fn(&[T], &mut [T]),
        step: impl FnOnce(super::Piece, u32, super::Piece) -> Step,
    ) -> Self {
        let Some(record) = self.record else {
            let mut y = [T::zero()];
            f(&[self.number.value], &mut y);
            return Var::still(y[0]);
        };
        let (x, row) = (self.piece(record), S::Row::LEN);
        let fill = |before: &[T], y: &mut [T]| {
            let rows = before[x.range()]
                .chunks_exact(row.max(1))
                .zip(y.chunks_exact_mut(row.max(1)));
            rows.for_each(|(x, y)| f(x, y));
        };
        Self::push(record, x.live, fill, |y| [step(x, row as u32, y)])
    }
}
