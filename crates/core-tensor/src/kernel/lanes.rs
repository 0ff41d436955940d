//! A register full of numbers, and what kernels do with it.
//!
//! The vectors are pulp's, so one source serves AVX-512, AVX2, NEON, WASM and machines without vectors; `unsafe` are only the loads and
//! stores of part of a register.

use num_traits::Float;
use pulp::{Arch, MemMask, Simd, WithSimd};

/// Numbers in the widest register.
pub(super) const WIDEST: usize = 16;

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
    /// Lane `i` gets what lane `i ^ by` held; `by` is 1 or 2, below [`SWAPS`](Lanes::SWAPS) and below the number of lanes.
    fn swap<S: Simd>(simd: S, x: Self::Vector<S>, by: usize) -> Self::Vector<S>;
    /// The same for any `by`, known at run time, below [`SWAPS`](Lanes::SWAPS) and below the number of lanes: below 4 where that is not 16.
    fn swap_any<S: Simd>(simd: S, x: Self::Vector<S>, by: usize) -> Self::Vector<S>;
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
    /// The first lanes from an address.
    ///
    /// # Safety
    /// So many numbers lie there.
    unsafe fn load_first_at<S: Simd>(
        simd: S,
        first: Self::First<S>,
        at: *const Self,
    ) -> Self::Vector<S>;
    /// The first lanes to the start of a slice.
    fn store_first<S: Simd>(simd: S, first: Self::First<S>, x: &mut [Self], v: Self::Vector<S>);
    /// The first lanes to an address.
    ///
    /// # Safety
    /// So many numbers lie there, borrowed mutably.
    unsafe fn store_first_at<S: Simd>(
        simd: S,
        first: Self::First<S>,
        at: *mut Self,
        v: Self::Vector<S>,
    );
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
        #[inline(always)] fn swap_any<S: Simd>(simd: S, x: S::[<$T s>], by: usize) -> S::[<$T s>] { [<swap_any_ $T>](simd, x, by) }
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
            // SAFETY: `x` holds as many numbers.
            unsafe { Self::load_first_at(simd, first, x.as_ptr()) }
        }
        #[inline(always)] unsafe fn load_first_at<S: Simd>(simd: S, first: First<S::$mask>, at: *const $T) -> S::[<$T s>] {
            // SAFETY: only lanes below `n` are enabled, and the caller promises so many numbers.
            unsafe { simd.[<mask_load_ptr_ $T s>](first.mask, at) }
        }
        #[inline(always)] fn store_first<S: Simd>(simd: S, first: First<S::$mask>, x: &mut [$T], v: S::[<$T s>]) {
            let x = &mut x[..first.n];
            // SAFETY: `x` holds as many numbers, and is borrowed mutably.
            unsafe { Self::store_first_at(simd, first, x.as_mut_ptr(), v) }
        }
        #[inline(always)] unsafe fn store_first_at<S: Simd>(simd: S, first: First<S::$mask>, at: *mut $T, v: S::[<$T s>]) {
            // SAFETY: only lanes below `n` are enabled, and the caller promises so many numbers.
            unsafe { simd.[<mask_store_ptr_ $T s>](first.mask, at, v) }
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

const F32_SWAPS: usize = if cfg!(target_arch = "x86_64") { 16 } else { 4 };
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

/// AVX-512 reorders lanes by the numbers of another register.
#[inline(always)]
fn swap_any_f32<S: Simd>(simd: S, mut x: S::f32s, by: usize) -> S::f32s {
    #[cfg(target_arch = "x86_64")]
    if let Some(v4) = (&simd as &dyn core::any::Any).downcast_ref::<pulp::x86::V4>() {
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        for lane in &mut order {
            *lane ^= by as u32;
        }
        let order = bytemuck::cast(order);
        return bytemuck::cast(v4.avx512f._mm512_permutexvar_ps(order, bytemuck::cast(x)));
    }
    for bit in [1, 2] {
        if by & bit != 0 {
            x = swap_f32(simd, x, bit);
        }
    }
    x
}

/// As [`swap_any_f32`].
#[inline(always)]
fn swap_any_f64<S: Simd>(simd: S, x: S::f64s, by: usize) -> S::f64s {
    if by == 0 { x } else { swap_f64(simd, x, by) }
}

/// Runs `op` on the machine's vectors, or gives it back where the machine has none.
///
/// Numbers that no network trains in leave AVX-512 to the products: what waits for memory is as fast on shorter vectors, and compiles once
/// less.
#[inline(always)]
pub(crate) fn on_vectors<T: Lanes, Op: WithSimd<Output = ()>>(
    arch: Arch,
    op: Op,
) -> Result<(), Op> {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    match arch {
        Arch::V4(v4) if T::TUNED => Simd::vectorize(v4, op),
        Arch::V4(v4) => Simd::vectorize(*v4, op),
        Arch::V3(v3) => Simd::vectorize(v3, op),
        _ => return Err(op),
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    arch.dispatch(op);
    Ok(())
}
