//! What follows from the geometry of a grouped convolution: its sizes, and the windows that its forms slide.

use super::super::GroupedWindow2d;
use super::{MOST_SHARED, WIDEST};

/// Windows that slide over one image, in the terms that forward and by data share.
#[derive(Clone, Copy)]
pub(super) struct Sweep {
    /// height and width of what is read
    pub(super) image: [usize; 2],
    pub(super) taps: [usize; 2],
    /// distance between taps
    pub(super) apart: [usize; 2],
    /// distance between windows
    pub(super) step: [usize; 2],
    /// how far the first window begins before the image
    pub(super) before: [isize; 2],
    /// how many windows
    pub(super) output: [usize; 2],
    /// distance between the pixels that they write, in numbers: from row to row, within a row
    pub(super) to: [usize; 2],
}

impl Sweep {
    pub(super) const fn forward(w: &GroupedWindow2d) -> Self {
        let [height, width, o] = w.window.output;
        Self {
            image: [w.window.input[0], w.window.input[1]],
            taps: w.window.kernel,
            apart: w.dilation,
            step: w.window.stride,
            before: [w.window.padding[0] as isize, w.window.padding[1] as isize],
            output: [height, width],
            to: [width * o, o],
        }
    }
}

/// The pixels of the input that lie alike between windows, and the windows that see them.
pub(super) struct Phase {
    pub(super) sweep: Sweep,
    /// the first number of the first pixel
    pub(super) first: usize,
    /// the first tap that meets them, and the distance to the next; the sweep meets them in reverse
    tap: [usize; 2],
    next: [usize; 2],
}

impl Phase {
    /// The place in the filter of tap `[y, x]` of the sweep.
    pub(super) fn tap(&self, at: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|d| self.tap[d] + (self.sweep.taps[d] - 1 - at[d]) * self.next[d])
    }
}

/// One side of a phase.
struct Side {
    taps: usize,
    tap: usize,
    next: usize,
    apart: usize,
    before: isize,
    first: usize,
    count: usize,
}

impl GroupedWindow2d {
    /// Channels of a group, in and out.
    pub const fn channels(&self) -> [usize; 2] {
        match self.groups {
            0 => [0, 0],
            groups => [
                self.window.input[2] / groups,
                self.window.output[2] / groups,
            ],
        }
    }

    /// Numbers in the filter.
    pub const fn filter_len(&self) -> usize {
        let [height, width] = self.window.kernel;
        height * width * self.channels()[0] * self.window.output[2]
    }

    /// Floating-point operations forward, a sample; as many by data and by weights. Taps in the padding count.
    pub const fn flops(&self) -> usize {
        2 * self.window.output[0] * self.window.output[1] * self.filter_len()
    }

    /// Numbers of scratch that the three forms need, whatever the batch and the machine.
    pub const fn scratch(&self) -> usize {
        if self.is_plain() {
            return self.window.scratch();
        }
        let packed = if self.groups > 1 { self.packed() } else { 0 };
        let padded = self.padded_output_len();
        let by_data = self.filter_len() + if padded > packed { padded } else { packed };
        let mut most = self.window.padded_input();
        if by_data > most {
            most = by_data;
        }
        if self.shares() {
            // one channel a group needs nothing else
            if self.channels()[0] == 1 || self.arranged() > most {
                most = self.arranged();
            }
        }
        most
    }

    /// Whether there is one group of neighbouring taps: a window like any other.
    pub(super) const fn is_plain(&self) -> bool {
        self.groups == 1 && self.dilation[0] == 1 && self.dilation[1] == 1
    }

    /// Whether a group is so small, and as many channels come out as go in, that registers could hold several groups.
    pub(super) const fn shares(&self) -> bool {
        let [i, o] = self.channels();
        i == o && i.is_power_of_two() && i <= MOST_SHARED
    }

    /// Numbers of one tap of an arranged filter.
    pub(super) const fn arranged_tap(&self) -> usize {
        self.channels()[0] * self.window.output[2].next_multiple_of(WIDEST)
    }

    /// Numbers in an arranged filter.
    pub(super) const fn arranged(&self) -> usize {
        self.window.kernel[0] * self.window.kernel[1] * self.arranged_tap()
    }

    /// Zeros that by data reads before the gradient of an output, and that with its zeros on either side.
    pub(super) const fn padded_output(&self) -> [[usize; 2]; 2] {
        let (mut before, mut sides) = ([0; 2], [0; 2]);
        let mut d = 0;
        while d < 2 {
            let stride = self.window.stride[d];
            before[d] =
                (self.window.kernel[d].saturating_sub(1) * self.dilation[d]).div_ceil(stride);
            let last =
                (self.window.padding[d] + self.window.input[d]).saturating_sub(1) / stride + 1;
            let windows = if last > self.window.output[d] {
                last
            } else {
                self.window.output[d]
            };
            sides[d] = before[d] + windows;
            d += 1;
        }
        [before, sides]
    }

    const fn padded_output_len(&self) -> usize {
        let [_, [height, width]] = self.padded_output();
        height * width * self.window.output[2]
    }

    /// Calls `f` with each phase, and with how many taps came before its own.
    pub(super) fn for_each_phase(&self, mut f: impl FnMut(&Phase, usize)) {
        let [_, width, c] = self.window.input;
        let stride = self.window.stride;
        let mut done = 0;
        for y in 0..stride[0] {
            for x in 0..stride[1] {
                let [y, x] = [self.side(0, y), self.side(1, x)];
                let phase = Phase {
                    sweep: Sweep {
                        image: [self.window.output[0], self.window.output[1]],
                        taps: [y.taps, x.taps],
                        apart: [y.apart, x.apart],
                        step: [1, 1],
                        before: [y.before, x.before],
                        output: [y.count, x.count],
                        to: [stride[0] * width * c, stride[1] * c],
                    },
                    first: (y.first * width + x.first) * c,
                    tap: [y.tap, x.tap],
                    next: [y.next, x.next],
                };
                if y.count * x.count > 0 {
                    f(&phase, done);
                }
                done += y.taps * x.taps;
            }
        }
    }

    /// Pixel `i` of the padded side meets tap `k` where `i − k·dilation` is a multiple of the stride, in the window of that number.
    fn side(&self, d: usize, phase: usize) -> Side {
        let [stride, padding, dilation] = [
            self.window.stride[d],
            self.window.padding[d],
            self.dilation[d],
        ];
        let common = gcd(stride, dilation);
        let next = stride / common;
        let meets = |tap: &usize| (tap * dilation) % stride == phase;
        let tap = (0..next.min(self.window.kernel[d])).find(meets);
        let taps = tap.map_or(0, |tap| (self.window.kernel[d] - tap).div_ceil(next));
        let tap = tap.unwrap_or(0);
        let apart = dilation / common;
        let first = (phase + stride - padding % stride) % stride;
        let window =
            ((first + padding) as isize - (tap * dilation) as isize).div_euclid(stride as isize);
        Side {
            taps,
            tap,
            next,
            apart,
            before: (taps.saturating_sub(1) * apart) as isize - window,
            first,
            count: self.window.input[d].saturating_sub(first).div_ceil(stride),
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
