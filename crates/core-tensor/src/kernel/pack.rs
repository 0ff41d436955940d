//! Copies of a panel of the right factor that lie contiguously.

use pulp::Simd;

use super::block::Side;
use super::tile::{Lanes, Terms, vectors_at};

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
            transpose::<T>(&b.numbers[from..], b_column, n, panel, width);
        }
    }
}

/// `panel[t][j] = b[j][t]`, in blocks that read whole cache lines.
#[inline(always)]
fn transpose<T: Lanes>(b: &[T], b_column: usize, n: usize, panel: &mut [T], width: usize) {
    const BLOCK: usize = 16;
    let mut t = 0;
    let mut blocks = panel.chunks_exact_mut(BLOCK * width);
    for block in blocks.by_ref() {
        for j in 0..n.min(width) {
            let from: &[T; BLOCK] = b[j * b_column + t..]
                .first_chunk()
                .expect("a block of the right factor");
            for i in 0..BLOCK {
                block[i * width + j] = from[i];
            }
        }
        t += BLOCK;
    }
    for row in blocks.into_remainder().chunks_exact_mut(width) {
        for j in 0..n {
            row[j] = b[j * b_column + t];
        }
        t += 1;
    }
}
