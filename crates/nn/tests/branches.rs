//! Ways that fork and meet, and losses over several outputs: against PyTorch, in `f32` and `f64`, and by hand.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Leaf, Pair, Params, Path, Scalar, Shape, Tensor, Vector, Zeroed};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    Aux, Auxiliary, Class, Concat, Conv2d, CrossEntropy, Flatten, Frozen, Identity, Layer, Linear,
    Loss, MaxPool2d, Mse, Network, Pass, Product, Relu, Repeat, Residual, Sigmoid, Tanh, Total,
    Weighted, training_room,
};

/// Sums of up to 30 numbers were rounded.
const EPSILONS: f64 = 64.0;

/// One training pass: the fixture's tensors have the names of the layer's.
fn check<X: Shape, L: Layer<X, T>, T: Scalar>(case: &Case) {
    let (mut layer, mut grad) = (L::boxed(), L::Grad::boxed());
    let mut set = |leaf: Leaf<'_>, w: &mut [T], []: [&mut [T]; 0]| {
        let (sides, numbers) = case.tensor(&leaf.path.to_string());
        assert_eq!(sides, leaf.sides, "{}: {}", case.title, leaf.path);
        w.copy_from_slice(&scalars(numbers));
    };
    layer.visit([], &Path::Root, &mut set);
    let x = scalars::<T>(case.numbers("x"));
    let mut room = vec![T::nan(); training_room::<X, L, T>(x.len() / X::LEN)];
    let mut pass = Pass::train(&mut room, 0);
    let (y, saved) = layer.forward(Tensor::<X, T>::batch(&x), &mut pass);
    let dy = pass.batch::<L::Y>(y.len());
    Tensor::flat_mut(dy).copy_from_slice(&scalars(case.numbers("dy")));
    let dx = layer.backward(saved, dy, Some(&mut grad), &mut pass);
    let same = |name: &str, found: &[T]| {
        let title = format!("{}: {name}", case.title);
        close(&title, found, case.numbers(name), EPSILONS);
    };
    same("y", Tensor::flat(y));
    same("dx", Tensor::flat(dx));
    let mut compare = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
        same(&format!("d{}", leaf.path), g);
    };
    layer.visit([&mut *grad], &Path::Root, &mut compare);
}

// a case of the file and its types, written with `T` for the scalar
macro_rules! layers { ($($name:literal: $x:ty => $layer:ty;)+) => {
    #[test]
    fn layers_as_pytorch_has_them() {
        fn all<T: Scalar>(case: &Case) {
            match case.name.as_str() {
                $($name => check::<$x, $layer, T>(case),)+
                _ => unreachable!("load compares the names"),
            }
        }
        for case in load("branches.txt", &[$($name),+]) {
            all::<f32>(&case);
            all::<f64>(&case);
        }
    }
} }
layers! {
    "concat_image": Image<3, 5, 3> => Concat<(Conv2d<3, 2, 1, 1, 0, T>, (Conv2d<3, 2, 1, 1, 0, T>, Relu, Conv2d<2, 5, 3, 1, 1, T>), (MaxPool2d<3, 1, 1>, Conv2d<3, 1, 1, 1, 0, T>))>;
    "concat_rows": Vector<7> => Concat<(Linear<7, 5, T>, Tanh)>;
    "product_image": Image<3, 5, 2> => Product<Conv2d<2, 3, 3, 1, 1, T>, (Conv2d<2, 3, 1, 1, 0, T>, Sigmoid)>;
    "product_rows": Vector<5> => Product<Linear<5, 5, T>, Identity>;
    "repeat_rows": Vector<5> => Repeat<(Linear<5, 5, T>, Tanh), 2>;
    "repeat_image": Image<3, 2, 2> => Repeat<Residual<Conv2d<2, 2, 3, 1, 1, T>>, 3>;
    "aux_rows": Vector<5> => Aux<Linear<5, 3, T>, (Linear<5, 2, T>, Tanh, Linear<2, 7, T>)>;
    "aux_image": Image<3, 2, 1> => Aux<(Flatten, Linear<6, 3, T>), (Conv2d<1, 2, 3, 1, 1, T>, Aux<(Flatten, Linear<12, 5, T>), Tanh>)>;
}

fn judge<Y: Shape, T: Scalar, Q: Loss<Y, T>>(case: &Case, loss: &Q, targets: &[Q::Target]) {
    let y = scalars::<T>(case.numbers("y"));
    let mut dy = vec![T::nan(); y.len()];
    let y = Tensor::<Y, T>::batch(&y);
    let score = loss.batch(y, targets.iter(), Tensor::batch_mut(&mut dy));
    let same = |name: &str, found: &[T]| {
        let title = format!("{}: {name}", case.title);
        close(&title, found, case.numbers(name), EPSILONS);
    };
    same("loss", &[score.loss]);
    same("dy", &dy);
}

fn weighted<T: Scalar>(case: &Case, weights: [f64; 2]) {
    let place = scalars::<T>(case.numbers("place"));
    let places = place.chunks(3).map(|p| Tensor::from_fn(|i| p[i]));
    let classes = case.numbers("target").iter();
    let classes = classes.map(|&class| Class::new(class as usize));
    let targets: Vec<_> = classes.zip(places).collect();
    let losses = (CrossEntropy, Mse);
    judge::<Pair<Vector<5>, Vector<3>>, T, _>(case, &Weighted { losses, weights }, &targets);
}

fn heads<T: Scalar>(case: &Case, [inner, outer]: [f64; 2]) {
    type Heads = Pair<Pair<Vector<4>, Vector<4>>, Vector<4>>;
    let classes = case.numbers("target").iter();
    let targets: Vec<_> = classes.map(|&class| Class::new(class as usize)).collect();
    let head = CrossEntropy;
    let main = Auxiliary {
        main: CrossEntropy,
        head: CrossEntropy,
        weight: inner,
    };
    let loss = Auxiliary {
        main,
        head,
        weight: outer,
    };
    judge::<Heads, T, _>(case, &loss, &targets);
}

#[test]
fn losses_as_pytorch_has_them() {
    fn all<T: Scalar>(case: &Case) {
        match case.name.as_str() {
            "weighted_even" => weighted::<T>(case, [1.0, 1.0]),
            "weighted_uneven" => weighted::<T>(case, [0.75, 3.0]),
            "heads_paper" => heads::<T>(case, [0.3, 0.3]),
            _ => heads::<T>(case, [0.5, 0.125]),
        }
    }
    let names = [
        "weighted_even",
        "weighted_uneven",
        "heads_paper",
        "heads_other",
    ];
    for case in load("several.txt", &names) {
        all::<f32>(&case);
        all::<f64>(&case);
    }
}

/// Two heads: the first sees 2x, the second 6x, the rest gives 30x.
type Tower = (
    Linear<1, 1, f64>,
    Aux<Linear<1, 1, f64>, (Linear<1, 1, f64>, Aux<Identity, Linear<1, 1, f64>>)>,
);

fn tower() -> Network<Vector<1>, Tower, f64> {
    let mut net = Network::new(1);
    let (first, rest): &mut Tower = &mut net.layers;
    for (layer, weight) in [
        (first, 2.0),
        (&mut rest.0, 1.0),
        (&mut rest.1.0, 3.0),
        (&mut rest.1.1.1, 5.0),
    ] {
        layer.weight = Tensor::new([[weight]]);
    }
    net
}

#[test]
fn heads_are_worked_out_where_they_are_judged() {
    let mut net = tower();
    let x = [Tensor::new([1.0])];
    // the rest, the inner head, the outer head
    assert_eq!(net.predict(&x)[0].as_slice(), [30.0, 0.0, 0.0]);
    let losses = (
        Weighted {
            losses: (Mse, Mse),
            weights: [1.0, 10.0],
        },
        Mse,
    );
    let loss = Weighted {
        losses,
        weights: [1.0, 100.0],
    };
    let one = |t: f64| Tensor::<Vector<1>, f64>::new([t]);
    let target = [((one(29.0), one(4.0)), one(1.0))];
    // (30 − 29)² + 10·(6 − 4)² + 100·(2 − 1)²
    assert_eq!(net.score(&loss, &x, &target).loss, 141.0);
    let mut grad = net.new_gradient();
    let gradients = nn::Gradients::Overwrite;
    let score = net.gradient(&loss, &x, &target, &mut grad, gradients, 0);
    assert_eq!(score.loss, 141.0);
    // by the first weight: 2·1·15 + 20·2·3 + 200·1·1
    assert_eq!(grad.0.weight[[0, 0]], 350.0);
    let (head, rest) = &grad.1;
    assert_eq!(
        (head.weight[[0, 0]], rest.1.1.weight[[0, 0]]),
        (400.0, 12.0)
    );
}

#[test]
fn hits_are_those_of_the_main_output() {
    let y: Tensor<Pair<Vector<2>, Vector<2>>> =
        (Tensor::new([1.0, 0.0]), Tensor::new([0.0, 1.0])).into();
    let (main, head) = (CrossEntropy, CrossEntropy);
    let shared = Auxiliary {
        main,
        head,
        weight: 1.0,
    };
    assert_eq!(shared.hit(&y, &Class::new(0)), Some(true));
    let weights = [1.0; 2];
    let both = Weighted {
        losses: (CrossEntropy, CrossEntropy),
        weights,
    };
    assert_eq!(both.hit(&y, &(Class::new(1), Class::new(1))), Some(false));
    let second = Weighted {
        losses: (Total(Mse), CrossEntropy),
        weights,
    };
    assert_eq!(
        second.hit(&y, &(Tensor::zeros(), Class::new(1))),
        Some(true)
    );
}

#[test]
fn ways_that_do_not_learn_are_not_walked_back() {
    // a window on itself: the gradient of the frozen way is never worked out, or its NaN would show
    type Net = Concat<(Frozen<Linear<1, 1, f64>>, Linear<1, 1, f64>)>;
    let (mut layer, mut grad) = (Net::boxed(), <Net as Params<f64>>::Grad::boxed());
    layer.0.0.0.weight = Tensor::new([[f64::NAN]]);
    layer.0.1.weight = Tensor::new([[2.0]]);
    let mut room = vec![f64::NAN; training_room::<Vector<1>, Net, f64>(1)];
    let mut pass = Pass::train(&mut room, 0);
    let x = [Tensor::<Vector<1>, f64>::new([3.0])];
    let (_, saved) = layer.forward(&x, &mut pass);
    let dy = pass.batch::<Vector<2>>(1);
    Tensor::flat_mut(dy).copy_from_slice(&[f64::NAN, 5.0]);
    layer.backward_first(saved, dy, Some(&mut grad), &mut pass);
    assert_eq!(grad.1.weight[[0, 0]], 15.0);
}

#[test]
fn the_rows_of_all_ways_add_up() {
    type X = Image<5, 4, 3>;
    type Ways = Concat<(Conv2d<3, 2, 1>, (Relu, Conv2d<3, 5, 3, 1, 1>), Identity)>;
    type Gate = Product<Conv2d<10, 4, 1>, (Conv2d<10, 4, 3, 1, 1>, Sigmoid)>;
    type Rest = (Relu, Flatten, Linear<80, 2>);
    type Net = (
        Ways,
        Gate,
        Repeat<Residual<Conv2d<4, 4, 1>>, 3>,
        Aux<(Flatten, Linear<80, 3>), Rest>,
    );
    let part = <Net as Layer<X>>::describe(&Path::Root);
    let (mut parameters, mut flops, mut kept, mut merges) = (0, 0, 0, Vec::new());
    part.rows(&mut |row, _| {
        parameters += row.parameters;
        flops += row.flops;
        kept += row.kept / size_of::<f32>();
        if ["Concat", "Product", "Residual", "Aux"].contains(&row.layer) {
            merges.push(format!("{} {} {}", row.layer, row.path, row.output));
        }
    });
    assert_eq!(parameters, <Net as Params<f32>>::COUNT);
    assert_eq!(flops, <Net as Layer<X>>::FLOPS);
    assert_eq!(kept, <Net as Layer<X>>::ROOM.kept);
    let expected = [
        "Concat 0 Image<5, 4, 10>",
        "Product 1 Image<5, 4, 4>",
        "Residual 2.0 Image<5, 4, 4>",
        "Residual 2.1 Image<5, 4, 4>",
        "Residual 2.2 Image<5, 4, 4>",
        "Aux 3 Pair<Vector<2>, Vector<3>>",
    ];
    assert_eq!(merges, expected);
    // the ways of the first see up to 3×3, the gate 3×3 of that
    let field = <(Ways, Gate) as Layer<X>>::FIELD;
    assert_eq!(field.size(), [Some(5), Some(5)]);
}
