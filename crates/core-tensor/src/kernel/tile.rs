//! The register tile: `MR` rows × `NV` vectors of sums that stay in registers while a broadcast number meets a contiguous row.
//!
//! Every product and every convolution in this crate is an index formula around [`tile`]. The vectors are pulp's, so one source serves
//! AVX-512, AVX2, NEON, WASM and machines without vectors, and no line of it is `unsafe`.

use core::array::from_fn;

use num_traits::Float;
use pulp::Simd;

/// A number that fills vector registers: the lane operations a kernel needs, by element type.
pub(crate) trait Lanes: Float + bytemuck::Pod + Send + Sync {
    /// A register full of numbers.
    type Vector<S: Simd>: bytemuck::Pod;
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
    /// The first lanes from a slice shorter than a register, zeros in the others.
    fn load_part<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S>;
    /// The first lanes to a slice shorter than a register.
    fn store_part<S: Simd>(simd: S, x: &mut [Self], v: Self::Vector<S>);
    /// The slice as whole registers; what is left over is dropped.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];
    /// The slice as whole registers to write to; what is left over is dropped.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];
}

/// Lane operations are pulp's methods with the type's name as a suffix.
macro_rules! lanes { ($($T:ident $LANES:ident),*) => { $(paste::paste! {
    #[rustfmt::skip]
    impl Lanes for $T {
        type Vector<S: Simd> = S::[<$T s>];
        #[inline(always)] fn lanes<S: Simd>() -> usize { S::$LANES }
        #[inline(always)] fn splat<S: Simd>(simd: S, x: $T) -> S::[<$T s>] { simd.[<splat_ $T s>](x) }
        #[inline(always)] fn fma<S: Simd>(simd: S, x: S::[<$T s>], y: S::[<$T s>], z: S::[<$T s>]) -> S::[<$T s>] { simd.[<mul_add_e_ $T s>](x, y, z) }
        #[inline(always)] fn load_part<S: Simd>(simd: S, x: &[$T]) -> S::[<$T s>] { simd.[<partial_load_ $T s>](x) }
        #[inline(always)] fn store_part<S: Simd>(simd: S, x: &mut [$T], v: S::[<$T s>]) { simd.[<partial_store_ $T s>](x, v) }
        #[inline(always)] fn vectors<S: Simd>(x: &[$T]) -> &[S::[<$T s>]] { S::[<as_simd_ $T s>](x).0 }
        #[inline(always)] fn vectors_mut<S: Simd>(x: &mut [$T]) -> &mut [S::[<$T s>]] { S::[<as_mut_simd_ $T s>](x).0 }
    }
})* } }
lanes!(f32 F32_LANES, f64 F64_LANES);

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
    (a, rows): (&[T], [usize; MR]),
    (b, column): (&[T], usize),
    mut sums: Sums<T, S, MR, NV>,
) -> Sums<T, S, MR, NV> {
    for s in 0..terms.segments {
        let mut at = column + s * terms.b_segment;
        match layout {
            Rows::Apart => {
                let rows: [&[T]; MR] =
                    from_fn(|r| &a[rows[r] + s * terms.a_segment..][..terms.len]);
                for t in 0..terms.len {
                    let b = vectors_at::<T, S, NV>(simd, b, at);
                    for r in 0..MR {
                        let x = T::splat(simd, rows[r][t]);
                        for v in 0..NV {
                            sums[r][v] = T::fma(simd, x, b[v], sums[r][v]);
                        }
                    }
                    at += terms.b_step;
                }
            }
            Rows::Adjacent => {
                let mut first = rows[0] + s * terms.a_segment;
                for _ in 0..terms.len {
                    let b = vectors_at::<T, S, NV>(simd, b, at);
                    let column: &[T; MR] = a[first..]
                        .first_chunk()
                        .expect("a row beyond the left factor");
                    for r in 0..MR {
                        let x = T::splat(simd, column[r]);
                        for v in 0..NV {
                            sums[r][v] = T::fma(simd, x, b[v], sums[r][v]);
                        }
                    }
                    first += terms.a_step;
                    at += terms.b_step;
                }
            }
        }
    }
    sums
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
        None => from_fn(|v| part_at(simd, b, at + v * T::lanes::<S>())),
    }
}

/// One vector that begins at `b[at]`, zeros beyond the end.
#[inline(always)]
fn part_at<T: Lanes, S: Simd>(simd: S, b: &[T], at: usize) -> T::Vector<S> {
    let rest = b.get(at..).unwrap_or(&[]);
    T::load_part(simd, &rest[..rest.len().min(T::lanes::<S>())])
}

/// Writes the first `out.len()` numbers of a row of sums.
#[inline(always)]
pub(super) fn store<T: Lanes, S: Simd, const NV: usize>(
    simd: S,
    out: &mut [T],
    row: &[T::Vector<S>; NV],
) {
    let lanes = T::lanes::<S>();
    if out.len() == NV * lanes {
        for (to, &v) in T::vectors_mut::<S>(out).iter_mut().zip(row) {
            *to = v;
        }
    } else {
        for (part, &v) in out.chunks_mut(lanes).zip(row) {
            T::store_part(simd, part, v);
        }
    }
}
