//! Derivatives of whole networks along a direction: a network in dual numbers, forward for the outputs, backward for the Hessian.

use alloc::boxed::Box;
use alloc::vec::Vec;

use autodiff::Dual;
use core_tensor::{Batch, Leaf, Params, Path, Scalar, Shape, Tensor, Visit, Zeroed};

use crate::{Gradients, Layer, Loss, Network};

/// A network whose every number carries its derivative along one direction of the weights and the inputs.
///
/// Written for any scalar (`type Net<T> = (Linear<2, 3, T>, …)`), the same layers run on [`Dual`] numbers: forward gives the derivative of
/// the outputs ([`jvp`](Self::jvp)), and backward, itself a formula, the derivative of the gradient ([`hvp`](Self::hvp)). Both are exact.
///
/// A direction is a plain list with a number for every weight that learns, in the order of [`Params::visit`]: layers in the order of the
/// network, fields in the order of the layer (`weight`, then `bias`), each tensor row by row. Frozen weights and running statistics have
/// no number in it. [`weights`] and [`set_weights`] read and write a network in the same order, so that a step of Newton's method is a
/// sum of lists.
///
/// ```
/// use autodiff::Dual;
/// use core_tensor::{Tensor, Vector};
/// use nn::{DualNetwork, Linear, Mse, Network, constants};
///
/// type Net<T> = Linear<2, 1, T>;
/// let net = Network::<Vector<2>, Net<f64>, f64>::new(1);
/// let mut dual = DualNetwork::<Vector<2>, Net<Dual<f64>>>::new(1);
/// dual.set(&*net.layers);
///
/// // (w·x + b − t)² is a parabola, whose Hessian is 2·(x, 1)·(x, 1)ᵀ
/// let (x, target) = ([Tensor::new([3.0, 5.0])], constants(&[Tensor::new([1.0])]));
/// let along_b = dual.hvp(&Mse, &x, &target, &[0.0, 0.0, 1.0]);
/// assert_eq!(along_b.loss, 1.0);
/// assert_eq!(along_b.gradient, [-6.0, -10.0, -2.0]);
/// assert_eq!(along_b.product, [6.0, 10.0, 2.0]);
/// ```
///
/// Pearlmutter: Fast exact multiplication by the Hessian (1994).
pub struct DualNetwork<X, L: Params<Dual<T>>, T: Scalar = f64> {
    network: Network<X, L, Dual<T>>,
    gradient: Box<L::Grad>,
    /// the samples of a batch, lifted
    samples: Vec<Dual<T>>,
}

/// What [`DualNetwork::hvp`] finds.
#[derive(Clone, PartialEq, Debug)]
pub struct Hvp<T = f64> {
    /// the mean loss of the batch
    pub loss: T,
    /// its gradient `g`, a number for every weight that learns
    pub gradient: Vec<T>,
    /// `H·v`, the derivative of `g` along the direction
    pub product: Vec<T>,
}

impl<X: Shape, L: Params<Dual<T>>, T: Scalar> DualNetwork<X, L, T> {
    /// A network of zeroes with room for batches of up to `capacity` samples; [`set`](Self::set) gives it its weights.
    #[must_use]
    pub fn new(capacity: usize) -> Self
    where
        L: Layer<X, Dual<T>>,
    {
        Self {
            network: Network::new(capacity),
            gradient: L::Grad::boxed(),
            samples: Vec::with_capacity(capacity * X::LEN),
        }
    }

    /// Takes over all numbers of `layers`, the same network in plain numbers.
    ///
    /// # Panics
    /// If they are not as many.
    #[track_caller]
    pub fn set(&mut self, layers: &impl Params<T>) {
        let mut numbers = Vec::with_capacity(L::COUNT);
        let mut read = |_: Leaf<'_>, weight: &[T]| numbers.extend_from_slice(weight);
        layers.look(&Path::Root, &mut read);
        assert_eq!(
            numbers.len(),
            L::COUNT,
            "a network of {} numbers was given to one of {} in dual numbers; the two differ in more than the scalar",
            numbers.len(),
            L::COUNT
        );
        let mut fill = Fill::new(&numbers, |&number: &T| Dual::constant(number));
        self.network.layers.visit([], &Path::Root, &mut fill);
    }

    /// The outputs `y` of a batch and their derivative `ẏ = ∂y/∂w·v + ∂y/∂x·ẋ` along the direction `weights` (`v`) and `inputs` (`ẋ`);
    /// none is zero.
    ///
    /// # Panics
    /// If a direction has not as many numbers as what moves along it, or the batch holds more samples than there is room for.
    #[track_caller]
    #[expect(clippy::type_complexity, reason = "two batches, as the sentence says")]
    pub fn jvp(
        &mut self,
        x: Batch<'_, X, T>,
        weights: Option<&[T]>,
        inputs: Option<Batch<'_, X, T>>,
    ) -> (Vec<Tensor<L::Y, T>>, Vec<Tensor<L::Y, T>>)
    where
        L: Layer<X, Dual<T>>,
    {
        self.point(weights);
        self.lift(x, inputs);
        let y = self.network.predict(Tensor::batch(&self.samples));
        let each = |of: fn(&Dual<T>) -> T| y.iter().map(|y| y.map(of)).collect();
        (each(|y| y.value), each(|y| y.partials[0]))
    }

    /// The gradient of a batch's mean loss by the weights, and the product of its Hessian with `direction`, for about three times the
    /// arithmetic of the gradient. What is random in training is drawn alike every time.
    ///
    /// # Gradient
    /// At kinks (relu, max-pooling) the Hessian is that of the side on which the gradient is taken.
    ///
    /// # Panics
    /// As [`jvp`](Self::jvp), and if there are not as many targets as samples.
    #[track_caller]
    pub fn hvp<Q: Loss<L::Y, Dual<T>>>(
        &mut self,
        loss: &Q,
        x: Batch<'_, X, T>,
        targets: &[Q::Target],
        direction: &[T],
    ) -> Hvp<T>
    where
        L: Layer<X, Dual<T>>,
    {
        self.point(Some(direction));
        self.lift(x, None);
        let (x, grad) = (Tensor::batch(&self.samples), &mut *self.gradient);
        let score = self
            .network
            .gradient(loss, x, targets, grad, Gradients::Overwrite, 0);
        let mut hvp = Hvp {
            loss: score.loss.value,
            gradient: Vec::with_capacity(direction.len()),
            product: Vec::with_capacity(direction.len()),
        };
        learning(&mut *self.network.layers, [grad], |_, [grad]| {
            hvp.gradient.extend(grad.iter().map(|g| g.value));
            hvp.product.extend(grad.iter().map(|g| g.partials[0]));
        });
        hvp
    }

    /// Points the weights in a direction, or in none.
    #[track_caller]
    fn point(&mut self, direction: Option<&[T]>) {
        let mut count = 0;
        learning(&mut *self.network.layers, [], |weight, []| {
            for w in weight {
                let along = |v: &[T]| v.get(count).copied().unwrap_or(T::zero());
                w.partials = [direction.map_or(T::zero(), along)];
                count += 1;
            }
        });
        let given = direction.map_or(count, <[T]>::len);
        assert_eq!(
            given, count,
            "a direction of {given} numbers was given to a network of {count} weights that learn"
        );
    }

    /// Makes the samples dual.
    #[track_caller]
    fn lift(&mut self, x: Batch<'_, X, T>, dx: Option<Batch<'_, X, T>>) {
        let moving = dx.map_or(x.len(), <[_]>::len);
        assert_eq!(
            moving,
            x.len(),
            "{} samples came with directions for {moving}",
            x.len()
        );
        self.samples.clear();
        self.samples
            .extend(Tensor::flat(x).iter().map(|&x| Dual::constant(x)));
        for (x, &dx) in self
            .samples
            .iter_mut()
            .zip(dx.map_or(&[][..], Tensor::flat))
        {
            x.partials = [dx];
        }
    }
}

/// Samples, or targets, that move in no direction, for losses of a [`DualNetwork`].
pub fn constants<S: Shape, T: Scalar, const N: usize>(
    batch: Batch<'_, S, T>,
) -> Vec<Tensor<S, Dual<T, N>>> {
    let lift = |sample: &Tensor<S, T>| sample.map(|&x| Dual::constant(x));
    batch.iter().map(lift).collect()
}

/// Every number that learns, in the order of [`Params::visit`]; running statistics are none.
pub fn weights<T: Scalar>(layers: &mut impl Params<T>) -> Vec<T> {
    let mut weights = Vec::new();
    learning(layers, [], |weight, []| weights.extend_from_slice(weight));
    weights
}

/// Writes every number that learns, in the same order as [`weights`] reads them.
///
/// # Panics
/// If they are not as many.
#[track_caller]
pub fn set_weights<T: Scalar>(layers: &mut impl Params<T>, weights: &[T]) {
    let mut rest = weights;
    let mut missing = 0;
    learning(layers, [], |weight, []| {
        let (here, after) = rest.split_at(weight.len().min(rest.len()));
        weight[..here.len()].copy_from_slice(here);
        missing += weight.len() - here.len();
        rest = after;
    });
    assert!(
        missing == 0 && rest.is_empty(),
        "{} weights were given to a network of {}",
        weights.len(),
        weights.len() + missing - rest.len()
    );
}

/// Calls `f` for every tensor that learns by its gradient, with what lies `beside` it.
pub(crate) fn learning<T: Scalar, P: Params<T>, const K: usize>(
    layers: &mut P,
    beside: [&mut P::Grad; K],
    f: impl FnMut(&mut [T], [&mut [T]; K]),
) {
    layers.visit(beside, &Path::Root, &mut Learning(f));
}

struct Learning<F>(F);

impl<T, const K: usize, F: FnMut(&mut [T], [&mut [T]; K])> Visit<T, K> for Learning<F> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], beside: [&mut [T]; K]) {
        if leaf.role.learns() {
            (self.0)(weight, beside);
        }
    }
}

/// Writes one number after another, into frozen tensors too.
pub(crate) struct Fill<'n, T, F> {
    numbers: core::slice::Iter<'n, T>,
    make: F,
}

impl<'n, T, F> Fill<'n, T, F> {
    pub(crate) fn new(numbers: &'n [T], make: F) -> Self {
        Self {
            numbers: numbers.iter(),
            make,
        }
    }
}

impl<T, U, F: Fn(&T) -> U> Visit<U, 0> for Fill<'_, T, F> {
    fn tensor(&mut self, _: Leaf<'_>, weight: &mut [U], []: [&mut [U]; 0]) {
        for (w, number) in weight.iter_mut().zip(&mut self.numbers) {
            *w = (self.make)(number);
        }
    }

    fn frozen(&mut self, leaf: Leaf<'_>, weight: &mut [U]) {
        self.tensor(leaf, weight, []);
    }
}
