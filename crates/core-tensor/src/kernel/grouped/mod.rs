//! Convolutions whose taps lie apart or whose channels fall into groups: forward, by data and by weights.
//!
//! Few channels a group, as many in as out (a depthwise layer has one), fill registers across groups: `lanes.rs`. Where 32 registers hold what
//! they need, some windows have loops of their own: of 3×3 that touch (depthwise two rows at a time, `pairs.rs`; groups down a strip, `strip.rs`), of 3×3
//! two apart go along whole rows (`doubled.rs`), filters of 5×5 and 7×7 are summed column by column (`column_by_weights.rs`). All others are a dense
//! convolution for each group, by the register tile of matrix products: of a copy that lies side by side, `packed.rs`, or where they lie,
//! `dense.rs`. All see the same [`Sweep`].

mod arrange;
mod column_by_weights;
mod dense;
mod doubled;
mod geometry;
mod lanes;
mod lanes_any;
mod lanes_by_weights;
mod packed;
mod pairs;
mod pairs_by_weights;
mod strip;
mod strip_by_weights;
#[cfg(test)]
mod tests;
mod walk;

use pulp::{Arch, Simd};

use super::lanes::{Lanes, WIDEST};
use super::{GroupedWindow2d, Start, conv};
use geometry::Sweep;
use packed::Packing;

/// Most channels a group that registers are shared by, and under any window.
const MOST_SHARED: usize = 16;
const MOST_SWAPPED: usize = 4;

/// Whether a register holds groups of this size; for others nothing is compiled.
const fn holds<T: Lanes, S: Simd>(group: usize) -> bool {
    group * size_of::<T>() <= size_of::<T::Vector<S>>()
}

/// `y = start + x ∗ filter`
pub(crate) fn conv2d<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    x: &[T],
    filter: &[T],
    start: Start<'_, T>,
    y: &mut [T],
    scratch: &mut [T],
) {
    if w.is_plain() {
        return conv::conv2d(arch, &w.window, x, filter, start, y, scratch);
    }
    let samples = x
        .chunks_exact(w.window.input_len().max(1))
        .zip(y.chunks_exact_mut(w.window.output_len().max(1)));
    let sweep = Sweep::forward(w);
    if lanes::pays(arch, w, &sweep, start) {
        let taps = &mut scratch[..w.arranged()];
        arrange::arrange(arch, w, filter, taps);
        for (x, y) in samples {
            if !doubled::forward(arch, w, [x, filter], start, y) {
                lanes::run(arch, w, &sweep, [x, taps], start, y);
            }
        }
    } else if let Some(packing) = Packing::new(w, &sweep, w.channels()) {
        let at = |i| (i * w.window.input_len(), i * w.window.output_len());
        let n = w.channels()[1];
        let filter = |group, to: &mut [T]| {
            let rows = filter.chunks_exact(w.groups * n);
            for (row, to) in rows.zip(to.chunks_exact_mut(n)) {
                to.copy_from_slice(&row[group * n..][..n]);
            }
        };
        let samples = (0..samples.len()).map(at);
        packing.run(arch, samples, (x, filter), start, y, scratch);
    } else {
        for (x, y) in samples {
            dense::forward(arch, w, &sweep, [x, filter], start, y, scratch);
        }
    }
}

/// The gradient of the data: with a stride, the pixels of the input fall into phases, each seen by its own taps.
pub(crate) fn conv2d_by_data<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    dy: &[T],
    filter: &[T],
    dx: &mut [T],
    scratch: &mut [T],
) {
    if w.is_plain() {
        return conv::conv2d_by_data(arch, &w.window, dy, filter, Start::Zero, dx, scratch);
    }
    let samples = dy
        .chunks_exact(w.window.output_len().max(1))
        .zip(dx.chunks_exact_mut(w.window.input_len().max(1)));
    let mut pays = true;
    w.for_each_phase(|phase, _| pays &= lanes::pays::<T>(arch, w, &phase.sweep, Start::Zero));
    if pays {
        let taps = &mut scratch[..w.arranged()];
        arrange::arrange_phases(arch, w, filter, taps);
        for (dy, dx) in samples {
            if doubled::by_data(arch, w, [dy, filter], dx) {
                continue;
            }
            w.for_each_phase(|phase, at| {
                let len = phase.sweep.taps[0] * phase.sweep.taps[1] * w.arranged_tap();
                let taps = &taps[at * w.arranged_tap()..][..len];
                let dx = &mut dx[phase.first..];
                lanes::run(arch, w, &phase.sweep, [dy, taps], Start::Zero, dx);
            });
        }
    } else {
        let [i, o] = w.channels();
        let mut packs = true;
        w.for_each_phase(|phase, _| packs &= Packing::new(w, &phase.sweep, [o, i]).is_some());
        if packs {
            let count = samples.len();
            w.for_each_phase(|phase, _| {
                let at = |n| {
                    (
                        n * w.window.output_len(),
                        n * w.window.input_len() + phase.first,
                    )
                };
                if let Some(packing) = Packing::new(w, &phase.sweep, [o, i]) {
                    let samples = (0..count).map(at);
                    let filter = |group, to: &mut [T]| {
                        dense::reverse_group(arch, w, phase, &filter[group * o..], to, i);
                    };
                    packing.run(arch, samples, (dy, filter), Start::Zero, dx, scratch);
                }
            });
            return;
        }
        let (reversed, room) = scratch.split_at_mut(w.filter_len());
        dense::reverse(arch, w, filter, reversed);
        for (dy, dx) in samples {
            dense::by_data(arch, w, [dy, reversed], dx, room);
        }
    }
}

/// The gradient of the filter.
pub(crate) fn conv2d_by_weights<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    x: &[T],
    dy: &[T],
    start: Start<'_, T>,
    dfilter: &mut [T],
    scratch: &mut [T],
) {
    if w.is_plain() {
        return conv::conv2d_by_weights(arch, &w.window, x, dy, start, dfilter, scratch);
    }
    let samples = x
        .chunks_exact(w.window.input_len().max(1))
        .zip(dy.chunks_exact(w.window.output_len().max(1)));
    let sweep = Sweep::forward(w);
    if lanes::pays::<T>(arch, w, &sweep, Start::Zero) {
        let sums = &mut scratch[..w.arranged()];
        sums.fill(T::zero());
        for (x, dy) in samples {
            lanes_by_weights::run(arch, w, &sweep, [x, dy], sums);
        }
        return arrange::write_arranged(arch, w, sums, start, dfilter);
    }
    if let Start::Zero = start {
        dfilter.fill(T::zero());
    }
    if let Some(packing) = Packing::new(w, &sweep, w.channels()) {
        let at = |i| (i * w.window.input_len(), i * w.window.output_len());
        packing.add_by_weights(arch, (0..samples.len()).map(at), [x, dy], dfilter, scratch);
    } else {
        for (x, dy) in samples {
            dense::add_by_weights(arch, w, [x, dy], dfilter, scratch);
        }
    }
}
