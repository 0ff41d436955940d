//! Every network of `models`, whole and with its loss; large ones in a narrow instance.

use core_tensor::{Image, Scalar, Vector};
use models::{LeNet5, LeNet8, Mlp4, Mlp784};
use nn::{CrossEntropy, Mse};

use super::layers::classes;
use crate::case::{Case, Level};
use crate::evaluate::{self, Sizes, tensors};
use crate::function::{Function, function};
use crate::point::{Number, Point, Run, Values};

// name, samples, weights in ± scale: shape => network, loss, the targets that it makes of random numbers
macro_rules! models { ($($name:literal $samples:literal in $weights:literal: $x:ty => $net:ty, $loss:ident $targets:expr;)+) => { vec![$({
    fn sizes<T: Scalar>() -> Sizes { evaluate::layer_sizes::<$x, $net, T>() }
    fn values<T: Number>(point: &Point, run: Run) -> Values { evaluate::model::<$x, $net, $loss, T>(&$loss, point, &$targets(&point.targets), run) }
    Case::of(Level::Model, $name, concat!(stringify!($net), " with ", stringify!($loss)), Function {
        samples: $samples, weights: $weights, adds: true, ..function!(sizes::<f64>(), values)
    })
}),+] } }

/// The networks.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    models! {
        "Mlp4" 3 in 0.5: Vector<4> => Mlp4<T>, Mse tensors;
        "Mlp784" 2 in 0.1: Vector<784> => Mlp784<T>, CrossEntropy classes::<10>;
        "LeNet8" 2 in 0.2: Image<8, 8, 1> => LeNet8<T>, CrossEntropy classes::<10>;
        "LeNet5" 1 in 0.15: Image<28, 28, 1> => LeNet5<T>, CrossEntropy classes::<10>;
    }
}
