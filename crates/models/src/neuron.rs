//! Single neurons, and one for each class: the models that came before hidden layers.

use nn::{Heaviside, Linear, Sigmoid};

/// The neuron of McCulloch and Pitts: 1 where the weighted sum of `N` inputs passes a threshold, which is the bias with its sign turned.
/// Nothing in it learns; its weights are set by hand.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<N>` | |
/// | `x·w + b > 0` | `Vector<1>` | `N + 1` |
///
/// For `N = 2`, 3 parameters and 2 multiply-adds.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::Neuron;
/// use nn::Network;
/// let mut and = Network::<Vector<2>, Neuron<2>>::new(4);
/// and.layers.0.weight = Tensor::new([[1.0], [1.0]]);
/// and.layers.0.bias = Tensor::new([-1.5]);
/// let x = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].map(Tensor::new);
/// assert_eq!(Tensor::flat(and.predict(&x)), [0.0, 0.0, 0.0, 1.0]);
/// ```
///
/// McCulloch, Pitts: A logical calculus of the ideas immanent in nervous activity (1943).
///
#[doc = include_str!("../drawings/neuron.svg")]
pub type Neuron<const N: usize, T = f32> = (Linear<N, 1, T>, Heaviside);

/// Rosenblatt's perceptron: the side of a plane on which a point lies is the sign of the output, and a mistake moves the plane by the point.
/// It is the [`Neuron`] without its step, which descent could not pass: `max(0, −t·y)` as a loss is Rosenblatt's rule.
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<N>` | |
/// | `x·w + b` | `Vector<1>` | `N + 1` |
///
/// For `N = 2`, 3 parameters and 2 multiply-adds.
///
/// Rosenblatt: The perceptron (1958).
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::Perceptron;
/// use nn::Network;
/// let mut side = Network::<Vector<2>, Perceptron<2>>::new(1);
/// side.layers.0.weight = Tensor::new([[3.0], [-1.0]]);
/// let x = [Tensor::new([1.0, 2.0])];
/// assert_eq!(side.predict(&x)[0], Tensor::new([1.0]));
/// ```
///
#[doc = include_str!("../drawings/perceptron.svg")]
pub type Perceptron<const N: usize, T = f32> = (Linear<N, 1, T>,);

/// Logistic regression: the chance that a point belongs to a class, `σ(x·w + b)`. Its loss is [`Bce`](nn::Bce).
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<N>` | |
/// | `σ(x·w + b)` | `Vector<1>` | `N + 1` |
///
/// For `N = 2`, 3 parameters and 2 multiply-adds.
///
/// Cox: The regression analysis of binary sequences (1958).
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::LogisticRegression;
/// use nn::Network;
/// let mut chance = Network::<Vector<2>, LogisticRegression<2>>::new(1);
/// chance.layers.0.weight = Tensor::new([[2.0], [-1.0]]);
/// let x = [Tensor::new([1.0, 2.0])];
/// assert_eq!(chance.predict(&x)[0], Tensor::new([0.5]));
/// ```
///
#[doc = include_str!("../drawings/logistic_regression.svg")]
pub type LogisticRegression<const N: usize, T = f32> = (Linear<N, 1, T>, Sigmoid);

/// Logistic regression for several classes: a logit each. Its loss is [`CrossEntropy`](nn::CrossEntropy).
///
/// | layer | out | parameters |
/// |---|---|---|
/// | input | `Vector<N>` | |
/// | `x·W + b` | `Vector<CLASSES>` | `(N + 1)·CLASSES` |
///
/// `SoftmaxRegression<4, 3>` has 15 parameters and takes 12 multiply-adds.
///
/// Cox: Some procedures connected with the logistic qualitative response curve (1966).
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::SoftmaxRegression;
/// use nn::Network;
/// let mut net = Network::<Vector<2>, SoftmaxRegression<2, 3>>::new(1);
/// net.layers.0.weight = Tensor::new([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]);
/// let x = [Tensor::new([1.0, 2.0])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([1.0, 2.0, -3.0]));
/// ```
///
#[doc = include_str!("../drawings/softmax_regression.svg")]
pub type SoftmaxRegression<const N: usize, const CLASSES: usize, T = f32> =
    (Linear<N, CLASSES, T>,);
