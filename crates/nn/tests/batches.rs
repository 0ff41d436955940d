//! Batches of any size up to the capacity, none at all included, and what is said when they do not fit.

use core_tensor::{Image, Leaf, Params, Path, Tensor, Vector, Zeroed};
use nn::{
    AvgPool2d, Class, ClassError, Conv2d, CrossEntropy, Flatten, Gradients, Init, Linear, Loss,
    MaxPool2d, Mse, Network, Relu, Residual, Sigmoid, Tanh,
};

/// One layer of every kind.
type Every<T> = (
    Conv2d<1, 3, 3, 1, 1, T>,
    Relu,
    MaxPool2d<2>,
    Residual<(Conv2d<3, 3, 1, 1, 0, T>, Tanh)>,
    AvgPool2d<2>,
    Flatten,
    Linear<3, 4, T>,
    Sigmoid,
    Linear<4, 3, T>,
);
type X = Image<5, 4, 1>;

fn image<T: core_tensor::Scalar>(n: usize) -> Tensor<X, T> {
    Tensor::from_fn(|i| T::of(((7 * n + 3 * i) % 11) as f64 / 4.0 - 1.0))
}

/// All numbers of a gradient.
fn numbers(grad: &mut <Every<f64> as Params<f64>>::Grad) -> Vec<f64> {
    let mut all = Vec::new();
    let mut take = |_: Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| all.extend_from_slice(g);
    Every::<f64>::boxed().visit([grad], &Path::Root, &mut take);
    all
}

#[test]
fn a_smaller_batch_counts_its_own_samples() {
    let mut net = Network::<X, Every<f64>, f64>::new(5);
    net.init(Init::XavierUniform, 3);
    let x: Vec<_> = (0..3).map(image).collect();
    let classes = [2, 0, 1].map(Class::<3>::new);
    let (mut whole, mut each) = (net.new_gradient(), net.new_gradient());
    let score = net.gradient(
        &CrossEntropy,
        &x,
        &classes,
        &mut whole,
        Gradients::Overwrite,
        0,
    );
    let mut loss = 0.0;
    for (x, class) in x.iter().zip(&classes) {
        let (x, class) = (core::slice::from_ref(x), core::slice::from_ref(class));
        loss += net
            .gradient(&CrossEntropy, x, class, &mut each, Gradients::Add, 0)
            .loss
            / 3.0;
    }
    assert!(
        (score.loss - loss).abs() < 1e-14,
        "{} is not {loss}",
        score.loss
    );
    assert_eq!((score.samples, score.judged), (3, 3));
    for (whole, each) in numbers(&mut whole).iter().zip(numbers(&mut each)) {
        assert!(
            (whole - each / 3.0).abs() < 1e-14,
            "{whole} is not a third of {each}"
        );
    }
}

#[test]
fn the_capacity_changes_no_bit() {
    let run = |capacity| {
        let mut net = Network::<X, Every<f64>, f64>::new(capacity);
        net.init(Init::HeNormal, 3);
        let x: Vec<_> = (0..3).map(image).collect();
        Tensor::flat(net.predict(&x))
            .iter()
            .map(|y| y.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(run(3), run(64));
    assert_eq!(run(3).len(), 9);
}

#[test]
fn no_samples_have_no_loss_and_no_gradient() {
    let mut net = Network::<X, Every<f64>, f64>::new(2);
    net.init(Init::HeNormal, 1);
    assert!(net.predict(&[]).is_empty());
    let mut grad = net.new_gradient();
    let mut spoil = |_: Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| g.fill(f64::NAN);
    net.layers.visit([&mut *grad], &Path::Root, &mut spoil);
    let score = net.gradient(&CrossEntropy, &[], &[], &mut grad, Gradients::Overwrite, 0);
    assert_eq!(
        (score.loss, score.samples, score.accuracy()),
        (0.0, 0, None)
    );
    assert!(numbers(&mut grad).iter().all(|&g| g == 0.0));
    let mut nothing = Network::<X, Every<f64>, f64>::new(0);
    assert!(nothing.predict(&[]).is_empty());
    assert_eq!(nothing.score(&CrossEntropy, &[], &[]).loss, 0.0);
}

/// `y = 2x`, so that losses are known.
fn double() -> Network<Vector<1>, Linear<1, 1, f64>, f64> {
    let mut net = Network::new(2);
    let layer: &mut Linear<1, 1, f64> = &mut net.layers;
    layer.weight = Tensor::full(2.0);
    net
}

#[test]
fn a_score_of_more_samples_than_the_capacity() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0].map(Tensor::full);
    // squared errors 4, 16, 36, 64, 100
    let score = double().score(&Mse, &x, &[const { Tensor::new([0.0]) }; 5]);
    assert_eq!(
        (score.loss, score.samples, score.accuracy()),
        (44.0, 5, None)
    );
}

#[test]
fn hits_are_counted() {
    let mut net = Network::<Vector<2>, Linear<2, 2, f64>, f64>::new(2);
    net.layers.weight = Tensor::new([[1.0, 0.0], [0.0, 1.0]]);
    let x = [[1.0, 0.0], [0.0, 1.0], [3.0, 2.0], [0.5, 0.5]].map(Tensor::new);
    // the last is a tie, which the first class wins
    let score = net.score(&CrossEntropy, &x, &[0, 0, 0, 0].map(Class::new));
    assert_eq!(
        (score.hits, score.judged, score.accuracy()),
        (3, 4, Some(0.75))
    );
}

#[test]
#[should_panic(
    expected = "the network has room for batches of 2 samples and got 3; make it with a larger capacity"
)]
fn more_samples_than_the_capacity_to_predict() {
    double().predict(&[1.0, 2.0, 3.0].map(Tensor::full));
}

#[test]
#[should_panic(
    expected = "the network has room for batches of 2 samples and got 3; make it with a larger capacity"
)]
fn more_samples_than_the_capacity_to_train() {
    let mut net = double();
    let (x, mut grad) = ([1.0, 2.0, 3.0].map(Tensor::full), net.new_gradient());
    net.gradient(
        &Mse,
        &x,
        &[const { Tensor::new([0.0]) }; 3],
        &mut grad,
        Gradients::Add,
        0,
    );
}

#[test]
#[should_panic(expected = "a batch of 2 samples came with 1 targets")]
fn samples_without_targets_to_train() {
    let mut net = double();
    let (x, mut grad) = ([1.0, 2.0].map(Tensor::full), net.new_gradient());
    net.gradient(&Mse, &x, &[Tensor::full(0.0)], &mut grad, Gradients::Add, 0);
}

#[test]
#[should_panic(expected = "1 samples came with 2 targets")]
fn targets_without_samples_to_score() {
    double().score(
        &Mse,
        &[Tensor::full(1.0)],
        &[const { Tensor::new([0.0]) }; 2],
    );
}

#[test]
fn labels_from_outside() {
    assert_eq!(Class::<10>::try_from(9).map(Class::index), Ok(9));
    let error = Class::<10>::try_from(10).expect_err("ten classes count to nine");
    assert_eq!(
        error,
        ClassError {
            index: 10,
            classes: 10
        }
    );
    assert_eq!(
        error.to_string(),
        "label 10 names no class: expected 0 to 9; check that the labels count from 0"
    );
}

#[test]
#[should_panic(expected = "a class counts from 0 and is less than their number")]
fn a_class_that_there_is_not() {
    Class::<3>::new(3);
}

/// `ln 2` and `ln(1 + e⁻¹⁰)` by hand: the logits are a million times larger, and must not drown them.
/// What is left is the rounding of `1 + e⁻¹⁰` in `f32`: half of 1.2e-7 beside 4.5e-5.
#[test]
fn cross_entropy_keeps_small_losses_beside_large_logits() {
    for (logits, loss) in [
        ([1e7, 1e7], core::f32::consts::LN_2),
        ([1000.0, 990.0], 4.539_89e-5),
    ] {
        let mut dy = [Tensor::zeros()];
        let y = [Tensor::<Vector<2>>::new(logits)];
        let score = CrossEntropy.batch(&y, [Class::new(0)].iter(), &mut dy);
        assert!(
            (score.loss / loss - 1.0).abs() < 1.4e-3,
            "{} for {loss}",
            score.loss
        );
    }
}
