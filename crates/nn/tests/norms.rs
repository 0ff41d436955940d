//! Normalisation against PyTorch: values, every gradient, running statistics; in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Leaf, Path, Scalar, Sequence, Shape, Tensor, Vector, Zeroed};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    BatchNorm, BatchNormPlain, GroupNorm, Init, InstanceNorm, Layer, LayerNorm, LocalResponseNorm,
    Network, Pass, RmsNorm, init, training_room,
};

const CASES: [&str; 18] = [
    "plain_rows",
    "plain_image",
    "batch_image",
    "batch_rows",
    "layer",
    "rms",
    "group_2",
    "group_1",
    "instance",
    "response_5",
    "response_2",
    "response_3",
    "response_4_rest",
    "layer_wide",
    "rms_wide",
    "group_3",
    "instance_9",
    "running",
];

/// Sums of up to 18 numbers were rounded.
const EPSILONS: f64 = 64.0;

/// One training pass: the fixture's tensors have the names of the layer's fields.
fn check<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case, enlarge: f64) {
    let (mut layer, mut grad) = (L::boxed(), L::Grad::boxed());
    init(&mut *layer, Init::HeNormal, 0);
    layer.visit(
        [],
        &Path::Root,
        &mut |leaf: Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
            if leaf.role.learns() {
                w.copy_from_slice(&scalars(case.numbers(&leaf.path.to_string())));
            }
        },
    );
    let x: Vec<f64> = case.numbers("x").iter().map(|x| x * enlarge).collect();
    let x = scalars::<T>(&x);
    let x = Tensor::<X, T>::batch(&x);
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(x, &mut pass);
    let dy = pass.batch::<L::Y>(y.len());
    Tensor::flat_mut(dy).copy_from_slice(&scalars(case.numbers("dy")));
    let dx = layer.backward(saved, dy, Some(&mut grad), &mut pass);
    close(
        &format!("{}: y", case.title),
        Tensor::flat(y),
        case.numbers("y"),
        EPSILONS,
    );
    let dx: Vec<T> = Tensor::flat(dx)
        .iter()
        .map(|&dx| dx * T::of(enlarge))
        .collect();
    close(
        &format!("{}: dx", case.title),
        &dx,
        case.numbers("dx"),
        EPSILONS,
    );
    layer.visit(
        [&mut *grad],
        &Path::Root,
        &mut |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
            if leaf.role.learns() {
                let name = format!("d{}", leaf.path);
                close(
                    &format!("{}: {name}", case.title),
                    g,
                    case.numbers(&name),
                    EPSILONS,
                );
            }
        },
    );
}

fn all<T: Scalar>(case: &Case) {
    match case.name.as_str() {
        "batch_image" => check::<Image<2, 3, 5>, BatchNorm<5, T>, T>(case, 1.0),
        "batch_rows" => check::<Vector<4>, BatchNorm<4, T>, T>(case, 1.0),
        "plain_rows" => check::<Vector<4>, BatchNormPlain<4, T>, T>(case, 1.0),
        "plain_image" => check::<Image<2, 3, 5>, BatchNormPlain<5, T>, T>(case, 1.0),
        "layer" => check::<Sequence<2, 6>, LayerNorm<6, T>, T>(case, 1.0),
        "rms" => check::<Sequence<2, 6>, RmsNorm<6, T>, T>(case, 1.0),
        "group_2" => check::<Image<2, 3, 4>, GroupNorm<2, 4, T>, T>(case, 1.0),
        "group_1" => check::<Image<2, 3, 4>, GroupNorm<1, 4, T>, T>(case, 1.0),
        "instance" => check::<Image<2, 3, 4>, InstanceNorm<4, T>, T>(case, 1.0),
        "response_5" => check::<Image<2, 3, 7>, LocalResponseNorm<5>, T>(case, 50.0),
        "response_2" => check::<Image<2, 3, 7>, LocalResponseNorm<2>, T>(case, 50.0),
        "response_3" => check::<Image<2, 3, 7>, LocalResponseNorm<3>, T>(case, 50.0),
        "response_4_rest" => check::<Image<1, 5, 3>, LocalResponseNorm<4>, T>(case, 50.0),
        "layer_wide" => check::<Vector<19>, LayerNorm<19, T>, T>(case, 1.0),
        "rms_wide" => check::<Vector<19>, RmsNorm<19, T>, T>(case, 1.0),
        "group_3" => check::<Image<5, 1, 9>, GroupNorm<3, 9, T>, T>(case, 1.0),
        "instance_9" => check::<Image<5, 1, 9>, InstanceNorm<9, T>, T>(case, 1.0),
        _ => running::<T>(case),
    }
}

/// The statistics of a batch lie in the gradient; a tenth of their difference moves the running ones, which are what counts in use.
fn running<T: Scalar>(case: &Case) {
    type X = Image<2, 2, 3>;
    let mut net = Network::<X, BatchNorm<3, T>, T>::new(2);
    net.init(Init::HeNormal, 0);
    net.layers.scale = Tensor::from_fn(|c| T::of(case.numbers("scale")[c]));
    net.layers.shift = Tensor::from_fn(|c| T::of(case.numbers("shift")[c]));
    let mut grad = net.new_gradient();
    let x = scalars::<T>(case.numbers("x"));
    let (layer, room) = net.parts();
    let mut pass = Pass::train(room, 0);
    let (y, saved) = layer.forward(Tensor::<X, T>::batch(&x), &mut pass);
    close(
        &format!("{}: y", case.title),
        Tensor::flat(y),
        case.numbers("y"),
        EPSILONS,
    );
    let dy = pass.batch::<X>(2);
    Tensor::flat_mut(dy).fill(T::one());
    layer.backward_first(saved, dy, Some(&mut grad), &mut pass);
    let follow = |running: T, batch: T| running + T::of(0.1) * (batch - running);
    layer.mean = layer.mean.zip(&grad.mean, |&old, &new| follow(old, new));
    layer.variance = layer
        .variance
        .zip(&grad.variance, |&old, &new| follow(old, new));
    close(
        &format!("{}: mean", case.title),
        layer.mean.as_slice(),
        case.numbers("mean"),
        EPSILONS,
    );
    close(
        &format!("{}: variance", case.title),
        layer.variance.as_slice(),
        case.numbers("variance"),
        EPSILONS,
    );
    let again = scalars::<T>(case.numbers("again"));
    let y = net.predict(Tensor::batch(&again));
    close(
        &format!("{}: y in use", case.title),
        Tensor::flat(y),
        case.numbers("y_again"),
        EPSILONS,
    );
}

#[test]
fn as_pytorch_has_it() {
    for case in load("norms.txt", &CASES) {
        all::<f32>(&case);
        all::<f64>(&case);
    }
}

#[test]
fn a_normalised_channel_has_mean_0_and_variance_1() {
    type X = Vector<1>;
    let mut net = Network::<X, BatchNorm<1, f64>, f64>::new(4);
    net.init(Init::HeNormal, 0);
    let x = [1.0, 2.0, 3.0, 6.0].map(|x| Tensor::<X, f64>::new([x]));
    let (layer, room) = net.parts();
    let (y, _) = layer.forward(&x, &mut Pass::train(room, 0));
    let y = Tensor::flat(y);
    let mean = y.iter().sum::<f64>() / 4.0;
    let variance = y.iter().map(|y| y * y).sum::<f64>() / 4.0;
    // the variance of x is 3.5, so that of y is 3.5 / (3.5 + 10⁻⁵)
    assert!(
        mean.abs() < 1e-15 && (variance - 3.5 / 3.50001).abs() < 1e-14,
        "{mean} {variance}"
    );
}
