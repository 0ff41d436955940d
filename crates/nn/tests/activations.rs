//! Activations against PyTorch: values and slopes at points on both sides of every kink and on it, far out, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Scalar, Shape, Tensor, Vector, Zeroed};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    Celu, Elu, Gelu, GeluTanh, Glu, Gradients, HardSigmoid, HardSwish, HardTanh, Heaviside,
    Identity, Init, Layer, LeakyRelu, LearnedSwish, LogSigmoid, LogSoftmax, Mish, PRelu, Pass,
    QuickGelu, Relu6, Selu, Sign, Silu, Softmax, Softplus, Softsign, Swish, init, training_room,
};

/// The outputs, the gradient of the inputs and, in `grad`, that of the weights; memory is NaN at first.
fn run<X: Shape, L: Layer<X, T>, T: Scalar>(
    layer: &L,
    x: &[f64],
    dy: &[f64],
    grad: &mut L::Grad,
) -> (Vec<T>, Vec<T>) {
    let x = scalars(x);
    let x = Tensor::<X, T>::batch(&x);
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len())];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(x, &mut pass);
    let d = pass.batch::<L::Y>(y.len());
    Tensor::flat_mut(d).copy_from_slice(&scalars(dy));
    let dx = layer.backward(saved, d, Some(grad), &mut pass);
    (Tensor::flat(y).to_vec(), Tensor::flat(dx).to_vec())
}

/// PyTorch's slopes cancel in `1 − σ`, times up to 30.
const EPSILONS: f64 = 32.0;

fn formula<L: Layer<Vector<27>, T> + Layer<Image<3, 1, 3>, T>, T: Scalar>(case: &Case) {
    formula_of::<Vector<27>, L, T>(case);
    // the same numbers as three samples
    formula_of::<Image<3, 1, 3>, L, T>(case);
}

fn formula_of<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case) {
    let mut grad = L::Grad::boxed();
    let mut layer = L::boxed();
    init(&mut *layer, Init::HeNormal, 0);
    let (y, slopes) = run::<X, L, T>(&layer, case.numbers("x"), &[1.0; 27], &mut grad);
    close(
        &format!("{}: y", case.title),
        &y,
        case.numbers("y"),
        EPSILONS,
    );
    close(
        &format!("{}: dy_dx", case.title),
        &slopes,
        case.numbers("dy_dx"),
        EPSILONS,
    );
}

macro_rules! formulas { ($($name:literal $layer:ty;)+) => {
    #[test]
    fn formulas() {
        for case in load("formulas.txt", &[$($name),+]) {
            match case.name.as_str() {
                $($name => { formula::<$layer, f32>(&case); formula::<$layer, f64>(&case); })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }
formulas! {
    "hard_sigmoid" HardSigmoid;
    "hard_tanh" HardTanh;
    "relu6" Relu6;
    "leaky_relu" LeakyRelu;
    "leaky_relu_5_4" LeakyRelu<5, 4>;
    "elu" Elu;
    "elu_1_2" Elu<1, 2>;
    "selu" Selu;
    "celu" Celu;
    "celu_3_2" Celu<3, 2>;
    "gelu" Gelu;
    "gelu_tanh" GeluTanh;
    "quick_gelu" QuickGelu;
    "silu" Silu;
    "swish_3_2" Swish<3, 2>;
    "mish" Mish;
    "softplus" Softplus;
    "softplus_3_2" Softplus<3, 2>;
    "log_sigmoid" LogSigmoid;
    "softsign" Softsign;
    "hard_swish" HardSwish;
}

fn row<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case, mut layer: Box<L>, learned: Option<&str>) {
    let mut grad = L::Grad::boxed();
    if let Some(name) = learned {
        let numbers = case.numbers(name);
        layer.visit(
            [],
            &core_tensor::Path::Root,
            &mut |_: core_tensor::Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
                w.copy_from_slice(&scalars(numbers));
            },
        );
    }
    let (y, dx) = run::<X, L, T>(&layer, case.numbers("x"), case.numbers("dy"), &mut grad);
    close(
        &format!("{}: y", case.title),
        &y,
        case.numbers("y"),
        EPSILONS,
    );
    close(
        &format!("{}: dx", case.title),
        &dx,
        case.numbers("dx"),
        EPSILONS,
    );
    if let Some(name) = learned {
        let mut found = Vec::new();
        layer.visit(
            [&mut *grad],
            &core_tensor::Path::Root,
            &mut |_: core_tensor::Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
                found.extend_from_slice(g);
            },
        );
        close(
            &format!("{}: d{name}", case.title),
            &found,
            case.numbers(&format!("d{name}")),
            EPSILONS,
        );
    }
}

macro_rules! rows { ($($name:literal $x:ty => $layer:ty $(, $learned:literal)?;)+) => {
    #[test]
    fn rows() {
        fn all<T: Scalar>(case: &Case) {
            match case.name.as_str() {
                $($name => { let learned: &[&str] = &[$($learned)?]; row::<$x, $layer, T>(case, Zeroed::boxed(), learned.first().copied()) })+
                _ => unreachable!("load compares the names"),
            }
        }
        for case in load("rows.txt", &[$($name),+]) {
            all::<f32>(&case);
            all::<f64>(&case);
        }
    }
} }
rows! {
    "softmax" Vector<6> => Softmax;
    "softmax_large" Vector<6> => Softmax;
    "softmax_image" Image<3, 1, 14> => Softmax;
    "log_softmax" Vector<6> => LogSoftmax;
    "log_softmax_large" Vector<6> => LogSoftmax;
    "log_softmax_image" Image<3, 1, 14> => LogSoftmax;
    "glu" Vector<6> => Glu;
    "glu_large" Vector<6> => Glu;
    "glu_image" Image<3, 1, 14> => Glu;
    "prelu_shared" Image<3, 2, 4> => PRelu<1, T>, "slope";
    "prelu_channels" Image<3, 2, 4> => PRelu<4, T>, "slope";
    "prelu_shared_rows" Vector<67> => PRelu<1, T>, "slope";
    "prelu_channels_rows" Vector<67> => PRelu<67, T>, "slope";
    "swish_channels" Vector<5> => LearnedSwish<5, T>, "beta";
    "swish_image" Image<3, 1, 7> => LearnedSwish<7, T>, "beta";
}

#[test]
fn steps_and_the_identity() {
    let x = [-2.0, -0.0, 0.0, 3.0];
    let flat = [0.0; 4];
    let of = |(y, dx): (Vec<f64>, Vec<f64>)| (y, dx);
    let (y, dx) = of(run::<Vector<4>, _, f64>(
        &*Heaviside::boxed(),
        &x,
        &[1.0; 4],
        &mut (),
    ));
    assert_eq!((y, dx), (vec![0.0, 0.0, 0.0, 1.0], flat.to_vec()));
    let (y, dx) = of(run::<Vector<4>, _, f64>(
        &*Sign::boxed(),
        &x,
        &[1.0; 4],
        &mut (),
    ));
    assert_eq!((y, dx), (vec![-1.0, 0.0, 0.0, 1.0], flat.to_vec()));
    let (y, dx) = of(run::<Vector<4>, _, f64>(
        &*Identity::boxed(),
        &x,
        &[5.0; 4],
        &mut (),
    ));
    assert_eq!((y, dx), (x.to_vec(), vec![5.0; 4]));
}

#[test]
fn a_learned_swish_begins_as_silu_and_learns() {
    let mut layer = LearnedSwish::<1, f64>::boxed();
    init(&mut *layer, Init::HeNormal, 0);
    let mut grad = LearnedSwish::<1, f64>::boxed();
    let (y, dx) = run::<Vector<1>, _, f64>(&*layer, &[2.0], &[1.0], &mut grad);
    // x·σ(x) = 1.7615941559557649; σ(x)·(1 + x·(1 − σ(x))) = 1.0907842487848955; by β: x²·σ(x)·(1 − σ(x)) = 0.41997434161402614
    close("y", &y, &[1.761_594_155_955_764_9], EPSILONS);
    close("dx", &dx, &[1.090_784_248_784_895_5], EPSILONS);
    close(
        "dβ",
        grad.beta.as_slice(),
        &[0.419_974_341_614_026_14],
        EPSILONS,
    );
}

#[test]
fn gradients_of_learned_numbers_add_up() {
    let mut layer = PRelu::<2, f64>::boxed();
    init(&mut *layer, Init::HeNormal, 0);
    assert_eq!(layer.slope, Tensor::new([0.25; 2]));
    let mut grad = PRelu::<2, f64>::boxed();
    grad.slope = Tensor::new([10.0, 20.0]);
    let x = [Tensor::<Vector<2>, f64>::new([-2.0, 3.0])];
    let mut room = vec![f64::NAN; training_room::<Vector<2>, PRelu<2, f64>, f64>(1)];
    let mut pass = Pass {
        gradients: Gradients::Add,
        ..Pass::train(&mut room, 0)
    };
    let (_, saved) = layer.forward(&x, &mut pass);
    let dy = pass.batch::<Vector<2>>(1);
    dy[0] = Tensor::new([1.0, 1.0]);
    layer.backward(saved, dy, Some(&mut grad), &mut pass);
    assert_eq!(grad.slope, Tensor::new([8.0, 20.0]));
}
