//! Ways that fork and meet, layers repeated and named, the losses of networks with several outputs, and penalties on weights.

use core_tensor::{Image, Pair, Scalar, Tensor, Vector, Zeroed};
use nn::{
    Aux, Auxiliary, BatchNorm, Class, Concat, Conv2d, CrossEntropy, Flatten, Frozen,
    HalfSquaredError, Linear, LinearNoBias, MaxPool2d, Mse, Named, Normed, Numbered, Penalty,
    Product, Repeat, Residual, Sigmoid, Sum, Tanh, Unnamed, Weighted, network,
};

use super::layers::classes;
use crate::case::{Case, Level};
use crate::evaluate::{self, Sizes, tensors};
use crate::function::{Function, function};
use crate::point::{Number, Point, Run, Values};

// name, samples: shape => loss, the targets that it makes of random numbers
macro_rules! losses { ($($name:literal $samples:literal: $y:ty => $loss:expr, $targets:expr;)+) => { vec![$({
    fn values<T: Number>(point: &Point, _: Run) -> Values { evaluate::loss::<$y, _, T>(&$loss, point, &$targets(&point.targets)) }
    Case::of(Level::Loss, $name, stringify!($loss), || Function {
        samples: $samples, range: [-2.0, 2.0], ..function!(evaluate::loss_sizes::<$y>(), values)
    })
}),+] } }

/// A class and a place for each sample, from its eight numbers.
fn classes_and_places<T: Scalar>(numbers: &[f64]) -> Vec<(Class<5>, Tensor<Vector<3>, T>)> {
    let target = |numbers: &[f64]| (classes(&numbers[..5])[0], tensors(&numbers[5..]).remove(0));
    numbers.chunks(8).map(target).collect()
}

/// A class for each sample, which three outputs share.
fn shared(numbers: &[f64]) -> Vec<Class<3>> {
    numbers
        .chunks(9)
        .map(|numbers| classes(&numbers[..3])[0])
        .collect()
}

network! {
    /// Parameters of every kind.
    struct Sized<const N: usize, Middle, T> { first: Linear<3, N, T>, middle: Middle, still: Frozen<Linear<N, N, T>>, last: Linear<N, 2, T> }
}

/// The penalty of a layer whose numbers are the inputs.
fn penalty<T: Number>(point: &Point, _: Run) -> Values {
    let (numbers, _) = point.numbers::<T>();
    let mut layer = Linear::<3, 4, T>::boxed();
    let mut grad = Linear::<3, 4, T>::boxed();
    layer.weight.as_mut_slice().copy_from_slice(&numbers[..12]);
    layer.bias.as_mut_slice().copy_from_slice(&numbers[12..]);
    let all = Penalty::elastic(0.375, 1.25).on(|_| true);
    let mut values = Values::default();
    values.y.extend(&[all.add_gradient(&mut *layer, &mut grad)]);
    for slopes in [grad.weight.as_mut_slice(), grad.bias.as_mut_slice()] {
        slopes
            .iter_mut()
            .for_each(|d| *d *= T::of(point.cotangent[0]));
        values.gradient.extend(slopes);
    }
    values
}

type Triple = Pair<Pair<Vector<3>, Vector<3>>, Vector<3>>;

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    let mut cases = layers! {
        "Concat" 3: Vector<5> => Concat<(Linear<5, 3, T>, (Linear<5, 2, T>, Tanh))>;
        "Concat" 2: Image<5, 4, 3> => (Conv2d<3, 5, 1, 1, 0, T>, Concat<(Conv2d<5, 3, 1, 1, 0, T>, (Conv2d<5, 2, 1, 1, 0, T>, Tanh, Conv2d<2, 7, 3, 1, 1, T>), Frozen<Conv2d<5, 2, 5, 1, 2, T>>, (MaxPool2d<3, 1, 1>, Conv2d<5, 1, 1, 1, 0, T>))>, Sigmoid);
        "Concat" 1: Vector<3> => Concat<(Tanh, Linear<3, 1, T>, Sigmoid, Linear<3, 2, T>, Concat<(Tanh, Residual<Tanh>)>, Linear<3, 5, T>, Linear<3, 1, T>, Frozen<Linear<3, 2, T>>)>;
        "Product" 3: Vector<5> => Product<Linear<5, 3, T>, (Linear<5, 3, T>, Sigmoid)>;
        "Product" 2: Image<5, 4, 3> => (Conv2d<3, 2, 1, 1, 0, T>, Product<(Conv2d<2, 7, 3, 2, 1, T>, Tanh), Frozen<Conv2d<2, 7, 1, 2, 0, T>>>, Product<Tanh, Sum<Tanh, Sigmoid>>);
        "Repeat" 3: Vector<5> => Repeat<(Linear<5, 5, T>, Tanh), 3>;
        "Repeat" 2: Image<4, 3, 2> => (Conv2d<2, 3, 1, 1, 0, T>, Repeat<Residual<(Conv2d<3, 5, 3, 1, 1, T>, Tanh, Conv2d<5, 3, 1, 1, 0, T>)>, 2>, Flatten, Repeat<Frozen<Linear<36, 36, T>>, 2>, Linear<36, 2, T>);
        "Aux" 3: Vector<5> => (Linear<5, 4, T>, Tanh, Aux<Linear<4, 3, T>, (Linear<4, 7, T>, Tanh, Linear<7, 2, T>)>);
        "Aux" 2: Image<4, 3, 2> => (Conv2d<2, 3, 1, 1, 0, T>, Aux<(Flatten, Linear<36, 3, T>), (Tanh, Aux<Frozen<(Flatten, Linear<36, 2, T>)>, (Conv2d<3, 1, 3, 1, 1, T>, Flatten, Linear<12, 5, T>)>)>, Tanh);
        "Named" 2: Vector<3> => (Linear<3, 5, T>, Named<Unnamed, Residual<Named<Unnamed, (Tanh, Linear<5, 5, T>)>>>);
        "Numbered" 2: Vector<3> => (Linear<3, 5, T>, Numbered<7, (Tanh, Linear<5, 2, T>)>);
        "Numbered" 1: Vector<3> => Numbered<1, Frozen<Linear<3, 2, T>>>;
        "Normed" 5: Vector<3> => (Normed<Linear<3, 5, T>, BatchNorm<5, T>>, Tanh, Normed<LinearNoBias<5, 2, T>, BatchNorm<2, T>>);
        "Normed" 5: Vector<3> => (Frozen<Linear<3, 5, T>>, Normed<Tanh, BatchNorm<5, T>>);
        "Residual" 5: Vector<5> => Residual<(Tanh, BatchNorm<5, T>)>;
        "Sum" 5: Vector<5> => Sum<BatchNorm<5, T>, (Linear<5, 5, T>, Numbered<3, (Tanh, BatchNorm<5, T>)>)>;
        "Named" 1: Vector<3> => Named<Unnamed, Frozen<Linear<3, 2, T>>>;
        "network!" 2: Vector<3> => Sized<4, Residual<(Linear<4, 4, T>, Tanh)>, T>;
        "Aux" 1: Vector<3> => Aux<Linear<3, 2, T>, Frozen<Linear<3, 1, T>>>;
    };
    cases.extend(losses! {
        "Weighted" 3: Pair<Vector<5>, Vector<3>> => Weighted { losses: (CrossEntropy, HalfSquaredError), weights: [0.75, 3.0] }, classes_and_places;
        "Weighted" 2: Pair<Image<3, 2, 1>, Vector<2>> => Weighted { losses: (Mse, Mse), weights: [1.0, 0.25] }, |numbers: &[f64]| numbers.chunks(8).map(|numbers| (tensors(&numbers[..6]).remove(0), tensors(&numbers[6..]).remove(0))).collect::<Vec<_>>();
        "Auxiliary" 3: Triple => Auxiliary { main: Auxiliary { main: CrossEntropy, head: CrossEntropy, weight: 0.3 }, head: CrossEntropy, weight: 0.7 }, shared;
    });
    let sizes = Sizes { input: 16, shapes: "Linear<3, 4>".to_owned(), ..Sizes::default() };
    cases.push(Case::of(Level::Loss, "Penalty", "Penalty::elastic(0.375, 1.25)", move || function!(sizes.clone(), penalty)));
    cases
}
