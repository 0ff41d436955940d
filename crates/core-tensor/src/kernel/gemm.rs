//! Matrix products.

use pulp::Arch;

use super::contract::{Contraction, RowGrid};
use super::tile::{Lanes, Rows, Terms};
use super::{Layout, Product, Start};

/// `c = start + a · b`, each factor transposed or not.
pub(crate) fn matmul<T: Lanes>(
    arch: Arch,
    p: Product,
    a: &[T],
    b: &[T],
    start: Start<'_, T>,
    c: &mut [T],
) {
    let Product { m, k, n, layout } = p;
    // One group of rows. A row of `a` lies contiguously, or across, and then its neighbours are side by side.
    let (rows, a_row, a_step) = match layout {
        Layout::Nn | Layout::Nt => (Rows::Apart, k, 1),
        Layout::Tn => (Rows::Adjacent, 1, m),
    };
    let (b_step, b_column) = match layout {
        Layout::Nn | Layout::Tn => (n, 1),
        Layout::Nt => (1, k),
    };
    let grid = RowGrid {
        groups: 1,
        in_group: m,
        a: [0, a_row],
        c: [0, n],
    };
    let terms = Terms {
        segments: 1,
        len: k,
        a_segment: 0,
        a_step,
        b_segment: 0,
        b_step,
    };
    arch.dispatch(Contraction {
        grid,
        rows,
        terms,
        n,
        b_column,
        a,
        b,
        start,
        c,
    });
}

/// A matrix that lies anywhere in a slice: element `(i, j)` is number `i·strides[0] + j·strides[1]`.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a, T> {
    /// the slice that holds the matrix
    pub numbers: &'a [T],
    /// distance between rows and between columns
    pub strides: [usize; 2],
}

/// A number that `matrixmultiply` has a kernel for: `f32` and `f64`.
pub trait Gemm: crate::Scalar {
    #[doc(hidden)]
    const GEMM: GemmFn<Self>;
}

/// The signature of `sgemm` and `dgemm`.
type GemmFn<T> = unsafe fn(
    usize,
    usize,
    usize,
    T,
    *const T,
    isize,
    isize,
    *const T,
    isize,
    isize,
    T,
    *mut T,
    isize,
    isize,
);

impl Gemm for f32 {
    const GEMM: GemmFn<f32> = matrixmultiply::sgemm;
}

impl Gemm for f64 {
    const GEMM: GemmFn<f64> = matrixmultiply::dgemm;
}

/// `c[m×n] = a[m×k] · b[k×n]`, or `c += a · b` to [`Start::Output`], for matrices with any strides: crate `matrixmultiply`.
///
/// # Panics
///
/// If a matrix does not fit its slice, or if elements of `c` share a place.
pub fn matmul_strided<T: Gemm>(
    [m, k, n]: [usize; 3],
    a: Strided<'_, T>,
    b: Strided<'_, T>,
    add: bool,
    c: &mut [T],
    c_strides: [usize; 2],
) {
    let fits = |rows: usize, columns: usize, strides: [usize; 2], len: usize| {
        let last = |side: usize, stride: usize| side.saturating_sub(1).checked_mul(stride);
        let end = last(rows, strides[0])
            .zip(last(columns, strides[1]))
            .and_then(|(i, j)| i.checked_add(j));
        rows == 0 || columns == 0 || end.is_some_and(|end| end < len && end <= isize::MAX as usize)
    };
    assert!(
        fits(m, k, a.strides, a.numbers.len()),
        "the left factor {m}×{k} reaches beyond its slice"
    );
    assert!(
        fits(k, n, b.strides, b.numbers.len()),
        "the right factor {k}×{n} reaches beyond its slice"
    );
    assert!(
        fits(m, n, c_strides, c.len()),
        "the product {m}×{n} reaches beyond its slice"
    );
    let apart = |sides: [usize; 2], strides: [usize; 2]| {
        (strides[1] >= 1 || sides[1] <= 1)
            && (strides[0] >= sides[1].saturating_sub(1) * strides[1] + 1 || sides[0] <= 1)
    };
    assert!(
        apart([m, n], c_strides) || apart([n, m], [c_strides[1], c_strides[0]]),
        "elements of the product share a place"
    );
    if m == 0 || n == 0 {
        return;
    }
    let beta = if add { T::one() } else { T::zero() };
    let stride = |s: usize| s as isize;
    let ([ar, ac], [br, bc], [cr, cc]) = (
        a.strides.map(stride),
        b.strides.map(stride),
        c_strides.map(stride),
    );
    // SAFETY: the assertions above: every element of the three matrices lies in its slice, and no two of `c` share a place.
    unsafe {
        T::GEMM(
            m,
            k,
            n,
            T::one(),
            a.numbers.as_ptr(),
            ar,
            ac,
            b.numbers.as_ptr(),
            br,
            bc,
            beta,
            c.as_mut_ptr(),
            cr,
            cc,
        )
    }
}
