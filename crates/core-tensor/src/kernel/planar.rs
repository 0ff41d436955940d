//! Convolutions with few output channels: the lanes of a register are neighbouring pixels, the rows of the tile are the channels.
//!
//! The image is laid out as `[row][channel][column]` with zeros before and after its columns. Then the terms of an output row, for one
//! column of the window, are neighbours in memory; rows of the window outside the image are left out, so padding above and below is free.

use pulp::{Arch, Simd, WithSimd};

use super::Start;
use super::array::from_fn;
use super::block::{every_shape, lanes_of_tiles};
use super::lanes::Lanes;
use super::planes::part;
use super::starts::Starts;
use super::tile::Sums;

/// More output channels than this fill registers by themselves.
const MOST_CHANNELS: usize = 8;
/// Smaller windows do not repay laying the image out.
const FEWEST_TAPS: usize = 9;
/// Rows of zeros above and below the image: a tile of four image rows reads up to three of them.
pub(super) const MARGIN: usize = 3;
/// Numbers after the image that the last vectors of a tile may read.
const SLACK: usize = 96;

/// A convolution of stride 1 whose filter lies as `[height][width][channel in][channel out]`.
#[derive(Clone, Copy)]
pub(super) struct Planar {
    /// height, width and channels
    pub(super) input: [usize; 3],
    /// height, width and channels
    pub(super) output: [usize; 3],
    pub(super) kernel: [usize; 2],
    /// zeros above and to the left
    pub(super) padding: [usize; 2],
}

impl Planar {
    /// Numbers of scratch.
    pub(super) const fn room(&self) -> usize {
        if self.output[2] > MOST_CHANNELS || self.kernel[0] * self.kernel[1] < FEWEST_TAPS {
            return 0;
        }
        self.image_len() + self.kernel[0] * self.kernel[1] * self.input[2] * MOST_CHANNELS
    }

    pub(super) const fn image_len(&self) -> usize {
        (self.input[0] + 2 * MARGIN) * self.input[2] * self.pitch() + SLACK
    }

    /// Numbers in a row of the image with its zeros.
    pub(super) const fn pitch(&self) -> usize {
        self.output[1] + self.kernel[1] - 1
    }

    /// Whether this is the faster way: there is a tile for the number, and image rows fill most of their vectors.
    pub(super) fn pays<T: Lanes>(&self, arch: Arch) -> bool {
        let mut sides = self.input.iter().chain(&self.output);
        sides.all(|&side| side > 0)
            && lanes_of_tiles::<T>(arch).is_some_and(|lanes| self.pays_with(lanes))
    }

    /// Whether image rows fill most of their vectors of so many lanes.
    pub(super) const fn pays_with(&self, lanes: usize) -> bool {
        let width = self.output[1];
        self.room() > 0 && 4 * width >= 3 * width.next_multiple_of(lanes)
    }

    /// `y = start + x ∗ filter` for a batch. `scratch` holds at least [`Planar::room`] numbers.
    pub(super) fn run<T: Lanes>(
        self,
        arch: Arch,
        x: &[T],
        filter: &[T],
        start: Start<'_, T>,
        y: &mut [T],
        scratch: &mut [T],
    ) {
        let (image, rest) = scratch.split_at_mut(self.image_len());
        let channels = match self.output[2] {
            ..=3 => 3,
            4..=6 => 6,
            _ => 8,
        };
        let taps = &mut rest[..self.kernel[0] * self.kernel[1] * self.input[2] * channels];
        self.lay_out_filter(filter, channels, taps);
        image.fill(T::zero());
        let [input, output] = [self.input, self.output].map(|[h, w, c]| h * w * c);
        for (x, y) in x.chunks_exact(input).zip(y.chunks_exact_mut(output)) {
            arch.dispatch(Image {
                of: self,
                x,
                image,
                taps,
                start,
                y,
            });
        }
    }

    /// `taps[kx][ky][c][o]`, zeros for the rows of the tile that are no channel.
    fn lay_out_filter<T: Lanes>(&self, filter: &[T], channels: usize, taps: &mut [T]) {
        let ([height, width], c, o) = (self.kernel, self.input[2], self.output[2]);
        taps.fill(T::zero());
        for (i, to) in taps.chunks_exact_mut(channels).enumerate() {
            let (kx, ky, c_in) = (i / (height * c), i / c % height, i % c);
            to[..o].copy_from_slice(&filter[((ky * width + kx) * c + c_in) * o..][..o]);
        }
    }

    /// Writes the rows of the image between their zeros.
    #[inline(always)]
    pub(super) fn lay_out_image<T: Lanes, S: Simd>(&self, simd: S, x: &[T], image: &mut [T]) {
        let ([_, width, c], pitch) = (self.input, self.pitch());
        let columns = width.min(pitch - self.padding[1]);
        let rows = image[MARGIN * c * pitch..].chunks_exact_mut(c * pitch);
        for (x, to) in x.chunks_exact(width * c).zip(rows) {
            part(
                simd,
                &x[..columns * c],
                c,
                &mut to[self.padding[1]..],
                pitch,
            );
        }
    }
}

/// One image, and room to lay it out.
struct Image<'a, T> {
    of: Planar,
    x: &'a [T],
    image: &'a mut [T],
    taps: &'a [T],
    start: Start<'a, T>,
    y: &'a mut [T],
}

impl<T: Lanes> WithSimd for Image<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if const { every_shape::<T, S>() } {
            self.of.lay_out_image(simd, self.x, self.image);
            match self.of.output[2] {
                ..=3 => self.tiles::<S, 3, 4>(simd),
                4..=6 => self.tiles::<S, 6, 4>(simd),
                _ => self.tiles::<S, 8, 2>(simd),
            }
        }
    }
}

impl<T: Lanes> Image<'_, T> {
    /// All pixels, a tile of `NV` vectors at a time: as many of one image row as it fills, and as many rows.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "a vector's number says where its pixels lie"
    )]
    fn tiles<S: Simd, const MR: usize, const NV: usize>(&mut self, simd: S) {
        let lanes = T::lanes::<S>();
        let [height, width, o] = self.of.output;
        let across = match width.div_ceil(lanes) {
            1 => 1,
            2 | 3 => 2,
            _ => NV,
        };
        let bias: [T; MR] = from_fn(|r| match self.start {
            Start::Row(row) if r < o => row[r],
            _ => T::zero(),
        });
        for i in (0..height).step_by(NV / across) {
            for j in (0..width).step_by(across * lanes) {
                let sums = self.tile::<S, MR, NV>(simd, [i, j], across, bias);
                // A copy, number by number: an array that is indexed by a variable lies in memory from its first sum on.
                let mut channels = [[sums[0][0]; MR]; NV];
                for v in 0..NV {
                    for r in 0..MR {
                        channels[v][r] = sums[r][v];
                    }
                }
                for v in 0..NV {
                    let [i, j] = [i + v / across, j + v % across * lanes];
                    if i < height && j < width {
                        let to = &mut self.y[(i * width + j) * o..][..lanes.min(width - j) * o];
                        write::<T, S, MR>(channels[v], o, matches!(self.start, Start::Output), to);
                    }
                }
            }
        }
    }

    /// The sums of one tile whose first pixel is `[i, j]`.
    #[inline(always)]
    fn tile<S: Simd, const MR: usize, const NV: usize>(
        &self,
        simd: S,
        [i, j]: [usize; 2],
        across: usize,
        bias: [T; MR],
    ) -> Sums<T, S, MR, NV> {
        let lanes = T::lanes::<S>();
        let (of, c, pitch) = (&self.of, self.of.input[2], self.of.pitch());
        // The rows of the window that meet the image in any row of the tile.
        let above = of.padding[0];
        let first = above.saturating_sub(i + NV / across - 1).min(of.kernel[0]);
        let last = of.kernel[0].min((of.input[0] + above).saturating_sub(i));
        let steps = last.saturating_sub(first) * c;
        let from = ((i + first + MARGIN).saturating_sub(above)) * c * pitch + j;
        let vectors = Starts::<NV>::new(from_fn(|v| v / across * c * pitch + v % across * lanes));
        let mut sums: Sums<T, S, MR, NV> = from_fn(|r| [T::splat(simd, bias[r]); NV]);
        for kx in 0..of.kernel[1] {
            let taps = &self.taps[(kx * of.kernel[0] + first) * c * MR..][..steps * MR];
            let mut at = from + kx;
            for x in taps.as_chunks::<MR>().0 {
                let pixels = &self.image[at..];
                let b = vectors.load::<T, S, 1>(pixels);
                for r in 0..MR {
                    let x = T::splat(simd, x[r]);
                    for v in 0..NV {
                        sums[r][v] = T::fma(simd, x, b[v][0], sums[r][v]);
                    }
                }
                at += pitch;
            }
        }
        sums
    }
}

/// Writes pixels whose channels lie in vectors of their own.
#[inline(always)]
fn write<T: Lanes, S: Simd, const MR: usize>(
    channels: [T::Vector<S>; MR],
    o: usize,
    add: bool,
    y: &mut [T],
) {
    let channels: [&[T]; MR] = from_fn(|r| bytemuck::cast_slice(&channels[r..=r]));
    for (j, y) in y.chunks_exact_mut(o).enumerate() {
        for r in 0..MR {
            if r < o {
                y[r] = if add {
                    y[r] + channels[r][j]
                } else {
                    channels[r][j]
                };
            }
        }
    }
}
