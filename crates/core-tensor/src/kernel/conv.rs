//! Convolutions: forward, by data and by weights, as contractions that read the image where it lies.
//!
//! A row of a window is `K·C` contiguous numbers, and so is a row of its filter: a convolution is the sum over the rows of the window of
//! matrix products whose left rows overlap. No image is unfolded; padding is copied around one sample at a time.

use pulp::Arch;

use super::block::RowGrid;
use super::contract::Contraction;
use super::correlation::Correlation;
use super::filter_parts::{FEW_PIXELS, FEW_PIXELS_BY_WEIGHTS, filter_parts};
use super::fold::{fold, fold_filter, unfold_filter};
use super::lanes::Lanes;
use super::spread::Spread;
use super::tile::{Rows, Terms};
use super::transpose::Transpose;
use super::{Start, Window2d};

/// Copies rows of `from` numbers into the middle of rows of `to`, zeros around them.
pub(super) fn pad<T: Lanes>(
    x: &[T],
    row: usize,
    padded: &mut [T],
    padded_row: usize,
    [above, before]: [usize; 2],
) {
    padded.fill(T::zero());
    if row > 0 {
        for (x, to) in x
            .chunks_exact(row)
            .zip(padded.chunks_exact_mut(padded_row).skip(above))
        {
            to[before..][..row].copy_from_slice(x);
        }
    }
}

/// The sample with its padding, and the length of its rows.
pub(super) fn padded<'a, T: Lanes>(
    w: &Window2d,
    x: &'a [T],
    room: &'a mut [T],
) -> (&'a [T], usize) {
    let row = w.input[1] * w.input[2];
    if room.is_empty() {
        return (x, row);
    }
    let padded_row = row + 2 * w.padding[1] * w.input[2];
    pad(
        x,
        row,
        room,
        padded_row,
        [w.padding[0], w.padding[1] * w.input[2]],
    );
    (room, padded_row)
}

/// `y = start + x ∗ filter`
pub(crate) fn conv2d<T: Lanes>(
    arch: Arch,
    w: &Window2d,
    x: &[T],
    filter: &[T],
    start: Start<'_, T>,
    y: &mut [T],
    scratch: &mut [T],
) {
    let planar = w.planar();
    if w.stride == [1, 1] && planar.pays::<T>(arch) {
        return planar.run(arch, x, filter, start, y, scratch);
    }
    let [_, width, o] = w.output;
    let c = w.input[2];
    let (room, rest) = scratch.split_at_mut(w.padded_input());
    let p = fold::<T>(arch, w.kernel[1], w.stride[1], o, width);
    let folded = &mut rest[..if p > 1 {
        w.kernel[0] * (w.kernel[1] + (p - 1) * w.stride[1]) * c * p * o
    } else {
        0
    }];
    if p > 1 && !folded.is_empty() {
        fold_filter(filter, w.kernel, w.stride[1], o, p, folded);
    }
    let pays = p == 1 && x.len() > w.input_len() && w.output[0] * width < FEW_PIXELS;
    for part in filter_parts::<T>(w.kernel, c * o, pays) {
        let filter = &filter[part.from([w.kernel[1] * c * o, c * o])..];
        for (x, y) in x
            .chunks_exact(w.input_len().max(1))
            .zip(y.chunks_exact_mut(w.output_len().max(1)))
        {
            let (x, row) = padded(w, x, room);
            let sample = Correlation {
                row,
                c,
                kernel: part.taps,
                stride: w.stride,
                output: w.output,
                to: [width * o, o],
            };
            if p > 1 {
                sample.run_folded(arch, p, x, [filter, folded], start, y);
            } else {
                let x = &x[part.from([row, c])..];
                sample.run(arch, x, filter, part.start(start), y);
            }
        }
    }
}

/// The gradient of the data, or a transposed convolution: `dx = start + …`.
///
/// With a stride, the pixels of the input fall into phases, each seen by its own taps of the filter: a phase is a convolution of stride 1
/// over the padded gradient of the output, with those taps in reverse.
pub(crate) fn conv2d_by_data<T: Lanes>(
    arch: Arch,
    w: &Window2d,
    dy: &[T],
    filter: &[T],
    start: Start<'_, T>,
    dx: &mut [T],
    scratch: &mut [T],
) {
    let [height, width, c] = w.input;
    let o = w.output[2];
    let spread = Spread(*w);
    if spread.pays::<T>(arch) {
        return spread.run(arch, dy, filter, start, dx, scratch);
    }
    if let Some(planar) = w.planar_by_data()
        && planar.pays::<T>(arch)
    {
        let (reversed, scratch) = scratch.split_at_mut(w.filter_len());
        reverse_filter(arch, w, filter, [0, 0], w.kernel, reversed);
        return planar.run(arch, dy, reversed, start, dx, scratch);
    }
    let [padded_height, padded_width] = w.padded_output();
    let (room, scratch) = scratch.split_at_mut(padded_height * padded_width * o);
    let (reversed, folded) = scratch.split_at_mut(w.filter_len());
    let margin = [0, 1].map(|d| w.kernel[d].div_ceil(w.stride[d]) - 1);
    // Pixels of a phase do not lie side by side unless the stride is 1.
    let p = if w.stride == [1, 1] {
        fold::<T>(arch, w.kernel[1], 1, c, width)
    } else {
        1
    };

    let mut at = 0;
    for_each_phase(w, |phase, taps| {
        let len = taps[0] * taps[1] * o * c;
        reverse_filter(arch, w, filter, phase, taps, &mut reversed[at..][..len]);
        at += len;
    });
    let folded = &mut folded[..if p > 1 {
        w.kernel[0] * (w.kernel[1] + p - 1) * o * p * c
    } else {
        0
    }];
    if !folded.is_empty() {
        fold_filter(reversed, w.kernel, 1, c, p, folded);
    }
    // only without a stride are the taps of the one phase those of the window
    let pays =
        p == 1 && w.stride == [1, 1] && dy.len() > w.output_len() && height * width < FEW_PIXELS;
    for part in filter_parts::<T>(w.kernel, o * c, pays) {
        for (dy, dx) in dy
            .chunks_exact(w.output_len().max(1))
            .zip(dx.chunks_exact_mut(w.input_len().max(1)))
        {
            pad(
                dy,
                w.output[1] * o,
                room,
                padded_width * o,
                [margin[0], margin[1] * o],
            );
            let mut at = 0;
            for_each_phase(w, |phase, taps| {
                // The first window of the phase, its first pixel, and how many there are.
                let window =
                    [0, 1].map(|d| w.padding[d].saturating_sub(phase[d]).div_ceil(w.stride[d]));
                let first = [0, 1].map(|d| window[d] * w.stride[d] + phase[d] - w.padding[d]);
                let count =
                    [0, 1].map(|d| w.input[d].saturating_sub(first[d]).div_ceil(w.stride[d]));
                let len = taps[0] * taps[1] * o * c;
                if count[0] * count[1] > 0 {
                    let [i, j] = [0, 1].map(|d| window[d] + margin[d] + 1 - taps[d].max(1));
                    let (mut x, mut taps) = (&room[(i * padded_width + j) * o..], taps);
                    let mut filter = &reversed[at..][..len];
                    if w.stride == [1, 1] {
                        x = &x[part.from([padded_width * o, o])..];
                        filter = &filter[part.from([taps[1] * o * c, o * c])..];
                        taps = part.taps;
                    }
                    let sample = Correlation {
                        row: padded_width * o,
                        c: o,
                        kernel: taps,
                        stride: [1, 1],
                        output: [count[0], count[1], c],
                        to: [w.stride[0] * width * c, w.stride[1] * c],
                    };
                    let dx = &mut dx[(first[0] * width + first[1]) * c..];
                    if p > 1 {
                        sample.run_folded(arch, p, x, [reversed, folded], start, dx);
                    } else {
                        sample.run(arch, x, filter, part.start(start), dx);
                    }
                }
                at += len;
            });
        }
    }
    debug_assert_eq!(height * width * c, w.input_len());
}

/// The phases of a strided window, and how many taps each has.
fn for_each_phase(w: &Window2d, mut f: impl FnMut([usize; 2], [usize; 2])) {
    for y in 0..w.stride[0] {
        for x in 0..w.stride[1] {
            f(
                [y, x],
                [
                    w.kernel[0].saturating_sub(y).div_ceil(w.stride[0]),
                    w.kernel[1].saturating_sub(x).div_ceil(w.stride[1]),
                ],
            );
        }
    }
}

/// The taps of a phase in reverse order, each transposed: `[ky][kx][o][c]`.
fn reverse_filter<T: Lanes>(
    arch: Arch,
    w: &Window2d,
    filter: &[T],
    phase: [usize; 2],
    taps: [usize; 2],
    reversed: &mut [T],
) {
    let [c, o] = [w.input[2], w.output[2]];
    if c * o == 0 {
        return;
    }
    for (i, to) in reversed.chunks_exact_mut(c * o).enumerate() {
        let tap = [taps[0] - 1 - i / taps[1], taps[1] - 1 - i % taps[1]];
        let [ky, kx] = [0, 1].map(|d| tap[d] * w.stride[d] + phase[d]);
        let from = &filter[(ky * w.kernel[1] + kx) * c * o..][..c * o];
        Transpose {
            from,
            from_row: o,
            rows: c,
            columns: o,
            to,
            to_row: c,
        }
        .run(arch);
    }
}

/// The gradient of the filter: for every row of the window, `xᵀ · dy`.
pub(crate) fn conv2d_by_weights<T: Lanes>(
    arch: Arch,
    w: &Window2d,
    x: &[T],
    dy: &[T],
    start: Start<'_, T>,
    dfilter: &mut [T],
    scratch: &mut [T],
) {
    let [height, width, o] = w.output;
    let c = w.input[2];
    if let Start::Zero = start {
        dfilter.fill(T::zero());
    }
    let planar = w.planar();
    if w.stride == [1, 1] && planar.room_by_weights() > 0 && planar.pays::<T>(arch) {
        return planar.add_by_weights(arch, x, dy, dfilter, scratch);
    }
    let (room, rest) = scratch.split_at_mut(w.padded_input());
    let p = fold::<T>(arch, w.kernel[1], w.stride[1], o, width);
    let wide = w.kernel[1] + (p - 1) * w.stride[1];
    let folded = &mut rest[..if p > 1 {
        w.kernel[0] * wide * c * p * o
    } else {
        0
    }];
    folded.fill(T::zero());
    let pays = p == 1 && x.len() > w.input_len() && height * width < FEW_PIXELS_BY_WEIGHTS;
    for part in filter_parts::<T>(w.kernel, c * o, pays) {
        for (x, dy) in x
            .chunks_exact(w.input_len().max(1))
            .zip(dy.chunks_exact(w.output_len().max(1)))
        {
            let (x, row) = padded(w, x, room);
            let x = &x[part.from([row, c])..];
            // `taps` of the window's row, `p` pixels at a time, `columns` times.
            let add = |from: usize, columns: usize, p: usize, taps: usize, to: &mut [T]| {
                let o = p * o;
                let whole_row = if p > 1 { taps } else { w.kernel[1] };
                Contraction {
                    grid: RowGrid {
                        groups: part.taps[0],
                        in_group: taps * c,
                        a: [row, 1],
                        c: [whole_row * c * o, o],
                    },
                    rows: Rows::Adjacent,
                    terms: Terms {
                        segments: height,
                        len: columns,
                        a_segment: w.stride[0] * row,
                        a_step: p * w.stride[1] * c,
                        b_segment: width * w.output[2],
                        b_step: o,
                    },
                    n: o,
                    b_column: 1,
                    a: &x[from * w.stride[1] * c..],
                    b: &dy[from * w.output[2]..],
                    start: Start::Output,
                    c: to,
                }
                .run(arch);
            };
            if p > 1 {
                add(0, width / p, p, wide, folded);
            }
            let done = if p > 1 { width / p * p } else { 0 };
            if done < width {
                let to = &mut dfilter[part.from([w.kernel[1] * c * o, c * o])..];
                add(done, width - done, 1, part.taps[1], to);
            }
        }
    }
    if p > 1 {
        unfold_filter(folded, w.kernel, w.stride[1], o, p, dfilter);
    }
}
