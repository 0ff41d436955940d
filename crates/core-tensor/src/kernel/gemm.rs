//! Matrix products.

use pulp::{Arch, Simd, WithSimd};

use super::array::from_fn;
use super::block::RowGrid;
use super::contract::Contraction;
use super::lanes::Lanes;
use super::tile::{Rows, Terms};
use super::{Layout, Product, Start};

/// Most rows of a block of `a`, which stays in the second-level cache while the columns of `b` pass by. The more, the fewer times `b` is laid out.
const TALLEST: usize = 384;
/// Most columns of it: as many rows of `b` fill the first-level cache. The longer the sums, the fewer times `c` is read and written.
const LONGEST: usize = 128;
/// Most columns of a block of `c`, which stays in the second-level cache until its sums are whole.
const WIDEST: usize = 256;
/// Columns of the widest tile.
const WIDTH: usize = 64;
/// A left factor of so many numbers is one block, whatever its sides; so is one that meets so few columns.
const WHOLE: usize = 1 << 17;
const FEW_COLUMNS: usize = 128;
/// Fewer rows than this do not repay laying out a transposed right factor.
const DOT_ROWS: usize = 6;

/// `c = start + a · b`, each factor transposed or not; the rows of each matrix lie so far apart.
pub(crate) fn matmul<T: Lanes>(
    arch: Arch,
    p: Product,
    rows: [usize; 3],
    a: &[T],
    b: &[T],
    start: Start<'_, T>,
    c: &mut [T],
) {
    if p.layout == Layout::Nt && p.m < DOT_ROWS {
        return arch.dispatch(Dots {
            p,
            rows,
            a,
            b,
            start,
            c,
        });
    }
    match blocks(p) {
        None => block(arch, p, rows, a, b, start, c),
        Some(sides) => each_block(sides, arch, p, rows, a, b, start, c),
    }
}

/// A product done in one piece.
#[inline(always)]
fn block<T: Lanes>(
    arch: Arch,
    Product { m, k, n, layout }: Product,
    [a_apart, b_apart, c_apart]: [usize; 3],
    a: &[T],
    b: &[T],
    start: Start<'_, T>,
    c: &mut [T],
) {
    // A row of `a` lies contiguously, or across, and then its neighbours are side by side.
    let (rows, a_row, a_step) = match layout {
        Layout::Nn | Layout::Nt => (Rows::Apart, a_apart, 1),
        Layout::Tn => (Rows::Adjacent, 1, a_apart),
    };
    let (b_step, b_column) = match layout {
        Layout::Nn | Layout::Tn => (b_apart, 1),
        Layout::Nt => (1, b_apart),
    };
    Contraction {
        grid: RowGrid {
            groups: 1,
            in_group: m,
            a: [0, a_row],
            c: [0, c_apart],
        },
        rows,
        terms: Terms {
            segments: 1,
            len: k,
            a_segment: 0,
            a_step,
            b_segment: 0,
            b_step,
        },
        n,
        b_column,
        a,
        b,
        start,
        c,
    }
    .run(arch);
}

/// A product done in blocks of so many rows, terms and columns; the sums of one block are whole before the next begins.
#[inline(never)]
#[expect(clippy::too_many_arguments, reason = "those of `matmul` and one more")]
fn each_block<T: Lanes>(
    [block_m, block_k, block_n]: [usize; 3],
    arch: Arch,
    p: Product,
    rows: [usize; 3],
    a: &[T],
    b: &[T],
    start: Start<'_, T>,
    c: &mut [T],
) {
    let [a_apart, b_apart, c_apart] = rows;
    for i in (0..p.m).step_by(block_m) {
        for j in (0..p.n).step_by(block_n) {
            for t in (0..p.k).step_by(block_k) {
                let part = Product {
                    m: block_m.min(p.m - i),
                    k: block_k.min(p.k - t),
                    n: block_n.min(p.n - j),
                    layout: p.layout,
                };
                let a_from = match p.layout {
                    Layout::Nn | Layout::Nt => i * a_apart + t,
                    Layout::Tn => t * a_apart + i,
                };
                let b_from = match p.layout {
                    Layout::Nn | Layout::Tn => t * b_apart + j,
                    Layout::Nt => j * b_apart + t,
                };
                let start = match start {
                    _ if t > 0 => Start::Output,
                    Start::Row(row) => Start::Row(&row[j..]),
                    start => start,
                };
                let c = &mut c[i * c_apart + j..];
                block(arch, part, rows, &a[a_from..], &b[b_from..], start, c);
            }
        }
    }
}

/// Rows, terms and columns of the blocks that a large product is done in, all alike but the last.
#[inline(always)]
fn blocks(Product { m, k, n, .. }: Product) -> Option<[usize; 3]> {
    if m * k <= WHOLE || n <= FEW_COLUMNS {
        return None;
    }
    let even = |side: usize, most: usize| side.div_ceil(side.div_ceil(most));
    let columns = even(n, WIDEST).next_multiple_of(WIDTH);
    Some([even(m, TALLEST), even(k, LONGEST), columns])
}

/// Few rows times a transposed factor: every number of the result is the product of two contiguous rows.
struct Dots<'a, T> {
    p: Product,
    rows: [usize; 3],
    a: &'a [T],
    b: &'a [T],
    start: Start<'a, T>,
    c: &'a mut [T],
}

impl<T: Lanes> WithSimd for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        /// Rows of `b` at a time: as many independent sums.
        const AT_ONCE: usize = 8;
        let Dots {
            p: Product { m, k, n, .. },
            rows: [a_apart, b_apart, c_apart],
            a,
            b,
            start,
            c,
        } = self;
        let lanes = T::lanes::<S>();
        for i in 0..m {
            let (a, c) = (&a[i * a_apart..][..k], &mut c[i * c_apart..][..n]);
            for (block, c) in c.chunks_mut(AT_ONCE).enumerate() {
                let rows: [&[T]; AT_ONCE] =
                    from_fn(|r| &b[(block * AT_ONCE + r.min(c.len() - 1)) * b_apart..][..k]);
                let mut sums = [T::splat(simd, T::zero()); AT_ONCE];
                for t in (0..k).step_by(lanes) {
                    let x = T::load_part(simd, &a[t..]);
                    for r in 0..AT_ONCE {
                        let y = T::load_part(simd, &rows[r][t..]);
                        sums[r] = T::fma(simd, x, y, sums[r]);
                    }
                }
                for (r, (c, sum)) in c.iter_mut().zip(sums).enumerate() {
                    let from = match start {
                        Start::Zero => T::zero(),
                        Start::Row(row) => row[block * AT_ONCE + r],
                        Start::Output => *c,
                    };
                    *c = from + T::sum(simd, sum);
                }
            }
        }
    }
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
            && (strides[0] > sides[1].saturating_sub(1) * strides[1] || sides[0] <= 1)
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
