//! The losses of `nn` that need more than `layers` says of one: numbers of their own, outputs between 0 and 1, targets of a kind.

use core_tensor::{Image, Scalar, Sequence, Shape, Tensor, Vector};
use nn::{
    BatchSum, Bce, BceWithLogits, Class, Cosine, DetectionLoss, Dice, Focal, HalfSquaredError,
    Hinge, Huber, KlDivergence, LabelSmoothing, Mae, Nll, Object, PixelCrossEntropy, SmoothL1,
    SoftCrossEntropy, StepCrossEntropy, Total, WeightedCrossEntropy, WeightedNll,
};

use super::layers::classes;
use crate::case::{Case, Level};
use crate::evaluate::{self, tensors};
use crate::function::{Function, function};
use crate::point::{Number, Point, Run, Values};

// name, samples, the range of outputs: shape => loss, the targets that it makes of random numbers
macro_rules! losses { ($($name:literal $samples:literal in $range:expr, $y:ty => $loss:expr, $targets:expr;)+) => { vec![$({
    fn values<T: Number>(point: &Point, _: Run) -> Values { evaluate::loss::<$y, _, T>(&$loss, point, &$targets(&point.targets)) }
    Case::of(Level::Loss, $name, stringify!($loss), || Function {
        samples: $samples, range: $range, ..function!(evaluate::loss_sizes::<$y>(), values)
    })
}),+] } }

/// Zeros and ones.
fn bits<Y: Shape, T: Scalar>(numbers: &[f64]) -> Vec<Tensor<Y, T>> {
    let bits: Vec<f64> = numbers
        .iter()
        .map(|&number| f64::from(u8::from(number > 0.0)))
        .collect();
    tensors(&bits)
}

/// Numbers between 0 and 1.
fn chances<Y: Shape, T: Scalar>(numbers: &[f64]) -> Vec<Tensor<Y, T>> {
    let chances: Vec<f64> = numbers.iter().map(|number| 0.5 + number / 5.0).collect();
    tensors(&chances)
}

/// A class for each of six pixels.
fn pixels(numbers: &[f64]) -> Vec<[[Class<5>; 2]; 3]> {
    let of_sample = |classes: &[Class<5>]| [0, 1, 2].map(|i| [classes[2 * i], classes[2 * i + 1]]);
    classes::<5>(numbers).chunks(6).map(of_sample).collect()
}

/// A class for three of four steps, and none for the other.
fn steps(numbers: &[f64]) -> Vec<[Option<Class<5>>; 4]> {
    let of_sample = |c: &[Class<5>]| [Some(c[0]), None, Some(c[2]), Some(c[3])];
    classes::<5>(numbers).chunks(4).map(of_sample).collect()
}

/// Every second sample holds an object.
fn objects(numbers: &[f64]) -> Vec<Option<Object>> {
    let object = |(i, n): (usize, &[f64])| {
        let [x, y] = [n[1], n[2]].map(|n| 0.5 + n / 5.0);
        let [width, height] = [n[3], n[4]].map(f64::exp);
        let object = Object {
            x,
            y,
            width,
            height,
        };
        (i % 2 == 0).then_some(object)
    };
    numbers.chunks_exact(5).enumerate().map(object).collect()
}

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    losses! {
        "Mae" 3 in [-2.0, 2.0], Image<3, 5, 2> => Mae, tensors;
        "HalfSquaredError" 3 in [-2.0, 2.0], Vector<7> => HalfSquaredError, tensors;
        "BatchSum" 3 in [-2.0, 2.0], Vector<5> => BatchSum(Total(Huber { delta: 0.5 })), tensors;
        "BatchSum" 1 in [-2.0, 2.0], Vector<3> => BatchSum(HalfSquaredError), tensors;
        "Total" 3 in [-2.0, 2.0], Vector<7> => Total(HalfSquaredError), tensors;
        "Huber" 3 in [-2.0, 2.0], Image<3, 5, 2> => Huber { delta: 0.75 }, tensors;
        "SmoothL1" 3 in [-2.0, 2.0], Image<3, 5, 2> => SmoothL1 { beta: 0.75 }, tensors;
        "Bce" 3 in [0.1, 0.9], Image<3, 5, 2> => Bce, chances;
        "BceWithLogits" 3 in [-3.0, 3.0], Image<3, 5, 2> => BceWithLogits, chances;
        "Focal" 3 in [-3.0, 3.0], Image<3, 5, 2> => Focal { alpha: 0.25, gamma: 2.0 }, bits;
        "Hinge" 3 in [-3.0, 3.0], Image<3, 5, 2> => Hinge, tensors;
        "KlDivergence" 3 in [-3.0, 0.0], Vector<7> => KlDivergence, chances;
        "Cosine" 3 in [-2.0, 2.0], Vector<7> => Cosine, tensors;
        "Dice" 3 in [0.1, 0.9], Image<3, 5, 2> => Dice, bits;
        "SoftCrossEntropy" 3 in [-2.0, 2.0], Vector<7> => SoftCrossEntropy, chances;
        "SoftCrossEntropy" 2 in [-2.0, 2.0], Image<2, 3, 5> => SoftCrossEntropy, chances;
        "LabelSmoothing" 3 in [-2.0, 2.0], Vector<7> => LabelSmoothing { alpha: 0.1 }, classes::<7>;
        "WeightedCrossEntropy" 3 in [-2.0, 2.0], Vector<3> => WeightedCrossEntropy { weights: [0.5, 2.0, 1.25] }, classes::<3>;
        "Nll" 3 in [-2.0, 2.0], Vector<7> => Nll, classes::<7>;
        "WeightedNll" 3 in [-2.0, 2.0], Vector<3> => WeightedNll { weights: [0.5, 2.0, 1.25] }, classes::<3>;
        "DetectionLoss" 3 in [-2.0, 2.0], Vector<5> => DetectionLoss, objects;
        "PixelCrossEntropy" 2 in [-2.0, 2.0], Image<3, 2, 5> => PixelCrossEntropy, pixels;
        "StepCrossEntropy" 3 in [-2.0, 2.0], Sequence<4, 5> => StepCrossEntropy, steps;
    }
}
