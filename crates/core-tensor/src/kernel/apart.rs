//! Registers that lie evenly apart, such as some channels of neighbouring pixels: all are found inside at once.
//!
//! The check is the same for each of them, so the compiler makes it once for all that a loop body reads or writes. A check a register costs
//! as much as the multiply-adds of a depthwise convolution.

use pulp::Simd;

use super::lanes::Lanes;

/// Register `i` of `N` that lie `apart`.
#[inline(always)]
pub(super) fn load_apart<T: Lanes, S: Simd, const N: usize>(
    x: &[T],
    apart: usize,
    i: usize,
) -> T::Vector<S> {
    check::<T, S, N>(x.len(), apart, i);
    // SAFETY: `check` found the numbers from `i · apart` inside `x`; a register is that many of them in a row, at any address.
    unsafe {
        x.as_ptr()
            .add(i * apart)
            .cast::<T::Vector<S>>()
            .read_unaligned()
    }
}

/// Writes register `i` of `N` that lie `apart`.
#[inline(always)]
pub(super) fn store_apart<T: Lanes, S: Simd, const N: usize>(
    x: &mut [T],
    apart: usize,
    i: usize,
    v: T::Vector<S>,
) {
    check::<T, S, N>(x.len(), apart, i);
    // SAFETY: as in `load_apart`, and `x` is borrowed mutably.
    unsafe {
        x.as_mut_ptr()
            .add(i * apart)
            .cast::<T::Vector<S>>()
            .write_unaligned(v);
    }
}

/// All `N` registers lie inside, and `i` is one of them.
#[inline(always)]
fn check<T: Lanes, S: Simd, const N: usize>(len: usize, apart: usize, i: usize) {
    let end = apart
        .checked_mul(N - 1)
        .and_then(|last| last.checked_add(T::lanes::<S>()));
    assert!(
        i < N && end.is_some_and(|end| end <= len),
        "registers beyond their slice"
    );
}
