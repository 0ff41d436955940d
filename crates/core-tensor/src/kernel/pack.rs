//! Copies of a panel of the right factor that lie contiguously.

use pulp::Simd;

use super::array::from_fn;
use super::block::Side;
use super::lanes::Lanes;
use super::tile::{Terms, vectors_at};

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

/// `panel[t][j] = b[j][t]`, in square blocks with a check for each of their rows.
#[inline(always)]
fn transpose<T: Lanes>(b: &[T], b_column: usize, n: usize, panel: &mut [T], width: usize) {
    const BLOCK: usize = 8;
    let len = panel.len() / width;
    let (whole_n, whole_len) = (n - n % BLOCK, len - len % BLOCK);
    for j in (0..whole_n).step_by(BLOCK) {
        for t in (0..whole_len).step_by(BLOCK) {
            let from: [&[T; BLOCK]; BLOCK] = from_fn(|r| {
                let row = b[(j + r) * b_column + t..].first_chunk();
                row.expect("a block of the right factor")
            });
            for i in 0..BLOCK {
                let to = panel[(t + i) * width + j..].first_chunk_mut();
                let to: &mut [T; BLOCK] = to.expect("a block of the panel");
                for r in 0..BLOCK {
                    to[r] = from[r][i];
                }
            }
        }
    }
    for (t, row) in panel.chunks_exact_mut(width).enumerate() {
        let first = if t < whole_len { whole_n } else { 0 };
        for j in first..n {
            row[j] = b[j * b_column + t];
        }
    }
}
