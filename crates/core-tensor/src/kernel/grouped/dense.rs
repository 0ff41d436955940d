//! A dense convolution for each group, as contractions that read the channels of the group where they lie.

use pulp::Arch;

use super::super::block::RowGrid;
use super::super::contract::Contraction;
use super::super::conv::{pad, padded};
use super::super::lanes::Lanes;
use super::super::tile::{Rows, Terms};
use super::super::transpose::Transpose;
use super::super::{GroupedWindow2d, Start};
use super::geometry::{Phase, Sweep};

/// `y = start + x ∗ filter` for one sample.
pub(super) fn forward<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    sweep: &Sweep,
    [x, filter]: [&[T]; 2],
    start: Start<'_, T>,
    y: &mut [T],
    scratch: &mut [T],
) {
    let (x, row) = padded(&w.window, x, &mut scratch[..w.window.padded_input()]);
    let image = Image {
        numbers: x,
        row,
        channels: w.channels(),
        groups: w.groups,
    };
    image.run(arch, sweep, filter, start, y);
}

/// An image around which zeros lie already.
struct Image<'a, T> {
    numbers: &'a [T],
    row: usize,
    /// of a group, in the image and in what comes out
    channels: [usize; 2],
    groups: usize,
}

impl<T: Lanes> Image<'_, T> {
    /// A contraction for each row of the window: its taps are the segments, for channels of other groups lie between them.
    fn run(&self, arch: Arch, sweep: &Sweep, filter: &[T], start: Start<'_, T>, y: &mut [T]) {
        let [c, n] = self.channels;
        let (pixel, columns) = (self.groups * c, self.groups * n);
        let [height, width] = sweep.taps;
        for group in 0..self.groups {
            let start = match start {
                Start::Row(row) => Start::Row(&row[group * n..][..n]),
                other => other,
            };
            // without a row of taps there is still a beginning to write
            for ky in 0..height.max(1) {
                let tap = ky * width * c * columns + group * n;
                Contraction {
                    grid: RowGrid {
                        groups: sweep.output[0],
                        in_group: sweep.output[1],
                        a: [sweep.step[0] * self.row, sweep.step[1] * pixel],
                        c: sweep.to,
                    },
                    rows: Rows::Apart,
                    terms: Terms {
                        segments: if height > 0 { width } else { 0 },
                        len: c,
                        a_segment: sweep.apart[1] * pixel,
                        a_step: 1,
                        b_segment: c * columns,
                        b_step: columns,
                    },
                    n,
                    b_column: 1,
                    a: &self.numbers[ky * sweep.apart[0] * self.row + group * c..],
                    b: filter.get(tap..).unwrap_or(&[]),
                    start: if ky == 0 { start } else { Start::Output },
                    c: &mut y[group * n..],
                }
                .run(arch);
            }
        }
    }
}

/// The filters of all phases one after another, taps in reverse, channels in and out exchanged.
pub(super) fn reverse<T: Lanes>(arch: Arch, w: &GroupedWindow2d, filter: &[T], reversed: &mut [T]) {
    let [i, o] = w.channels();
    w.for_each_phase(|phase, at| {
        // pixels between windows meet no tap
        let met = phase.sweep.taps.iter().all(|&taps| taps > 0);
        for group in 0..if met { w.groups } else { 0 } {
            let to = &mut reversed[at * i * w.groups * o + group * i..];
            reverse_group(arch, w, phase, &filter[group * o..], to, w.groups * i);
        }
    });
}

/// That of one phase and one group, which begins where the filter does; rows of what is written lie `apart`.
pub(super) fn reverse_group<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    phase: &Phase,
    filter: &[T],
    to: &mut [T],
    apart: usize,
) {
    let [i, o] = w.channels();
    let [height, width] = phase.sweep.taps;
    for n in 0..height * width {
        let [ky, kx] = phase.tap([n / width, n % width]);
        let from = &filter[(ky * w.window.kernel[1] + kx) * i * w.groups * o..];
        Transpose {
            from,
            from_row: w.groups * o,
            rows: i,
            columns: o,
            to: &mut to[n * o * apart..],
            to_row: apart,
        }
        .run(arch);
    }
}

/// The gradient of one sample.
pub(super) fn by_data<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    [dy, reversed]: [&[T]; 2],
    dx: &mut [T],
    room: &mut [T],
) {
    let o = w.window.output[2];
    let [before, [height, width]] = w.padded_output();
    let room = &mut room[..height * width * o];
    let row = width * o;
    pad(
        dy,
        w.window.output[1] * o,
        room,
        row,
        [before[0], before[1] * o],
    );
    let [i, o_group] = w.channels();
    w.for_each_phase(|phase, at| {
        let sweep = &phase.sweep;
        let [y, x] = [0, 1].map(|d| (before[d] as isize - sweep.before[d]) as usize);
        let taps = sweep.taps[0] * sweep.taps[1] * i * o;
        let image = Image {
            numbers: if taps == 0 {
                &*room
            } else {
                &room[y * row + x * o..]
            },
            row,
            channels: [o_group, i],
            groups: w.groups,
        };
        let filter = &reversed[at * i * o..][..taps];
        image.run(arch, sweep, filter, Start::Zero, &mut dx[phase.first..]);
    });
}

/// Adds the gradient of the filter from one sample: `xᵀ · dy` for every row of the window and every group.
pub(super) fn add_by_weights<T: Lanes>(
    arch: Arch,
    w: &GroupedWindow2d,
    [x, dy]: [&[T]; 2],
    dfilter: &mut [T],
    scratch: &mut [T],
) {
    let (x, row) = padded(&w.window, x, &mut scratch[..w.window.padded_input()]);
    let [i, o] = w.channels();
    let [height, width, columns] = w.window.output;
    let (pixel, [_, taps]) = (w.window.input[2], w.window.kernel);
    for ky in 0..w.window.kernel[0] {
        for group in 0..w.groups {
            Contraction {
                grid: RowGrid {
                    groups: taps,
                    in_group: i,
                    a: [w.dilation[1] * pixel, 1],
                    c: [i * columns, columns],
                },
                rows: Rows::Adjacent,
                terms: Terms {
                    segments: height,
                    len: width,
                    a_segment: w.window.stride[0] * row,
                    a_step: w.window.stride[1] * pixel,
                    b_segment: width * columns,
                    b_step: columns,
                },
                n: o,
                b_column: 1,
                a: &x[ky * w.dilation[0] * row + group * i..],
                b: &dy[group * o..],
                start: Start::Output,
                c: &mut dfilter[ky * taps * i * columns + group * o..],
            }
            .run(arch);
        }
    }
}
