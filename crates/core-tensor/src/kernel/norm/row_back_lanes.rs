//! The way back through a normalised row, on the machine's vectors.

use pulp::{Simd, WithSimd};

use super::super::array::map;
use super::super::lanes::Lanes;
use crate::prefetch;

/// `dy ← (scale · dy − all − (x − mean) · along) · inverse`; before, `dy · (x − mean) · inverse` is added to the first of `sums` and `dy` to the
/// second, where they are asked for.
pub(crate) struct RowBack<'a, T> {
    pub(crate) moments: [T; 2],
    pub(crate) all: T,
    pub(crate) along: T,
    pub(crate) x: &'a [T],
    pub(crate) scale: &'a [T],
    pub(crate) dy: &'a mut [T],
    pub(crate) sums: [Option<&'a mut [T]>; 2],
}

impl<T: Lanes> WithSimd for RowBack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [dscale, dshift] = &mut self.sums;
        let (dscale, dshift) = (dscale.take(), dshift.take());
        match (dscale, dshift) {
            (Some(dscale), Some(dshift)) => self.run::<S, true, true>(simd, dscale, dshift),
            (Some(dscale), None) => self.run::<S, true, false>(simd, dscale, &mut []),
            (None, Some(dshift)) => self.run::<S, false, true>(simd, &mut [], dshift),
            (None, None) => self.run::<S, false, false>(simd, &mut [], &mut []),
        }
    }
}

/// What becomes of `dy`, and what it adds to the gradient of the scale.
#[inline(always)]
fn back<T: Lanes, S: Simd>(
    simd: S,
    [mean, inverse, all, along]: [T::Vector<S>; 4],
    [x, scale, dy]: [T::Vector<S>; 3],
) -> [T::Vector<S>; 2] {
    let off = T::minus(simd, x, mean);
    let rest = T::fma(simd, off, along, all);
    [
        T::times(
            simd,
            T::minus(simd, T::times(simd, scale, dy), rest),
            inverse,
        ),
        T::times(simd, T::times(simd, dy, off), inverse),
    ]
}

/// Adds the first lanes to a slice shorter than a register.
#[inline(always)]
fn add_first<T: Lanes, S: Simd>(simd: S, first: T::First<S>, sums: &mut [T], terms: T::Vector<S>) {
    let sum = T::plus(simd, T::load_first(simd, first, sums), terms);
    T::store_first(simd, first, sums, sum);
}

impl<T: Lanes> RowBack<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const SCALE: bool, const SHIFT: bool>(
        self,
        simd: S,
        dscale: &mut [T],
        dshift: &mut [T],
    ) {
        let (n, lanes) = (self.x.len(), T::lanes::<S>());
        let numbers = map(
            [self.moments[0], self.moments[1], self.all, self.along],
            #[inline(always)]
            |number| T::splat(simd, number),
        );
        let done = n / lanes * lanes;
        {
            let [x, scale] = map(
                [self.x, self.scale],
                #[inline(always)]
                |row| T::vectors::<S>(&row[..done]),
            );
            let dy = T::vectors_mut::<S>(&mut self.dy[..done]);
            let (of_scale, of_shift) = (
                T::vectors_mut::<S>(&mut dscale[..if SCALE { done } else { 0 }]),
                T::vectors_mut::<S>(&mut dshift[..if SHIFT { done } else { 0 }]),
            );
            for i in 0..done / lanes {
                // the row that comes next
                prefetch(x, done / lanes + i);
                prefetch(dy, done / lanes + i);
                let [dx, by_scale] = back::<T, S>(simd, numbers, [x[i], scale[i], dy[i]]);
                if SCALE {
                    of_scale[i] = T::plus(simd, of_scale[i], by_scale);
                }
                if SHIFT {
                    of_shift[i] = T::plus(simd, of_shift[i], dy[i]);
                }
                dy[i] = dx;
            }
        }
        if done < n {
            let first = T::first(simd, n - done);
            let [x, scale, d] = map(
                [self.x, self.scale, &*self.dy],
                #[inline(always)]
                |row| T::load_first(simd, first, &row[done..n]),
            );
            let [dx, by_scale] = back::<T, S>(simd, numbers, [x, scale, d]);
            if SCALE {
                add_first::<T, S>(simd, first, &mut dscale[done..n], by_scale);
            }
            if SHIFT {
                add_first::<T, S>(simd, first, &mut dshift[done..n], d);
            }
            T::store_first(simd, first, &mut self.dy[done..n], dx);
        }
    }
}
