//! The gradient of the data where channels are few or windows hang over no edge: every pixel is spread over its window.
//!
//! A row of the window is `K·C` neighbouring numbers, which fill registers where `C` do not; a stride is no more than the distance between
//! windows; and nothing is multiplied by the zeros around the output's gradient. In return every sum of `O` products is added to what lies in
//! the window. Other libraries write a matrix of all windows between the product and the adding (`col2im`); here it stays in registers.

use pulp::{Arch, Simd, WithSimd};

use super::apart::{RowsApart, add_apart, numbers_apart};
use super::block::{every_shape, lanes_of_tiles};
use super::conv::pad;
use super::fold::{FOLD_CHANNELS, MOST_FOLDED};
use super::lanes::{Lanes, WIDEST};
use super::transpose::Transpose;
use super::{Start, Window2d};

/// Registers across the widest tile.
const WIDE: usize = 2;
/// What adding a register to the window costs, in multiply-adds of a register.
const ADDING: usize = 10;
/// The same where a pixel is one number, and windows side by side add to the same ones, one after another.
const ADDING_TO_ONE: usize = 20;
/// What a register of sums costs the other way before its first multiply-add.
const BEGINNING: usize = 15;

/// How the pixels of the output's gradient lie in a batch of the data's.
#[derive(Clone, Copy)]
pub(super) struct Spread(pub(super) Window2d);

impl Spread {
    /// Numbers of scratch.
    pub(super) const fn room(&self) -> usize {
        // whatever the number and the machine
        if self.pays_with(2) || self.pays_with(4) || self.pays_with(8) || self.pays_with(16) {
            self.filter_len() + self.sample_len()
        } else {
            0
        }
    }

    /// Numbers of the filter, its rows in whole registers.
    const fn filter_len(&self) -> usize {
        self.0.kernel[0] * self.0.output[2] * self.pitch()
    }

    /// Numbers of a row of the window, in whole registers of any machine.
    const fn pitch(&self) -> usize {
        (self.0.kernel[1] * self.0.input[2]).next_multiple_of(WIDEST)
    }

    /// Numbers of a row of a sample with its padding.
    const fn row(&self) -> usize {
        (self.0.input[1] + 2 * self.0.padding[1]) * self.0.input[2]
    }

    /// Numbers of a sample with its padding, and those after it that the last registers read.
    const fn sample_len(&self) -> usize {
        (self.0.input[0] + 2 * self.0.padding[0]) * self.row() + WIDE * WIDEST
    }

    /// Whether this is the faster way: there are tiles for the number, and fewer multiply-adds.
    pub(super) fn pays<T: Lanes>(&self, arch: Arch) -> bool {
        lanes_of_tiles::<T>(arch).is_some_and(|lanes| self.pays_with(lanes))
    }

    /// Whether registers of so many lanes are fewer here than where every pixel of the data gathers its sums, with as many pixels in a register
    /// as are best there.
    pub(super) const fn pays_with(&self, lanes: usize) -> bool {
        let Window2d {
            input: [height, width, c],
            output: [down, across, o],
            kernel: [kernel_height, kernel_width],
            stride,
            ..
        } = self.0;
        // Windows of one pixel never lie over one another: they are spread unless their channels fill wide tiles the other way.
        if kernel_height * kernel_width == 1 && stride[0] * stride[1] == 1 {
            return product([down, across, c, o]) > 0 && c < 2 * lanes;
        }
        let across_window = (kernel_width * c).div_ceil(lanes);
        let adding = if c == 1 { ADDING_TO_ONE } else { ADDING };
        let here = product([down, across, kernel_height, across_window, o + adding]);
        let folds = c <= FOLD_CHANNELS && stride[0] * stride[1] == 1;
        let most = if folds { MOST_FOLDED } else { 1 };
        let planar = match self.0.planar_by_data() {
            Some(planar) => planar.pays_with(lanes),
            None => false,
        };
        let quarters = if folds && !planar {
            // Measured: pixels that share a register take twice the time of their multiply-adds.
            8
        } else if stride[1] > 1 && c <= lanes {
            // A register by itself wants a broadcast for every multiply-add, which only windows side by side can share.
            5
        } else {
            4
        };
        let mut pays = here > 0;
        let mut p = 1;
        while p <= most {
            let taps = kernel_height * (kernel_width + p - 1);
            let sum = taps * o * quarters / (4 * stride[0] * stride[1]) + BEGINNING;
            let there = product([height, width, sum, (p * c).div_ceil(lanes)]) / p as u64;
            pays = pays && here < there;
            p += 1;
        }
        pays
    }

    /// `dx = start + …` for a batch. `scratch` holds at least [`Spread::room`] numbers.
    pub(super) fn run<T: Lanes>(
        self,
        arch: Arch,
        dy: &[T],
        filter: &[T],
        start: Start<'_, T>,
        dx: &mut [T],
        scratch: &mut [T],
    ) {
        let w = &self.0;
        let (rows, rest) = scratch.split_at_mut(self.filter_len());
        let room = &mut rest[..self.sample_len()];
        self.lay_out_filter(arch, filter, rows);
        let (inner, row) = (w.input[1] * w.input[2], self.row());
        let [above, before] = [w.padding[0], w.padding[1] * w.input[2]];
        let samples = dy.chunks_exact(w.output_len());
        for (dy, dx) in samples.zip(dx.chunks_exact_mut(w.input_len())) {
            match start {
                Start::Zero => room.fill(T::zero()),
                Start::Row(bias) => room
                    .chunks_exact_mut(w.input[2])
                    .for_each(|pixel| pixel.copy_from_slice(bias)),
                Start::Output => pad(dx, inner, room, row, [above, before]),
            }
            arch.dispatch(Sample {
                of: self,
                dy,
                filter: rows,
                dx: room,
            });
            let room = room.chunks_exact(row).skip(above);
            for (dx, sums) in dx.chunks_exact_mut(inner).zip(room) {
                dx.copy_from_slice(&sums[before..][..inner]);
            }
        }
    }

    /// `rows[ky][o][kx][c]`, zeros after each of the rows.
    fn lay_out_filter<T: Lanes>(&self, arch: Arch, filter: &[T], rows: &mut [T]) {
        let [_, _, o] = self.0.output;
        let (wide, pitch) = (self.0.kernel[1] * self.0.input[2], self.pitch());
        rows.fill(T::zero());
        let row = filter.chunks_exact(wide * o);
        for (from, to) in row.zip(rows.chunks_exact_mut(o * pitch)) {
            Transpose {
                from,
                from_row: o,
                rows: wide,
                columns: o,
                to,
                to_row: pitch,
            }
            .run(arch);
        }
    }
}

/// More than a `usize` of 32 bits may hold.
const fn product<const N: usize>(factors: [usize; N]) -> u64 {
    let (mut all, mut i) = (1, 0);
    while i < N {
        all *= factors[i] as u64;
        i += 1;
    }
    all
}

/// One sample.
struct Sample<'a, T> {
    of: Spread,
    dy: &'a [T],
    /// `[ky][o][kx][c]`, in whole registers
    filter: &'a [T],
    /// the sums, with their padding
    dx: &'a mut [T],
}

impl<T: Lanes> WithSimd for Sample<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if const { every_shape::<T, S>() } {
            let lanes = T::lanes::<S>();
            let wide = self.of.0.kernel[1] * self.of.0.input[2];
            for left in (0..wide).step_by(WIDE * lanes) {
                if wide - left > lanes {
                    self.columns::<S, WIDE>(simd, left);
                } else {
                    self.columns::<S, 1>(simd, left);
                }
            }
        }
    }
}

impl<T: Lanes> Sample<'_, T> {
    /// All pixels, spread over the numbers from `left` on of their windows' rows: as many as `NV` registers hold.
    #[inline(always)]
    fn columns<S: Simd, const NV: usize>(&mut self, simd: S, left: usize) {
        let height = self.of.0.output[0];
        let mut y = 0;
        while y < height {
            let rows = tile_height(height - y);
            macro_rules! tiles {
                ($($MR:literal)*) => { $(
                    if rows == $MR {
                        self.tiles::<S, $MR, NV>(simd, y, left);
                    }
                )* };
            }
            tiles!(10 8 7 6 5 4 1);
            y += rows;
        }
    }

    /// `MR` pixels one below the other, in all columns and by all rows of the window: they meet the same numbers of the filter, and their
    /// windows' rows never lie over one another.
    #[inline(always)]
    fn tiles<S: Simd, const MR: usize, const NV: usize>(&mut self, simd: S, y: usize, left: usize) {
        let Window2d {
            input: [_, _, c],
            output: [_, width, o],
            kernel: [height, kernel_width],
            stride: [down, right],
            ..
        } = self.of.0;
        let (pitch, row) = (self.of.pitch(), self.of.row());
        let last = kernel_width * c - left - (NV - 1) * T::lanes::<S>();
        let last = T::first(simd, last);
        let apart = down * row;
        for x in 0..width {
            for ky in 0..height {
                let dy = &self.dy[(y * width + x) * o..];
                let filter = &self.filter[ky * o * pitch + left..];
                let mut filter = RowsApart::<T, S, NV>::new(filter, pitch, o);
                let mut sums = [[T::splat(simd, T::zero()); NV]; MR];
                let mut channel = 0;
                while let Some(filter) = filter.next() {
                    let dy = &dy[channel..];
                    for (r, sums) in sums.iter_mut().enumerate() {
                        let dy = numbers_apart::<T, 1>(dy, width * o, MR, r)[0];
                        let dy = T::splat(simd, dy);
                        for v in 0..NV {
                            sums[v] = T::fma(simd, dy, filter[v], sums[v]);
                        }
                    }
                    channel += 1;
                }
                let first = (y * down + ky) * row + x * right * c + left;
                add_apart(simd, &mut self.dx[first..], apart, last, sums);
            }
        }
    }
}

/// The height of the next tile, of so many rows that are left: the highest that does not leave a few alone.
fn tile_height(left: usize) -> usize {
    for rows in [10, 8, 7, 6, 5, 4] {
        if left == rows || left >= rows + 4 {
            return rows;
        }
    }
    1
}
