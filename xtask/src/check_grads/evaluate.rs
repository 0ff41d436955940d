//! One evaluation of a layer, a loss or a whole network at a point.

use core_tensor::shape::name;
use core_tensor::{Batch, BatchMut, Leaf, Path, Role, Scalar, Shape, Tensor, Visit, Zeroed};
use nn::{Gradients, Layer, Loss, Pass, training_room};

use super::point::{Number, Parts, Point, Run, Values};

/// How many numbers there are, and what they are called.
#[derive(Clone, Default)]
pub(crate) struct Sizes {
    /// of a sample
    pub(crate) input: usize,
    /// of a sample; of a loss, none
    pub(crate) output: usize,
    /// the tensors that learn, with how many numbers each has
    pub(crate) weights: Vec<(String, usize)>,
    pub(crate) shapes: String,
}

/// A closure as the visitor of a gradient: its argument's lifetimes cannot be inferred otherwise.
fn visiting<T: Scalar>(
    f: impl FnMut(Leaf<'_>, &mut [T], [&mut [T]; 1]),
) -> impl FnMut(Leaf<'_>, &mut [T], [&mut [T]; 1]) {
    f
}

/// Gives every weight its number. A frozen one has none in the point and gets one of its own, since zeroes would hide what it does; so does
/// a running statistic, which training does not look at.
struct Fill<I>(I);

impl<T: Scalar, I: Iterator<Item = T>> Visit<T, 1> for Fill<I> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], [gradient]: [&mut [T]; 1]) {
        gradient.fill(T::nan());
        if !leaf.role.learns() {
            return self.frozen(leaf, weight);
        }
        weight.fill_with(|| self.0.next().expect("the point fits the layer"));
    }

    fn frozen(&mut self, leaf: Leaf<'_>, weight: &mut [T]) {
        let mut i = 0.0_f64;
        weight.fill_with(|| {
            i += 1.0;
            let number = f64::from((0.75 * (2.4 * i).sin()) as f32);
            // a variance is positive
            T::of(if leaf.role == Role::Variance {
                1.0 + number
            } else {
                number
            })
        });
    }
}

/// The sizes of layer `L` on samples of shape `X`.
pub(crate) fn layer_sizes<X: Shape, L: Layer<X, T>, T: Scalar>() -> Sizes {
    let (mut net, mut grad) = (L::boxed(), L::Grad::boxed());
    let mut weights = Vec::new();
    let mut note = visiting(|leaf, weight: &mut [T], _| {
        if leaf.role.learns() {
            weights.push((leaf.path.to_string(), weight.len()));
        }
    });
    net.visit([&mut *grad], &Path::Root, &mut note);
    drop(note);
    Sizes {
        input: X::LEN,
        output: <L::Y as Shape>::LEN,
        weights,
        shapes: format!("{} → {}", name::<X>(), name::<L::Y>()),
    }
}

/// Layer `L` at a point, with the point's cotangent.
pub(crate) fn layer<X: Shape, L: Layer<X, T>, T: Number>(point: &Point, run: Run) -> Values {
    network::<X, L, T>(point, run, |_, dy, cotangent| {
        for (d, &c) in dy.iter_mut().zip(cotangent) {
            *d = T::of(c);
        }
        None
    })
}

/// A whole network with its loss, times the only number of the cotangent.
pub(crate) fn model<X: Shape, L: Layer<X, T>, Q: Loss<L::Y, T>, T: Number>(
    loss: &Q,
    point: &Point,
    targets: &[Q::Target],
    run: Run,
) -> Values {
    network::<X, L, T>(point, run, |y, dy, cotangent| {
        let score = loss.batch(y, targets.iter(), Tensor::batch_mut(dy));
        dy.iter_mut().for_each(|d| *d *= T::of(cotangent[0]));
        Some(if Q::SUMS { score.sum() } else { score.loss })
    })
}

/// Runs `L`; `judge` turns its outputs into their gradient and, if that is what comes out, a loss. Memory and gradients start as NaN:
/// all must be written.
fn network<X: Shape, L: Layer<X, T>, T: Number>(
    point: &Point,
    run: Run,
    judge: impl Fn(Batch<'_, L::Y, T>, &mut [T], &[f64]) -> Option<T>,
) -> Values {
    let (mut net, mut grad) = (L::boxed(), L::Grad::boxed());
    let (x, weights) = point.numbers::<T>();
    net.visit([&mut *grad], &Path::Root, &mut Fill(weights.into_iter()));
    let room = training_room::<X, L, T>(Tensor::<X, T>::batch(&x).len());
    passes(
        point,
        run,
        &x,
        room,
        &mut |x, mut pass, cotangent, values| {
            let x: Batch<'_, X, T> = Tensor::batch(x);
            let (y, saved) = net.forward(x, &mut pass);
            let dy: BatchMut<'_, L::Y, T> = pass.batch(x.len());
            let loss = judge(y, Tensor::flat_mut(dy), cotangent);
            let y = loss.as_ref().map_or(Tensor::flat(y), std::slice::from_ref);
            values.y.extend(y);
            if run != Run::Forward {
                values.gradient = T::back::<X, L>(&mut net, saved, dy, &mut grad, &mut pass, run);
            }
        },
    )
}

/// A pass of some network: its inputs, its memory, a cotangent, and what comes out.
type Step<'s, T> = dyn for<'a> FnMut(&'a [T], Pass<'a, T>, &[f64], &mut Values) + 's;

/// The passes of a run: one copy for all networks, so that little of the checks is compiled for each.
#[inline(never)]
fn passes<T: Number>(
    point: &Point,
    run: Run,
    x: &[T],
    room: usize,
    step: &mut Step<'_, T>,
) -> Values {
    let mut room = vec![T::nan(); room];
    let mut values = Values::default();
    let passes = [
        (Gradients::Overwrite, &point.cotangent),
        (Gradients::Add, &point.then),
    ];
    for (gradients, cotangent) in passes
        .into_iter()
        .take(if run == Run::Twice { 2 } else { 1 })
    {
        room.fill(T::nan());
        values = Values::default();
        let pass = Pass {
            gradients,
            ..Pass::train(&mut room, 0)
        };
        step(x, pass, cotangent, &mut values);
    }
    values
}

/// The way back, and what it leaves: the gradient of the inputs, if that is wanted, and that of every weight.
pub(crate) fn back<'a, X: Shape, L: Layer<X, T>, T: Number>(
    net: &mut L,
    saved: L::Saved<'_>,
    dy: BatchMut<'a, L::Y, T>,
    grad: &mut L::Grad,
    pass: &mut Pass<'a, T>,
    run: Run,
) -> Parts {
    let mut gradient = Parts::default();
    if run == Run::First {
        net.backward_first(saved, dy, Some(&mut *grad), pass);
    } else {
        let dx = net.backward(saved, dy, Some(&mut *grad), pass);
        gradient.extend(Tensor::flat(dx));
    }
    let mut read = visiting(|leaf, _: &mut [T], [slopes]| {
        if leaf.role.learns() {
            gradient.extend(slopes);
        }
    });
    net.visit([grad], &Path::Root, &mut read);
    drop(read);
    gradient
}

/// The sizes of a loss on outputs of shape `Y`.
pub(crate) fn loss_sizes<Y: Shape>() -> Sizes {
    Sizes {
        input: Y::LEN,
        shapes: name::<Y>().to_string(),
        ..Sizes::default()
    }
}

/// The mean loss at a point, or the sum where the loss is one, and its gradient by the outputs times the only number of the cotangent.
pub(crate) fn loss<Y: Shape, Q: Loss<Y, T>, T: Number>(
    loss: &Q,
    point: &Point,
    targets: &[Q::Target],
) -> Values {
    let (y, _) = point.numbers::<T>();
    let mut dy = vec![T::nan(); y.len()];
    let score = loss.batch(
        Tensor::<Y, T>::batch(&y),
        targets.iter(),
        Tensor::batch_mut(&mut dy),
    );
    dy.iter_mut().for_each(|d| *d *= T::of(point.cotangent[0]));
    let parts = |numbers: &[T]| {
        let mut parts = Parts::default();
        parts.extend(numbers);
        parts
    };
    Values {
        y: parts(&[if Q::SUMS { score.sum() } else { score.loss }]),
        gradient: parts(&dy),
    }
}

/// Targets of the same shape as the outputs.
pub(crate) fn tensors<Y: Shape, T: Scalar>(numbers: &[f64]) -> Vec<Tensor<Y, T>> {
    let sample = |numbers: &[f64]| Tensor::from_fn(|i| T::of(numbers[i]));
    numbers.chunks(Y::LEN).map(sample).collect()
}
