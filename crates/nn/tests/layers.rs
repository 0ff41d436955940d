//! How layers combine: tuples, shortcuts, frozen parts, named fields, and gradients that are written or added. Values are worked out by
//! hand, in numbers that are exact in any order of summation.

#[path = "common/pass.rs"]
mod pass;

use core_tensor::{Image, Leaf, Params, Path, Role, Tensor, Vector, Zeroed};
use nn::{
    AvgPool2d, Conv2d, Flatten, Gradients, Layer, Linear, Mse, Network, Relu, Residual, Sum, Tanh,
    network,
};
use pass::{fill, gradients, run};

/// A NaN in every place of a gradient: what is not written shows.
fn spoil<L: Params<f64>>(layer: &mut L, grad: &mut L::Grad) {
    let mut write = |_: Leaf<'_>, _: &mut [f64], [g]: [&mut [f64]; 1]| g.fill(f64::NAN);
    layer.visit([grad], &Path::Root, &mut write);
}

/// Small whole numbers without a pattern that a transposed or shifted index would keep.
fn whole(i: usize) -> f64 {
    [1.0, -1.0, 2.0, 0.0, -2.0, 1.0, 1.0, -1.0, 0.0, 2.0, -1.0][i * i % 11]
}

/// A chain of `n` layers of 2×2 against plain loops; whole numbers, so that equality is exact.
fn chain_by_hand<N: Layer<Vector<2>, f64, Y = Vector<2>>>(n: usize) {
    let (mut net, mut grad) = (N::boxed(), N::Grad::boxed());
    fill::<N, f64>(&mut net, whole);
    spoil(&mut *net, &mut grad);
    let x = [3.0, -2.0];
    let mut inputs = vec![x];
    for layer in 0..n {
        let (w, [a, b]) = (|i| whole(6 * layer + i), inputs[layer]);
        inputs.push([a * w(0) + b * w(2) + w(4), a * w(1) + b * w(3) + w(5)]);
    }
    let (mut dy, mut expected) = ([1.0, -2.0], Vec::new());
    for layer in (0..n).rev() {
        let (w, [a, b], [c, d]) = (|i| whole(6 * layer + i), inputs[layer], dy);
        expected.push((format!("{layer}.bias"), dy.to_vec()));
        expected.push((format!("{layer}.weight"), vec![a * c, a * d, b * c, b * d]));
        dy = [c * w(0) + d * w(1), c * w(2) + d * w(3)];
    }
    expected.reverse();
    let (y, dx) = run::<Vector<2>, N>(&net, &[Tensor::new(x)], &[1.0, -2.0], &mut grad);
    assert_eq!(y, inputs[n], "outputs of a chain of {n}");
    assert_eq!(dx, dy, "gradient of the inputs of a chain of {n}");
    assert_eq!(gradients(&mut *net, &mut grad), expected, "a chain of {n}");
}

#[test]
fn chains_of_1_to_16_layers_by_hand() {
    type L = Linear<2, 2, f64>;
    macro_rules! chains { ($($l:ident)*) => { chains!(@from [] $($l)*) };
        (@from [$($done:ident)*]) => { let _ = stringify!($($done)*); };
        (@from [$($done:ident)*] $next:ident $($rest:ident)*) => {
            chain_by_hand::<($($done,)* $next,)>(1 $(+ { let _ = stringify!($done); 1 })*);
            chains!(@from [$($done)* $next] $($rest)*);
        };
    }
    chains!(L L L L L L L L L L L L L L L L);
}

#[test]
fn chains_nest() {
    type Flat = (
        Linear<3, 4, f64>,
        Tanh,
        Linear<4, 5, f64>,
        Relu,
        Linear<5, 2, f64>,
    );
    type Nested = (
        (Linear<3, 4, f64>, (Tanh,)),
        ((Linear<4, 5, f64>, Relu), Linear<5, 2, f64>),
    );
    let (mut flat, mut nested) = (Flat::boxed(), Nested::boxed());
    fill::<_, f64>(&mut *flat, |i| whole(i) / 4.0);
    fill::<_, f64>(&mut *nested, |i| whole(i) / 4.0);
    let x = [
        Tensor::new([1.0, -0.5, 0.25]),
        Tensor::new([-1.0, 2.0, 0.5]),
    ];
    let dy = [1.0, -1.0, 0.5, 2.0];
    let mut flat_grad = <Flat as Params<f64>>::Grad::boxed();
    let mut nested_grad = <Nested as Params<f64>>::Grad::boxed();
    let one = run::<Vector<3>, Flat>(&flat, &x, &dy, &mut flat_grad);
    let two = run::<Vector<3>, Nested>(&nested, &x, &dy, &mut nested_grad);
    assert_eq!(one, two);
    let (one, two) = (
        gradients(&mut *flat, &mut flat_grad),
        gradients(&mut *nested, &mut nested_grad),
    );
    let names =
        |all: &[(String, Vec<f64>)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&one),
        [
            "0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"
        ]
    );
    assert_eq!(
        names(&two),
        [
            "0.0.weight",
            "0.0.bias",
            "1.0.0.weight",
            "1.0.0.bias",
            "1.1.weight",
            "1.1.bias"
        ]
    );
    assert!(
        one.iter()
            .zip(&two)
            .all(|(a, b)| a.1 == b.1 && a.1.iter().any(|&g| g != 0.0))
    );
}

#[test]
fn residual_by_hand() {
    let net = Residual(Linear::<2, 2, f64> {
        weight: Tensor::new([[1.0, 2.0], [3.0, 4.0]]),
        bias: Tensor::new([0.5, -0.5]),
    });
    let mut grad = Linear::<2, 2, f64>::boxed();
    // F(x) = [1 − 3 + ½, 2 − 4 − ½]; dx = dy + dy·Wᵀ = [1 + 1 + 4, 2 + 3 + 8]
    let (y, dx) = run::<Vector<2>, _>(&net, &[Tensor::new([1.0, -1.0])], &[1.0, 2.0], &mut grad);
    assert_eq!((y, dx), (vec![-0.5, -3.5], vec![6.0, 13.0]));
    assert_eq!(grad.weight, Tensor::new([[1.0, 2.0], [-1.0, -2.0]]));
    assert_eq!(grad.bias, Tensor::new([1.0, 2.0]));
}

#[test]
fn sum_by_hand() {
    let linear = |w| Linear::<2, 1, f64> {
        weight: Tensor::new(w),
        bias: Tensor::full(1.0),
    };
    let net = Sum(linear([[1.0], [2.0]]), linear([[-3.0], [4.0]]));
    let mut grad = <(Linear<2, 1, f64>, Linear<2, 1, f64>)>::boxed();
    // y = (5 − 2 + 1) + (−15 − 4 + 1); dx = 2·([1, 2] + [−3, 4])
    let (y, dx) = run::<Vector<2>, _>(&net, &[Tensor::new([5.0, -1.0])], &[2.0], &mut grad);
    assert_eq!((y, dx), (vec![-14.0], vec![-4.0, 12.0]));
    for grad in [&grad.0, &grad.1] {
        assert_eq!(
            (&grad.weight, grad.bias[[0]]),
            (&Tensor::new([[10.0], [-2.0]]), 2.0)
        );
    }
}

network! {
    /// Fields of every kind.
    pub(crate) struct Small<T> { conv1: Conv2d<1, 2, 3, 1, 1, T>, act: Tanh, block: Residual<(Conv2d<2, 2, 1, 1, 0, T>, Tanh)>, flat: Flatten, out: Linear<8, 3, T> }
}

#[test]
fn a_network_of_named_fields_is_its_tuple() {
    type Tuple = (
        Conv2d<1, 2, 3, 1, 1, f64>,
        Tanh,
        Residual<(Conv2d<2, 2, 1, 1, 0, f64>, Tanh)>,
        Flatten,
        Linear<8, 3, f64>,
    );
    let (mut named, mut tuple) = (Small::<f64>::boxed(), Tuple::boxed());
    fill::<_, f64>(&mut *named, |i| whole(i) / 8.0);
    fill::<_, f64>(&mut *tuple, |i| whole(i) / 8.0);
    let x = [Tensor::<Image<2, 2, 1>, f64>::new([
        [[1.0], [-1.0]],
        [[0.5], [2.0]],
    ])];
    let mut named_grad = SmallGrad::<f64>::boxed();
    let mut tuple_grad = <Tuple as Params<f64>>::Grad::boxed();
    let one = run::<Image<2, 2, 1>, _>(&*named, &x, &[1.0, -1.0, 2.0], &mut named_grad);
    let two = run::<Image<2, 2, 1>, _>(&*tuple, &x, &[1.0, -1.0, 2.0], &mut tuple_grad);
    assert_eq!(one, two);
    assert_eq!(named_grad.conv1.weight, tuple_grad.0.weight);
    assert_eq!(named_grad.out.bias, Tensor::new([1.0, -1.0, 2.0]));

    let mut seen = Vec::new();
    named.look(&Path::Root, &mut |leaf: Leaf<'_>, w: &[f64]| {
        seen.push((leaf.path.to_string(), leaf.role, leaf.sides, w.len()));
    });
    let expected: [(&str, Role, &[usize], usize); 6] = [
        ("conv1.weight", Role::Weight, &[3, 3, 1, 2], 18),
        ("conv1.bias", Role::Bias, &[2], 2),
        ("block.0.weight", Role::Weight, &[1, 1, 2, 2], 4),
        ("block.0.bias", Role::Bias, &[2], 2),
        ("out.weight", Role::Weight, &[8, 3], 24),
        ("out.bias", Role::Bias, &[3], 3),
    ];
    assert_eq!(
        seen,
        expected.map(|(name, role, sides, n)| (name.to_owned(), role, sides, n))
    );
}

/// Its numbers are multiples of powers of two, so that sums are exact in any order.
type Exact = (
    Conv2d<1, 3, 2, 1, 0, f64>,
    Relu,
    AvgPool2d<2>,
    Flatten,
    Linear<12, 4, f64>,
);

#[test]
fn gradients_overwrite_or_add() {
    let mut net = Network::<Image<5, 5, 1>, Exact, f64>::new(4);
    fill::<_, f64>(&mut *net.layers, whole);
    let x: Vec<_> = (0..4)
        .map(|n| Tensor::from_fn(|i| whole(n + 3 * i)))
        .collect();
    let targets: Vec<_> = (0..4)
        .map(|n| Tensor::from_fn(|i| whole(2 * n + i)))
        .collect();
    let mut step = |gradients, grad: &mut _| {
        net.gradient(&Mse, &x, &targets, grad, gradients, 0);
    };
    let zeros = || <Exact as Params<f64>>::Grad::boxed();
    let (mut layers, mut dirty, mut added) = (Exact::boxed(), zeros(), zeros());
    spoil(&mut *layers, &mut dirty);
    step(Gradients::Overwrite, &mut dirty);
    step(Gradients::Add, &mut added);
    let once = gradients(&mut *layers, &mut dirty);
    assert!(once.iter().all(|(_, g)| g.iter().any(|&g| g != 0.0)));
    assert_eq!(once, gradients(&mut *layers, &mut added));
    step(Gradients::Add, &mut added);
    let twice = once
        .into_iter()
        .map(|(name, g)| (name, g.iter().map(|g| g + g).collect()));
    assert_eq!(
        twice.collect::<Vec<_>>(),
        gradients(&mut *layers, &mut added)
    );
}
