//! A layer beside a case of a fixture: values, the gradient of the inputs and of every weight, sides too.

use core_tensor::{Leaf, Path, Scalar, Shape, Tensor, Zeroed};
use nn::{Layer, Pass, training_room};

use super::fixture::Case;
use super::near::{close, scalars};

/// One training pass. The fixture's tensors have the names of the layer's fields, its results a `d` before them; memory starts as NaN.
pub(crate) fn check<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case, epsilons: f64) {
    let title = |what: &str| format!("{}: {what}", case.title);
    let (mut layer, mut grad) = (L::boxed(), L::Grad::boxed());
    let mut fill = |leaf: Leaf<'_>, w: &mut [T], [g]: [&mut [T]; 1]| {
        let (sides, numbers) = case.tensor(&leaf.path.to_string());
        assert_eq!(sides, leaf.sides, "{}", title(&leaf.path.to_string()));
        w.copy_from_slice(&scalars(numbers));
        g.fill(T::nan());
    };
    layer.visit([&mut *grad], &Path::Root, &mut fill);
    let ((x_sides, x), (y_sides, y)) = (case.tensor("x"), case.tensor("y"));
    assert_eq!(&x_sides[1..], X::SIDES, "{}", title("sides of x"));
    assert_eq!(
        &y_sides[1..],
        <L::Y as Shape>::SIDES,
        "{}",
        title("sides of y")
    );
    let x = scalars::<T>(x);
    let x = Tensor::<X, T>::batch(&x);
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (found, saved) = layer.forward(x, &mut pass);
    close(&title("y"), Tensor::flat(found), y, epsilons);
    let dy = pass.batch::<L::Y>(x.len());
    Tensor::flat_mut(dy).copy_from_slice(&scalars(case.numbers("dy")));
    let dx = layer.backward(saved, dy, Some(&mut grad), &mut pass);
    close(&title("dx"), Tensor::flat(dx), case.numbers("dx"), epsilons);
    let mut compare = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
        let name = format!("d{}", leaf.path);
        close(&title(&name), g, case.numbers(&name), epsilons);
    };
    layer.visit([&mut *grad], &Path::Root, &mut compare);
}
