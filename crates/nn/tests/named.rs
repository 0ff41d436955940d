//! Names: structs with named fields, layers of tensors and other layers, names for the members of tuples.

#[path = "common/pass.rs"]
mod pass;

use core_tensor::shape::name;
use core_tensor::{
    Batch, BatchMut, Image, Leaf, Params, Path, Role, Room, Scalar, Shape, Tensor, Vector, Zeroed,
};
use nn::{
    Aux, AvgPool2d, BatchNorm, Concat, Conv2d, Dropout, Flatten, Frozen, GlobalAvgPool, Gradients,
    Layer, Linear, LocalResponseNorm, MaxPool2d, Named, Network, Pass, Relu, Repeat, Residual, Sum,
    Tanh, Unnamed, layer, names, network,
};
use pass::{fill, gradients, run};

/// The tensors of a network: name and role.
fn leaves<L: Params<f64>>() -> Vec<(String, Role)> {
    let mut all = Vec::new();
    let mut see = |leaf: Leaf<'_>, _: &[f64]| all.push((leaf.path.to_string(), leaf.role));
    L::boxed().look(&Path::Root, &mut see);
    all
}

/// The weights' names alone.
fn weights<L: Params<f64>>() -> String {
    let weights = leaves::<L>().into_iter();
    let weights = weights.filter(|(_, role)| *role == Role::Weight);
    weights.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
}

network! {
    /// Constants, a part that the user chooses, and the scalar.
    struct Classifier<const WIDTH: usize, const CLASSES: usize, Middle, T> {
        first: Linear<3, WIDTH, T>,
        /// what lies between
        middle: Middle,
        last: Linear<WIDTH, CLASSES, T>,
    }
}

#[test]
fn a_network_has_parameters_of_its_own() {
    type Wide<T = f64> = Classifier<5, 2, (Tanh, Linear<5, 5, T>), T>;
    assert_eq!(
        weights::<Wide>(),
        "first.weight middle.1.weight last.weight"
    );
    assert_eq!(<Wide as Params<f64>>::COUNT, 20 + 30 + 12);
    type Narrow = Classifier<1, 7, Frozen<Relu>, f32>;
    let mut net = Network::<Vector<3>, Narrow>::new(1);
    net.layers.last.bias = Tensor::full(0.5);
    assert_eq!(net.predict(&[Tensor::zeros()])[0], Tensor::full(0.5));
    assert_eq!(<Narrow as Layer<Vector<3>>>::NAME, "Classifier");
    let mut grad = ClassifierGrad::<5, 2, (Tanh, Linear<5, 5, f64>), f64>::boxed();
    grad.middle.1.bias[[4]] = 1.0;
    assert_eq!(gradients(&mut *Wide::boxed(), &mut grad)[3].1[4], 1.0);
}

layer! {
    /// `y = s·(x·W + b) + c·σ`, with a running number that does not learn and a layer that is frozen.
    struct Mixed<const I: usize, const O: usize, T> {
        scale: Vector<O> as Scale,
        inner: Linear<I, O, T>,
        still: Frozen<Linear<O, O, T>>,
        level: () as Statistic,
    }
}

impl<const I: usize, const O: usize, T: Scalar> Layer<Vector<I>, T> for Mixed<I, O, T> {
    type Y = Vector<O>;
    type Saved<'a> = (Batch<'a, Vector<O>, T>, Batch<'a, Vector<I>, T>);
    const NAME: &'static str = "Mixed";
    const FLOPS: u64 = (2 * I * O + O) as u64;
    const ROOM: Room = <Linear<I, O, T> as Layer<Vector<I>, T>>::ROOM.then(Room::new(O, 0));

    fn forward<'a>(
        &self,
        x: Batch<'a, Vector<I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
        let (inner, saved) = self.inner.forward(x, pass);
        let y = pass.batch::<Vector<O>>(x.len());
        for (y, inner) in y.iter_mut().zip(inner) {
            *y = inner.zip(&self.scale, |&x, &s| x * s);
        }
        (y, (inner, saved))
    }

    fn backward<'a>(
        &self,
        (inner, saved): Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        mut grad: Option<&mut MixedGrad<I, O, T>>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Vector<I>, T> {
        if let Some(grad) = &mut grad {
            if pass.gradients == Gradients::Overwrite {
                grad.scale = Tensor::zeros();
            }
            for (dy, x) in dy.iter().zip(inner) {
                let term = dy.zip(x, |&d, &x| d * x);
                grad.scale += &term;
            }
        }
        for dy in dy.iter_mut() {
            *dy = dy.zip(&self.scale, |&d, &s| d * s);
        }
        let grad = grad.map(|g| &mut g.inner);
        self.inner.backward(saved, dy, grad, pass)
    }
}

#[test]
fn a_layer_has_tensors_and_layers() {
    type M = Mixed<2, 1, f64>;
    let expected = [
        ("scale", Role::Scale),
        ("inner.weight", Role::Weight),
        ("inner.bias", Role::Bias),
        ("still.weight", Role::Weight),
        ("still.bias", Role::Bias),
        ("level", Role::Statistic),
    ];
    let expected = expected.map(|(name, role)| (name.to_owned(), role));
    assert_eq!(leaves::<M>(), expected);
    assert_eq!(<M as Params<f64>>::COUNT, 1 + 3 + 2 + 1);
    const { assert!(<M as Params<f64>>::LEARNS) };
    // a frozen layer has no place in the gradient
    let learns = size_of::<Linear<2, 1, f64>>();
    assert_eq!(size_of::<MixedGrad<2, 1, f64>>(), 2 * learns);
    assert_eq!(size_of::<M>(), 3 * learns);
    let (mut layer, mut grad) = (M::boxed(), MixedGrad::boxed());
    fill(&mut *layer, |i| [3.0, 1.0, -1.0, 0.5, 0.0][i]);
    let x = [[4.0, 1.0], [0.0, 2.0]].map(Tensor::<Vector<2>, f64>::new);
    let (y, dx) = run(&*layer, &x, &[1.0, 10.0], &mut grad);
    assert_eq!((y, dx), (vec![10.5, -4.5], vec![3.0, -3.0, 30.0, -30.0]));
    let found = gradients(&mut *layer, &mut grad);
    assert_eq!(found[0], ("scale".to_owned(), vec![3.5 - 15.0]));
    assert_eq!(found[1].1, [12.0, 63.0]);
    assert_eq!(found[2].1, [33.0]);
    assert_eq!((found.len(), found[3].0.as_str()), (4, "level"));
}

names! {
    Conv1 = "conv1", Bn1 = "bn1", Conv2 = "conv2", Bn2 = "bn2", Downsample = "downsample", Layer1 = "layer1", Fc = "fc",
    Inception4a = "inception4a", Branch1 = "branch1", Branch2 = "branch2", Aux1 = "aux1", Aux2 = "aux2",
}

type Plain = (
    Named<Conv1, Conv2d<4, 4, 3, 1, 1, f64>>,
    Named<Bn1, BatchNorm<4, f64>>,
    Relu,
    Named<Conv2, Conv2d<4, 4, 3, 1, 1, f64>>,
    Named<Bn2, BatchNorm<4, f64>>,
);
type Changing =
    Sum<Named<Unnamed, Plain>, Named<Downsample, (Conv2d<4, 4, 1, 1, 0, f64>, BatchNorm<4, f64>)>>;
/// torchvision's blocks: the block's own members have no number, and what is added last has no name.
type Blocks = (
    (Named<Unnamed, Changing>, Relu),
    (Named<Unnamed, Residual<Plain>>, Relu),
);
type ResNet = (
    Named<Layer1, Blocks>,
    Flatten,
    Named<Fc, Linear<144, 2, f64>>,
);

#[test]
fn members_of_tuples_have_the_users_names() {
    let names = "layer1.0.conv1.weight layer1.0.conv2.weight layer1.0.downsample.0.weight \
                 layer1.1.conv1.weight layer1.1.conv2.weight fc.weight";
    assert_eq!(weights::<ResNet>(), names);
    // branches by name, and heads beside the rest of the network
    type Tail = Aux<
        Named<Aux1, Linear<6, 2, f64>>,
        Named<
            Unnamed,
            (
                Tanh,
                Named<Unnamed, Aux<Named<Aux2, Linear<6, 2, f64>>, Named<Fc, Linear<6, 2, f64>>>>,
            ),
        >,
    >;
    type Net = (
        Named<
            Inception4a,
            Concat<(
                Named<Branch1, Linear<3, 2, f64>>,
                Named<Branch2, Linear<3, 4, f64>>,
            )>,
        >,
        Named<Unnamed, Tail>,
    );
    assert_eq!(
        weights::<Net>(),
        "inception4a.branch1.weight inception4a.branch2.weight aux1.weight aux2.weight fc.weight"
    );
    assert_eq!(
        weights::<Named<Fc, Repeat<Linear<2, 2, f64>, 3>>>(),
        "fc.0.weight fc.1.weight fc.2.weight"
    );
    let part = <Net as Layer<Vector<3>, f64>>::describe(&Path::Root);
    let mut rows = Vec::new();
    part.rows(&mut |row, _| rows.push(row.path.clone()));
    let expected = [
        "inception4a.branch1",
        "inception4a.branch2",
        "inception4a",
        "aux1",
        "0",
        "aux2",
        "fc",
        "",
        "",
    ];
    assert_eq!(rows, expected);
}

type Cr<const I: usize, const O: usize, const K: usize, const P: usize> =
    (Conv2d<I, O, K, 1, P>, Relu);
/// Channels in, of the four ways, and of what narrows the second and the third.
type Inception<
    const I: usize,
    const A: usize,
    const R3: usize,
    const B: usize,
    const R5: usize,
    const C: usize,
    const D: usize,
> = Concat<(
    Cr<I, A, 1, 0>,
    (Cr<I, R3, 1, 0>, Cr<R3, B, 3, 1>),
    (Cr<I, R5, 1, 0>, Cr<R5, C, 5, 2>),
    (MaxPool2d<3, 1, 1>, Cr<I, D, 1, 0>),
)>;
type Head<const I: usize> = (
    AvgPool2d<5, 3>,
    Cr<I, 128, 1, 0>,
    Flatten,
    Linear<2048, 1024>,
    Relu,
    Dropout<7, 10>,
    Linear<1024, 1000>,
);
type Stem = (
    (
        Conv2d<3, 64, 7, 2, 3>,
        Relu,
        MaxPool2d<3, 2, 1>,
        LocalResponseNorm<5>,
    ),
    (
        Cr<64, 64, 1, 0>,
        Cr<64, 192, 3, 1>,
        LocalResponseNorm<5>,
        MaxPool2d<3, 2, 1>,
    ),
);
type Three = (
    Inception<192, 64, 96, 128, 16, 32, 32>,
    Inception<256, 128, 128, 192, 32, 96, 64>,
    MaxPool2d<3, 2, 1>,
);
type FourBtoD = (
    Inception<512, 160, 112, 224, 24, 64, 64>,
    Inception<512, 128, 128, 256, 24, 64, 64>,
    Inception<512, 112, 144, 288, 32, 64, 64>,
);
type End = (
    (
        Inception<528, 256, 160, 320, 32, 128, 128>,
        MaxPool2d<3, 2, 1>,
    ),
    (
        Inception<832, 256, 160, 320, 32, 128, 128>,
        Inception<832, 384, 192, 384, 48, 128, 128>,
    ),
    (GlobalAvgPool, Dropout<2, 5>, Linear<1024, 1000>),
);
type GoogLeNet = (
    Stem,
    Three,
    Inception<480, 192, 96, 208, 16, 48, 64>,
    Aux<Head<512>, (FourBtoD, Aux<Head<528>, End>)>,
);

#[test]
fn googlenet_has_two_heads() {
    // the published counts: 6,998,552 without the heads, 13,378,280 with them
    type Heads = (Head<512>, Head<528>);
    let heads = <Heads as Params<f32>>::COUNT;
    let all = <GoogLeNet as Params<f32>>::COUNT;
    assert_eq!((all - heads, all), (6_998_552, 13_378_280));
    type Y = <GoogLeNet as Layer<Image<224, 224, 3>>>::Y;
    let of_1000 = "Vector<1000>";
    assert_eq!(
        name::<Y>().to_string(),
        format!("Pair<Pair<{of_1000}, {of_1000}>, {of_1000}>")
    );
    assert_eq!(Y::LEN, 3000);
}
