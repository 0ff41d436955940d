//! Arrays made number by number inside kernels.
//!
//! The standard library's `from_fn` and `map` take care of values that have to be dropped should the function panic; that care was an
//! eighth of the code the compiler had to optimise in this crate. Numbers, registers and slices need none.

/// `[f(0), f(1), …]`
#[inline(always)]
pub(super) fn from_fn<X: Copy, const N: usize>(mut f: impl FnMut(usize) -> X) -> [X; N] {
    const { assert!(N > 0, "an array has an entry") };
    let mut all = [f(0); N];
    let mut i = 1;
    while i < N {
        all[i] = f(i);
        i += 1;
    }
    all
}

/// `[f(x[0]), f(x[1]), …]`
#[inline(always)]
pub(super) fn map<X: Copy, Y: Copy, const N: usize>(
    x: [X; N],
    mut f: impl FnMut(X) -> Y,
) -> [Y; N] {
    from_fn(
        #[inline(always)]
        |i| f(x[i]),
    )
}
