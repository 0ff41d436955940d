//! The loops around the register tile: which rows and columns it visits, and where it finds them.
//!
//! Matrix products and convolutions differ only in the numbers of a [`Contraction`]; see `gemm.rs` and `conv.rs` for those.

use pulp::{Simd, WithSimd};

use super::Start;
use super::tile::{Lanes, Rows, Sums, Terms, load, overlapping, store, tile, vectors_at};

/// Bytes of the panel of `b` that is laid out contiguously, so that it stays in the first-level cache while the rows pass by.
const PANEL_BYTES: usize = 32 << 10;
/// Rows that repay the packing of a panel.
const PACKING_ROWS: usize = 48;

/// Room for a panel, aligned so that no vector of it lies across two cache lines.
#[repr(align(64))]
struct Buffer([u64; PANEL_BYTES / 8]);

/// Room for a small panel: clearing the larger buffer would take as long as the sums.
#[repr(align(64))]
struct SmallBuffer([u64; PANEL_BYTES / 64]);

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

/// `c[row][column] = start + Σ_s Σ_t a[row + s·a_segment + t·a_step] · b[s·b_segment + t·b_step + column·b_column]`
pub(super) struct Contraction<'a, T> {
    pub(super) grid: RowGrid,
    pub(super) rows: Rows,
    pub(super) terms: Terms,
    /// columns of the result
    pub(super) n: usize,
    /// distance between the columns of `b`: 1, or more for a transposed factor
    pub(super) b_column: usize,
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
    pub(super) start: Start<'a, T>,
    pub(super) c: &'a mut [T],
}

impl<T: Lanes> WithSimd for Contraction<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.grid.groups * self.grid.in_group;
        let width = self.n.div_ceil(T::lanes::<S>()).min(widest::<S>(rows)) * T::lanes::<S>();
        let bytes = self.terms.segments * self.terms.len * width * size_of::<T>();
        if rows == 0 || self.n == 0 {
        } else if bytes == 0 || (self.b_column == 1 && !self.worth_packing(width)) {
            self.panels(simd, None);
        } else if bytes <= size_of::<SmallBuffer>() {
            self.panels(
                simd,
                Some(bytemuck::cast_slice_mut(&mut SmallBuffer([0; _]).0)),
            );
        } else {
            self.panels(simd, Some(bytemuck::cast_slice_mut(&mut Buffer([0; _]).0)));
        }
    }
}

/// Vectors in a row of a tile. Few rows take more of them: the sums must outnumber the multiply-adds in flight.
#[inline(always)]
fn widest<S: Simd>(rows: usize) -> usize {
    match rows {
        _ if S::IS_SCALAR => 4,
        8.. => 2,
        2.. => 4,
        _ => 8,
    }
}

/// Rows of a tile of `nv` vectors: as many as leave registers for the factors.
#[inline(always)]
fn tallest<S: Simd>(nv: usize) -> usize {
    match nv {
        _ if S::IS_SCALAR => 1,
        1 => {
            if S::REGISTER_COUNT >= 32 {
                16
            } else {
                8
            }
        }
        2 | 3 => {
            if S::REGISTER_COUNT >= 32 {
                8
            } else {
                4
            }
        }
        4 => {
            if S::REGISTER_COUNT >= 32 {
                4
            } else {
                2
            }
        }
        _ => 1,
    }
}

impl<T: Lanes> Contraction<'_, T> {
    /// Whether copying the panels pays: they are read by many rows, do not lie contiguously already, and would not stay in the cache.
    fn worth_packing(&self, width: usize) -> bool {
        let bytes = self.terms.segments * self.terms.len * self.terms.b_step * size_of::<T>();
        self.grid.groups * self.grid.in_group >= PACKING_ROWS
            && self.terms.b_step > width
            && bytes > PANEL_BYTES
    }

    /// Splits the columns into panels of whole vectors, as even as they come.
    #[inline(always)]
    fn panels<S: Simd>(mut self, simd: S, mut buffer: Option<&mut [T]>) {
        let lanes = T::lanes::<S>();
        let vectors = self.n.div_ceil(lanes);
        let panels = vectors.div_ceil(widest::<S>(self.grid.groups * self.grid.in_group));
        let mut done = 0;
        for p in 0..panels {
            let end = (p + 1) * vectors / panels;
            while done < end {
                let nv = if end - done > 4 && end - done < 8 {
                    4
                } else {
                    end - done
                };
                let columns = [done * lanes, self.n.min((done + nv) * lanes)];
                macro_rules! panel {
                    ($NV:literal) => {
                        simd.vectorize(Panel::<T, $NV> {
                            of: &mut self,
                            columns,
                            buffer: buffer.as_deref_mut(),
                        })
                    };
                }
                match nv {
                    1 => panel!(1),
                    2 => panel!(2),
                    3 => panel!(3),
                    4 => panel!(4),
                    _ => panel!(8),
                }
                done += nv;
            }
        }
    }
}

/// One panel of columns, `NV` vectors wide: compiled by itself, once for each `NV`.
struct Panel<'p, 'a, T, const NV: usize> {
    of: &'p mut Contraction<'a, T>,
    columns: [usize; 2],
    /// where to lay out the panel, if it is not read where it lies
    buffer: Option<&'p mut [T]>,
}

impl<T: Lanes, const NV: usize> WithSimd for Panel<'_, '_, T, NV> {
    type Output = ();

    /// Splits the sums so that a block of the panel fits the buffer.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Panel {
            of,
            columns,
            mut buffer,
        } = self;
        let all = of.terms;
        let width = NV * T::lanes::<S>();
        let [segments, len] = match &buffer {
            Some(buffer) => {
                let room = (buffer.len() / width).max(1);
                if all.len <= room {
                    [room / all.len, all.len]
                } else {
                    [1, room]
                }
            }
            None => [all.segments, all.len],
        };
        let (mut s, mut t) = (0, 0);
        let mut start = of.start;
        loop {
            let mut terms = Terms {
                segments: segments.min(all.segments - s),
                len: len.min(all.len - t),
                ..all
            };
            let mut b = Side {
                numbers: of.b,
                from: s * all.b_segment + t * all.b_step + columns[0] * of.b_column,
            };
            if let Some(buffer) = buffer.as_deref_mut() {
                pack::<T, S, NV>(
                    simd,
                    b,
                    &terms,
                    of.b_column,
                    columns[1] - columns[0],
                    buffer,
                );
                b = Side {
                    numbers: buffer,
                    from: 0,
                };
                (terms.b_segment, terms.b_step) = (terms.len * width, width);
            }
            let block = Block {
                terms,
                a: Side {
                    numbers: of.a,
                    from: s * all.a_segment + t * all.a_step,
                },
                b,
                start,
                columns,
            };
            block.run::<S, NV>(simd, of.rows, &of.grid, of.c);
            start = Start::Output;
            t += terms.len;
            if t >= all.len {
                (s, t) = (s + terms.segments, 0);
            }
            if s >= all.segments || terms.len == 0 {
                return;
            }
        }
    }
}

/// Some of the terms of one panel of columns.
struct Block<'a, T> {
    terms: Terms,
    a: Side<'a, T>,
    b: Side<'a, T>,
    start: Start<'a, T>,
    columns: [usize; 2],
}

impl<T: Lanes> Block<'_, T> {
    /// All rows, a tile at a time.
    #[inline(always)]
    fn run<S: Simd, const NV: usize>(&self, simd: S, rows: Rows, grid: &RowGrid, c: &mut [T]) {
        if NV == 1 && rows == Rows::Apart && (4..self.terms.len).contains(&grid.a[1]) && grid.in_group >= 4 && !S::IS_SCALAR {
            return self.run_overlapping(simd, grid, c);
        }
        let most = tallest::<S>(NV);
        // Rows that lie apart may run on from one group into the next.
        let [outer, inner] = match rows {
            Rows::Apart => [1, grid.groups * grid.in_group],
            Rows::Adjacent => [grid.groups, grid.in_group],
        };
        for group in 0..outer {
            let mut done = 0;
            while done < inner {
                let left = inner - done;
                // A few rows left over are done in one tile with some that are done already.
                let mr = if inner >= most && left * 2 > most {
                    most
                } else {
                    1 << left.min(most).ilog2()
                };
                let first = (done + mr).min(inner) - mr;
                let at = Place {
                    group,
                    row: first,
                    skip: done - first,
                };
                match mr {
                    16 if tallest::<S>(NV) >= 16 => self.tile::<S, 16, NV>(simd, rows, grid, at, c),
                    8 if tallest::<S>(NV) >= 8 => self.tile::<S, 8, NV>(simd, rows, grid, at, c),
                    4 if tallest::<S>(NV) >= 4 => self.tile::<S, 4, NV>(simd, rows, grid, at, c),
                    2 if tallest::<S>(NV) >= 2 => self.tile::<S, 2, NV>(simd, rows, grid, at, c),
                    _ => self.tile::<S, 1, NV>(simd, rows, grid, at, c),
                }
                done = first + mr;
            }
        }
    }

    /// All rows of one vector where neighbours overlap; a tile stays in one group.
    #[inline(always)]
    fn run_overlapping<S: Simd>(&self, simd: S, grid: &RowGrid, c: &mut [T]) {
        for group in 0..grid.groups {
            let mut done = 0;
            while done < grid.in_group {
                let mr = match grid.in_group {
                    n if n % 10 == 0 && S::REGISTER_COUNT >= 32 => 10,
                    n if n % 7 == 0 && n % 8 != 0 => 7,
                    8.. => 8,
                    _ => 4,
                };
                let row = (done + mr).min(grid.in_group) - mr;
                let at = Place { group, row, skip: done - row };
                match mr {
                    10 if S::REGISTER_COUNT >= 32 => self.overlapping_tile::<S, 10>(simd, grid, at, c),
                    8 => self.overlapping_tile::<S, 8>(simd, grid, at, c),
                    7 => self.overlapping_tile::<S, 7>(simd, grid, at, c),
                    _ => self.overlapping_tile::<S, 4>(simd, grid, at, c),
                }
                done = row + mr;
            }
        }
    }

    /// One tile of rows that overlap.
    #[inline(always)]
    fn overlapping_tile<S: Simd, const MR: usize>(&self, simd: S, grid: &RowGrid, at: Place, c: &mut [T]) {
        let [left, right] = self.columns;
        let to: [usize; MR] = core::array::from_fn(|r| at.group * grid.c[0] + (at.row + r) * grid.c[1] + left);
        let from = self.a.from + at.group * grid.a[0] + at.row * grid.a[1];
        let sums = self.begin::<S, MR, 1>(simd, c, to);
        let sums = overlapping::<T, S, MR>(simd, &self.terms, grid.a[1], (self.a.numbers, from), (self.b.numbers, self.b.from), sums);
        store(simd, sums, right - left, c, to, at.skip);
    }

    /// What the sums of a tile begin with.
    #[inline(always)]
    fn begin<S: Simd, const MR: usize, const NV: usize>(&self, simd: S, c: &[T], to: [usize; MR]) -> Sums<T, S, MR, NV> {
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
        let (mut group, mut row) = (at.group + at.row / grid.in_group, at.row % grid.in_group);
        let (mut from, mut to) = ([0; MR], [0; MR]);
        for r in 0..MR {
            from[r] = self.a.from + group * grid.a[0] + row * grid.a[1];
            to[r] = group * grid.c[0] + row * grid.c[1];
            row += 1;
            if row == grid.in_group {
                (group, row) = (group + 1, 0);
            }
        }
        let [left, right] = self.columns;
        let to = to.map(|to| to + left);
        let sums = self.begin::<S, MR, NV>(simd, c, to);
        let sums = tile::<T, S, MR, NV>(
            simd,
            &self.terms,
            rows,
            (self.a.numbers, from),
            (self.b.numbers, self.b.from),
            sums,
        );
        store(simd, sums, right - left, c, to, at.skip);
    }
}

/// Numbers and where in them to begin.
#[derive(Clone, Copy)]
struct Side<'a, T> {
    numbers: &'a [T],
    from: usize,
}

/// Where a tile begins, and how many of its rows are done already.
#[derive(Clone, Copy)]
struct Place {
    group: usize,
    row: usize,
    skip: usize,
}

/// Lays the terms of `n` columns of `b` out as contiguous rows of `NV` vectors. Lanes beyond `n` hold anything.
#[inline(always)]
fn pack<T: Lanes, S: Simd, const NV: usize>(simd: S, b: Side<'_, T>, terms: &Terms, b_column: usize, n: usize, panel: &mut [T]) {
    let width = NV * T::lanes::<S>();
    for (s, panel) in panel.chunks_exact_mut(terms.len * width).take(terms.segments).enumerate() {
        let from = b.from + s * terms.b_segment;
        if b_column == 1 {
            for (t, row) in panel.chunks_exact_mut(width).enumerate() {
                let vectors = vectors_at::<T, S, NV>(simd, b.numbers, from + t * terms.b_step);
                let row = T::vectors_mut::<S>(row);
                for v in 0..NV {
                    row[v] = vectors[v];
                }
            }
        } else {
            transpose::<T>(&b.numbers[from..], b_column, n, panel, width);
        }
    }
}

/// `panel[t][j] = b[j][t]`, in blocks that read whole cache lines.
#[inline(always)]
fn transpose<T: Lanes>(b: &[T], b_column: usize, n: usize, panel: &mut [T], width: usize) {
    const BLOCK: usize = 16;
    let mut t = 0;
    let mut blocks = panel.chunks_exact_mut(BLOCK * width);
    for block in blocks.by_ref() {
        for j in 0..n.min(width) {
            let from: &[T; BLOCK] = b[j * b_column + t..].first_chunk().expect("a block of the right factor");
            for i in 0..BLOCK {
                block[i * width + j] = from[i];
            }
        }
        t += BLOCK;
    }
    for row in blocks.into_remainder().chunks_exact_mut(width) {
        for j in 0..n {
            row[j] = b[j * b_column + t];
        }
        t += 1;
    }
}
