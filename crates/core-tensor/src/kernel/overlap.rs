//! The tile for rows that overlap, such as windows of few channels.

use core::array::from_fn;

use pulp::Simd;

use super::tile::{Lanes, Sums, Terms};

/// The sums of rows one vector wide that overlap, `apart` numbers between them, as neighbouring windows do.
///
/// Such a tile is bound by its loads: a broadcast for every multiply-add. But what row `r` needs at `t + apart`, row `r + 1` needs at `t`:
/// up to five broadcasts stay in registers and serve as many rows. All of `b`'s vectors must lie inside the slice.
#[inline(always)]
pub(super) fn overlapping<T: Lanes, S: Simd, const MR: usize>(
    simd: S,
    terms: &Terms,
    apart: usize,
    (a, first): (&[T], usize),
    (b, column): (&[T], usize),
    mut sums: Sums<T, S, MR, 1>,
) -> Sums<T, S, MR, 1> {
    let Terms {
        segments,
        len,
        a_segment,
        b_segment,
        b_step,
        ..
    } = *terms;
    let lanes = T::lanes::<S>();
    // The first numbers of a row are shared by one row more than the others.
    let (whole, rest) = (len / apart, len % apart);
    for s in 0..segments {
        for (from, to, shares) in [(0, rest, whole + 1), (rest, apart, whole)] {
            let n = to - from;
            let mut done = if n == 0 { shares } else { 0 };
            macro_rules! share {
                ($TAPS:literal) => {{
                    let a = &a[first + s * a_segment + from + done * apart..];
                    let heads: [&[T]; $TAPS] = from_fn(|tap| &a[tap * apart..][..n]);
                    let rows: [&[T]; MR] = from_fn(|r| &a[(r + $TAPS - 1) * apart..][..n]);
                    let mut at = column + s * b_segment + (from + done * apart) * b_step;
                    for t in 0..n {
                        let b: [T::Vector<S>; $TAPS] = from_fn(|tap| {
                            T::vectors::<S>(&b[at + tap * apart * b_step..][..lanes])[0]
                        });
                        // The broadcasts turn round: tap `g` of row `r` is number `r + g`.
                        let mut shared: [T::Vector<S>; $TAPS] =
                            from_fn(|tap| T::splat(simd, heads[tap][t]));
                        for r in 0..MR {
                            shared[(r + $TAPS - 1) % shared.len()] = T::splat(simd, rows[r][t]);
                            for tap in 0..$TAPS {
                                sums[r][0] = T::fma(
                                    simd,
                                    shared[(r + tap) % shared.len()],
                                    b[tap],
                                    sums[r][0],
                                );
                            }
                        }
                        at += b_step;
                    }
                    done += $TAPS;
                }};
            }
            while done < shares {
                match shares - done {
                    1 | 2 => share!(1),
                    3 | 4 => share!(3),
                    _ => share!(5),
                }
            }
        }
    }
    sums
}
