//! The register tile: `MR` rows × `NV` vectors of sums that stay in registers while a broadcast number meets a contiguous row.
//!
//! Every product and every convolution in this crate is an index formula around [`tile`].

use core::ops::Range;

use pulp::{Simd, WithSimd};

use super::apart::{RowsApart, numbers_apart};
use super::array::{from_fn, map};
use super::lanes::Lanes;
use super::starts::{RowsFrom, Starts};

/// A tile of sums.
pub(super) type Sums<T, S, const MR: usize, const NV: usize> = [[<T as Lanes>::Vector<S>; NV]; MR];

/// What a tile adds up: `Σ_s Σ_t a[row + s·a_segment + t·a_step] · b[s·b_segment + t·b_step + lane]`.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// outer sums, such as the rows of a window
    pub(super) segments: usize,
    /// inner sums, such as a window's columns and channels
    pub(super) len: usize,
    pub(super) a_segment: usize,
    pub(super) a_step: usize,
    pub(super) b_segment: usize,
    pub(super) b_step: usize,
}

/// How the tile's rows lie in `a`, which decides how they are read without a bounds check per number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Anywhere, each contiguous along the inner sum (`a_step` is 1).
    Apart,
    /// Side by side: number `r` of every inner step belongs to row `r`.
    Adjacent,
}

/// Adds the terms to `sums`. `rows` are offsets into `a`, `column` one into `b`.
///
/// `b` is read in whole vectors, beyond the end of its row where that is still inside the slice: such lanes hold garbage and are never stored.
#[inline(always)]
pub(super) fn tile<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    terms: &Terms,
    layout: Rows,
    (a, rows): (&[T], Starts<MR>),
    (b, column): (&[T], usize),
    mut sums: Sums<T, S, MR, NV>,
) -> Sums<T, S, MR, NV> {
    let Terms {
        segments,
        len,
        a_segment,
        a_step,
        b_segment,
        b_step,
    } = *terms;
    for s in 0..segments {
        let at = column + s * b_segment;
        let whole = terms.whole(b.len(), at, NV * T::lanes::<S>());
        let b_rows = RowsApart::<T, S, NV>::new(&b[at.min(b.len())..], b_step, whole);
        match layout {
            Rows::Apart => {
                let rows = RowsFrom::new(&a[s * a_segment..], &rows, whole);
                sums = add_steps(
                    simd,
                    b_rows,
                    sums,
                    #[inline(always)]
                    |r, t| rows.number(r, t),
                );
            }
            Rows::Adjacent => {
                let a = &a[rows.at()[0] + s * a_segment..];
                sums = add_steps(
                    simd,
                    b_rows,
                    sums,
                    #[inline(always)]
                    |r: usize, t| numbers_apart::<T, MR>(a, a_step, whole, t)[r],
                );
            }
        }
        if whole < len {
            // On a copy, for an array whose address is taken lies in memory.
            let mut copy = sums;
            finish(
                simd,
                LastSteps {
                    steps: whole..len,
                    a,
                    rows: &map(rows.at(), |row| row + s * a_segment),
                    a_step,
                    b: &b[(at + whole * b_step).min(b.len())..],
                    b_step,
                    sums: &mut copy,
                },
            );
            sums = copy;
        }
    }
    sums
}

/// Adds one step for every row of `b`: at step `t`, row `r` of the tile meets it with `number(r, t)`.
#[inline(always)]
pub(super) fn add_steps<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    mut b: RowsApart<'_, T, S, NV>,
    mut sums: Sums<T, S, MR, NV>,
    number: impl Fn(usize, usize) -> T,
) -> Sums<T, S, MR, NV> {
    let mut t = 0;
    while let Some(b) = b.next() {
        for (r, sums) in sums.iter_mut().enumerate() {
            let x = T::splat(simd, number(r, t));
            for v in 0..NV {
                sums[v] = T::fma(simd, x, b[v], sums[v]);
            }
        }
        t += 1;
    }
    sums
}

impl Terms {
    /// How many of the inner steps from `b[at]` find `width` numbers in a slice of `b_len`.
    #[inline(always)]
    pub(super) fn whole(&self, b_len: usize, at: usize, width: usize) -> usize {
        let Some(room) = b_len.checked_sub(at + width) else {
            return 0;
        };
        let last = self.len.saturating_sub(1) * self.b_step;
        if last <= room {
            self.len
        } else {
            room / self.b_step + 1
        }
    }
}

/// The last inner steps of a tile, those whose vectors end beyond the slice.
pub(super) struct LastSteps<'s, T: Lanes, S: Simd, const NV: usize> {
    pub(super) steps: Range<usize>,
    pub(super) a: &'s [T],
    pub(super) rows: &'s [usize],
    pub(super) a_step: usize,
    pub(super) b: &'s [T],
    pub(super) b_step: usize,
    pub(super) sums: &'s mut [[T::Vector<S>; NV]],
}

/// Not inlined: such steps are few, and every tile has them.
#[cold]
#[inline(never)]
pub(super) fn finish<T: Lanes, S: Simd, const NV: usize>(simd: S, steps: LastSteps<'_, T, S, NV>) {
    simd.vectorize(steps);
}

impl<T: Lanes, V: Simd, const NV: usize> WithSimd for LastSteps<'_, T, V, NV> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = T::lanes::<S>();
        for (i, t) in self.steps.enumerate() {
            let b = &self.b[(i * self.b_step).min(self.b.len())..];
            let b: [T::Vector<S>; NV] =
                from_fn(|v| T::load_part(simd, &b[(v * lanes).min(b.len())..]));
            for (&row, sums) in self.rows.iter().zip(&mut *self.sums) {
                let x = T::splat(simd, self.a[row + t * self.a_step]);
                let sums: &mut [T::Vector<S>] = bytemuck::cast_slice_mut(sums);
                for v in 0..NV {
                    sums[v] = T::fma(simd, x, b[v], sums[v]);
                }
            }
        }
    }
}

/// `NV` vectors that begin at `b[at]`, the part beyond the end of the slice filled with zeros.
#[inline(always)]
pub(super) fn vectors_at<T: Lanes, S: Simd, const NV: usize>(
    simd: S,
    b: &[T],
    at: usize,
) -> [T::Vector<S>; NV] {
    match b.get(at..at + NV * T::lanes::<S>()) {
        Some(whole) => {
            let whole = T::vectors::<S>(whole);
            from_fn(|v| whole[v])
        }
        None => {
            let mut end = [T::splat(simd, T::zero()); NV];
            copy_end(b, at, bytemuck::cast_slice_mut(&mut end));
            end
        }
    }
}

/// Copies what lies from `at` to the end of a slice. Not inlined: rare, and every inner loop has it.
#[cold]
#[inline(never)]
fn copy_end<T: Copy>(b: &[T], at: usize, to: &mut [T]) {
    let rest = b.get(at..).unwrap_or(&[]);
    let n = rest.len().min(to.len());
    to[..n].copy_from_slice(&rest[..n]);
}

/// Reads rows of sums, `n` numbers of each, from where `at` says.
///
/// Loops over rows and vectors are short and of constant length: unrolled, they leave the sums in registers from beginning to end.
/// Whatever is longer works on a copy, for an array that is indexed by a variable has to lie in memory.
#[inline(always)]
pub(super) fn load<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    n: usize,
    c: &[T],
    at: Starts<MR>,
) -> Sums<T, S, MR, NV> {
    if n == NV * T::lanes::<S>() {
        at.load::<T, S, NV>(c)
    } else if n > (NV - 1) * T::lanes::<S>() {
        at.load_first(simd, c, n)
    } else {
        let mut copy = [[T::splat(simd, T::zero()); NV]; MR];
        load_parts(simd, &mut copy, n, c, &at.at());
        copy
    }
}

/// The same where even the registers before the last may be empty. Not inlined, as [`finish`].
#[inline(never)]
fn load_parts<T: Lanes, S: Simd, const NV: usize>(
    simd: S,
    sums: &mut [[T::Vector<S>; NV]],
    n: usize,
    c: &[T],
    at: &[usize],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            for (sums, &at) in sums.iter_mut().zip(at) {
                for (part, v) in c[at..][..n].chunks(T::lanes::<S>()).zip(sums) {
                    *v = T::load_part(simd, part);
                }
            }
        },
    );
}

/// Writes rows of sums, `n` numbers of each, to where `to` says; the first `skip` rows are left out.
#[inline(always)]
pub(super) fn store<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    sums: Sums<T, S, MR, NV>,
    n: usize,
    c: &mut [T],
    to: Starts<MR>,
    skip: usize,
) {
    if n == NV * T::lanes::<S>() && skip == 0 {
        to.store::<T, S, NV>(c, sums);
    } else if n > (NV - 1) * T::lanes::<S>() && skip == 0 {
        to.store_first(simd, c, n, sums);
    } else {
        store_parts(simd, &{ sums }, n, c, &to.at(), skip);
    }
}

/// The same where even the registers before the last may be empty, or some rows are left out. Not inlined, as [`finish`].
#[inline(never)]
fn store_parts<T: Lanes, S: Simd, const NV: usize>(
    simd: S,
    sums: &[[T::Vector<S>; NV]],
    n: usize,
    c: &mut [T],
    to: &[usize],
    skip: usize,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            for (sums, &to) in sums.iter().zip(to).skip(skip) {
                for (part, &v) in c[to..][..n].chunks_mut(T::lanes::<S>()).zip(sums) {
                    T::store_part(simd, part, v);
                }
            }
        },
    );
}
