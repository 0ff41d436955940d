//! A window that slides over one padded image: what convolutions forward and by data have in common.

use pulp::Arch;

use super::Start;
use super::block::RowGrid;
use super::contract::Contraction;
use super::fold::{FOLD_CHANNELS, MOST_FOLDED};
use super::lanes::Lanes;
use super::tile::{Rows, Terms};

/// A window without padding that slides over one image: what forward and by data have in common.
pub(super) struct Correlation {
    /// numbers in a row of the image
    pub(super) row: usize,
    /// channels of the image
    pub(super) c: usize,
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    /// height, width, channels of the output
    pub(super) output: [usize; 3],
    /// distance between rows and between pixels of the output
    pub(super) to: [usize; 2],
}

impl Correlation {
    pub(super) fn run<T: Lanes>(
        &self,
        arch: Arch,
        x: &[T],
        filter: &[T],
        start: Start<'_, T>,
        y: &mut [T],
    ) {
        let len = self.kernel[1] * self.c;
        let n = self.output[2];
        Contraction {
            grid: RowGrid {
                groups: self.output[0],
                in_group: self.output[1],
                a: [self.stride[0] * self.row, self.stride[1] * self.c],
                c: self.to,
            },
            rows: Rows::Apart,
            terms: Terms {
                segments: self.kernel[0],
                len,
                a_segment: self.row,
                a_step: 1,
                b_segment: len * n,
                b_step: n,
            },
            n,
            b_column: 1,
            a: x,
            b: filter,
            start,
            c: y,
        }
        .run(arch);
    }

    /// The same with `p` neighbouring pixels as one of `p` times the channels. Pixels that do not fill a fold are done alone.
    pub(super) fn run_folded<T: Lanes>(
        &self,
        arch: Arch,
        p: usize,
        x: &[T],
        [filter, folded]: [&[T]; 2],
        start: Start<'_, T>,
        y: &mut [T],
    ) {
        let [height, width, o] = self.output;
        let mut bias = [T::zero(); MOST_FOLDED * FOLD_CHANNELS];
        let folded_start = match start {
            Start::Row(row) => {
                bias.chunks_exact_mut(o)
                    .take(p)
                    .for_each(|b| b.copy_from_slice(row));
                Start::Row(&bias[..p * o])
            }
            other => other,
        };
        let wide = Correlation {
            kernel: [self.kernel[0], self.kernel[1] + (p - 1) * self.stride[1]],
            stride: [self.stride[0], self.stride[1] * p],
            output: [height, width / p, p * o],
            to: [self.to[0], p * self.to[1]],
            ..*self
        };
        wide.run(arch, x, folded, folded_start, y);
        let done = width / p * p;
        if done < width {
            let rest = Correlation {
                output: [height, width - done, o],
                ..*self
            };
            rest.run(
                arch,
                &x[done * self.stride[1] * self.c..],
                filter,
                start,
                &mut y[done * self.to[1]..],
            );
        }
    }
}
