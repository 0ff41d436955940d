//! The filter of small groups as their tiles read it, `[height][register][width][s][lane]`, and back.
//!
//! Of the filter as it is, `[height][width][channel in][group][channel out]`, lane `l` of a register and partner `s` meet channel in
//! `l ^ s` of its group; in the transposed filter the channels of a group change places.

use pulp::{Arch, Simd, WithSimd};

use super::super::lanes::Lanes;
use super::super::transpose::exchange;
use super::super::{GroupedWindow2d, Start};
use super::geometry::Phase;
use super::lanes_any::load;
use super::{WIDEST, holds};

/// One tap, whose registers are `apart`.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "loops of constant length stay in registers"
)]
fn arrange_tap<T: Lanes, S: Simd, const N: usize>(
    simd: S,
    tap: &[T],
    transposed: bool,
    to: &mut [T],
    apart: usize,
) {
    let (columns, lanes) = (tap.len() / N, T::lanes::<S>());
    for first in (0..columns).step_by(lanes) {
        let mut rows = [T::splat(simd, T::zero()); N];
        for i in 0..N {
            rows[i] = load(simd, tap, i * columns + first, lanes.min(columns - first));
        }
        rows = exchange::<T, S, N>(simd, rows);
        let to = &mut to[first / WIDEST * apart + first % WIDEST..];
        for i in 0..N {
            if transposed {
                rows[i] = T::swap_any(simd, rows[i], i);
            }
            T::vectors_mut::<S>(&mut to[i * WIDEST..][..lanes])[0] = rows[i];
        }
    }
}

/// One tap as it was before it was arranged, added to what is there unless that is `overwritten`.
#[inline(always)]
fn write_tap<T: Lanes, S: Simd, const N: usize>(
    simd: S,
    sums: &[T],
    apart: usize,
    overwritten: bool,
    tap: &mut [T],
) {
    let (columns, lanes) = (tap.len() / N, T::lanes::<S>());
    for first in (0..columns).step_by(lanes) {
        let sums = &sums[first / WIDEST * apart + first % WIDEST..];
        let mut rows = [T::splat(simd, T::zero()); N];
        for i in 0..N {
            rows[i] = T::vectors::<S>(&sums[i * WIDEST..][..lanes])[0];
        }
        rows = exchange::<T, S, N>(simd, rows);
        for i in 0..N {
            let row = &mut tap[i * columns + first..][..lanes.min(columns - first)];
            let first = T::first(simd, row.len());
            if !overwritten {
                rows[i] = T::plus(simd, T::load_first(simd, first, row), rows[i]);
            }
            T::store_first(simd, first, row, rows[i]);
        }
    }
}

impl GroupedWindow2d {
    /// Numbers from register to register in a row of `taps` taps, and from one such row to the next.
    fn strides(&self, taps: usize) -> [usize; 2] {
        let n = self.channels()[0];
        [taps * n * WIDEST, taps * self.arranged_tap()]
    }
}

/// Runs `taps` of a struct for groups of any size.
macro_rules! of_each_size { ($($name:ident)*) => { $(
    impl<T: Lanes> WithSimd for $name<'_, T> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            match self.w.channels()[0] {
                1 => self.taps::<S, 1>(simd),
                2 if const { holds::<T, S>(2) } => self.taps::<S, 2>(simd),
                4 if const { holds::<T, S>(4) } => self.taps::<S, 4>(simd),
                8 if const { holds::<T, S>(8) } => self.taps::<S, 8>(simd),
                16 if const { holds::<T, S>(16) } => self.taps::<S, 16>(simd),
                _ => unreachable!("a group that a register holds"),
            }
        }
    }
)* } }
of_each_size!(Arrange Write);

/// The filter as the tile reads it.
pub(super) fn arrange<T: Lanes>(arch: Arch, w: &GroupedWindow2d, filter: &[T], arranged: &mut [T]) {
    let phase = None;
    arch.dispatch(Arrange {
        w,
        phase,
        filter,
        arranged,
    });
}

/// The filters of all phases, in reverse and transposed within each group.
pub(super) fn arrange_phases<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    filter: &[T],
    arranged: &mut [T],
) {
    w.for_each_phase(|phase, at| {
        arch.dispatch(Arrange {
            w,
            phase: Some(phase),
            filter,
            arranged: &mut arranged[at * w.arranged_tap()..],
        });
    });
}

/// All taps, or those of a phase.
struct Arrange<'a, T> {
    w: &'a GroupedWindow2d,
    phase: Option<&'a Phase>,
    filter: &'a [T],
    arranged: &'a mut [T],
}

impl<T: Lanes> Arrange<'_, T> {
    /// For groups of `N` channels.
    #[inline(always)]
    fn taps<S: Simd, const N: usize>(self, simd: S) {
        let (w, phase) = (self.w, self.phase);
        let [height, width] = phase.map_or(w.window.kernel, |phase| phase.sweep.taps);
        let [apart, row] = w.strides(width);
        let len = N * w.window.output[2];
        for ky in 0..height {
            for kx in 0..width {
                let [from_y, from_x] = phase.map_or([ky, kx], |phase| phase.tap([ky, kx]));
                let tap = &self.filter[(from_y * w.window.kernel[1] + from_x) * len..][..len];
                let to = &mut self.arranged[ky * row + kx * N * WIDEST..];
                arrange_tap::<T, S, N>(simd, tap, phase.is_some(), to, apart);
            }
        }
    }
}

/// The reverse of [`arrange`]: what was summed goes to the filter's gradient.
pub(super) fn write_arranged<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    sums: &[T],
    start: Start<'_, T>,
    dfilter: &mut [T],
) {
    arch.dispatch(Write {
        w,
        sums,
        overwritten: matches!(start, Start::Zero),
        dfilter,
    });
}

/// All taps, added to what is there unless that is `overwritten`.
struct Write<'a, T> {
    w: &'a GroupedWindow2d,
    sums: &'a [T],
    overwritten: bool,
    dfilter: &'a mut [T],
}

impl<T: Lanes> Write<'_, T> {
    /// For groups of `N` channels.
    #[inline(always)]
    fn taps<S: Simd, const N: usize>(self, simd: S) {
        let taps = self.w.window.kernel[1];
        let [apart, row] = self.w.strides(taps);
        let len = N * self.w.window.output[2];
        for (i, tap) in self.dfilter.chunks_exact_mut(len.max(1)).enumerate() {
            let sums = &self.sums[i / taps * row + i % taps * N * WIDEST..];
            write_tap::<T, S, N>(simd, sums, apart, self.overwritten, tap);
        }
    }
}
