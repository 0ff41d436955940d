//! The rows of one panel of columns, a tile at a time.

use core::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use super::Start;
use super::array::map;
use super::lanes::Lanes;
use super::overlap::overlapping;
use super::starts::Starts;
use super::tile::{Rows, Sums, Terms, load, store, tile, vectors_at};

/// The rows of the result and where they lie: `groups` × `in_group` of them, such as the rows and columns of an image.
#[derive(Clone, Copy)]
pub(super) struct RowGrid {
    pub(super) groups: usize,
    pub(super) in_group: usize,
    /// distance between groups and between the rows of a group in `a`
    pub(super) a: [usize; 2],
    /// distance between groups and between the rows of a group in `c`
    pub(super) c: [usize; 2],
}

/// Numbers and where in them to begin.
#[derive(Clone, Copy)]
pub(super) struct Side<'a, T> {
    pub(super) numbers: &'a [T],
    pub(super) from: usize,
}

/// Some of the terms of one panel of columns.
pub(super) struct Block<'a, T> {
    pub(super) terms: Terms,
    pub(super) a: &'a [T],
    pub(super) b: Side<'a, T>,
    pub(super) start: Start<'a, T>,
    pub(super) columns: [usize; 2],
}

impl<T: Lanes> Block<'_, T> {
    /// All rows, a tile at a time.
    #[inline(always)]
    pub(super) fn run<S: Simd, const NV: usize>(
        &self,
        simd: S,
        rows: Rows,
        grid: &RowGrid,
        c: &mut [T],
    ) {
        if const { NV == 1 && every_shape::<T, S>() }
            && rows == Rows::Apart
            && (4..self.terms.len).contains(&grid.a[1])
            && self.terms.len.is_multiple_of(grid.a[1])
            && let Some(mr) = overlapping_height(grid.in_group)
            && self.all_whole(T::lanes::<S>())
        {
            return self.run_overlapping(simd, mr, grid, c);
        }
        if const { NV <= 2 && every_shape::<T, S>() }
            && rows == Rows::Adjacent
            && self.terms.a_step < grid.in_group
            && matches!(self.start, Start::Output)
            && self.all_whole(NV * T::lanes::<S>())
            && self.run_taps::<S, NV>(simd, grid, c)
        {
            return;
        }
        // Rows that lie apart may run on from one group into the next.
        let [outer, inner] = match rows {
            Rows::Apart => [1, grid.groups * grid.in_group],
            Rows::Adjacent => [grid.groups, grid.in_group],
        };
        for group in 0..outer {
            let mut at = Place {
                group,
                row: 0,
                skip: 0,
            };
            let mut done = 0;
            while done < inner {
                let mr = height::<T, S, NV>(inner - done, inner);
                if done + mr > inner {
                    // A few rows left over are done in one tile with some that are done already.
                    let row = inner - mr;
                    at = Place {
                        group: group + row / grid.in_group,
                        row: row % grid.in_group,
                        skip: done - row,
                    };
                }
                debug_assert!(has_tile::<T, S>(mr, NV), "no tile of {mr} rows");
                macro_rules! tile_of {
                    ($($MR:literal)*) => { $(
                        if const { has_tile::<T, S>($MR, NV) } && mr == $MR {
                            self.tile::<S, $MR, NV>(simd, rows, grid, at, c);
                        }
                    )* };
                }
                tile_of!(16 12 8 6 4 1);
                done += mr;
                at.row += mr;
                while at.row >= grid.in_group {
                    (at.group, at.row) = (at.group + 1, at.row - grid.in_group);
                }
            }
        }
    }

    /// Whether no vector of `b` ends beyond its slice.
    fn all_whole(&self, width: usize) -> bool {
        let Terms { segments, len, .. } = self.terms;
        let last = self.b.from + segments.saturating_sub(1) * self.terms.b_segment;
        self.terms.whole(self.b.numbers.len(), last, width) == len
    }

    /// All rows of one vector where neighbours overlap, in tiles of `mr` rows; a tile stays in one group.
    #[inline(always)]
    fn run_overlapping<S: Simd>(&self, simd: S, mr: usize, grid: &RowGrid, c: &mut [T]) {
        for group in 0..grid.groups {
            let mut done = 0;
            while done < grid.in_group {
                let row = (done + mr).min(grid.in_group) - mr;
                let at = Place {
                    group,
                    row,
                    skip: done - row,
                };
                match mr {
                    10 if S::REGISTER_COUNT >= 32 => {
                        self.overlapping_tile::<S, 10>(simd, grid, at, c)
                    }
                    7 => self.overlapping_tile::<S, 7>(simd, grid, at, c),
                    _ => self.overlapping_tile::<S, 8>(simd, grid, at, c),
                }
                done = row + mr;
            }
        }
    }

    /// One tile of rows that overlap.
    #[inline(always)]
    fn overlapping_tile<S: Simd, const MR: usize>(
        &self,
        simd: S,
        grid: &RowGrid,
        at: Place,
        c: &mut [T],
    ) {
        let [left, right] = self.columns;
        let first = at.group * grid.c[0] + at.row * grid.c[1] + left;
        let to = Starts::<MR>::evenly(first, grid.c[1]);
        let from = at.group * grid.a[0] + at.row * grid.a[1];
        let sums = self.begin::<S, MR, 1>(simd, c, to);
        let sums = overlapping::<T, S, MR>(
            simd,
            &self.terms,
            grid.a[1],
            (self.a, from),
            (self.b.numbers, self.b.from),
            sums,
        );
        store(simd, sums, right - left, c, to, at.skip);
    }

    /// What the sums of a tile begin with.
    #[inline(always)]
    fn begin<S: Simd, const MR: usize, const NV: usize>(
        &self,
        simd: S,
        c: &[T],
        to: Starts<MR>,
    ) -> Sums<T, S, MR, NV> {
        match self.start {
            Start::Zero => [[T::splat(simd, T::zero()); NV]; MR],
            Start::Row(row) => [vectors_at(simd, row, self.columns[0]); MR],
            Start::Output => load(simd, self.columns[1] - self.columns[0], c, to),
        }
    }

    /// One tile: start, sums, store.
    #[inline(always)]
    fn tile<S: Simd, const MR: usize, const NV: usize>(
        &self,
        simd: S,
        rows: Rows,
        grid: &RowGrid,
        at: Place,
        c: &mut [T],
    ) {
        let [left, right] = self.columns;
        let from = at.group * grid.a[0] + at.row * grid.a[1];
        let to = at.group * grid.c[0] + at.row * grid.c[1] + left;
        let [from, to] = if at.row + MR <= grid.in_group {
            [
                Starts::evenly(from, grid.a[1]),
                Starts::evenly(to, grid.c[1]),
            ]
        } else {
            map(across_groups(grid, at.row, [from, to]), Starts::new)
        };
        let sums = self.begin::<S, MR, NV>(simd, c, to);
        let sums = tile::<T, S, MR, NV>(
            simd,
            &self.terms,
            rows,
            (self.a, from),
            (self.b.numbers, self.b.from),
            sums,
        );
        store(simd, sums, right - left, c, to, self.start.skip(at.skip));
    }
}

/// Where rows lie in `a` and `c` that run on from one group into the next. Not inlined: such tiles are few.
#[inline(never)]
fn across_groups<const MR: usize>(
    grid: &RowGrid,
    first_row: usize,
    first: [usize; 2],
) -> [[usize; MR]; 2] {
    let mut places = first.map(|first| [first; MR]);
    let mut row = first_row;
    for r in 1..MR {
        row += 1;
        let turns = row == grid.in_group;
        for (places, [group_apart, row_apart]) in places.iter_mut().zip([grid.a, grid.c]) {
            places[r] = if turns {
                places[r - 1] + group_apart - (grid.in_group - 1) * row_apart
            } else {
                places[r - 1] + row_apart
            };
        }
        if turns {
            row = 0;
        }
    }
    places
}

/// Where a tile begins, and how many of its rows are done already.
#[derive(Clone, Copy)]
struct Place {
    group: usize,
    row: usize,
    skip: usize,
}

/// Rows of the tiles in which a group of rows that overlap is done, unless so many were done twice that tiles over several groups are faster.
const fn overlapping_height(in_group: usize) -> Option<usize> {
    match in_group {
        0 => None,
        n if n.is_multiple_of(10) => Some(10),
        n if n.is_multiple_of(7) && !n.is_multiple_of(8) => Some(7),
        n if 4 * n.next_multiple_of(8) <= 5 * n => Some(8),
        _ => None,
    }
}

/// Whether there are tiles of every shape: for the numbers that networks train in, where there are registers for them.
pub(super) const fn every_shape<T: Lanes, S: Simd>() -> bool {
    T::TUNED && S::REGISTER_COUNT >= 32
}

/// Numbers in a register of a machine that has tiles of every shape.
pub(super) fn lanes_of_tiles<T: Lanes>(arch: Arch) -> Option<usize> {
    struct LanesOfTiles<T>(PhantomData<T>);
    impl<T: Lanes> WithSimd for LanesOfTiles<T> {
        type Output = Option<usize>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> Option<usize> {
            every_shape::<T, S>().then(T::lanes::<S>)
        }
    }
    arch.dispatch(LanesOfTiles::<T>(PhantomData))
}

/// Rows of the tiles of `nv` vectors, rising: the tallest have as many sums as leave registers for the factors.
const fn heights<T: Lanes, S: Simd>(nv: usize) -> &'static [usize] {
    match nv {
        _ if S::IS_SCALAR => &[1],
        1 if every_shape::<T, S>() => &[1, 4, 8, 16],
        2 if every_shape::<T, S>() => &[1, 4, 8, 12],
        3 if every_shape::<T, S>() => &[1, 4, 8],
        4 if every_shape::<T, S>() => &[1, 4, 6],
        1 if S::REGISTER_COUNT >= 32 => &[1, 16],
        2 if S::REGISTER_COUNT >= 32 => &[1, 12],
        1 => &[1, 8],
        2 => &[1, 6],
        _ => &[1],
    }
}

/// Whether tiles of `mr` rows and `nv` vectors are compiled.
pub(super) const fn has_tile<T: Lanes, S: Simd>(mr: usize, nv: usize) -> bool {
    let heights = heights::<T, S>(nv);
    let mut i = 0;
    while i < heights.len() {
        if heights[i] == mr {
            return true;
        }
        i += 1;
    }
    false
}

/// Rows of the tallest tiles.
const fn tallest<T: Lanes, S: Simd>(nv: usize) -> usize {
    let heights = heights::<T, S>(nv);
    heights[heights.len() - 1]
}

/// Rows of the next tile: the fewest that hold those that are left, if there are so many rows in all.
#[inline(always)]
pub(super) fn height<T: Lanes, S: Simd, const NV: usize>(left: usize, inner: usize) -> usize {
    if left > 2 * const { tallest::<T, S>(NV) } {
        return const { tallest::<T, S>(NV) };
    }
    let mut height = 1;
    for &mr in const { heights::<T, S>(NV) } {
        if height < left && mr <= inner {
            height = mr;
        }
    }
    match height {
        // two of eight rather than one of twelve and one of four, whose sums are too few
        12 if const { has_tile::<T, S>(8, NV) } && left == 16 => 8,
        height => height,
    }
}
