//! Networks of hundreds of megabytes as types: they are checked in seconds and live in a debug build with a stack of 2 MiB.

use core_tensor::{Image, Params, Path, Scalar, Shape, Zeroed};
use nn::{
    AvgPool2d, Conv2d, CrossEntropy, Flatten, Gradients, Layer, Linear, MaxPool2d, Network, Relu,
    Residual, Sum,
};

/// A 3×3 convolution that keeps the sides.
type Conv<const I: usize, const O: usize> = (Conv2d<I, O, 3, 1, 1>, Relu);
/// Simonyan, Zisserman: Very deep convolutional networks (2014), configuration D.
type Vgg16 = (
    (Conv<3, 64>, Conv<64, 64>, MaxPool2d<2>),
    (Conv<64, 128>, Conv<128, 128>, MaxPool2d<2>),
    (Conv<128, 256>, Conv<256, 256>, Conv<256, 256>, MaxPool2d<2>),
    (Conv<256, 512>, Conv<512, 512>, Conv<512, 512>, MaxPool2d<2>),
    (Conv<512, 512>, Conv<512, 512>, Conv<512, 512>, MaxPool2d<2>),
    Flatten,
    (
        Linear<25088, 4096>,
        Relu,
        Linear<4096, 4096>,
        Relu,
        Linear<4096, 1000>,
    ),
);

/// Narrow, look around, widen.
type Neck<const I: usize, const M: usize, const O: usize, const S: usize> = (
    Conv2d<I, M, 1>,
    Relu,
    Conv2d<M, M, 3, S, 1>,
    Relu,
    Conv2d<M, O, 1>,
);
/// The first block of a stage: the shortcut changes the shape.
type First<const I: usize, const M: usize, const O: usize, const S: usize> =
    (Sum<Neck<I, M, O, S>, Conv2d<I, O, 1, S>>, Relu);
/// The others.
type Next<const M: usize, const O: usize> = (Residual<Neck<O, M, O, 1>>, Relu);
/// He et al. (2015), 50 layers, with the biases of the convolutions in the place of batch normalisation.
type ResNet50 = (
    (Conv2d<3, 64, 7, 2, 3>, Relu, MaxPool2d<3, 2, 1>),
    (First<64, 64, 256, 1>, Next<64, 256>, Next<64, 256>),
    (
        First<256, 128, 512, 2>,
        Next<128, 512>,
        Next<128, 512>,
        Next<128, 512>,
    ),
    (
        First<512, 256, 1024, 2>,
        Next<256, 1024>,
        Next<256, 1024>,
        Next<256, 1024>,
        Next<256, 1024>,
        Next<256, 1024>,
    ),
    (First<1024, 512, 2048, 2>, Next<512, 2048>, Next<512, 2048>),
    (AvgPool2d<7>, Flatten, Linear<2048, 1000>),
);

type Picture = Image<224, 224, 3>;

/// Makes the network with its gradient, walks its tensors and takes it through every function of a step, on a batch of none.
fn lives<L: Layer<Picture, Y = core_tensor::Vector<1000>> + Params<f32>>() -> (usize, usize) {
    let on_a_small_stack = || {
        let mut network = Network::<Picture, L>::new(1);
        let mut gradient = <L::Grad as Zeroed>::boxed();
        let (mut tensors, mut numbers) = (0, 0);
        network.layers.visit(
            [&mut *gradient],
            &Path::Root,
            &mut |_: core_tensor::Leaf<'_>, w: &mut [f32], _: [&mut [f32]; 1]| {
                tensors += 1;
                numbers += w.len();
            },
        );
        network.gradient(&CrossEntropy, &[], &[], &mut gradient, Gradients::Add, 0);
        assert_eq!(network.predict(&[]).len(), 0);
        (tensors, numbers)
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread
        .spawn(on_a_small_stack)
        .expect("a thread")
        .join()
        .expect("a stack of 2 MiB is enough")
}

#[test]
fn vgg16() {
    // 13 convolutions and 3 linear layers; 138,357,544 parameters are the paper's 138 million
    assert_eq!(lives::<Vgg16>(), (32, 138_357_544));
    assert_eq!(<Vgg16 as Params<f32>>::COUNT, 138_357_544);
    // 15.47 G multiply-adds are the usual count; with two operations each, relu and pooling on top
    let flops = <Vgg16 as Layer<Picture>>::FLOPS as f64;
    assert!((flops / 2.0 / 15.47e9 - 1.0).abs() < 0.002, "{flops}");
}

#[test]
fn resnet50() {
    // 53 convolutions and a linear layer; torchvision's 25,557,032 parameters, where scale and shift of batch normalisation take two
    // numbers for each of 26,560 channels and a bias takes one
    assert_eq!(lives::<ResNet50>(), (108, 25_557_032 - 26_560));
}

/// What a type costs to know: a sum of sides that only the compiler sees.
const _: () = assert!(<<ResNet50 as Layer<Picture>>::Y as Shape>::LEN == 1000);

/// Any scalar will do.
#[test]
fn a_block_in_f64() {
    fn parameters<T: Scalar, L: Params<T>>() -> usize {
        L::COUNT
    }
    assert_eq!(
        parameters::<f64, Residual<(Conv2d<4, 4, 3, 1, 1, f64>, Relu)>>(),
        148
    );
}
