//! Folding: where a layer has fewer channels than a register has lanes, neighbouring pixels share it.
//!
//! `p` pixels of `O` channels are one pixel of `p·O` channels under a wider window, whose filter has zeros where a tap is not its pixel's.

use core::marker::PhantomData;

use pulp::{Arch, Simd, WithSimd};

use super::lanes::Lanes;

/// Most neighbouring pixels that share a vector.
pub(super) const MOST_FOLDED: usize = 4;
/// More channels than this never share a vector.
pub(super) const FOLD_CHANNELS: usize = 8;

/// Room for a filter that serves several neighbouring pixels at once.
pub(super) const fn fold_len(kernel: [usize; 2], stride: usize, c: usize, o: usize) -> usize {
    if o > FOLD_CHANNELS {
        0
    } else {
        kernel[0] * (kernel[1] + (MOST_FOLDED - 1) * stride) * c * MOST_FOLDED * o
    }
}

/// How many neighbouring pixels share a vector: as many as waste the fewest of its lanes. Folding pays with zeros in the filter, since
/// the window of several pixels is wider than that of one.
pub(super) fn fold<T: Lanes>(
    arch: Arch,
    kernel: usize,
    stride: usize,
    o: usize,
    width: usize,
) -> usize {
    struct LaneCount<T>(PhantomData<T>);
    impl<T: Lanes> WithSimd for LaneCount<T> {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            T::lanes::<S>()
        }
    }
    if o > FOLD_CHANNELS {
        return 1;
    }
    let lanes = arch.dispatch(LaneCount::<T>(PhantomData));
    let cost = |p: usize| (p * o).div_ceil(lanes) * (kernel + (p - 1) * stride) * 60 / p;
    (1..=MOST_FOLDED.min(width.max(1)))
        .min_by_key(|&p| cost(p))
        .unwrap_or(1)
}

/// `filter'[ky][kx'][c][pixel][o] = filter[ky][kx' − pixel·stride][c][o]`, zero where that is no tap.
pub(super) fn fold_filter<T: Lanes>(
    filter: &[T],
    [height, width]: [usize; 2],
    stride: usize,
    o: usize,
    p: usize,
    folded: &mut [T],
) {
    let row = filter.len() / height;
    let tap = row / width;
    let folded_row = folded.len() / height;
    folded.fill(T::zero());
    for (filter, folded) in filter
        .chunks_exact(row)
        .zip(folded.chunks_exact_mut(folded_row))
    {
        for pixel in 0..p {
            let shifted = folded[pixel * stride * tap * p..].chunks_exact_mut(p * o);
            for (folded, filter) in shifted.zip(filter.chunks_exact(o)) {
                folded[pixel * o..][..o].copy_from_slice(filter);
            }
        }
    }
}

/// The reverse of [`fold_filter`]: every pixel's share of the gradient is added.
pub(super) fn unfold_filter<T: Lanes>(
    folded: &[T],
    [height, width]: [usize; 2],
    stride: usize,
    o: usize,
    p: usize,
    dfilter: &mut [T],
) {
    let row = dfilter.len() / height;
    let tap = row / width;
    if row == 0 {
        return;
    }
    for (dfilter, folded) in dfilter
        .chunks_exact_mut(row)
        .zip(folded.chunks_exact(folded.len() / height))
    {
        for pixel in 0..p {
            let shifted = folded[pixel * stride * tap * p..].chunks_exact(p * o);
            for (dfilter, folded) in dfilter.chunks_exact_mut(o).zip(shifted) {
                for (df, f) in dfilter.iter_mut().zip(&folded[pixel * o..][..o]) {
                    *df = *df + *f;
                }
            }
        }
    }
}
