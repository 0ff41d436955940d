//! The networks: their size by hand, the same function in every scalar, and a gradient that dual numbers confirm.

use autodiff::Dual;
use core_tensor::{Image, Leaf, Params, Path, Scalar, Sequence, Shape, Tensor, Tokens, Vector};
use models::*;
use nn::{Class, CrossEntropy, Gradients, Init, Layer, Loss, Network, training_room};
use num_traits::ToPrimitive;

#[test]
fn parameters_by_hand() {
    let conv = |i: usize, o: usize, k: usize| i * o * k * k + o;
    let linear = |i: usize, o: usize| i * o + o;
    let lenet5 =
        conv(1, 6, 5) + conv(6, 16, 5) + linear(400, 120) + linear(120, 84) + linear(84, 10);
    assert_eq!(<LeNet5 as Params<f32>>::COUNT, lenet5);
    assert_eq!(lenet5, 61_706);
    let lenet8 = conv(1, 16, 3) + conv(16, 32, 3) + linear(512, 64) + linear(64, 10);
    assert_eq!(<LeNet8 as Params<f32>>::COUNT, lenet8);
    assert_eq!(lenet8, 38_282);
    assert_eq!(<Mlp4 as Params<f32>>::COUNT, 1_282);
    assert_eq!(<Mlp784 as Params<f32>>::COUNT, 109_386);
}

// known to the compiler: what training takes, and which samples go in and out
const _: () = {
    assert!(training_room::<Image<8, 8, 1>, LeNet8, f32>(64) * 4 < 4 << 20);
    assert!(training_room::<Vector<4>, Mlp4, f32>(32) * 4 < 64 << 10);
    const fn logits<X: Shape, L: Layer<X, f32, Y = Vector<10>>>() {}
    logits::<Image<28, 28, 1>, LeNet5>();
    logits::<Image<8, 8, 1>, LeNet8>();
    logits::<Vector<784>, Mlp784>();
};

/// The sums of the tables of layers; U-Net's is that of the implementation with batch normalisation that is most used in PyTorch.
const _: () = {
    const fn is<X: Shape, L: Layer<X, f32, Y = Y>, Y: Shape>(parameters: usize) {
        assert!(<L as Params<f32>>::TRAINABLE == parameters);
    }
    is::<Vector<7>, Neuron<7>, Vector<1>>(8);
    is::<Vector<7>, Perceptron<7>, Vector<1>>(8);
    is::<Vector<7>, LogisticRegression<7>, Vector<1>>(8);
    is::<Vector<7>, SoftmaxRegression<7, 3>, Vector<3>>(24);
    is::<Vector<7>, Mlp<7, 5, 4, 3>, Vector<3>>(8 * 5 + 6 * 4 + 5 * 3);
    is::<Vector<784>, DenseAutoencoder, Vector<784>>(209_968);
    is::<Image<28, 28, 1>, ConvAutoencoder, Image<28, 28, 1>>(115_217);
    is::<Image<32, 48, 3>, UNet, Image<32, 48, 1>>(31_037_633);
    is::<Image<12, 8, 1>, SmallUNet, Image<12, 8, 1>>(117_073);
    is::<Image<9, 7, 1>, Espcn, Image<18, 14, 1>>(21_284);
    is::<Image<9, 7, 1>, Espcn<3, 9>, Image<27, 21, 1>>(22_729);
    is::<Tokens<5, 64>, CharRnn<64>, Sequence<5, 64>>(30_912);
    is::<Tokens<5, 64>, CharLstm<64>, Sequence<5, 64>>(92_736);
    is::<Tokens<5, 64>, CharGru<64>, Sequence<5, 64>>(72_256);
    is::<Tokens<64, 64>, CharTransformer<64, 64>, Sequence<64, 64>>(112_448);
};

/// The logits of one image whose pixels are `sin 0, sin 1, …`.
fn lenet5<T: Scalar>() -> Vec<f64> {
    let mut net = Network::<Image<28, 28, 1>, LeNet5<T>, T>::new(1);
    net.init(Init::HeNormal, 5);
    let image = [Tensor::from_fn(|i| T::of((i as f64).sin()))];
    let logits = net.predict(&image)[0].as_slice();
    logits
        .iter()
        .map(|y| ToPrimitive::to_f64(y).unwrap())
        .collect()
}

#[test]
fn single_double_and_dual_agree() {
    let double = lenet5::<f64>();
    assert!(double.iter().any(|y| y.abs() > 0.1), "{double:?}");
    for (name, other, close) in [
        ("f32", lenet5::<f32>(), 1e-4),
        ("dual", lenet5::<Dual<f64>>(), 1e-12),
    ] {
        for (a, b) in double.iter().zip(&other) {
            assert!((a - b).abs() < close, "{name}: {double:?} {other:?}");
        }
    }
}

/// A direction without a pattern: `cos 1, cos 4, cos 9, …`.
fn direction(i: usize) -> f64 {
    ((i * i) as f64).cos()
}

#[test]
fn the_gradient_is_that_of_dual_numbers() {
    fn image<T: Scalar>() -> [Tensor<Image<8, 8, 1>, T>; 2] {
        [0.3, 1.7].map(|w| Tensor::from_fn(|i| T::of((w * i as f64).sin())))
    }
    let targets = [Class::new(3), Class::new(8)];

    // backward: the gradient, times the direction
    let mut net = Network::<_, LeNet8<f64>, f64>::new(2);
    net.init(Init::HeNormal, 1);
    let mut grad = net.new_gradient();
    let score = net.gradient(
        &CrossEntropy,
        &image(),
        &targets,
        &mut grad,
        Gradients::Overwrite,
        0,
    );
    let (mut i, mut reverse) = (0, 0.0);
    let along = |_: Leaf<'_>, _: &mut [f64], [grad]: [&mut [f64]; 1]| {
        for g in grad {
            reverse += *g * direction(i);
            i += 1;
        }
    };
    net.layers.visit([&mut *grad], &Path::Root, &mut { along });

    // forward on duals whose weights move in that direction
    let mut net = Network::<_, LeNet8<Dual<f64>>, Dual<f64>>::new(2);
    net.init(Init::HeNormal, 1);
    let mut i = 0;
    let aim = |_: Leaf<'_>, weight: &mut [Dual<f64>], []: [&mut [Dual<f64>]; 0]| {
        for w in weight {
            w.partials = [direction(i)];
            i += 1;
        }
    };
    net.layers.visit([], &Path::Root, &mut { aim });
    let x = image();
    let y = net.predict(&x);
    let mut dy = Tensor::zeros();
    let sum: Dual<f64> = (y.iter().zip(&targets))
        .map(|(y, target)| CrossEntropy.sample(y, target, &mut dy))
        .sum();
    assert!((sum.value / 2.0 - score.loss).abs() < 1e-12 * score.loss);
    let forward = sum.partials[0] / 2.0;
    assert!(forward.abs() > 1e-3, "{forward}");
    assert!(
        (forward - reverse).abs() < 1e-11 * forward.abs(),
        "{forward} {reverse}"
    );
}
