//! Batch normalisation and dropout over ten steps against PyTorch: outputs in training, running statistics, outputs in use. Dropout draws the
//! same mask there, by the formula of our generator.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Leaf, Params, Path, Role, Scalar, Tensor, Vector, Zeroed};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    BatchNorm, Dropout, Frozen, Gradients, Init, Layer, Linear, Mse, Network, Pass, Tanh,
    training_room,
};

const CASES: [&str; 12] = [
    "start", "step_0", "step_1", "step_2", "step_3", "step_4", "step_5", "step_6", "step_7",
    "step_8", "step_9", "frozen",
];

type Net<T> = (
    Linear<3, 5, T>,
    BatchNorm<5, T>,
    Tanh,
    Dropout<1, 4>,
    Linear<5, 2, T>,
);

/// Sets every number that the fixture names.
fn set<L: Params<T>, T: Scalar>(layers: &mut L, case: &Case) {
    let mut set = |leaf: Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
        if leaf.role.learns() {
            w.copy_from_slice(&scalars(case.numbers(&leaf.path.to_string())));
        }
    };
    layers.visit([], &Path::Root, &mut set);
}

fn ten_steps<T: Scalar>(start: &Case, steps: &[Case], epsilons: f64) {
    let mut net = Network::<Vector<3>, Net<T>, T>::new(6);
    net.init(Init::HeNormal, 0);
    set(&mut *net.layers, start);
    let mut grad = net.new_gradient();
    let lift = |case: &Case, name: &str| scalars::<T>(case.numbers(name));
    let used = lift(start, "use");
    for (key, case) in steps.iter().enumerate() {
        let (x, targets) = (lift(case, "x"), lift(case, "target"));
        let what = |name: &str| format!("{}: {name}", case.title);
        let (layers, room) = net.parts();
        let x = Tensor::<Vector<3>, T>::batch(&x);
        let (y, _) = layers.forward(x, &mut Pass::train(room, key as u64));
        close(&what("y"), Tensor::flat(y), case.numbers("y"), epsilons);
        let targets: Vec<Tensor<Vector<2>, T>> = targets
            .chunks(2)
            .map(|target| Tensor::new([target[0], target[1]]))
            .collect();
        let score = net.gradient(
            &Mse,
            x,
            &targets,
            &mut grad,
            Gradients::Overwrite,
            key as u64,
        );
        close(&what("loss"), &[score.loss], case.numbers("loss"), epsilons);
        // a step of descent; the running statistics follow by a tenth
        let mut step = |leaf: Leaf<'_>, w: &mut [T], [g]: [&mut [T]; 1]| {
            for (w, &mut g) in w.iter_mut().zip(g) {
                *w += match leaf.role {
                    Role::Statistic | Role::Variance => T::of(0.1) * (g - *w),
                    _ => T::of(-0.125) * g,
                };
            }
        };
        net.layers.visit([&mut *grad], &Path::Root, &mut step);
        let norm = &net.layers.1;
        close(
            &what("mean"),
            norm.mean.as_slice(),
            case.numbers("mean"),
            epsilons,
        );
        close(
            &what("variance"),
            norm.variance.as_slice(),
            case.numbers("variance"),
            epsilons,
        );
        let y = net.predict(Tensor::batch(&used));
        close(
            &what("y in use"),
            Tensor::flat(y),
            case.numbers("y_use"),
            epsilons,
        );
    }
}

/// A frozen normalisation in training: running statistics, which are constants of the gradient.
fn frozen<T: Scalar>(case: &Case) {
    type X = Image<3, 5, 4>;
    type L<T> = Frozen<(BatchNorm<4, T>, Dropout<1, 2>)>;
    let mut layer = L::<T>::boxed();
    for (tensor, name) in [
        (&mut layer.0.0.scale, "scale"),
        (&mut layer.0.0.shift, "shift"),
        (&mut layer.0.0.mean, "mean"),
        (&mut layer.0.0.variance, "variance"),
    ] {
        tensor
            .as_mut_slice()
            .copy_from_slice(&scalars(case.numbers(name)));
    }
    let x = scalars::<T>(case.numbers("x"));
    let mut room = vec![T::nan(); training_room::<X, L<T>, T>(2)];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = Layer::<X, T>::forward(&*layer, Tensor::batch(&x), &mut pass);
    close("frozen: y", Tensor::flat(y), case.numbers("y"), 16.0);
    let dy = pass.batch::<X>(2);
    Tensor::flat_mut(dy).copy_from_slice(&scalars(case.numbers("dy")));
    let dx = Layer::<X, T>::backward(&*layer, saved, dy, None, &mut pass);
    close("frozen: dx", Tensor::flat(dx), case.numbers("dx"), 16.0);
}

#[test]
fn as_pytorch_has_it() {
    let cases = load("training.txt", &CASES);
    // rounding grows from step to step
    ten_steps::<f32>(&cases[0], &cases[1..11], 200.0);
    ten_steps::<f64>(&cases[0], &cases[1..11], 200.0);
    frozen::<f32>(&cases[11]);
    frozen::<f64>(&cases[11]);
}
