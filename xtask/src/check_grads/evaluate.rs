//! One evaluation of a layer or a loss, with plain lists of `f64` on both sides, so that the comparison knows neither shapes nor scalars.

use std::cell::Cell;

use autodiff::check::Branches;
use core_tensor::shape::name;
use core_tensor::{Batch, BatchMut, Leaf, Path, Room, Scalar, Shape, Tensor, no_params};
use nn::{Init, Layer, Loss, Pass, init, training_room};

/// Where a layer or a loss is evaluated.
#[derive(Clone, Default)]
pub(crate) struct Point {
    /// the inputs of all samples; of a loss, the outputs that it judges
    pub(crate) x: Vec<f64>,
    /// every number that learns, in the order of the visit
    pub(crate) weights: Vec<f64>,
    /// `c`, of which the scalar `Σ c·y` is made
    pub(crate) cotangent: Vec<f64>,
    /// what the targets of a loss are made from
    pub(crate) targets: Vec<f64>,
}

/// What comes out there.
#[derive(Default)]
pub(crate) struct Values {
    pub(crate) y: Vec<f64>,
    pub(crate) dx: Vec<f64>,
    pub(crate) dweights: Vec<f64>,
    /// the gradient of the weights once more, by `backward_first`
    pub(crate) dweights_first: Vec<f64>,
    /// on which side of each kink it went
    pub(crate) branches: Branches,
}

/// How many numbers there are, and what they are called.
pub(crate) struct Sizes {
    pub(crate) input: usize,
    pub(crate) output: usize,
    /// the tensors that learn, with how many numbers each has
    pub(crate) weights: Vec<(String, usize)>,
    pub(crate) shapes: String,
}

thread_local! { static WAY: Cell<Branches> = const { Cell::new(Branches(0)) } }

fn note(branch: u64) {
    WAY.set(WAY.get().then(branch));
}

/// Stands before a layer with a kink at zero: hands its input on and notes which numbers are positive.
pub(crate) struct Signs;
/// Stands before a layer that takes maxima: hands its input on and notes how the numbers of each channel are ordered.
pub(crate) struct Order;
no_params!([] Signs);
no_params!([] Order);

macro_rules! probes { ($($name:ident $note:ident;)+) => {$(
    impl<X: Shape, T: Scalar> Layer<X, T> for $name {
        type Y = X;
        type Saved<'a> = ();
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = 0;
        const ROOM: Room = Room::NONE;
        fn forward<'a>(&self, x: Batch<'a, X, T>, _: &mut Pass<'a, T>) -> (Batch<'a, X, T>, ()) { x.iter().for_each($note); (x, ()) }
        fn backward<'a>(&self, (): (), dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> { dy }
    }
)+} }
probes! { Signs signs; Order order; }

fn signs<X: Shape, T: Scalar>(x: &Tensor<X, T>) {
    let zero = T::zero();
    x.as_slice().iter().for_each(|&x| note(u64::from(x > zero)));
}

fn order<X: Shape, T: Scalar>(x: &Tensor<X, T>) {
    let (x, channels) = (x.as_slice(), <X::Row as Shape>::LEN);
    for channel in 0..channels {
        let mut places: Vec<usize> = (channel..x.len()).step_by(channels).collect();
        places.sort_by(|&a, &b| x[a].partial_cmp(&x[b]).expect("inputs are numbers"));
        places.iter().for_each(|&place| note(place as u64));
    }
}

fn scalars<T: Scalar>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&number| T::of(number)).collect()
}

fn doubles<T: Scalar>(numbers: &[T]) -> Vec<f64> {
    let double = |number: &T| number.to_f64().expect("a number");
    numbers.iter().map(double).collect()
}

/// A closure as the visitor of a gradient: its argument's lifetimes cannot be inferred otherwise.
fn visiting<T: Scalar>(
    f: impl FnMut(Leaf<'_>, &mut [T], [&mut [T]; 1]),
) -> impl FnMut(Leaf<'_>, &mut [T], [&mut [T]; 1]) {
    f
}

/// The sizes of layer `L` on samples of shape `X`.
pub(crate) fn layer_sizes<X: Shape, L: Layer<X, T>, T: Scalar>() -> Sizes {
    let (mut net, mut grad) = (L::boxed(), <L::Grad as core_tensor::Zeroed>::boxed());
    let mut weights = Vec::new();
    net.visit(
        [&mut *grad],
        &Path::Root,
        &mut visiting(|leaf, weight: &mut [T], _| {
            weights.push((leaf.path.to_string(), weight.len()));
        }),
    );
    Sizes {
        input: X::LEN,
        output: <L::Y as Shape>::LEN,
        weights,
        shapes: format!("{} → {}", name::<X>(), name::<L::Y>()),
    }
}

/// Layer `L` at a point; without `backward`, outputs and branches only. Memory and gradients start as NaN: all must be written.
pub(crate) fn layer<X: Shape, L: Layer<X, T>, T: Scalar>(point: &Point, backward: bool) -> Values {
    let (mut net, mut grad) = (L::boxed(), <L::Grad as core_tensor::Zeroed>::boxed());
    // frozen weights have no place in the point, and zeroes would hide what they do
    init(&mut *net, Init::XavierNormal, 1);
    let mut rest = scalars::<T>(&point.weights).into_iter();
    net.visit(
        [&mut *grad],
        &Path::Root,
        &mut visiting(|_, weight: &mut [T], [grad]| {
            weight.fill_with(|| rest.next().expect("the point fits the layer"));
            grad.fill(T::nan());
        }),
    );
    let x = scalars::<T>(&point.x);
    let x: Batch<'_, X, T> = Tensor::batch(&x);
    let cotangent = scalars::<T>(&point.cotangent);
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len())];
    let mut values = Values::default();
    for first in [false, true] {
        room.fill(T::nan());
        WAY.set(Branches::default());
        let mut pass = Pass::train(&mut room, 0);
        let (y, saved) = net.forward(x, &mut pass);
        values.y = doubles(Tensor::flat(y));
        values.branches = WAY.get();
        if !backward {
            break;
        }
        let dy = pass.batch::<L::Y>(x.len());
        Tensor::flat_mut(dy).copy_from_slice(&cotangent);
        if first {
            net.backward_first(saved, dy, Some(&mut *grad), &mut pass);
        } else {
            let dx = net.backward(saved, dy, Some(&mut *grad), &mut pass);
            values.dx = doubles(Tensor::flat(dx));
        }
        let into = if first {
            &mut values.dweights_first
        } else {
            &mut values.dweights
        };
        net.visit(
            [&mut *grad],
            &Path::Root,
            &mut visiting(|_, _: &mut [T], [grad]| {
                into.extend(doubles(grad));
                grad.fill(T::nan());
            }),
        );
    }
    values
}

/// The sizes of a loss on outputs of shape `Y`.
pub(crate) fn loss_sizes<Y: Shape>() -> Sizes {
    Sizes {
        input: Y::LEN,
        output: 0,
        weights: Vec::new(),
        shapes: name::<Y>().to_string(),
    }
}

/// The mean loss at a point times the only number of its cotangent, and the gradient by the outputs.
pub(crate) fn loss<Y: Shape, Q: Loss<Y, T>, T: Scalar>(
    loss: &Q,
    point: &Point,
    targets: &[Q::Target],
) -> Values {
    let y = scalars::<T>(&point.x);
    let mut dy = vec![T::nan(); y.len()];
    let score = loss.batch(
        Tensor::<Y, T>::batch(&y),
        targets.iter(),
        Tensor::batch_mut(&mut dy),
    );
    let dx = doubles(&dy)
        .iter()
        .map(|d| d * point.cotangent[0])
        .collect();
    Values {
        y: doubles(&[score.loss]),
        dx,
        ..Values::default()
    }
}

/// Targets of the same shape as the outputs.
pub(crate) fn tensors<Y: Shape, T: Scalar>(numbers: &[f64]) -> Vec<Tensor<Y, T>> {
    let sample = |numbers: &[f64]| Tensor::from_fn(|i| T::of(numbers[i]));
    numbers.chunks(Y::LEN).map(sample).collect()
}
