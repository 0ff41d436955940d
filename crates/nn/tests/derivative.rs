//! Derivatives of networks along a direction, against five-point differences of values and of gradients, and against formulas.

use autodiff::Dual;
use autodiff::check::{Comparison, STEP};
use core_tensor::{Batch, Image, Shape, Tensor, Vector, Zeroed};
use nn::{
    AvgPool2d, Class, Conv2d, CrossEntropy, DualNetwork, Flatten, Frozen, Gradients, Init, Layer,
    Linear, Loss, Mse, Network, Residual, Sigmoid, Tanh, constants, network, set_weights, weights,
};

type Images = Image<6, 5, 2>;
type Wide<T> = (
    Conv2d<2, 3, 3, 1, 1, T>,
    Tanh,
    AvgPool2d<2>,
    Frozen<Conv2d<3, 3, 1, 1, 0, T>>,
    Residual<(Conv2d<3, 3, 1, 1, 0, T>, Sigmoid)>,
    Flatten,
    Linear<18, 4, T>,
);

/// Numbers in ±1 without a pattern.
fn noise(seed: usize) -> impl Fn(usize) -> f64 {
    move |i| ((i * 37 + seed * 101 + 11) as f64 * 0.7).sin()
}

fn samples<X: Shape>(n: usize, seed: usize) -> Vec<Tensor<X, f64>> {
    let batch = |sample| Tensor::from_fn(|i| noise(seed)(sample * X::LEN + i));
    (0..n).map(batch).collect()
}

/// `f(t)` differentiated at 0, number by number.
fn differences(f: impl FnMut(f64) -> Vec<f64>) -> Vec<f64> {
    let at = [-2.0, -1.0, 1.0, 2.0].map(|i| i * STEP).map(f);
    let slope = |i| (at[0][i] - at[3][i] + 8.0 * (at[2][i] - at[1][i])) / (12.0 * STEP);
    (0..at[0].len()).map(slope).collect()
}

fn moved(from: &[f64], along: &[f64], by: f64) -> Vec<f64> {
    from.iter().zip(along).map(|(x, v)| x + by * v).collect()
}

fn assert_close(a: &[f64], b: &[f64], tolerance: f64) {
    let comparison = Comparison::of(a.iter().copied(), b.iter().copied());
    assert!(
        comparison.is_within(tolerance) && a.iter().any(|&a| a != 0.0),
        "{comparison:?}"
    );
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The gradient in plain numbers with weights `w`.
fn gradient<X: Shape, L: Layer<X, f64>, Q: Loss<L::Y, f64>>(
    net: &mut Network<X, L, f64>,
    loss: &Q,
    x: Batch<'_, X, f64>,
    targets: &[Q::Target],
    w: &[f64],
) -> Vec<f64> {
    set_weights(&mut *net.layers, w);
    let mut grad = L::Grad::boxed();
    net.gradient(loss, x, targets, &mut grad, Gradients::Overwrite, 0);
    let mut flat = Vec::new();
    let mut read =
        |_: core_tensor::Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| flat.extend_from_slice(g);
    net.layers
        .visit([&mut *grad], &core_tensor::Path::Root, &mut read);
    flat
}

fn new_net<X: Shape, L: Layer<X, f64>>(capacity: usize) -> Network<X, L, f64> {
    let mut net = Network::new(capacity);
    net.init(Init::XavierNormal, 3);
    net
}

#[test]
fn hvp_is_the_difference_of_gradients() {
    let mut net = new_net::<Images, Wide<f64>>(3);
    let w = weights(&mut *net.layers);
    assert_eq!(w.len(), 57 + 12 + 76); // the frozen convolution has 12 more
    let (x, targets) = (samples(3, 1), [1, 3, 0].map(Class::<4>::new));
    let mut dual = DualNetwork::<Images, Wide<Dual<f64>>>::new(3);
    dual.set(&*net.layers);

    let [u, v]: [Vec<f64>; 2] = [2, 3].map(|seed| (0..w.len()).map(noise(seed)).collect());
    let along_u = dual.hvp(&CrossEntropy, &x, &targets, &u);
    let mut at = |w: &[f64]| gradient(&mut net, &CrossEntropy, &x, &targets, w);
    assert_close(&along_u.gradient, &at(&w), 1e-13);
    let expected = differences(|t| at(&moved(&w, &u, t)));
    assert_close(&along_u.product, &expected, 1e-8);

    // H is symmetric
    let along_v = dual.hvp(&CrossEntropy, &x, &targets, &v);
    let (vhu, uhv) = (dot(&v, &along_u.product), dot(&u, &along_v.product));
    assert!((vhu - uhv).abs() < 1e-12 * vhu.abs(), "{vhu} {uhv}");
    assert!(vhu.abs() > 0.01, "{vhu}");
}

#[test]
fn jvp_is_the_difference_of_outputs() {
    let mut net = new_net::<Images, Wide<f64>>(2);
    let w = weights(&mut *net.layers);
    let (x, dx) = (samples::<Images>(2, 1), samples::<Images>(2, 5));
    let v: Vec<f64> = (0..w.len()).map(noise(4)).collect();
    let mut dual = DualNetwork::<Images, Wide<Dual<f64>>>::new(2);
    dual.set(&*net.layers);
    let along_both = dual.jvp(&x, Some(&v), Some(&dx));
    let along_weights = dual.jvp(&x, Some(&v), None);
    let along_inputs = dual.jvp(&x, None, Some(&dx));

    let mut outputs = |by_w: f64, by_x: f64| {
        set_weights(&mut *net.layers, &moved(&w, &v, by_w));
        let x: Vec<_> = (x.iter().zip(&dx))
            .map(|(x, dx)| x.zip(dx, |x, dx| x + by_x * dx))
            .collect();
        Tensor::flat(net.predict(&x)).to_vec()
    };
    assert_close(Tensor::flat(&along_both.0), &outputs(0.0, 0.0), 1e-14);
    for ((_, found), [by_w, by_x]) in [
        (along_both, [1.0, 1.0]),
        (along_weights, [1.0, 0.0]),
        (along_inputs, [0.0, 1.0]),
    ] {
        let expected = differences(|t| outputs(t * by_w, t * by_x));
        assert_close(Tensor::flat(&found), &expected, 1e-8);
    }
}

network! {
    struct Named<T> { first: Linear<2, 3, T>, bend: Tanh, last: Linear<3, 1, T> }
}

/// A target that the loss needs as a tensor, and a network of named fields.
#[test]
fn hvp_with_targets_that_are_tensors() {
    let mut net = new_net::<Vector<2>, Named<f64>>(4);
    let w = weights(&mut *net.layers);
    let (x, t) = (samples(4, 1), samples::<Vector<1>>(4, 2));
    let v: Vec<f64> = (0..w.len()).map(noise(6)).collect();
    let mut dual = DualNetwork::<Vector<2>, Named<Dual<f64>>>::new(4);
    dual.set(&*net.layers);
    let found = dual.hvp(&Mse, &x, &constants(&t), &v);
    let expected = differences(|by| gradient(&mut net, &Mse, &x, &t, &moved(&w, &v, by)));
    assert_close(&found.product, &expected, 1e-8);
}

/// A parabola of two weights.
#[test]
fn a_hessian_by_hand() {
    // L = (b + a·x)², a = 2, b = 1, x = 3: ∂²L/∂a² = 2x² = 18, ∂²L/∂a∂b = 2x = 6, ∂²L/∂b² = 2
    let mut dual = DualNetwork::<Vector<1>, Linear<1, 1, Dual<f64>>>::new(1);
    let mut layer = Linear::<1, 1, f64>::boxed();
    set_weights(&mut *layer, &[2.0, 1.0]);
    dual.set(&*layer);
    let (x, t) = ([Tensor::new([3.0])], constants(&[Tensor::new([0.0])]));
    let columns = [[1.0, 0.0], [0.0, 1.0]].map(|v| dual.hvp(&Mse, &x, &t, &v));
    assert_eq!(
        (columns[0].loss, &columns[0].gradient[..]),
        (49.0, &[42.0, 14.0][..])
    );
    assert_eq!(
        [&columns[0].product[..], &columns[1].product],
        [&[18.0, 6.0][..], &[6.0, 2.0]]
    );
}

#[test]
#[should_panic(
    expected = "a direction of 2 numbers was given to a network of 3 weights that learn"
)]
fn a_direction_too_short() {
    let mut dual = DualNetwork::<Vector<2>, Linear<2, 1, Dual<f64>>>::new(1);
    dual.jvp(&[Tensor::zeros()], Some(&[1.0, 2.0]), None);
}

#[test]
#[should_panic(expected = "a network of 4 numbers was given to one of 3 in dual numbers")]
fn another_network() {
    let mut dual = DualNetwork::<Vector<2>, Linear<2, 1, Dual<f64>>>::new(1);
    dual.set(&*Linear::<1, 2, f64>::boxed());
}

#[test]
#[should_panic(expected = "4 weights were given to a network of 3")]
fn too_many_weights() {
    set_weights(&mut *Linear::<2, 1, f64>::boxed(), &[0.0; 4]);
}
