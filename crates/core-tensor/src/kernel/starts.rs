//! Rows of a tile, which begin anywhere and are equally long: one check finds all of them inside their slice.
//!
//! A check for each row took 30 of the 1,280 cycles of a product of 32×32×32, which is three tiles.

use core::marker::PhantomData;

use pulp::Simd;

use super::array::{from_fn, map};
use super::lanes::Lanes;

/// Where the rows of a tile begin, and the last of these places: with it one check is enough for all rows.
#[derive(Clone, Copy)]
pub(super) struct Starts<const MR: usize> {
    at: [usize; MR],
    /// no row begins later
    last: usize,
}

impl<const MR: usize> Starts<MR> {
    /// Rows that lie evenly apart.
    #[inline(always)]
    pub(super) fn evenly(first: usize, apart: usize) -> Self {
        let last = apart
            .checked_mul(MR - 1)
            .and_then(|beyond| first.checked_add(beyond));
        Self {
            last: last.expect("places in memory"),
            at: from_fn(
                #[inline(always)]
                |r| first + r * apart,
            ),
        }
    }

    /// Rows that begin at these places.
    #[inline(always)]
    pub(super) fn new(at: [usize; MR]) -> Self {
        let mut last = 0;
        for &at in &at {
            last = at.max(last);
        }
        Self { at, last }
    }

    /// The places.
    #[inline(always)]
    pub(super) fn at(self) -> [usize; MR] {
        self.at
    }

    /// Rows of so many numbers lie inside a slice.
    #[inline(always)]
    fn check(&self, slice: usize, len: usize) {
        let end = self.last.checked_add(len);
        assert!(
            end.is_some_and(|end| end <= slice),
            "rows beyond their slice"
        );
    }

    /// Reads `NV` registers of each row.
    #[inline(always)]
    pub(super) fn load<T: Lanes, S: Simd, const NV: usize>(
        &self,
        x: &[T],
    ) -> [[T::Vector<S>; NV]; MR] {
        self.check(x.len(), NV * T::lanes::<S>());
        map(
            self.at,
            #[inline(always)]
            |at| {
                // SAFETY: `check` found so many numbers inside `x` from the last row's beginning on, and this one is no later; they are `NV`
                // registers, at any address.
                unsafe {
                    let row = x.as_ptr().add(at).cast::<[T::Vector<S>; NV]>();
                    row.read_unaligned()
                }
            },
        )
    }

    /// Reads `n` numbers of each row, which end within the last of its `NV` registers; the lanes beyond are zeros.
    #[inline(always)]
    pub(super) fn load_first<T: Lanes, S: Simd, const NV: usize>(
        &self,
        simd: S,
        x: &[T],
        n: usize,
    ) -> [[T::Vector<S>; NV]; MR] {
        let last = self.check_first::<T, S, NV>(simd, x.len(), n);
        map(
            self.at,
            #[inline(always)]
            |at| {
                from_fn(
                    #[inline(always)]
                    |v| {
                        // SAFETY: `check_first` found `n` numbers inside `x` from each place on; the registers before the last are full of
                        // them, and the lanes of the last are those left.
                        unsafe {
                            let from = x.as_ptr().add(at + v * T::lanes::<S>());
                            if v + 1 < NV {
                                from.cast::<T::Vector<S>>().read_unaligned()
                            } else {
                                T::load_first_at(simd, last, from)
                            }
                        }
                    },
                )
            },
        )
    }

    /// Writes `n` numbers of each row, which end within the last of its `NV` registers.
    #[inline(always)]
    pub(super) fn store_first<T: Lanes, S: Simd, const NV: usize>(
        &self,
        simd: S,
        x: &mut [T],
        n: usize,
        rows: [[T::Vector<S>; NV]; MR],
    ) {
        let last = self.check_first::<T, S, NV>(simd, x.len(), n);
        for (&at, row) in self.at.iter().zip(&rows) {
            for (v, &vector) in row.iter().enumerate() {
                // SAFETY: as in `load_first`, and `x` is borrowed mutably.
                unsafe {
                    let to = x.as_mut_ptr().add(at + v * T::lanes::<S>());
                    if v + 1 < NV {
                        to.cast::<T::Vector<S>>().write_unaligned(vector);
                    } else {
                        T::store_first_at(simd, last, to, vector);
                    }
                }
            }
        }
    }

    /// The lanes of the last of `NV` registers that hold `n` numbers, which all rows have inside their slice.
    #[inline(always)]
    fn check_first<T: Lanes, S: Simd, const NV: usize>(
        &self,
        simd: S,
        slice: usize,
        n: usize,
    ) -> T::First<S> {
        self.check(slice, n);
        let left = n.checked_sub((NV - 1) * T::lanes::<S>());
        T::first(simd, left.expect("numbers in the last register"))
    }

    /// Writes `NV` registers of each row.
    #[inline(always)]
    pub(super) fn store<T: Lanes, S: Simd, const NV: usize>(
        &self,
        x: &mut [T],
        rows: [[T::Vector<S>; NV]; MR],
    ) {
        self.check(x.len(), NV * T::lanes::<S>());
        for (&at, &row) in self.at.iter().zip(&rows) {
            // SAFETY: as in `load`, and `x` is borrowed mutably.
            unsafe {
                let to = x.as_mut_ptr().add(at).cast::<[T::Vector<S>; NV]>();
                to.write_unaligned(row);
            }
        }
    }
}

/// Rows of numbers, equally long, that begin at any places: the left factor of a tile.
pub(super) struct RowsFrom<'a, T, const MR: usize> {
    first: [*const T; MR],
    len: usize,
    of: PhantomData<&'a [T]>,
}

impl<'a, T: Lanes, const MR: usize> RowsFrom<'a, T, MR> {
    /// Rows of `len` numbers of a slice.
    #[inline(always)]
    pub(super) fn new(x: &'a [T], starts: &Starts<MR>, len: usize) -> Self {
        starts.check(x.len(), len);
        Self {
            first: map(
                starts.at,
                #[inline(always)]
                |at| x.as_ptr().wrapping_add(at),
            ),
            len,
            of: PhantomData,
        }
    }

    /// Number `t` of row `r`.
    #[inline(always)]
    pub(super) fn number(&self, r: usize, t: usize) -> T {
        assert!(t < self.len, "a number beyond its row");
        // SAFETY: `new` found the whole row inside the slice, which is borrowed, and this number is one of the row's.
        unsafe { *self.first[r].add(t) }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use pulp::Scalar;

    use super::{RowsFrom, Starts};

    /// Whether rows of two numbers that begin there are read, written and walked in six numbers, and what was read.
    fn rows(starts: Starts<3>) -> [Option<[[f32; 2]; 3]>; 3] {
        let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let read = catch_unwind(|| starts.load::<f32, Scalar, 2>(&x));
        let written = catch_unwind(|| {
            let (mut to, at) = ([f32::NAN; 6], starts.at());
            starts.store::<f32, Scalar, 2>(&mut to, at.map(|at| [at as f32, at as f32 + 1.0]));
            at.map(|at| [to[at], to[at + 1]])
        });
        let walked = catch_unwind(|| {
            let rows = RowsFrom::new(&x, &starts, 2);
            [0, 1, 2].map(|r| [rows.number(r, 0), rows.number(r, 1)])
        });
        [read, written, walked].map(Result::ok)
    }

    #[test]
    fn rows_are_found_inside() {
        let even = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
        assert_eq!(rows(Starts::evenly(0, 2)), [Some(even); 3]);
        let any = [[4.0, 5.0], [0.0, 1.0], [3.0, 4.0]];
        assert_eq!(rows(Starts::new([4, 0, 3])), [Some(any); 3]);
    }

    #[test]
    fn the_last_register_may_be_partly_empty() {
        let x = [0.0_f32, 1.0, 2.0, 3.0, 4.0, 5.0];
        let starts = Starts::<2>::evenly(1, 3);
        let read = starts.load_first::<f32, Scalar, 2>(Scalar::new(), &x, 2);
        assert_eq!(read, [[1.0, 2.0], [4.0, 5.0]]);
        let mut to = [f32::NAN; 6];
        starts.store_first::<f32, Scalar, 1>(Scalar::new(), &mut to, 1, [[7.0], [8.0]]);
        assert_eq!([to[1], to[4]], [7.0, 8.0]);
        assert!([0, 2, 3, 5].iter().all(|&i| to[i].is_nan()));
        let later = Starts::<2>::evenly(2, 3);
        assert!(catch_unwind(|| later.load_first::<f32, Scalar, 2>(Scalar::new(), &x, 2)).is_err());
        // one number leaves the last of two registers empty
        assert!(
            catch_unwind(|| starts.load_first::<f32, Scalar, 3>(Scalar::new(), &x, 1)).is_err()
        );
    }

    #[test]
    fn rows_beyond_their_slice_are_refused() {
        assert_eq!(rows(Starts::evenly(1, 2)), [None; 3]);
        for at in [[5, 0, 0], [0, 5, 0], [0, 0, 5], [0, usize::MAX, 0]] {
            assert_eq!(rows(Starts::new(at)), [None; 3], "{at:?}");
        }
        let far = usize::MAX / 2 + 1;
        assert!(catch_unwind(|| Starts::<3>::evenly(0, far)).is_err());
        let x = [0.0_f32; 4];
        let rows = RowsFrom::new(&x, &Starts::new([0]), 2);
        assert!(catch_unwind(AssertUnwindSafe(|| rows.number(0, 2))).is_err());
    }
}
