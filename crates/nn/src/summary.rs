//! A network as a table: layer, shapes, parameters, operations, bytes.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::iter::once;

use core_tensor::shape::name;
use core_tensor::{Params, Path, Scalar, Shape};

use crate::graph::grouped;
use crate::{Field, Layer, training_room};

/// The table of a network, and its memory. Print it with `{}`.
#[derive(Clone, Debug)]
pub struct Summary {
    rows: Vec<[String; COLUMNS]>,
    /// whether any layer sees more than a point and less than all
    windows: bool,
    /// how many numbers the network holds
    pub parameters: usize,
    /// how many of them learn
    pub trainable: usize,
    /// additions and multiplications of forward, a sample
    pub flops: u64,
    /// bytes of the weights, those of each layer in whole cache lines
    pub weight_bytes: usize,
    /// bytes of the gradient
    pub gradient_bytes: usize,
    /// samples of a batch
    pub capacity: usize,
    /// bytes of a training pass on a full batch
    pub training_bytes: usize,
    /// bytes of an inference pass on one sample
    pub inference_bytes: usize,
}

const COLUMNS: usize = 8;
/// The column of what a position of the output sees of the network's input: left out where there are no windows.
const SEES: usize = 4;
const HEAD: [&str; COLUMNS] = [
    "",
    "layer",
    "in",
    "out",
    "sees",
    "parameters",
    "FLOPs",
    "bytes kept",
];

impl Summary {
    /// The table of `L` on samples of shape `X`, with room for batches of `capacity`.
    pub fn of<X: Shape, L: Layer<X, T>, T: Scalar>(capacity: usize) -> Self {
        let (mut rows, mut windows) = (Vec::new(), false);
        let axes = name::<X>().1.len().saturating_sub(1);
        L::describe(&Path::Root).rows(&mut |row, field| {
            windows |= axes > 0 && field != Field::POINT && field != Field::ALL;
            let still = row.parameters > 0 && !row.learns;
            let layer = if still {
                format!("{} (frozen)", row.layer)
            } else {
                row.layer.to_string()
            };
            rows.push([
                row.path.clone(),
                layer,
                row.input.to_string(),
                row.output.to_string(),
                field.along(axes),
                grouped(row.parameters as u64),
                grouped(row.flops),
                grouped(row.kept as u64),
            ]);
        });
        Self {
            rows,
            windows,
            parameters: L::COUNT,
            trainable: L::TRAINABLE,
            flops: L::FLOPS,
            weight_bytes: size_of::<L>(),
            gradient_bytes: size_of::<<L as Params<T>>::Grad>(),
            capacity,
            training_bytes: training_room::<X, L, T>(capacity) * size_of::<T>(),
            inference_bytes: L::ROOM.inference(1) * size_of::<T>(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = || once(HEAD).chain(self.rows.iter().map(|row| row.each_ref().map(|s| &s[..])));
        let width: [usize; COLUMNS] = core::array::from_fn(|c| {
            let widths = table().map(|row| row[c].chars().count());
            widths.max().unwrap_or(0)
        });
        for row in table() {
            for (c, (text, width)) in row.into_iter().zip(width).enumerate() {
                match c {
                    0 => write!(f, "{text:width$}")?,
                    SEES if !self.windows => {}
                    1..=SEES => write!(f, "  {text:width$}")?,
                    _ => write!(f, "  {text:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        let n = |x: usize| grouped(x as u64);
        write!(f, "{} parameters", n(self.parameters))?;
        if self.trainable < self.parameters {
            write!(f, ", {} of them learn", n(self.trainable))?;
        }
        writeln!(f, "; {} FLOPs a sample forward", grouped(self.flops))?;
        writeln!(
            f,
            "training on batches of {}: {} bytes of weights + {} of gradient + {} of arena; inference of one sample: {} bytes of arena",
            self.capacity,
            n(self.weight_bytes),
            n(self.gradient_bytes),
            n(self.training_bytes),
            n(self.inference_bytes)
        )
    }
}
