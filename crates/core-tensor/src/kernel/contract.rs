//! The loops around the register tile: which rows and columns it visits, and where it finds them.
//!
//! Matrix products and convolutions differ only in the numbers of a [`Contraction`]; see `gemm.rs` and `conv.rs` for those.

use pulp::{Arch, Simd, WithSimd};

use super::Start;
use super::block::{Block, RowGrid, Side, every_shape};
use super::lanes::Lanes;
use super::pack::pack;
use super::product::ProductPanel;
use super::taps::fit_two_vectors;
use super::tile::{Rows, Terms};

/// Bytes of the panel of `b` that is laid out contiguously, so that it stays in the first-level cache while the rows pass by.
const PANEL_BYTES: usize = 32 << 10;
/// Bytes of `b` that stay in the first-level cache by themselves.
const WORTH_PACKING: usize = 32 << 10;
/// Rows that repay the packing of a panel: with fewer, the second-level cache is as good.
pub(super) const PACKING_ROWS: usize = 200;

/// Room for a panel in cache lines, so that no vector of it lies across two.
#[repr(align(64))]
struct Room<const LINES: usize>([[u64; 8]; LINES]);

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

impl<T: Lanes> Contraction<'_, T> {
    /// Runs on the machine's vectors. Not inlined: else every caller would compile the tiles anew.
    #[inline(never)]
    pub(super) fn run(mut self, arch: Arch) {
        // By reference: a copy of numbers just written waits for them.
        arch.dispatch(&mut self);
    }
}

impl<T: Lanes> WithSimd for &mut Contraction<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.grid.groups * self.grid.in_group;
        if rows == 0 || self.n == 0 {
        } else if self.b_column == 1 && !self.worth_packing::<S>(rows) {
            self.each_panel(simd, None);
        } else {
            let bytes = self.terms.segments * self.terms.len * self.width::<S>() * size_of::<T>();
            // Small panels have small rooms: clearing a large one would take as long as the sums.
            match bytes {
                0 => self.each_panel(simd, None),
                1..=0x1000 => self.packed::<S, { 0x1000 / 64 }>(simd),
                0x1001..=0x4000 => self.packed::<S, { 0x4000 / 64 }>(simd),
                _ => self.packed::<S, { PANEL_BYTES / 64 }>(simd),
            }
        }
    }
}

impl<T: Lanes> Contraction<'_, T> {
    /// How many panels the columns are split into: as wide as tiles get, for the wider, the fewer factors are loaded for a multiply-add. Few
    /// rows take the widest: the sums must outnumber the multiply-adds in flight.
    #[inline(always)]
    fn panels<S: Simd>(&self, vectors: usize) -> usize {
        let widest = match self.grid.groups * self.grid.in_group {
            _ if S::IS_SCALAR => 4,
            _ if !every_shape::<T, S>() => 2,
            ..4 => 8,
            _ if self.rows == Rows::Adjacent
                && fit_two_vectors(self.grid.in_group, self.terms.a_step) =>
            {
                2
            }
            _ => 4,
        };
        vectors.div_ceil(widest)
    }

    /// Numbers in a row of the widest panel.
    fn width<S: Simd>(&self) -> usize {
        let vectors = self.n.div_ceil(T::lanes::<S>());
        vectors.div_ceil(self.panels::<S>(vectors).max(1)) * T::lanes::<S>()
    }

    /// Whether copying the panels pays: they are read by many rows, do not lie contiguously already, and would not stay in the cache.
    #[inline(always)]
    fn worth_packing<S: Simd>(&self, rows: usize) -> bool {
        let bytes = self.terms.segments * self.terms.len * self.terms.b_step * size_of::<T>();
        rows >= PACKING_ROWS && bytes > WORTH_PACKING && self.terms.b_step > self.width::<S>()
    }

    /// Not inlined: who needs no room shall not touch its pages.
    #[inline(never)]
    fn packed<S: Simd, const LINES: usize>(&mut self, simd: S) {
        let mut room = Room([[0; 8]; LINES]);
        let buffer = bytemuck::cast_slice_mut(room.0.as_flattened_mut());
        self.each_panel(simd, Some(buffer));
    }

    /// Splits the columns into panels of whole vectors, as even as they come. A panel is laid out in the buffer, if there is one.
    #[inline(always)]
    fn each_panel<S: Simd>(&mut self, simd: S, mut buffer: Option<&mut [T]>) {
        let lanes = T::lanes::<S>();
        let vectors = self.n.div_ceil(lanes);
        let panels = self.panels::<S>(vectors);
        let mut done = 0;
        for p in 0..panels {
            // A division takes as long as the beginning of a tile.
            let end = match panels - p {
                1 => vectors,
                _ => (p + 1) * vectors / panels,
            };
            while done < end {
                let nv = match end - done {
                    _ if S::IS_SCALAR => 4,
                    5..8 => 4,
                    nv => nv,
                };
                let columns = [done * lanes, self.n.min((done + nv) * lanes)];
                macro_rules! panel {
                    ($($NV:literal)*) => { $(
                        if const { has_panel::<T, S>($NV) } && nv == $NV {
                            match &mut buffer {
                                None => self.panel::<S, $NV>(simd, columns),
                                Some(buffer) => self.packed_panel::<S, $NV>(simd, columns, buffer),
                            }
                        }
                    )* };
                }
                panel!(1 2 3 4 8);
                done += nv;
            }
        }
    }

    /// One panel, read where it lies.
    #[inline(always)]
    fn panel<S: Simd, const NV: usize>(&mut self, simd: S, columns: [usize; 2]) {
        if self.is_product() {
            simd.vectorize(Panel::<T, NV, true> { of: self, columns });
        } else {
            simd.vectorize(Panel::<T, NV, false> { of: self, columns });
        }
    }

    /// Whether it is a matrix product: no windows that overlap, no images whose lines lie apart.
    #[inline(always)]
    fn is_product(&self) -> bool {
        let far = match self.rows {
            Rows::Apart => self.grid.a[1] >= self.terms.len,
            Rows::Adjacent => self.terms.a_step >= self.grid.in_group,
        };
        self.grid.groups == 1 && self.terms.segments == 1 && far
    }

    /// One panel, laid out in the buffer; the sums are split so that a part of it fits.
    #[inline(always)]
    fn packed_panel<S: Simd, const NV: usize>(
        &mut self,
        simd: S,
        [left, right]: [usize; 2],
        buffer: &mut [T],
    ) {
        let all = self.terms;
        let width = NV * T::lanes::<S>();
        let room = (buffer.len() / width).max(1);
        let [segments, len] = if all.len <= room {
            [room / all.len, all.len]
        } else {
            [1, all.len.div_ceil(all.len.div_ceil(room))]
        };
        let (mut s, mut t) = (0, 0);
        while s < all.segments {
            let mut terms = Terms {
                segments: segments.min(all.segments - s),
                len: len.min(all.len - t),
                ..all
            };
            let b = Side {
                numbers: self.b,
                from: s * all.b_segment + t * all.b_step + left * self.b_column,
            };
            pack::<T, S, NV>(simd, b, &terms, self.b_column, right - left, buffer);
            (terms.b_segment, terms.b_step) = (terms.len * width, width);
            Contraction {
                grid: self.grid,
                rows: self.rows,
                terms,
                n: right - left,
                b_column: 1,
                a: &self.a[s * all.a_segment + t * all.a_step..],
                b: buffer,
                start: match self.start {
                    _ if [s, t] != [0, 0] => Start::Output,
                    Start::Row(row) => Start::Row(&row[left..]),
                    start => start,
                },
                c: &mut self.c[left..],
            }
            .panel::<S, NV>(simd, [0, right - left]);
            t += terms.len;
            if t >= all.len {
                (s, t) = (s + terms.segments, 0);
            }
        }
    }
}

/// Whether panels of `nv` vectors are compiled.
const fn has_panel<T: Lanes, S: Simd>(nv: usize) -> bool {
    if S::IS_SCALAR {
        nv == 4
    } else {
        nv <= 2 || every_shape::<T, S>()
    }
}

/// One panel of columns, `NV` vectors wide: compiled by itself, once for each `NV`, and once more for products.
struct Panel<'p, 'a, T, const NV: usize, const PRODUCT: bool> {
    of: &'p mut Contraction<'a, T>,
    columns: [usize; 2],
}

impl<T: Lanes, const NV: usize, const PRODUCT: bool> WithSimd for Panel<'_, '_, T, NV, PRODUCT> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Panel { of, columns } = self;
        let from = columns[0] * of.b_column;
        if PRODUCT {
            let panel = ProductPanel::<T, NV> {
                terms: of.terms,
                m: of.grid.in_group,
                columns,
                rows: of.rows,
                a: of.a,
                a_row: of.grid.a[1],
                b: &of.b[from.min(of.b.len())..],
                start: of.start,
                c: of.c,
                c_row: of.grid.c[1],
            };
            panel.run(simd);
        } else {
            let block = Block {
                terms: of.terms,
                a: of.a,
                b: Side {
                    numbers: of.b,
                    from,
                },
                start: of.start,
                columns,
            };
            block.run::<S, NV>(simd, of.rows, &of.grid, of.c);
        }
    }
}
