//! Every layer and loss against what PyTorch computes (`fixtures/README.md`), forward and backward, in `f32` and `f64`.
//!
//! A fixture's sides are numbers and ours are types, so each file has a list from the name of a case to its types; a case without a
//! line, or a line without a case, fails.

#[path = "common/fixture.rs"]
mod fixture;

use core_tensor::{Batch, Image, Leaf, Path, Scalar, Shape, Tensor, Vector, Zeroed};
use fixture::{Case, load};
use nn::{
    AvgPool2d, Class, Conv2d, CrossEntropy, Layer, Linear, Loss, MaxPool2d, Mse, Pass, RectConv2d,
    Relu, Sigmoid, Tanh, training_room,
};

/// How far a result may be from PyTorch's, in units of `ε` times the larger of 1 and the number itself; 0 asks for equality.
type Ulps = f64;

/// `ε` of `T`, as PyTorch's numbers are compared in `f64`.
fn epsilon<T: Scalar>() -> f64 {
    T::epsilon().to_f64().expect("ε is a number")
}

fn close<T: Scalar>(what: &str, found: &[T], expected: &[f64], ulps: Ulps) {
    assert_eq!(found.len(), expected.len(), "{what}: how many numbers");
    for (i, (found, &expected)) in found.iter().zip(expected).enumerate() {
        let found = found.to_f64().expect("a number");
        let tolerance = ulps * epsilon::<T>() * expected.abs().max(1.0);
        // NaN is not within anything
        assert!(
            (found - expected).abs() <= tolerance,
            "{what}[{i}] is {found}, PyTorch has {expected}"
        );
    }
}

fn numbers<T: Scalar>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&number| T::of(number)).collect()
}

/// The outputs and the gradient of the inputs; `grad` gets that of the weights. Memory starts as NaN: nothing may depend on it.
fn run<X: Shape, L: Layer<X, T>, T: Scalar>(
    layer: &L,
    x: &[T],
    dy: &[T],
    grad: &mut L::Grad,
) -> (Vec<T>, Vec<T>) {
    let x: Batch<'_, X, T> = Tensor::batch(x);
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(x, &mut pass);
    let out = Tensor::flat(y).to_vec();
    let d = pass.batch::<L::Y>(y.len());
    Tensor::flat_mut(d).copy_from_slice(dy);
    let dx = layer.backward(saved, d, Some(grad), &mut pass);
    (out, Tensor::flat(dx).to_vec())
}

/// A layer on images or vectors, with the weights, the cotangent and the results of a case.
fn layer<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case, ulps: Ulps) {
    let title = format!("{} in {}", case.title, std::any::type_name::<T>());
    let (mut layer, mut grad) = (L::boxed(), L::Grad::boxed());
    layer.visit(
        [&mut *grad],
        &Path::Root,
        &mut |leaf: Leaf<'_>, weight: &mut [T], [grad]: [&mut [T]; 1]| {
            let (sides, values) = case.tensor(&leaf.path.to_string());
            assert_eq!(sides, leaf.sides, "{title}: {}", leaf.path);
            weight.copy_from_slice(&numbers(values));
            grad.fill(T::nan());
        },
    );
    let ((x_sides, x), (y_sides, y)) = (case.tensor("x"), case.tensor("y"));
    assert_eq!(&x_sides[1..], X::SIDES, "{title}: x");
    assert_eq!(&y_sides[1..], <L::Y as Shape>::SIDES, "{title}: y");
    let dy = numbers(case.numbers("dy"));
    let (found, dx) = run::<X, L, T>(&layer, &numbers(x), &dy, &mut grad);
    close(&format!("{title}: y"), &found, y, ulps);
    close(&format!("{title}: dx"), &dx, case.numbers("dx"), ulps);
    layer.visit(
        [&mut *grad],
        &Path::Root,
        &mut |leaf: Leaf<'_>, _: &mut [T], [grad]: [&mut [T]; 1]| {
            let name = format!("d{}", leaf.path);
            close(&format!("{title}: {name}"), grad, case.numbers(&name), ulps);
        },
    );
}

// a test for a file: the types of each case are written with `T` for the scalar
macro_rules! layers { ($test:ident $file:literal within $ulps:literal ulps: $($name:literal: $x:ty => $layer:ty;)+) => {
    #[test]
    fn $test() {
        for case in load($file, &[$($name),+]) {
            match case.name.as_str() {
                $($name => {
                    fn in_scalar<T: Scalar>(case: &Case) { layer::<$x, $layer, T>(case, $ulps) }
                    in_scalar::<f32>(&case);
                    in_scalar::<f64>(&case);
                })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }

layers! { linear "linear.txt" within 0.0 ulps:
    "b3_i5_o7": Vector<5> => Linear<5, 7, T>;
    "b1_i4_o2": Vector<4> => Linear<4, 2, T>;
    "b4_i17_o33": Vector<17> => Linear<17, 33, T>;
}

layers! { conv2d "conv2d.txt" within 0.0 ulps:
    "k1_s1_p0": Image<3, 4, 6> => Conv2d<6, 16, 1, 1, 0, T>;
    "k1_s1_p1": Image<3, 2, 3> => Conv2d<3, 5, 1, 1, 1, T>;
    "k1_s1_p2": Image<1, 2, 4> => Conv2d<4, 4, 1, 1, 2, T>;
    "k1_s2_p0": Image<5, 4, 2> => Conv2d<2, 17, 1, 2, 0, T>;
    "k1_s2_p1": Image<3, 4, 4> => Conv2d<4, 4, 1, 2, 1, T>;
    "k1_s2_p2": Image<3, 2, 1> => Conv2d<1, 6, 1, 2, 2, T>;
    "k3_s1_p0": Image<5, 6, 3> => Conv2d<3, 5, 3, 1, 0, T>;
    "k3_s1_p1": Image<3, 4, 2> => Conv2d<2, 17, 3, 1, 1, T>;
    "k3_s1_p2": Image<3, 2, 4> => Conv2d<4, 4, 3, 1, 2, T>;
    "k3_s2_p0": Image<7, 6, 4> => Conv2d<4, 4, 3, 2, 0, T>;
    "k3_s2_p1": Image<5, 4, 6> => Conv2d<6, 16, 3, 2, 1, T>;
    "k3_s2_p2": Image<5, 4, 3> => Conv2d<3, 5, 3, 2, 2, T>;
    "k5_s1_p0": Image<5, 6, 6> => Conv2d<6, 16, 5, 1, 0, T>;
    "k5_s1_p1": Image<5, 4, 3> => Conv2d<3, 5, 5, 1, 1, T>;
    "k5_s1_p2": Image<7, 5, 1> => Conv2d<1, 6, 5, 1, 2, T>;
    "k5_s2_p0": Image<9, 8, 1> => Conv2d<1, 6, 5, 2, 0, T>;
    "k5_s2_p1": Image<5, 6, 2> => Conv2d<2, 17, 5, 2, 1, T>;
    "k5_s2_p2": Image<3, 4, 4> => Conv2d<4, 4, 5, 2, 2, T>;
    "k2_s1_p0": Image<3, 5, 4> => Conv2d<4, 4, 2, 1, 0, T>;
    "k2_s2_p1": Image<5, 4, 3> => Conv2d<3, 5, 2, 2, 1, T>;
    "k7_s1_p0": Image<7, 8, 1> => Conv2d<1, 6, 7, 1, 0, T>;
    "k7_s2_p2": Image<5, 6, 3> => Conv2d<3, 5, 7, 2, 2, T>;
    "k11_s1_p0": Image<11, 12, 1> => Conv2d<1, 6, 11, 1, 0, T>;
    "k11_s2_p2": Image<9, 10, 1> => Conv2d<1, 6, 11, 2, 2, T>;
    "k3_s2x1_p1": Image<6, 5, 4> => RectConv2d<4, 4, 3, 3, 2, 1, 1, 1, T>;
    "k3_s1_p1x2": Image<4, 3, 3> => RectConv2d<3, 5, 3, 3, 1, 1, 1, 2, T>;
    "k3x5_s1_p1x2": Image<3, 4, 2> => RectConv2d<2, 17, 3, 5, 1, 1, 1, 2, T>;
    "k3x5_s2x1_p0": Image<6, 7, 3> => RectConv2d<3, 5, 3, 5, 2, 1, 0, 0, T>;
}

layers! { max_pool2d "max_pool2d.txt" within 0.0 ulps:
    "k2_s2": Image<4, 6, 3> => MaxPool2d<2>;
    "k2_s2_odd": Image<5, 7, 3> => MaxPool2d<2>;
    "k3_s2": Image<7, 6, 3> => MaxPool2d<3, 2>;
    "k3_s1_p1": Image<4, 5, 3> => MaxPool2d<3, 1, 1>;
    "k3x2_s2x1": Image<6, 4, 3> => MaxPool2d<3, 2, 0, 2, 1, 0>;
    "k3_s1_p1_negative": Image<4, 5, 3> => MaxPool2d<3, 1, 1>;
    "k2_s2_ties": Image<4, 6, 3> => MaxPool2d<2>;
    "k3_s2_ties": Image<7, 6, 3> => MaxPool2d<3, 2>;
    "k3_s1_p1_ties": Image<4, 5, 3> => MaxPool2d<3, 1, 1>;
}

// the sums of eighths are exact; the division by the window rounds, and so does each of the up to nine gradients that meet in a pixel
layers! { avg_pool2d "avg_pool2d.txt" within 4.0 ulps:
    "k2_s2": Image<4, 6, 3> => AvgPool2d<2>;
    "k2_s2_odd": Image<5, 7, 3> => AvgPool2d<2>;
    "k3_s2": Image<7, 6, 3> => AvgPool2d<3, 2>;
    "k3_s1_p1": Image<4, 5, 3> => AvgPool2d<3, 1, 1>;
    "k3x2_s2x1": Image<6, 4, 3> => AvgPool2d<3, 2, 0, 2, 1, 0>;
}

/// Values and slopes at 23 points. Values are near relative to their own size too, however small; slopes are `1 − y²` of a rounded `y`.
fn activation<L: Layer<Vector<23>, T, Y = Vector<23>>, T: Scalar>(case: &Case, ulps: Ulps) {
    let title = format!("{} in {}", case.title, std::any::type_name::<T>());
    let x: Vec<T> = numbers(case.numbers("x"));
    let mut grad = L::Grad::boxed();
    let (y, slope) = run::<Vector<23>, L, T>(&L::boxed(), &x, &[T::one(); 23], &mut grad);
    close(
        &format!("{title}: dy_dx"),
        &slope,
        case.numbers("dy_dx"),
        ulps,
    );
    let smallest = T::min_positive_value().to_f64().expect("a number");
    for ((y, &expected), x) in y.iter().zip(case.numbers("y")).zip(x) {
        let y = y.to_f64().expect("a number");
        let tolerance = ulps * epsilon::<T>() * expected.abs().max(smallest);
        assert!(
            (y - expected).abs() <= tolerance,
            "{title}: at {x} it is {y}, PyTorch has {expected}"
        );
    }
}

macro_rules! activations { ($($name:literal $layer:ident within $ulps:literal ulps;)+) => {
    #[test]
    fn activations() {
        for case in load("activations.txt", &[$($name),+]) {
            match case.name.as_str() {
                $($name => { activation::<$layer, f32>(&case, $ulps); activation::<$layer, f64>(&case, $ulps); })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }

// ReLU's points are rounded to `f32` first, the others' by up to half a unit of x, which steep slopes double; 2 more are the kernels'
activations! {
    "relu" Relu within 0.5 ulps;
    "tanh" Tanh within 3.0 ulps;
    "sigmoid" Sigmoid within 3.0 ulps;
}

/// The mean loss and its gradient by the outputs, the latter's memory NaN at first.
fn loss<Y: Shape, Q: Loss<Y, T>, T: Scalar>(
    loss: &Q,
    y: &[T],
    targets: &[Q::Target],
) -> (T, Vec<T>) {
    let mut dy = vec![T::nan(); y.len()];
    let score = loss.batch(
        Tensor::<Y, T>::batch(y),
        targets.iter(),
        Tensor::batch_mut(&mut dy),
    );
    assert_eq!(score.samples, targets.len());
    (score.loss, dy)
}

fn cross_entropy_of<const N: usize, T: Scalar>(case: &Case) {
    let title = format!("{} in {}", case.title, std::any::type_name::<T>());
    let (sides, logits) = case.tensor("logits");
    assert_eq!(sides[1], N, "{title}: classes");
    let labels: Vec<Class<N>> = case
        .numbers("labels")
        .iter()
        .map(|&label| Class::new(label as usize))
        .collect();
    let (found, slope) = loss::<Vector<N>, _, T>(&CrossEntropy, &numbers(logits), &labels);
    // a loss is the difference of two logits: it can be no nearer than they are
    let largest = logits.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
    let expected = case.numbers("loss");
    close(&format!("{title}: loss"), &[found], expected, 2.0 * largest);
    close(
        &format!("{title}: dlogits"),
        &slope,
        case.numbers("dlogits"),
        2.0,
    );
}

macro_rules! cross_entropies { ($($name:literal $classes:literal;)+) => {
    #[test]
    fn cross_entropy() {
        for case in load("cross_entropy.txt", &[$($name),+]) {
            match case.name.as_str() {
                $($name => { cross_entropy_of::<$classes, f32>(&case); cross_entropy_of::<$classes, f64>(&case); })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }

cross_entropies! {
    "two_classes" 2;
    "ten_classes" 10;
    "equal_logits" 5;
    "large_right" 3;
    "large_wrong" 3;
    "large_ties" 3;
}

fn mse_of<Y: Shape, T: Scalar>(case: &Case) {
    let title = format!("{} in {}", case.title, std::any::type_name::<T>());
    let (sides, y) = case.tensor("y");
    assert_eq!(&sides[1..], Y::SIDES, "{title}: y");
    let targets: Vec<Tensor<Y, T>> = case
        .numbers("target")
        .chunks(Y::LEN)
        .map(|target| Tensor::from_slice(&numbers(target)).expect("a sample"))
        .collect();
    let (found, slope) = loss::<Y, _, T>(&Mse, &numbers(y), &targets);
    close(
        &format!("{title}: loss"),
        &[found],
        case.numbers("loss"),
        2.0,
    );
    close(&format!("{title}: dy"), &slope, case.numbers("dy"), 2.0);
}

macro_rules! mses { ($($name:literal $y:ty;)+) => {
    #[test]
    fn mse() {
        for case in load("mse.txt", &[$($name),+]) {
            match case.name.as_str() {
                $($name => { mse_of::<$y, f32>(&case); mse_of::<$y, f64>(&case); })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }

mses! {
    "one" Vector<1>;
    "rows" Vector<5>;
    "images" Image<3, 2, 2>;
}
