//! The sizes that follow from the geometry of a convolution: operations and room.

use super::Window2d;
use super::fold::fold_len;
use super::planar::Planar;
use super::spread::Spread;

impl Window2d {
    /// Numbers in one input.
    pub const fn input_len(&self) -> usize {
        self.input[0] * self.input[1] * self.input[2]
    }

    /// Numbers in one output.
    pub const fn output_len(&self) -> usize {
        self.output[0] * self.output[1] * self.output[2]
    }

    /// Numbers in the filter of a convolution.
    pub const fn filter_len(&self) -> usize {
        self.kernel[0] * self.kernel[1] * self.input[2] * self.output[2]
    }

    /// Floating-point operations of a convolution forward, a sample; as many by data and by weights. Taps in the padding count.
    pub const fn flops(&self) -> usize {
        2 * self.output[0] * self.output[1] * self.filter_len()
    }

    /// Numbers of scratch that the three forms of a convolution need, whatever the batch and the machine.
    pub const fn scratch(&self) -> usize {
        let forward = self.padded_input()
            + fold_len(self.kernel, self.stride[1], self.input[2], self.output[2]);
        let [height, width] = self.padded_output();
        let by_data = height * width * self.output[2]
            + self.filter_len()
            + fold_len(self.kernel, 1, self.output[2], self.input[2]);
        let planar = if self.stride[0] == 1 && self.stride[1] == 1 {
            largest([self.planar().room(), self.planar().room_by_weights()])
        } else {
            0
        };
        let planar_by_data = match self.planar_by_data() {
            Some(planar) => self.filter_len() + planar.room(),
            None => 0,
        };
        let spread = Spread(*self).room();
        largest([forward, by_data, planar, planar_by_data, spread])
    }

    /// The convolution by pixels; its stride must be 1.
    pub(super) const fn planar(&self) -> Planar {
        Planar {
            input: self.input,
            output: self.output,
            kernel: self.kernel,
            padding: self.padding,
        }
    }

    /// The gradient of the data by pixels: a convolution of the output's gradient with the filter in reverse.
    pub(super) const fn planar_by_data(&self) -> Option<Planar> {
        let [kernel, padding] = [self.kernel, self.padding];
        if self.stride[0] != 1
            || self.stride[1] != 1
            || padding[0] >= kernel[0]
            || padding[1] >= kernel[1]
        {
            return None;
        }
        Some(Planar {
            input: self.output,
            output: self.input,
            kernel,
            padding: [kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]],
        })
    }

    /// Numbers in a sample with its padding; none are needed without padding.
    pub(super) const fn padded_input(&self) -> usize {
        if self.padding[0] + self.padding[1] == 0 {
            return 0;
        }
        (self.input[0] + 2 * self.padding[0])
            * (self.input[1] + 2 * self.padding[1])
            * self.input[2]
    }

    /// Height and width of the gradient of an output, with zeros for the windows that would hang over the edge.
    pub(super) const fn padded_output(&self) -> [usize; 2] {
        let mut sides = [0; 2];
        let mut d = 0;
        while d < 2 {
            let last = (self.padding[d] + self.input[d]).saturating_sub(1) / self.stride[d] + 1;
            let windows = if last > self.output[d] {
                last
            } else {
                self.output[d]
            };
            sides[d] = windows + self.kernel[d].div_ceil(self.stride[d]) - 1;
            d += 1;
        }
        sides
    }
}

const fn largest<const N: usize>(numbers: [usize; N]) -> usize {
    let mut most = 0;
    let mut i = 0;
    while i < N {
        if numbers[i] > most {
            most = numbers[i];
        }
        i += 1;
    }
    most
}
