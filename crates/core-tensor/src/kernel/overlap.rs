//! The tile for rows that overlap, such as windows of few channels.

use pulp::Simd;

use super::array::from_fn;
use super::lanes::Lanes;
use super::tile::{Sums, Terms};

/// The sums of rows one vector wide that overlap, `apart` numbers between them, as neighbouring windows do.
///
/// Such a tile is bound by its loads: a broadcast for every multiply-add. But what row `r` needs at `t + apart`, row `r + 1` needs at `t`:
/// up to five of `b`'s vectors stay in registers, and a broadcast number meets them all. The sums' length must be a multiple of `apart`, and
/// all of `b`'s vectors must lie inside the slice.
#[inline(always)]
pub(super) fn overlapping<T: Lanes, S: Simd, const MR: usize>(
    simd: S,
    terms: &Terms,
    apart: usize,
    (a, first): (&[T], usize),
    (b, column): (&[T], usize),
    mut sums: Sums<T, S, MR, 1>,
) -> Sums<T, S, MR, 1> {
    let shares = terms.len / apart;
    let mut done = 0;
    while done < shares {
        let a = &a[first + done * apart..];
        let b = &b[column + done * apart * terms.b_step..];
        (sums, done) = match shares - done {
            1 | 2 => (
                share::<T, S, MR, 1>(simd, terms, apart, a, b, sums),
                done + 1,
            ),
            3 | 4 => (
                share::<T, S, MR, 3>(simd, terms, apart, a, b, sums),
                done + 3,
            ),
            _ => (
                share::<T, S, MR, 5>(simd, terms, apart, a, b, sums),
                done + 5,
            ),
        };
    }
    sums
}

/// The terms `t`, `t + apart`, … of `TAPS` shares.
#[inline(always)]
fn share<T: Lanes, S: Simd, const MR: usize, const TAPS: usize>(
    simd: S,
    terms: &Terms,
    apart: usize,
    a: &[T],
    b: &[T],
    mut sums: Sums<T, S, MR, 1>,
) -> Sums<T, S, MR, 1> {
    let tap_apart = apart * terms.b_step;
    let lanes = T::lanes::<S>();
    let (mut a_at, mut b_at, mut left) = (0, 0, apart);
    // One loop: two would prepare their addresses anew for each row of the window.
    for _ in 0..terms.segments * apart {
        let x = &a[a_at..][..(MR + TAPS - 2) * apart + 1];
        let b = &b[b_at..][..(TAPS - 1) * tap_apart + lanes];
        let b: [T::Vector<S>; TAPS] =
            from_fn(|tap| T::vectors::<S>(&b[tap * tap_apart..][..lanes])[0]);
        // In turns of one multiply-add for each row, so that none waits for the one before.
        for turn in 0..TAPS {
            let mut shared = T::splat(simd, x[turn * apart]);
            for r in 0..MR {
                let tap = (TAPS + turn - r % TAPS) % TAPS;
                if r > turn && tap == TAPS - 1 {
                    shared = T::splat(simd, x[(r + tap) * apart]);
                }
                sums[r][0] = T::fma(simd, shared, b[tap], sums[r][0]);
            }
        }
        (a_at, b_at, left) = (a_at + 1, b_at + terms.b_step, left - 1);
        if left == 0 {
            a_at += terms.a_segment - apart;
            b_at += terms.b_segment - tap_apart;
            left = apart;
        }
    }
    sums
}
