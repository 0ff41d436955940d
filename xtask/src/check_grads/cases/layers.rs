//! The first layers and losses of `nn`, at sides that are odd, differ in height and width, and cross the edges of the kernels' tiles.

use core_tensor::{Image, Matrix, Real, Vector};
use nn::{
    AvgPool2d, Class, Conv2d, CrossEntropy, Elementwise, ElementwiseLoss, Flatten,
    FlattenChannelsFirst, Formula, Frozen, Linear, LossFormula, MaxPool2d, Mse, RectConv2d, Relu,
    Residual, Sigmoid, Sum, Tanh, network,
};

use crate::case::{Case, Level};
use crate::evaluate::{self, tensors};
use crate::function::{Function, function};
use crate::point::{Number, Point, Run, Values};

// loss, samples, outputs in ± scale: shape => the targets that it makes of random numbers
macro_rules! losses { ($($loss:ident $samples:literal in $scale:literal: $y:ty => $targets:expr;)+) => { vec![$({
    fn values<T: Number>(point: &Point, _: Run) -> Values { evaluate::loss::<$y, $loss, T>(&$loss, point, &$targets(&point.targets)) }
    Case::of(Level::Loss, stringify!($loss), stringify!($loss), || Function {
        samples: $samples, range: [-$scale, $scale], ..function!(evaluate::loss_sizes::<$y>(), values)
    })
}),+] } }

network! {
    /// Fields of every kind.
    pub(crate) struct Named<T> { conv: Conv2d<2, 3, 3, 1, 1, T>, bend: Tanh, still: Frozen<Conv2d<3, 5, 1, 1, 0, T>>, flat: Flatten, out: Linear<60, 3, T> }
}

/// A polynomial, whose slopes come without a check.
pub(crate) struct Cubic;
impl Formula for Cubic {
    const NAME: &'static str = "Cubic";
    const FLOPS: u64 = 4;
    fn value<R: Real>(x: R) -> R {
        x + x * x * x / R::of(3.0)
    }
}

/// Functions and a quotient, of one number and of two.
pub(crate) struct Wave;
impl Formula for Wave {
    const NAME: &'static str = "Wave";
    const FLOPS: u64 = 50;
    fn value<R: Real>(x: R) -> R {
        x.sin() / (R::one() + (-x).exp())
    }
}
impl LossFormula for Wave {
    fn value<R: Real>(&self, y: R, target: R) -> R {
        (y - target).cosh().ln() + y.sin() / (R::one() + target * target)
    }
}

/// A class for each sample from its first number.
pub(crate) fn classes<const N: usize>(numbers: &[f64]) -> Vec<Class<N>> {
    let class = |number: &[f64]| Class::new((number[0].abs() * 1e4) as usize % N);
    numbers.chunks(N).map(class).collect()
}

/// The layers, then the losses.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    let mut cases = layers! {
        "Linear" 1: Vector<1> => Linear<1, 1, T>;
        "Linear" 3: Vector<5> => Linear<5, 7, T>;
        "Linear" 17: Vector<9> => Linear<9, 33, T>;
        "Linear" 5: Vector<67> => Linear<67, 35, T>;
        "Conv2d" 2: Image<5, 7, 3> => Conv2d<3, 5, 3, 1, 1, T>;
        "Conv2d" 3: Image<7, 6, 1> => Conv2d<1, 6, 5, 1, 2, T>;
        "Conv2d" 2: Image<7, 9, 2> => Conv2d<2, 3, 3, 2, 0, T>;
        "Conv2d" 2: Image<6, 5, 3> => Conv2d<3, 17, 2, 2, 1, T>;
        "Conv2d" 2: Image<5, 4, 7> => Conv2d<7, 9, 1, 1, 0, T>;
        "Conv2d" 1: Image<4, 3, 2> => Conv2d<2, 3, 1, 3, 2, T>;
        "Conv2d" 1: Image<13, 11, 1> => Conv2d<1, 2, 11, 1, 0, T>;
        "Conv2d" 1: Image<9, 10, 2> => Conv2d<2, 3, 7, 3, 2, T>;
        "Conv2d" 1: Image<5, 5, 9> => Conv2d<9, 35, 3, 1, 1, T>;
        "Conv2d" 2: Image<6, 7, 3> => RectConv2d<3, 5, 3, 5, 2, 1, 0, 1, T>;
        "Conv2d" 2: Image<7, 4, 2> => RectConv2d<2, 3, 1, 3, 3, 2, 0, 2, T>;
        "Conv2d" 1: Image<5, 8, 4> => RectConv2d<4, 3, 4, 2, 1, 3, 2, 0, T>;
        "MaxPool2d" 2: Image<5, 7, 3> => MaxPool2d<2>;
        "MaxPool2d" 2: Image<7, 6, 2> => MaxPool2d<3, 2>;
        "MaxPool2d" 1: Image<4, 5, 17> => MaxPool2d<3, 1, 1>;
        "MaxPool2d" 2: Image<6, 4, 3> => MaxPool2d<3, 2, 0, 2, 1, 0>;
        "AvgPool2d" 2: Image<5, 7, 3> => AvgPool2d<2>;
        "AvgPool2d" 2: Image<7, 6, 2> => AvgPool2d<3, 2>;
        "AvgPool2d" 1: Image<4, 5, 17> => AvgPool2d<3, 1, 1>;
        "AvgPool2d" 2: Image<6, 4, 3> => AvgPool2d<3, 2, 0, 2, 1, 0>;
        "Relu" 3: Image<3, 5, 7> => Relu;
        "Relu" 1: Vector<1> => Relu;
        "Tanh" 3: Image<3, 5, 7> => Tanh;
        "Sigmoid" 3: Matrix<5, 7> => Sigmoid;
        "Elementwise" 3: Image<3, 5, 7> => Elementwise<Cubic>;
        "Elementwise" 2: Vector<67> => Elementwise<Wave>;
        "Flatten" 3: Image<3, 5, 2> => Flatten;
        "FlattenChannelsFirst" 3: Image<3, 5, 2> => FlattenChannelsFirst;
        "FlattenChannelsFirst" 2: Image<5, 3, 7> => (Tanh, FlattenChannelsFirst, Linear<105, 2, T>);
        "Flatten" 2: Matrix<5, 3> => (Tanh, Flatten, Linear<15, 2, T>);
        "Residual" 3: Vector<5> => Residual<Linear<5, 5, T>>;
        "Residual" 2: Image<5, 4, 3> => (Conv2d<3, 5, 1, 1, 0, T>, Residual<(Conv2d<5, 7, 3, 1, 1, T>, Tanh, Residual<Relu>, Conv2d<7, 5, 1, 1, 0, T>)>, Sigmoid);
        "Residual" 2: Vector<3> => (Residual<Residual<Tanh>>, Linear<3, 2, T>);
        "Sum" 3: Vector<5> => Sum<Linear<5, 3, T>, Linear<5, 3, T>>;
        "Sum" 2: Image<5, 4, 3> => (Conv2d<3, 5, 1, 1, 0, T>, Sum<(Conv2d<5, 7, 3, 2, 1, T>, Tanh), Conv2d<5, 7, 1, 2, 0, T>>, Sigmoid);
        "Sum" 2: Vector<3> => Sum<Sum<Tanh, Frozen<Linear<3, 3, T>>>, Residual<Linear<3, 3, T>>>;
        "Frozen" 3: Vector<5> => (Linear<5, 3, T>, Frozen<(Linear<3, 7, T>, Tanh)>, Linear<7, 2, T>);
        "Frozen" 2: Image<5, 4, 1> => (Frozen<Conv2d<1, 3, 3, 1, 0, T>>, Tanh, Flatten, Linear<18, 2, T>);
        "Frozen" 2: Vector<3> => Frozen<Residual<Linear<3, 3, T>>>;
        "tuple" 2: Image<9, 7, 1> => (Conv2d<1, 3, 3, 1, 1, T>, Relu, MaxPool2d<2>, Conv2d<3, 5, 3, 1, 0, T>, Tanh, Flatten, Linear<10, 7, T>, Sigmoid, Linear<7, 3, T>);
        "tuple" 3: Vector<3> => ((Linear<3, 5, T>, (Tanh,)), ((Linear<5, 7, T>, Sigmoid), Linear<7, 2, T>));
        "tuple" 1: Vector<3> => (Linear<3, 2, T>, Tanh, Linear<2, 3, T>, Tanh, Linear<3, 2, T>, Tanh, Linear<2, 3, T>, Tanh, Linear<3, 2, T>, Tanh, Linear<2, 3, T>, Tanh, Linear<3, 2, T>, Tanh, Linear<2, 3, T>, Sigmoid);
        "network!" 2: Image<3, 4, 2> => Named<T>;
    };
    cases.extend(losses! {
        CrossEntropy 3 in 2.0: Vector<7> => classes::<7>;
        CrossEntropy 1 in 2.0: Vector<2> => classes::<2>;
        CrossEntropy 5 in 20.0: Vector<33> => classes::<33>;
        Mse 3 in 2.0: Vector<7> => tensors;
        Mse 1 in 2.0: Vector<1> => tensors;
        Mse 5 in 2.0: Image<3, 5, 2> => tensors;
    });
    cases.push({
        fn values<T: Number>(point: &Point, _: Run) -> Values { evaluate::loss::<Image<3, 5, 2>, _, T>(&ElementwiseLoss(Wave), point, &tensors(&point.targets)) }
        Case::of(Level::Loss, "ElementwiseLoss", "ElementwiseLoss<Wave>", || Function {
            samples: 3, range: [-2.0, 2.0], ..function!(evaluate::loss_sizes::<Image<3, 5, 2>>(), values)
        })
    });
    cases
}
