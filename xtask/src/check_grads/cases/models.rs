//! Every network of `models`, whole and with its loss; large ones in a narrow instance.

use core_tensor::{Image, Scalar, Vector};
use models::googlenet::{GoogLeNetOf, Head, Inception};
use models::resnet::{ResNeXtOf, SmallPlainNet, SmallResNet};
use models::*;
use nn::{Auxiliary, Class, CrossEntropy, Linear, Mse, Residual};

use super::layers::classes;
use super::shapes::Words;
use crate::case::{Case, Level};
use crate::evaluate::{self, Sizes, tensors};
use crate::function::{Function, function};
use crate::point::{Number, Point, Run, Values};

// name, samples, weights in ± scale: shape => network, loss, the targets that it makes of random numbers
macro_rules! models { ($($name:literal $samples:literal in $weights:literal: $x:ty => $net:ty, $loss:expr, $targets:expr;)+) => { vec![$({
    fn sizes<T: Scalar>() -> Sizes { evaluate::layer_sizes::<$x, $net, T>() }
    fn values<T: Number>(point: &Point, run: Run) -> Values { evaluate::model::<$x, $net, _, T>(&$loss, point, &$targets(&point.targets), run) }
    Case::of(Level::Model, $name, concat!(stringify!($net), " with ", stringify!($loss)), || Function {
        samples: $samples, weights: $weights, adds: true, ..function!(sizes::<f64>(), values)
    })
}),+] } }

/// A module that leaves the number of channels alone, so that it is compiled once a side.
type Module<T> = Inception<6, 2, 1, 2, 1, 1, 1, T>;
type SmallHead<T> = Head<6, 3, T, 1, 16, 3, 0>;
#[rustfmt::skip]
type SmallGoogLeNet<T> = GoogLeNetOf<
    3, 2, 6, 6,
    Module<T>, Module<T>, Module<T>, Module<T>, Module<T>, Module<T>, Module<T>, Module<T>, Module<T>,
    SmallHead<T>, SmallHead<T>, T, 0,
>;

fn auxiliary<M>(main: M) -> Auxiliary<M, CrossEntropy> {
    Auxiliary {
        main,
        head: CrossEntropy,
        weight: 0.3,
    }
}

/// A class for each sample, which the network and its two heads share.
fn behind_heads(numbers: &[f64]) -> Vec<Class<3>> {
    numbers
        .chunks(9)
        .map(|numbers| classes(&numbers[..3])[0])
        .collect()
}

/// The networks.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    models! {
        "Mlp4" 3 in 0.5: Vector<4> => Mlp4<T>, Mse, tensors;
        "Mlp784" 2 in 0.1: Vector<784> => Mlp784<T>, CrossEntropy, classes::<10>;
        "LeNet8" 2 in 0.2: Image<8, 8, 1> => LeNet8<T>, CrossEntropy, classes::<10>;
        "Mlp" 2 in 0.5: Vector<5> => Mlp<5, 7, 3, 2, T>, Mse, tensors;
        "LogisticRegression" 3 in 0.5: Vector<5> => LogisticRegression<5, T>, Mse, tensors;
        "Perceptron" 3 in 0.5: Vector<5> => Perceptron<5, T>, Mse, tensors;
        "SoftmaxRegression" 3 in 0.5: Vector<5> => SoftmaxRegression<5, 3, T>, CrossEntropy, classes::<3>;
        "Neuron" 3 in 0.5: Vector<5> => (Linear<5, 5, T>, Residual<(Neuron<5, T>, Linear<1, 5, T>)>), Mse, tensors;
        "DenseAutoencoder" 2 in 0.5: Vector<7> => DenseAutoencoder<7, 5, 2, T>, Mse, tensors;
        "Espcn" 2 in 0.3: Image<5, 4, 1> => Espcn<2, 4, T, 1, 3, 2>, Mse, tensors;
        "EsrganSlim" 1 in 0.3: Image<5, 4, 3> => EsrganSlim<2, 12, T, 3, 2, 5, 6, 2>, Mse, tensors;
        "Inception" 2 in 0.2: Image<5, 4, 3> => Inception<3, 2, 3, 4, 1, 2, 3, T>, Mse, tensors;
        "Head" 2 in 0.2: Image<5, 4, 3> => Head<3, 5, T, 2, 32, 7>, Mse, tensors;
        "SmallPlainNet" 2 in 0.4: Image<8, 8, 2> => SmallPlainNet<2, 1, 3, T, 2, 3, 4, 2>, CrossEntropy, classes::<3>;
        "AlexNetOriginal" 1 in 0.3: Image<67, 67, 3> => AlexNetOriginal<5, T, 2, 3, 4, 4, 6, 8, 6, 10>, CrossEntropy, classes::<5>;
        "AlexNet" 1 in 0.3: Image<63, 63, 3> => AlexNet<5, T, 2, 3, 4, 4, 1, 4, 10, 0>, CrossEntropy, classes::<5>;
        "Vgg11" 1 in 0.4: Image<32, 32, 1> => Vgg11<3, T, 2, 2, 3, 3, 1, 3, 5, 0, 1>, CrossEntropy, classes::<3>;
        "Vgg11Bn" 3 in 0.5: Image<32, 32, 1> => Vgg11Bn<3, T, 2, 2, 3, 3, 1, 3, 5, 0, 1>, CrossEntropy, classes::<3>;
        "GoogLeNetOf" 2 in 0.5: Image<64, 64, 3> => SmallGoogLeNet<T>, auxiliary(auxiliary(CrossEntropy)), behind_heads;
        "SmallResNet" 6 in 0.6: Image<8, 8, 2> => SmallResNet<2, 1, 3, T, 2, 3, 4, 2>, CrossEntropy, classes::<3>;
        "ResNeXtOf" 2 in 0.6: Image<64, 64, 3> => ResNeXtOf<0, 1, 0, 0, 3, T, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3>, CrossEntropy, classes::<3>;
        "SmallUNet" 2 in 0.4: Image<8, 8, 1> => SmallUNet<1, 1, T, 1, 2, 4>, Mse, tensors;
        "ConvAutoencoder" 1 in 0.4: Image<28, 28, 1> => ConvAutoencoder<3, T, 1, 2, 98>, Mse, tensors;
        "CharRnn" 2 in 0.3: Vector<5> => (Words<7>, CharRnn<7, T, 3, 5>), Mse, tensors;
        "CharLstm" 2 in 0.3: Vector<5> => (Words<7>, CharLstm<7, T, 3, 5>), Mse, tensors;
        "CharGru" 2 in 0.3: Vector<5> => (Words<7>, CharGru<7, T, 3, 5>), Mse, tensors;
        "CharTransformer" 1 in 0.3: Vector<3> => (Words<7>, CharTransformer<3, 7, T, 4, 2, 5, 1>), Mse, tensors;
        "LeNet5" 1 in 0.15: Image<28, 28, 1> => LeNet5<T>, CrossEntropy, classes::<10>;
    }
}
