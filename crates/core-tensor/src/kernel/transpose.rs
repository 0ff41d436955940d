//! Matrices turned round, a square of registers at a time.

use pulp::{Arch, Simd, WithSimd};

use super::apart::{load_apart, store_apart};
use super::array::from_fn;
use super::lanes::{Lanes, WIDEST};

/// Rows and columns at a time where lanes cannot change places.
const BLOCK: usize = 8;

/// `to[j][i] = from[i][j]`; the rows of each lie so far apart.
pub(super) struct Transpose<'a, T> {
    pub(super) from: &'a [T],
    pub(super) from_row: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) to: &'a mut [T],
    pub(super) to_row: usize,
}

impl<T: Lanes> Transpose<'_, T> {
    pub(super) fn run(self, arch: Arch) {
        arch.dispatch(self);
    }
}

impl<T: Lanes> WithSimd for Transpose<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if T::SWAPS == WIDEST && T::lanes::<S>() == WIDEST {
            for i in (0..self.rows).step_by(WIDEST) {
                for j in (0..self.columns).step_by(WIDEST) {
                    if self.rows - i >= WIDEST && self.columns - j >= WIDEST {
                        self.whole_square(simd, i, j);
                    } else {
                        self.square(simd, i, j);
                    }
                }
            }
        } else {
            self.blocks();
        }
    }
}

impl<T: Lanes> Transpose<'_, T> {
    /// As many rows as a register has lanes, and so many columns: they stay in registers.
    #[inline(always)]
    fn whole_square<S: Simd>(&mut self, simd: S, i: usize, j: usize) {
        let from = &self.from[i * self.from_row + j..];
        let square = from_fn(
            #[inline(always)]
            |r| load_apart::<T, S, WIDEST>(from, self.from_row, r),
        );
        let square = turn::<T, S>(simd, square);
        let to = &mut self.to[j * self.to_row + i..];
        for (r, &row) in square.iter().enumerate() {
            store_apart::<T, S, WIDEST>(to, self.to_row, r, row);
        }
    }

    /// As many rows as a register has lanes, and so many columns, or what is left of them.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "loops of constant length stay in registers"
    )]
    fn square<S: Simd>(&mut self, simd: S, i: usize, j: usize) {
        let (rows, columns) = (self.rows - i, self.columns - j);
        let mut square = [T::splat(simd, T::zero()); WIDEST];
        for r in 0..WIDEST {
            if r < rows {
                let row = &self.from[(i + r) * self.from_row + j..];
                let row = &row[..columns.min(WIDEST)];
                square[r] = match T::vectors::<S>(row) {
                    [whole, ..] => *whole,
                    _ => T::load_part(simd, row),
                };
            }
        }
        square = turn::<T, S>(simd, square);
        for r in 0..WIDEST {
            if r < columns {
                let row = &mut self.to[(j + r) * self.to_row + i..];
                let row = &mut row[..rows.min(WIDEST)];
                match T::vectors_mut::<S>(row) {
                    [whole, ..] => *whole = square[r],
                    _ => T::store_part(simd, row, square[r]),
                }
            }
        }
    }

    /// Number by number, in blocks with a check for each of their rows.
    fn blocks(&mut self) {
        let whole = [
            self.rows - self.rows % BLOCK,
            self.columns - self.columns % BLOCK,
        ];
        for i in (0..whole[0]).step_by(BLOCK) {
            for j in (0..whole[1]).step_by(BLOCK) {
                let block: [&[T; BLOCK]; BLOCK] = from_fn(|r| {
                    let row = self.from[(i + r) * self.from_row + j..].first_chunk();
                    row.expect("a block of what is turned")
                });
                for c in 0..BLOCK {
                    let row = self.to[(j + c) * self.to_row + i..].first_chunk_mut();
                    let row: &mut [T; BLOCK] = row.expect("a block of what comes out");
                    for (to, from) in row.iter_mut().zip(block) {
                        *to = from[c];
                    }
                }
            }
        }
        for i in 0..self.rows {
            let done = if i < whole[0] { whole[1] } else { 0 };
            for j in done..self.columns {
                self.to[j * self.to_row + i] = self.from[i * self.from_row + j];
            }
        }
    }
}

/// Rows become columns.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "loops of constant length stay in registers"
)]
fn turn<T: Lanes, S: Simd>(simd: S, mut square: [T::Vector<S>; WIDEST]) -> [T::Vector<S>; WIDEST] {
    // In lane `l` of row `r` stands, step by step: row `r`, column `l ^ r`; row `r ^ l`, column `r`; row `l`, column `r`.
    for r in 1..WIDEST {
        square[r] = T::swap_any(simd, square[r], r);
    }
    square = exchange::<T, S, WIDEST>(simd, square);
    for r in 1..WIDEST {
        square[r] = T::swap_any(simd, square[r], r);
    }
    square
}

/// Lane `l` of row `i` changes places with that of row `i ^ l`, in each `N` lanes.
#[inline(always)]
pub(super) fn exchange<T: Lanes, S: Simd, const N: usize>(
    simd: S,
    mut rows: [T::Vector<S>; N],
) -> [T::Vector<S>; N] {
    let zero = T::splat(simd, T::zero());
    let mut bit = 1;
    while bit < N {
        let set: [T; WIDEST] = from_fn(
            #[inline(always)]
            |lane| {
                if lane & bit == 0 { T::zero() } else { T::one() }
            },
        );
        let set = T::vectors::<S>(&set)[0];
        for i in 0..N {
            if i & bit == 0 {
                let [one, other] = [rows[i], rows[i | bit]];
                rows[i] = T::where_greater(simd, set, zero, other, one);
                rows[i | bit] = T::where_greater(simd, set, zero, one, other);
            }
        }
        bit *= 2;
    }
    rows
}
