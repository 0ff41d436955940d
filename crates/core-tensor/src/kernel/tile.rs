//! The register tile: `MR` rows × `NV` vectors of sums that stay in registers while a broadcast number meets a contiguous row.
//!
//! Every product and every convolution in this crate is an index formula around [`tile`]. The vectors are pulp's, so one source serves
//! AVX-512, AVX2, NEON, WASM and machines without vectors; `unsafe` are only the loads and stores of part of a register.

use core::array::from_fn;
use core::ops::Range;

use num_traits::Float;
use pulp::{MemMask, Simd, WithSimd};

/// A number that fills vector registers: the lane operations a kernel needs, by element type.
pub(crate) trait Lanes: Float + bytemuck::Pod + Send + Sync {
    /// A register full of numbers.
    type Vector<S: Simd>: bytemuck::Pod;
    /// Whether networks train in this number: then it has tiles of every shape. Others have few, which compile in a fraction of the time.
    const TUNED: bool;
    /// Numbers in a register.
    fn lanes<S: Simd>() -> usize;
    /// `x` in every lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// `x · y + z`
    fn fma<S: Simd>(
        simd: S,
        x: Self::Vector<S>,
        y: Self::Vector<S>,
        z: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// `x + y`
    fn plus<S: Simd>(simd: S, x: Self::Vector<S>, y: Self::Vector<S>) -> Self::Vector<S>;
    /// `x − y`
    fn minus<S: Simd>(simd: S, x: Self::Vector<S>, y: Self::Vector<S>) -> Self::Vector<S>;
    /// `x · y`
    fn times<S: Simd>(simd: S, x: Self::Vector<S>, y: Self::Vector<S>) -> Self::Vector<S>;
    /// The widest blocks of lanes that [`swap`](Lanes::swap) reorders.
    const SWAPS: usize;
    /// Lane `i` gets what lane `i ^ by` held; `by` is a power of two below [`SWAPS`](Lanes::SWAPS), and below the number of lanes.
    fn swap<S: Simd>(simd: S, x: Self::Vector<S>, by: usize) -> Self::Vector<S>;
    /// The sum of the lanes.
    fn sum<S: Simd>(simd: S, x: Self::Vector<S>) -> Self;
    /// Lane by lane: `yes` where `x > y`, else `no`.
    fn where_greater<S: Simd>(
        simd: S,
        x: Self::Vector<S>,
        y: Self::Vector<S>,
        yes: Self::Vector<S>,
        no: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// Lane by lane: `y` where it is greater than `x` or not a number, else `x`.
    fn larger<S: Simd>(simd: S, x: Self::Vector<S>, y: Self::Vector<S>) -> Self::Vector<S>;
    /// The first lanes of a register.
    type First<S: Simd>: Copy;
    /// The first `n` lanes: where a loop loads and stores as many, this is made once outside of it.
    fn first<S: Simd>(simd: S, n: usize) -> Self::First<S>;
    /// The first lanes from the start of a slice, zeros in the others.
    fn load_first<S: Simd>(simd: S, first: Self::First<S>, x: &[Self]) -> Self::Vector<S>;
    /// The first lanes to the start of a slice.
    fn store_first<S: Simd>(simd: S, first: Self::First<S>, x: &mut [Self], v: Self::Vector<S>);
    /// The first lanes from a slice shorter than a register, zeros in the others.
    #[inline(always)]
    fn load_part<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S> {
        Self::load_first(simd, Self::first(simd, x.len()), x)
    }
    /// The first lanes to a slice shorter than a register.
    #[inline(always)]
    fn store_part<S: Simd>(simd: S, x: &mut [Self], v: Self::Vector<S>) {
        Self::store_first(simd, Self::first(simd, x.len()), x, v);
    }
    /// The slice as whole registers; what is left over is dropped.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];
    /// The slice as whole registers to write to; what is left over is dropped.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];
}

/// Lane operations are pulp's methods with the type's name as a suffix.
///
/// Parts of registers go through pulp's masked loads and stores: its safe ones call through a table, which costs more than a short sum.
macro_rules! lanes { ($($T:ident $TUNED:literal $LANES:ident $mask:ident $count:ident),*) => { $(paste::paste! {
    #[rustfmt::skip]
    impl Lanes for $T {
        type Vector<S: Simd> = S::[<$T s>];
        const TUNED: bool = $TUNED;
        #[inline(always)] fn lanes<S: Simd>() -> usize { S::$LANES }
        #[inline(always)] fn splat<S: Simd>(simd: S, x: $T) -> S::[<$T s>] { simd.[<splat_ $T s>](x) }
        #[inline(always)] fn fma<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>], z: S::[<$T s>]) -> S::[<$T s>] { simd.[<mul_add_e_ $T s>](x, y, z) }
        #[inline(always)] fn plus<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>]) -> S::[<$T s>] { simd.[<add_ $T s>](x, y) }
        #[inline(always)] fn minus<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>]) -> S::[<$T s>] { simd.[<sub_ $T s>](x, y) }
        #[inline(always)] fn times<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>]) -> S::[<$T s>] { simd.[<mul_ $T s>](x, y) }
        const SWAPS: usize = [<$T:upper _SWAPS>];
        #[inline(always)] fn swap<S: Simd>(simd: S, x: S::[<$T s>], by: usize) -> S::[<$T s>] { [<swap_ $T>](simd, x, by) }
        #[inline(always)] fn sum<S: Simd>(simd: S, x: S::[<$T s>]) -> $T { simd.[<reduce_sum_ $T s>](x) }
        #[inline(always)] fn where_greater<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>], yes: S::[<$T s>], no: S::[<$T s>]) -> S::[<$T s>] {
            // pulp's choice between floats is not inlined by force, that between integers is
            bytemuck::cast(simd.[<select_ $count s>](simd.[<greater_than_ $T s>](x, y), bytemuck::cast(yes), bytemuck::cast(no)))
        }
        #[inline(always)] fn larger<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>]) -> S::[<$T s>] {
            let greater = Self::where_greater(simd, y, x, y, x);
            bytemuck::cast(simd.[<select_ $count s>](simd.[<equal_ $T s>](y, y), bytemuck::cast(greater), bytemuck::cast(y)))
        }
        type First<S: Simd> = First<S::$mask>;
        #[inline(always)] fn first<S: Simd>(simd: S, n: usize) -> First<S::$mask> {
            let n = n.min(S::$LANES);
            First { mask: MemMask::new(simd.[<mask_between_ $mask>](0, n as $count).mask()), n }
        }
        #[inline(always)] fn load_first<S: Simd>(simd: S, first: First<S::$mask>, x: &[$T]) -> S::[<$T s>] {
            let x = &x[..first.n];
            // SAFETY: only lanes below `n` are enabled, and those are numbers of `x`.
            unsafe { simd.[<mask_load_ptr_ $T s>](first.mask, x.as_ptr()) }
        }
        #[inline(always)] fn store_first<S: Simd>(simd: S, first: First<S::$mask>, x: &mut [$T], v: S::[<$T s>]) {
            let x = &mut x[..first.n];
            // SAFETY: only lanes below `n` are enabled, and those are numbers of `x`, which is borrowed mutably.
            unsafe { simd.[<mask_store_ptr_ $T s>](first.mask, x.as_mut_ptr(), v) }
        }
        #[inline(always)] fn vectors<S: Simd>(x: &[$T]) -> &[S::[<$T s>]] { S::[<as_simd_ $T s>](x).0 }
        #[inline(always)] fn vectors_mut<S: Simd>(x: &mut [$T]) -> &mut [S::[<$T s>]] { S::[<as_mut_simd_ $T s>](x).0 }
    }
})* } }

/// The first `n` lanes, and no others, are in the mask.
#[derive(Clone, Copy)]
pub(crate) struct First<M> {
    mask: MemMask<M>,
    n: usize,
}

lanes!(f32 true F32_LANES m32s u32, f64 false F64_LANES m64s u64);

const F32_SWAPS: usize = 4;
const F64_SWAPS: usize = 2;

/// A complex number is a pair of lanes, of one width or the other.
#[inline(always)]
fn swap_f32<S: Simd>(simd: S, x: S::f32s, by: usize) -> S::f32s {
    if by == 1 {
        bytemuck::cast(simd.swap_re_im_c32s(bytemuck::cast(x)))
    } else {
        bytemuck::cast(simd.swap_re_im_c64s(bytemuck::cast(x)))
    }
}

/// As [`swap_f32`], for pairs alone.
#[inline(always)]
fn swap_f64<S: Simd>(simd: S, x: S::f64s, _: usize) -> S::f64s {
    bytemuck::cast(simd.swap_re_im_c64s(bytemuck::cast(x)))
}

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
#[expect(
    clippy::needless_range_loop,
    reason = "one index for all rows of the tile"
)]
pub(super) fn tile<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    terms: &Terms,
    layout: Rows,
    (a, rows): (&[T], [usize; MR]),
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
        let mut at = column + s * b_segment;
        let whole = terms.whole(b.len(), at, NV * T::lanes::<S>());
        macro_rules! step {
            ($x:expr) => {{
                let b = T::vectors::<S>(&b[at..][..NV * T::lanes::<S>()]);
                for r in 0..MR {
                    let x = T::splat(simd, $x(r));
                    for v in 0..NV {
                        sums[r][v] = T::fma(simd, x, b[v], sums[r][v]);
                    }
                }
                at += b_step;
            }};
        }
        match layout {
            Rows::Apart => {
                let rows: [&[T]; MR] = from_fn(|r| &a[rows[r] + s * a_segment..][..len]);
                for t in 0..whole {
                    step!(|r: usize| rows[r][t]);
                }
            }
            Rows::Adjacent => {
                let mut from = rows[0] + s * a_segment;
                for _ in 0..whole {
                    let column = &a[from..from + MR];
                    step!(|r: usize| column[r]);
                    from += a_step;
                }
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
                    rows: &rows.map(|row| row + s * a_segment),
                    a_step,
                    b: &b[at.min(b.len())..],
                    b_step,
                    sums: &mut copy,
                },
            );
            sums = copy;
        }
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
struct LastSteps<'s, T: Lanes, S: Simd, const NV: usize> {
    steps: Range<usize>,
    a: &'s [T],
    rows: &'s [usize],
    a_step: usize,
    b: &'s [T],
    b_step: usize,
    sums: &'s mut [[T::Vector<S>; NV]],
}

/// Not inlined: such steps are few, and every tile has them.
#[cold]
#[inline(never)]
fn finish<T: Lanes, S: Simd, const NV: usize>(simd: S, steps: LastSteps<'_, T, S, NV>) {
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
#[expect(
    clippy::manual_memcpy,
    reason = "a loop of constant length stays in registers"
)]
pub(super) fn load<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    n: usize,
    c: &[T],
    at: [usize; MR],
) -> Sums<T, S, MR, NV> {
    let mut sums = [[T::splat(simd, T::zero()); NV]; MR];
    if n == NV * T::lanes::<S>() {
        for r in 0..MR {
            let row = T::vectors::<S>(&c[at[r]..][..NV * T::lanes::<S>()]);
            for v in 0..NV {
                sums[r][v] = row[v];
            }
        }
        sums
    } else {
        let mut copy = sums;
        for (sums, at) in copy.iter_mut().zip(at) {
            for (part, v) in c[at..][..n].chunks(T::lanes::<S>()).zip(sums) {
                *v = T::load_part(simd, part);
            }
        }
        copy
    }
}

/// Writes rows of sums, `n` numbers of each, to where `to` says; the first `skip` rows are left out.
#[inline(always)]
#[expect(
    clippy::manual_memcpy,
    reason = "a loop of constant length stays in registers"
)]
pub(super) fn store<T: Lanes, S: Simd, const MR: usize, const NV: usize>(
    simd: S,
    sums: Sums<T, S, MR, NV>,
    n: usize,
    c: &mut [T],
    to: [usize; MR],
    skip: usize,
) {
    if n == NV * T::lanes::<S>() && skip == 0 {
        for r in 0..MR {
            let out = T::vectors_mut::<S>(&mut c[to[r]..][..NV * T::lanes::<S>()]);
            for v in 0..NV {
                out[v] = sums[r][v];
            }
        }
    } else {
        store_part(simd, &{ sums }, n, c, &to, skip);
    }
}

/// The same where a row is not whole vectors, or some are left out.
#[inline(always)]
fn store_part<T: Lanes, S: Simd, const NV: usize>(
    simd: S,
    sums: &[[T::Vector<S>; NV]],
    n: usize,
    c: &mut [T],
    to: &[usize],
    skip: usize,
) {
    for (sums, &to) in sums.iter().zip(to).skip(skip) {
        for (part, &v) in c[to..][..n].chunks_mut(T::lanes::<S>()).zip(sums) {
            T::store_part(simd, part, v);
        }
    }
}
