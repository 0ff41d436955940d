//! The filter of small groups as their tiles read it, `[height][register][width][s][lane]`, and back.
//!
//! Of the filter as it is, `[height][width][channel in][group][channel out]`, lane `l` of a register and partner `s` meet channel in
//! `l ^ s` of its group; in the transposed filter the channels of a group change places.

use super::super::GroupedWindow2d;
use super::super::array::from_fn;
use super::super::lanes::Lanes;
use super::WIDEST;

/// Which channel of a group lane `lane` and partner `s` meet, and at which lane its weight lies in the filter.
#[inline(always)]
fn place<const N: usize>(lane: usize, s: usize, transposed: bool) -> [usize; 2] {
    if transposed {
        [lane % N, lane ^ s]
    } else {
        [(lane % N) ^ s, lane]
    }
}

/// One tap, whose registers are `apart`.
#[inline(always)]
fn arrange_tap<T: Lanes, const N: usize>(tap: &[T], transposed: bool, to: &mut [T], apart: usize) {
    let columns = tap.len() / N;
    for register in 0..columns.div_ceil(WIDEST) {
        let first = register * WIDEST;
        let to = &mut to[register * apart..][..N * WIDEST];
        if first + WIDEST <= columns {
            let rows: [&[T; WIDEST]; N] = from_fn(|i| {
                let row = tap[i * columns + first..].first_chunk();
                row.expect("a register of weights")
            });
            for (s, to) in to.as_chunks_mut::<WIDEST>().0.iter_mut().enumerate() {
                for (lane, to) in to.iter_mut().enumerate() {
                    let [row, from] = place::<N>(lane, s, transposed);
                    *to = rows[row][from];
                }
            }
        } else {
            for (s, to) in to.as_chunks_mut::<WIDEST>().0.iter_mut().enumerate() {
                for (lane, to) in to[..columns - first].iter_mut().enumerate() {
                    let [row, from] = place::<N>(lane, s, transposed);
                    *to = tap[row * columns + first + from];
                }
            }
        }
    }
}

/// Adds one tap, arranged.
#[inline(always)]
fn add_tap<T: Lanes, const N: usize>(sums: &[T], apart: usize, tap: &mut [T]) {
    let columns = tap.len() / N;
    for (row, tap) in tap.chunks_exact_mut(columns.max(1)).enumerate() {
        for (register, tap) in tap.chunks_mut(WIDEST).enumerate() {
            let sums = &sums[register * apart..][..N * WIDEST];
            for (lane, to) in tap.iter_mut().enumerate() {
                *to = *to + sums[((lane % N) ^ row) * WIDEST + lane];
            }
        }
    }
}

/// Runs `$f` for the size of the groups.
macro_rules! of_size {
    ($w:ident, $f:ident($($argument:expr),*)) => {
        match $w.channels()[0] {
            1 => $f::<T, 1>($($argument),*),
            2 => $f::<T, 2>($($argument),*),
            4 => $f::<T, 4>($($argument),*),
            _ => $f::<T, 8>($($argument),*),
        }
    };
}

impl GroupedWindow2d {
    /// Numbers from register to register in a row of `taps` taps, and from one such row to the next.
    fn strides(&self, taps: usize) -> [usize; 2] {
        let n = self.channels()[0];
        [taps * n * WIDEST, taps * self.arranged_tap()]
    }
}

/// The filter as the tile reads it.
pub(super) fn arrange<T: Lanes>(w: &GroupedWindow2d, filter: &[T], arranged: &mut [T]) {
    let (n, taps) = (w.channels()[0], w.window.kernel[1]);
    let [apart, row] = w.strides(taps);
    let len = n * w.window.output[2];
    for (i, tap) in filter.chunks_exact(len.max(1)).enumerate() {
        let to = &mut arranged[i / taps * row + i % taps * n * WIDEST..];
        of_size!(w, arrange_tap(tap, false, to, apart));
    }
}

/// The filters of all phases, in reverse and transposed within each group.
pub(super) fn arrange_phases<T: Lanes>(w: &GroupedWindow2d, filter: &[T], arranged: &mut [T]) {
    let n = w.channels()[0];
    let len = n * w.window.output[2];
    w.for_each_phase(|phase, at| {
        let [height, taps] = phase.sweep.taps;
        let [apart, row] = w.strides(taps);
        for i in 0..height * taps {
            let [ky, kx] = phase.tap([i / taps, i % taps]);
            let tap = &filter[(ky * w.window.kernel[1] + kx) * len..][..len];
            let to = at * w.arranged_tap() + i / taps * row + i % taps * n * WIDEST;
            of_size!(w, arrange_tap(tap, true, &mut arranged[to..], apart));
        }
    });
}

/// The reverse of [`arrange`]: adds what was summed to the filter's gradient.
pub(super) fn add_arranged<T: Lanes>(w: &GroupedWindow2d, sums: &[T], dfilter: &mut [T]) {
    let (n, taps) = (w.channels()[0], w.window.kernel[1]);
    let [apart, row] = w.strides(taps);
    let len = n * w.window.output[2];
    for (i, tap) in dfilter.chunks_exact_mut(len.max(1)).enumerate() {
        let sums = &sums[i / taps * row + i % taps * n * WIDEST..];
        of_size!(w, add_tap(sums, apart, tap));
    }
}
