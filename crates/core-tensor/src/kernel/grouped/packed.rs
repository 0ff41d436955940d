//! Groups that fill registers by themselves: the image and the filter of one group at a time are laid side by side, where they stay in the
//! nearest cache. In the whole image the pixels of a group lie so far apart that they push one another out of it.

use pulp::Arch;

use super::super::block::RowGrid;
use super::super::contract::Contraction;
use super::super::lanes::Lanes;
use super::super::tile::{Rows, Terms};
use super::super::{GroupedWindow2d, Start};
use super::WIDEST;
use super::geometry::Sweep;

/// One group's share of a convolution, and how all of them lie.
#[derive(Clone, Copy)]
pub(super) struct Packing<'a> {
    pub(super) sweep: &'a Sweep,
    /// of a group, in what is read and in what comes out
    pub(super) channels: [usize; 2],
    pub(super) groups: usize,
}

impl Sweep {
    /// Height and width of an image with the zeros that windows meet.
    fn padded(&self) -> [usize; 2] {
        [0, 1].map(|d| {
            (self.output[d].max(1) - 1) * self.step[d]
                + self.taps[d].saturating_sub(1) * self.apart[d]
                + 1
        })
    }
}

impl<'a> Packing<'a> {
    /// Where there is more than one group, taps of a row are neighbours, and no window begins inside the image.
    pub(super) fn new(w: &GroupedWindow2d, sweep: &'a Sweep, channels: [usize; 2]) -> Option<Self> {
        let groups = w.groups;
        let inside = sweep.before.iter().any(|&before| before < 0);
        let empty = sweep.taps[0] * sweep.taps[1] * channels[0] * channels[1] == 0;
        (groups > 1 && sweep.apart[1] == 1 && !inside && !empty).then_some(Self {
            sweep,
            channels,
            groups,
        })
    }

    fn taps(&self) -> usize {
        self.sweep.taps[0] * self.sweep.taps[1]
    }

    /// `y = start + x ∗ filter`; `filter` writes that of a group, `[height][width][channel in][channel out]`.
    pub(super) fn run<T: Lanes>(
        &self,
        arch: Arch,
        samples: impl Iterator<Item = (usize, usize)> + Clone,
        (x, filter): (&[T], impl Fn(usize, &mut [T])),
        start: Start<'_, T>,
        y: &mut [T],
        room: &mut [T],
    ) {
        let ([c, n], [height, width]) = (self.channels, self.sweep.padded());
        let (image, rest) = room.split_at_mut(height * width * c);
        let weights = &mut rest[..self.taps() * c * n + WIDEST];
        image.fill(T::zero());
        weights.fill(T::zero());
        let Sweep {
            taps,
            apart,
            step,
            output,
            to,
            ..
        } = *self.sweep;
        for group in 0..self.groups {
            filter(group, &mut *weights);
            let start = match start {
                Start::Row(row) => Start::Row(&row[group * n..][..n]),
                other => other,
            };
            for (from, into) in samples.clone() {
                self.pack(&x[from..], group, image);
                Contraction {
                    grid: RowGrid {
                        groups: output[0],
                        in_group: output[1],
                        a: [step[0] * width * c, step[1] * c],
                        c: to,
                    },
                    rows: Rows::Apart,
                    terms: Terms {
                        segments: taps[0],
                        len: taps[1] * c,
                        a_segment: apart[0] * width * c,
                        a_step: 1,
                        b_segment: taps[1] * c * n,
                        b_step: n,
                    },
                    n,
                    b_column: 1,
                    a: image,
                    b: weights,
                    start,
                    c: &mut y[into + group * n..],
                }
                .run(arch);
            }
        }
    }

    /// Adds the gradient of the filter: `xᵀ · dy` for every row of taps.
    pub(super) fn add_by_weights<T: Lanes>(
        &self,
        arch: Arch,
        samples: impl Iterator<Item = (usize, usize)> + Clone,
        [x, dy]: [&[T]; 2],
        dfilter: &mut [T],
        room: &mut [T],
    ) {
        let ([c, n], [height, width]) = (self.channels, self.sweep.padded());
        let Sweep {
            taps,
            apart,
            step,
            output,
            ..
        } = *self.sweep;
        let (image, rest) = room.split_at_mut(height * width * c);
        let (gradient, rest) = rest.split_at_mut(output[0] * output[1] * n + WIDEST);
        let sums = &mut rest[..self.taps() * c * n];
        image.fill(T::zero());
        gradient.fill(T::zero());
        let of_row = taps[1] * c * n;
        for group in 0..self.groups {
            sums.fill(T::zero());
            for (from, dy_from) in samples.clone() {
                self.pack(&x[from..], group, image);
                let pixels = dy[dy_from..].chunks_exact(self.groups * n);
                let whole = gradient[..output[0] * output[1] * n].chunks_exact_mut(n);
                for (to, pixel) in whole.zip(pixels) {
                    to.copy_from_slice(&pixel[group * n..][..n]);
                }
                for ky in 0..taps[0] {
                    Contraction {
                        grid: RowGrid {
                            groups: 1,
                            in_group: taps[1] * c,
                            a: [0, 1],
                            c: [of_row, n],
                        },
                        rows: Rows::Adjacent,
                        terms: Terms {
                            segments: output[0],
                            len: output[1],
                            a_segment: step[0] * width * c,
                            a_step: step[1] * c,
                            b_segment: output[1] * n,
                            b_step: n,
                        },
                        n,
                        b_column: 1,
                        a: &image[ky * apart[0] * width * c..],
                        b: gradient,
                        start: Start::Output,
                        c: &mut sums[ky * of_row..][..of_row],
                    }
                    .run(arch);
                }
            }
            let rows = dfilter.chunks_exact_mut(self.groups * n);
            for (row, sums) in rows.zip(sums.chunks_exact(n)) {
                for (to, &sum) in row[group * n..][..n].iter_mut().zip(sums) {
                    *to = *to + sum;
                }
            }
        }
    }

    /// One group of one image into the midst of the zeros.
    fn pack<T: Lanes>(&self, x: &[T], group: usize, image: &mut [T]) {
        let (c, [_, width]) = (self.channels[0], self.sweep.padded());
        let [above, before] = self.sweep.before.map(|before| before as usize);
        let [rows, columns] = self.sweep.image;
        let pixel = self.groups * c;
        let lines = image.chunks_exact_mut(width * c).skip(above);
        for (row, line) in x
            .chunks_exact((columns * pixel).max(1))
            .take(rows)
            .zip(lines)
        {
            let to = line.chunks_exact_mut(c).skip(before);
            for (pixel, to) in row.chunks_exact(pixel).zip(to) {
                to.copy_from_slice(&pixel[group * c..][..c]);
            }
        }
    }
}

impl GroupedWindow2d {
    /// Numbers that packing takes in any of the three forms.
    pub(super) const fn packed(&self) -> usize {
        let [i, o] = self.channels();
        let (mut image, mut d) = (1, 0);
        while d < 2 {
            // what windows of either direction meet
            let zeros = self.window.kernel[d].saturating_sub(1) * self.dilation[d];
            let step = self.window.stride[d];
            let read = (self.window.output[d] + 1) * step + zeros;
            let written = self.window.input[d] + zeros + 1;
            image *= if read > written { read } else { written };
            d += 1;
        }
        let taps = self.window.kernel[0] * self.window.kernel[1];
        let most = if i > o { i } else { o };
        let outputs = self.window.output[0] * self.window.output[1] * o;
        image * most + outputs + taps * i * o + 2 * WIDEST
    }
}
