//! One panel of columns of a matrix product, a tile of rows at a time.
//!
//! The general loops of `block.rs` know images and windows: rows that run on from one line of an image into the next, sums that skip from one row
//! of a window to the next. What they prepare for each tile takes a quarter of the time of a product of 32×32×32. Here rows lie evenly and sums
//! run through.

use pulp::Simd;

use super::Start;
use super::apart::{RowsApart, numbers_apart};
use super::block::{has_tile, height};
use super::lanes::Lanes;
use super::starts::{RowsFrom, Starts};
use super::tile::{LastSteps, Rows, Sums, Terms, add_steps, finish, load, store, vectors_at};

/// `c[i][j] = start + Σ_t a[i][t] · b[t][j]` for the columns of one panel, at most `NV` vectors.
pub(super) struct ProductPanel<'a, T, const NV: usize> {
    /// one segment
    pub(super) terms: Terms,
    /// rows of the result
    pub(super) m: usize,
    pub(super) columns: [usize; 2],
    pub(super) rows: Rows,
    pub(super) a: &'a [T],
    /// distance between the rows of `a`
    pub(super) a_row: usize,
    /// begins with the panel's first column
    pub(super) b: &'a [T],
    pub(super) start: Start<'a, T>,
    pub(super) c: &'a mut [T],
    /// distance between the rows of `c`
    pub(super) c_row: usize,
}

impl<T: Lanes, const NV: usize> ProductPanel<'_, T, NV> {
    /// All rows, a tile at a time.
    #[inline(always)]
    pub(super) fn run<S: Simd>(mut self, simd: S) {
        // With this known, no tile has to ask whether its rows lie in memory.
        assert!(self.a_row <= usize::MAX >> 8 && self.c_row <= usize::MAX >> 8);
        let whole = self.terms.whole(self.b.len(), 0, NV * T::lanes::<S>());
        let b = RowsApart::<T, S, NV>::new(self.b, self.terms.b_step, whole);
        match self.rows {
            Rows::Apart => self.tiles::<S, false>(simd, (b, whole)),
            Rows::Adjacent => self.tiles::<S, true>(simd, (b, whole)),
        }
    }

    /// The tallest tiles first. Each height has a loop of its own: in front of a common one, what tiles of any height need would be prepared for all
    /// of them.
    #[inline(always)]
    fn tiles<S: Simd, const ADJACENT: bool>(
        &mut self,
        simd: S,
        b: (RowsApart<'_, T, S, NV>, usize),
    ) {
        let m = self.m;
        let mut done = 0;
        macro_rules! tiles_of {
            ($($MR:literal)*) => { $(
                if const { has_tile::<T, S>($MR, NV) } {
                    while done < m && height::<T, S, NV>(m - done, m) == $MR {
                        // A few rows left over are done in one tile with some that are done already.
                        let row = done.min(m - $MR);
                        self.tile::<S, $MR, ADJACENT>(simd, row, done - row, b);
                        done = row + $MR;
                    }
                }
            )* };
        }
        tiles_of!(16 12 8 6 4 1);
        debug_assert!(done == m, "{done} of {m} rows in tiles");
    }

    /// One tile: start, sums, store of all rows but the first `skip`.
    #[inline(always)]
    fn tile<S: Simd, const MR: usize, const ADJACENT: bool>(
        &mut self,
        simd: S,
        row: usize,
        skip: usize,
        (b, whole): (RowsApart<'_, T, S, NV>, usize),
    ) {
        let [left, right] = self.columns;
        let Terms {
            len,
            a_step,
            b_step,
            ..
        } = self.terms;
        // Places are found in the part that begins with the tile, and found anew for the end: kept, they would wait in memory.
        let a = &self.a[(row * self.a_row).min(self.a.len())..];
        let c = &mut self.c[row * self.c_row + left..];
        let to = || Starts::<MR>::evenly(0, self.c_row);
        let sums: Sums<T, S, MR, NV> = match self.start {
            Start::Zero => [[T::splat(simd, T::zero()); NV]; MR],
            Start::Row(row) => [vectors_at(simd, row, left); MR],
            Start::Output => load(simd, right - left, c, to()),
        };
        let mut sums = if ADJACENT {
            add_steps(
                simd,
                b,
                sums,
                #[inline(always)]
                |r, t| numbers_apart::<T, MR>(a, a_step, whole, t)[r],
            )
        } else {
            let rows = RowsFrom::new(a, &Starts::<MR>::evenly(0, self.a_row), whole);
            add_steps(
                simd,
                b,
                sums,
                #[inline(always)]
                |r, t| rows.number(r, t),
            )
        };
        if whole < len {
            // On a copy, for an array whose address is taken lies in memory.
            let mut copy = sums;
            finish(
                simd,
                LastSteps {
                    steps: whole..len,
                    a,
                    rows: &Starts::<MR>::evenly(0, self.a_row).at(),
                    a_step,
                    b: &self.b[(whole * b_step).min(self.b.len())..],
                    b_step,
                    sums: &mut copy,
                },
            );
            sums = copy;
        }
        store(simd, sums, right - left, c, to(), self.start.skip(skip));
    }
}
