//! Networks for use alone: the same outputs as before their normalisations were folded away, in less room.

use core_tensor::{Image, Leaf, Params, Path, Role, Scalar, Shape, Tensor, Visit};
use models::googlenet::{GoogLeNetOf, Head, Inception};
use models::{ResNeXt50, ResNet18, ResNet20, ResNet50, SmallUNet, Vgg11Bn};
use nn::{Fold, Init, Layer, Network};

/// Statistics as after training: no two channels alike, no variance 1.
struct Stir(f64);

impl<T: Scalar> Visit<T, 0> for Stir {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]) {
        for w in weight {
            self.0 += 1.0;
            let wave = (1.7 * self.0).sin();
            match leaf.role {
                Role::Scale => *w = T::of(1.0 + 0.5 * wave),
                Role::Bias | Role::Statistic => *w = T::of(0.3 * wave),
                Role::Variance => *w = T::of(1.0 + 0.8 * wave),
                _ => {}
            }
        }
    }
}

/// Runs `L` and its folded form on two samples: the largest output, the largest difference, the numbers that each holds, and those that
/// using it on a sample takes.
fn both<X: Shape, L: Layer<X, T> + Fold<T>, T: Scalar>() -> ([f64; 2], [usize; 2], [usize; 2])
where
    L::Folded: Layer<X, T> + Params<T>,
{
    let mut net = Network::<X, L, T>::new(2);
    net.init(Init::HeNormal, 3);
    net.layers.visit([], &Path::Root, &mut Stir(0.0));
    // in the heap: an image of doubles goes over the stack more than once in a debug build
    let numbers: Vec<T> = (0..2 * X::LEN)
        .map(|i| T::of((0.37 * i as f64).sin()))
        .collect();
    let x = Tensor::batch(&numbers);
    let mut folded = Network::<X, L::Folded, T>::new(2);
    folded.layers = net.layers.folded();
    let read = |y: &[T]| y.iter().map(|y| y.to_f64().unwrap()).collect::<Vec<f64>>();
    let a = read(Tensor::flat(net.predict(x)));
    let b = read(Tensor::flat(folded.predict(x)));
    let largest = a.iter().fold(0.0, |largest: f64, a| largest.max(a.abs()));
    let differences = a.iter().zip(&b).map(|(a, b)| (a - b).abs());
    (
        [largest, differences.fold(0.0, f64::max)],
        [L::COUNT, <L::Folded as Params<T>>::COUNT],
        [L::ROOM, <L::Folded as Layer<X, T>>::ROOM].map(|room| room.inference(1)),
    )
}

/// `channels` is how many are normalised: of four numbers each, one is left, the bias.
#[track_caller]
fn check<X: Shape, L: Layer<X, T> + Fold<T>, T: Scalar>(close: f64, channels: usize, has_bias: bool)
where
    L::Folded: Layer<X, T> + Params<T>,
{
    let ([largest, difference], [before, after], [room, less]) = both::<X, L, T>();
    assert!(largest > 0.01, "{largest}");
    assert!(
        difference < close * largest.max(1.0),
        "{difference} of {largest}"
    );
    assert_eq!(before - after, channels * if has_bias { 4 } else { 3 });
    assert!(less < room, "{less} {room}");
}

#[test]
fn residual() {
    type Small = ResNet18<5, f32, 4, 6, 8, 10>;
    // the stem, two blocks a stage of two convolutions each, and three shortcuts
    check::<Image<32, 32, 3>, Small, f32>(1e-5, 4 + 4 * (4 + 6 + 8 + 10) + 6 + 8 + 10, false);
    // three stages of three blocks
    check::<Image<16, 16, 3>, ResNet20<5, f32, 4, 6, 8>, f32>(
        1e-5,
        4 + 6 * (4 + 6 + 8) + 6 + 8,
        false,
    );
}

#[test]
fn bottlenecks() {
    type Small = ResNet50<5, f64, 2, 3, 4, 5, 6, 7, 8, 9>;
    let (inside, outside) = (
        2 * (3 * 2 + 4 * 3 + 6 * 4 + 3 * 5),
        3 * 6 + 4 * 7 + 6 * 8 + 3 * 9,
    );
    check::<Image<64, 64, 3>, Small, f64>(1e-12, 2 + inside + outside + 6 + 7 + 8 + 9, false);
    type Grouped = ResNeXt50<5, f64, 2, 3, 1, 2, 3, 4, 2, 4, 6, 8, 6, 7, 8, 9>;
    let inside = 2 * (3 * 2 + 4 * 4 + 6 * 6 + 3 * 8);
    check::<Image<64, 64, 3>, Grouped, f64>(1e-12, 3 + inside + outside + 6 + 7 + 8 + 9, false);
}

#[test]
fn plain() {
    check::<Image<32, 32, 3>, Vgg11Bn<5, f32, 4, 6, 8, 10, 1, 10, 7>, f32>(
        1e-5,
        4 + 6 + 8 * 2 + 10 * 4,
        true,
    );
}

#[test]
fn beside_one_another() {
    type In<const I: usize> = Inception<I, 1, 2, 2, 1, 2, 1>;
    type H = Head<6, 5, f32, 2, 32, 7>;
    type Small = GoogLeNetOf<
        5,
        3,
        4,
        6,
        In<4>,
        In<6>,
        In<6>,
        In<6>,
        In<6>,
        In<6>,
        In<6>,
        In<6>,
        In<6>,
        H,
        H,
    >;
    check::<Image<64, 64, 3>, Small, f32>(1e-5, 3 + 3 + 4 + 9 * 9 + 2 * 2, false);
    check::<Image<16, 16, 1>, SmallUNet<1, 1, f32, 2, 4, 8>, f32>(
        1e-5,
        2 * (2 * (2 + 4) + 8),
        false,
    );
}

/// What training keeps a sample, in numbers. Each of 53 convolutions keeps what it found, and what becomes of it behind normalisation and
/// relu: of a block's last convolution the sum with the shortcut, and the relu of that. What a normalisation adds to a sum is not kept.
#[test]
fn a_sample_of_resnet50_keeps_106_megabytes() {
    // H·W·M of the four stages
    let [a, b, c, d] = [56 * 56 * 64, 28 * 28 * 128, 14 * 14 * 256, 7 * 7 * 512];
    let stem = 112 * 112 * 64;
    // blocks of (1 + 1 + 4)·M, the first of later stages with (4 + 1 + 4)·M, and the shortcuts of 4·M
    let convolutions = stem + 22 * a + 31 * b + 43 * c + 25 * d;
    let bent = stem + 6 * a + (5 + 6) * b + (5 + 10) * c + (5 + 4) * d;
    let blocks = 4 * (3 * a + 4 * b + 6 * c + 3 * d);
    let pool = 56 * 56 * 64;
    let ends = 2048 + 1000;
    let kept = <ResNet50 as Layer<Image<224, 224, 3>>>::ROOM.kept;
    assert_eq!(kept, convolutions + bent + 2 * blocks + pool + ends);
    assert!(kept * 4 <= 110_000_000, "{kept}");
    // the naive way keeps every layer's output
    let naive = 2 * convolutions + bent + 2 * blocks + pool + ends;
    assert!(naive * 4 > 150_000_000, "{naive}");
}
