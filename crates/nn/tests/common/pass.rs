//! One pass over a layer by hand, and its numbers in a row.

use core_tensor::{Batch, Leaf, Params, Path, Scalar, Shape, Tensor};
use nn::{Layer, Pass, training_room};

/// The outputs and the gradient of the inputs; `grad` gets that of the weights.
pub(crate) fn run<X: Shape, L: Layer<X, f64>>(
    layer: &L,
    x: Batch<'_, X, f64>,
    dy: &[f64],
    grad: &mut L::Grad,
) -> (Vec<f64>, Vec<f64>) {
    let mut room = vec![f64::NAN; training_room::<X, L, f64>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(x, &mut pass);
    let out = Tensor::flat(y).to_vec();
    let d = pass.batch::<L::Y>(y.len());
    Tensor::flat_mut(d).copy_from_slice(dy);
    let dx = layer.backward(saved, d, Some(grad), &mut pass);
    (out, Tensor::flat(dx).to_vec())
}

/// Every number that learns becomes `value(how many came before it)`.
pub(crate) fn fill<L: Params<T>, T: Scalar>(layer: &mut L, mut value: impl FnMut(usize) -> f64) {
    let mut count = 0;
    layer.visit(
        [],
        &Path::Root,
        &mut |_: Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
            for w in w {
                *w = T::of(value(count));
                count += 1;
            }
        },
    );
}

/// All numbers of a gradient, in the order of the visit, with the names of their tensors.
pub(crate) fn gradients<L: Params<f64>>(
    layer: &mut L,
    grad: &mut L::Grad,
) -> Vec<(String, Vec<f64>)> {
    let mut all = Vec::new();
    let mut take = |leaf: Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| {
        all.push((leaf.path.to_string(), g.to_vec()));
    };
    layer.visit([grad], &Path::Root, &mut take);
    all
}
