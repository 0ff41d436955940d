//! Copies of a panel of the right factor that lie contiguously.

use pulp::Simd;

use super::block::Side;
use super::lanes::Lanes;
use super::tile::{Terms, vectors_at};
use super::transpose::Transpose;

/// Lays the terms of `n` columns of `b` out as contiguous rows of `NV` vectors. Lanes beyond `n` hold anything.
#[inline(always)]
pub(super) fn pack<T: Lanes, S: Simd, const NV: usize>(
    simd: S,
    b: Side<'_, T>,
    terms: &Terms,
    b_column: usize,
    n: usize,
    panel: &mut [T],
) {
    let width = NV * T::lanes::<S>();
    for (s, panel) in panel
        .chunks_exact_mut(terms.len * width)
        .take(terms.segments)
        .enumerate()
    {
        let from = b.from + s * terms.b_segment;
        if b_column == 1 {
            for (t, row) in panel.chunks_exact_mut(width).enumerate() {
                let vectors = vectors_at::<T, S, NV>(simd, b.numbers, from + t * terms.b_step);
                let row = T::vectors_mut::<S>(row);
                row.copy_from_slice(&vectors);
            }
        } else {
            simd.vectorize(Transpose {
                from: &b.numbers[from..],
                from_row: b_column,
                rows: n,
                columns: terms.len,
                to: panel,
                to_row: width,
            });
        }
    }
}
