//! The tile for the gradient of a filter: the taps of a window's row share what they read.
//!
//! What tap `k` meets at step `t`, tap `k − 1` meets at step `t + 1`. A tile holds the sums of all taps for a few input channels, and a few
//! steps of the output's gradient: each broadcast number then serves as many multiply-adds as there are steps, where a tile of rows that
//! share nothing needs a broadcast for each.

use pulp::Simd;

use super::apart::{RowsApart, numbers_apart};
use super::array::from_fn;
use super::block::{Block, RowGrid};
use super::lanes::Lanes;
use super::starts::Starts;
use super::tile::{Sums, Terms, load, store};

/// Whether `rows` of a group are the taps of all channels, and few enough for a tile two vectors wide.
pub(super) fn fit_two_vectors(rows: usize, channels: usize) -> bool {
    [rows, channels] == [9, 3]
}

impl<T: Lanes> Block<'_, T> {
    /// The rows of a group as taps × channels, `a_step` channels; false if there is no tile for so many.
    #[inline(always)]
    pub(super) fn run_taps<S: Simd, const NV: usize>(
        &self,
        simd: S,
        grid: &RowGrid,
        c: &mut [T],
    ) -> bool {
        let channels = self.terms.a_step;
        if !grid.in_group.is_multiple_of(channels) {
            return false;
        }
        let taps = grid.in_group / channels;
        macro_rules! tiles {
            ($($TAPS:literal of $CHANNELS:literal)*) => { $(
                if const { NV == 1 || $TAPS * $CHANNELS < 10 }
                    && taps == $TAPS
                    && channels >= $CHANNELS
                    && ($CHANNELS == 3 || channels.is_multiple_of($CHANNELS))
                    && (NV == 1 || channels == $CHANNELS)
                {
                    self.taps::<S, $TAPS, $CHANNELS, NV>(simd, grid, c);
                    return true;
                }
            )* };
        }
        tiles!(5 of 3 3 of 4 3 of 3);
        false
    }

    /// All tiles of `CH` channels; the last may do some channels again that are done already.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "a loop of constant length stays in registers"
    )]
    fn taps<S: Simd, const TAPS: usize, const CH: usize, const NV: usize>(
        &self,
        simd: S,
        grid: &RowGrid,
        c: &mut [T],
    ) {
        let channels = self.terms.a_step;
        let [left, right] = self.columns;
        for group in 0..grid.groups {
            for done in (0..channels).step_by(CH) {
                let channel = done.min(channels - CH);
                let first = group * grid.c[0] + channel * grid.c[1] + left;
                let rows = |i| Starts::evenly(first + i * grid.c[1], channels * grid.c[1]);
                let mut sums = [[[T::splat(simd, T::zero()); NV]; TAPS]; CH];
                for i in 0..CH {
                    sums[i] = load(simd, right - left, c, rows(i));
                }
                let from = group * grid.a[0] + channel * grid.a[1];
                let sums = self.add_taps::<S, TAPS, CH, NV>(simd, from, sums);
                for i in 0..CH {
                    if channel + i >= done {
                        store(simd, sums[i], right - left, c, rows(i), 0);
                    }
                }
            }
        }
    }

    /// Adds all terms to the sums of one tile: `sums[channel][tap] += Σ x[t + tap][channel] · dy[t]`.
    #[inline(always)]
    fn add_taps<S: Simd, const TAPS: usize, const CH: usize, const NV: usize>(
        &self,
        simd: S,
        from: usize,
        mut sums: [Sums<T, S, TAPS, NV>; CH],
    ) -> [Sums<T, S, TAPS, NV>; CH] {
        let Terms {
            a_step,
            b_step,
            len,
            ..
        } = self.terms;
        for s in 0..self.terms.segments {
            let x = &self.a[from + s * self.terms.a_segment..];
            let dy = &self.b.numbers[self.b.from + s * self.terms.b_segment..];
            let mut t = 0;
            macro_rules! as_many {
                ($STEPS:literal while $more:expr) => {
                    while $more {
                        let at = (&x[t * a_step..], &dy[t * b_step..]);
                        sums =
                            steps::<T, S, TAPS, CH, NV, $STEPS>(simd, at, [a_step, b_step], sums);
                        t += $STEPS;
                    }
                };
            }
            // the more steps at once, the fewer loads a multiply-add
            if NV == 1 {
                as_many!(5 while t + 5 <= len);
                as_many!(4 while t + 4 <= len);
            }
            as_many!(2 while t + 2 <= len);
            as_many!(1 while t < len);
        }
        sums
    }
}

/// Adds the terms of the first `STEPS` steps.
#[inline(always)]
fn steps<
    T: Lanes,
    S: Simd,
    const TAPS: usize,
    const CH: usize,
    const NV: usize,
    const STEPS: usize,
>(
    simd: S,
    (x, dy): (&[T], &[T]),
    [x_step, dy_step]: [usize; 2],
    mut sums: [Sums<T, S, TAPS, NV>; CH],
) -> [Sums<T, S, TAPS, NV>; CH] {
    let mut dy_rows = RowsApart::<T, S, NV>::new(dy, dy_step, STEPS);
    let dy: [[T::Vector<S>; NV]; STEPS] =
        from_fn(|_| dy_rows.next().expect("a row of the gradient"));
    for pixel in 0..TAPS + STEPS - 1 {
        let x: &[T; CH] = numbers_apart::<T, CH>(x, x_step, TAPS + STEPS - 1, pixel);
        for channel in 0..CH {
            let x = T::splat(simd, x[channel]);
            for u in 0..STEPS {
                if u <= pixel && pixel - u < TAPS {
                    let sum = &mut sums[channel][pixel - u];
                    for v in 0..NV {
                        sum[v] = T::fma(simd, x, dy[u][v], sum[v]);
                    }
                }
            }
        }
    }
    sums
}
