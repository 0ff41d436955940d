//! Receptive fields against published ones, and against what a gradient reaches.

use core_tensor::{Image, Shape, Tensor};
use nn::{
    AdaptiveAvgPool2d, AvgPool2d, Conv2d, ConvTranspose2d, Crop2d, DilatedConv2d, Field, Flatten,
    Layer, Linear, MaxPool2d, Network, Pass, PixelShuffle, PixelUnshuffle, Reach, RectConv2d, Relu,
    Residual, Sum, UpsampleBilinear2d, UpsampleNearest2d, ZeroPad2d, training_room,
};

/// A convolution with a relu after it.
type Conv<const I: usize, const O: usize, const K: usize, const S: usize, const P: usize> =
    (Conv2d<I, O, K, S, P>, Relu);
type Pool = MaxPool2d<2>;
type Image224 = Image<224, 224, 3>;

fn size<L: Layer<X>, X: Shape>() -> [Option<usize>; 2] {
    <L as Layer<X>>::FIELD.size()
}

/// What output 0 sees first, and how far the next one is.
fn steps<L: Layer<X>, X: Shape>() -> [String; 2] {
    match <L as Layer<X>>::FIELD.height {
        Reach::Part { first, jump, .. } => [first.to_string(), jump.to_string()],
        Reach::All => panic!("no position sees all"),
    }
}

// Araujo, Norris, Sim: Computing receptive fields of convolutional neural networks (2019), table 1:
// AlexNet 195, stride 32, padding 64; VGG-16 212, stride 32, padding 90
#[test]
fn alexnet() {
    type Conv5 = (
        Conv<3, 64, 11, 4, 2>,
        MaxPool2d<3, 2>,
        Conv<64, 192, 5, 1, 2>,
        MaxPool2d<3, 2>,
        Conv<192, 384, 3, 1, 1>,
        Conv<384, 256, 3, 1, 1>,
        Conv<256, 256, 3, 1, 1>,
    );
    assert_eq!(size::<Conv5, Image224>(), [Some(163); 2]);
    assert_eq!(size::<(Conv5, MaxPool2d<3, 2>), Image224>(), [Some(195); 2]);
    assert_eq!(steps::<(Conv5, MaxPool2d<3, 2>), Image224>()[1], "32");
    type All = (Conv5, MaxPool2d<3, 2>, Flatten, Linear<9216, 10>);
    assert_eq!(size::<All, Image224>(), [None; 2]);
}

#[test]
fn vgg16() {
    type Vgg = (
        (Conv<3, 64, 3, 1, 1>, Conv<64, 64, 3, 1, 1>, Pool),
        (Conv<64, 128, 3, 1, 1>, Conv<128, 128, 3, 1, 1>, Pool),
        (Conv<128, 256, 3, 1, 1>, Conv3<256>, Conv3<256>, Pool),
        (Conv<256, 512, 3, 1, 1>, Conv3<512>, Conv3<512>, Pool),
        (Conv3<512>, Conv3<512>, Conv3<512>, Pool),
    );
    type Conv3<const C: usize> = Conv<C, C, 3, 1, 1>;
    assert_eq!(size::<Vgg, Image224>(), [Some(212); 2]);
    assert_eq!(steps::<Vgg, Image224>(), ["-90", "32"]);
}

/// A bottleneck that changes shape, with its stride `S1` in the first convolution or `S3` in the second.
type Down<
    const I: usize,
    const M: usize,
    const O: usize,
    const S1: usize,
    const S3: usize,
    const S: usize,
> = Sum<(Conv<I, M, 1, S1, 0>, Conv<M, M, 3, S3, 1>, Conv2d<M, O, 1>), Conv2d<I, O, 1, S>>;
type Same<const M: usize, const O: usize> =
    Residual<(Conv<O, M, 1, 1, 0>, Conv<M, M, 3, 1, 1>, Conv2d<M, O, 1>)>;
type Stem = (Conv<3, 64, 7, 2, 3>, MaxPool2d<3, 2, 1>);

// 1 + Σ (kernel − 1)·(product of the strides before): 7 and 11 of the stem, then two times the step for each 3×3
#[test]
fn resnet50() {
    type Original = (
        Stem,
        (Down<64, 64, 256, 1, 1, 1>, Same<64, 256>, Same<64, 256>),
        (
            Down<256, 128, 512, 2, 1, 2>,
            Same<128, 512>,
            Same<128, 512>,
            Same<128, 512>,
        ),
        (
            Down<512, 256, 1024, 2, 1, 2>,
            Same<256, 1024>,
            Same<256, 1024>,
            Same<256, 1024>,
            Same<256, 1024>,
            Same<256, 1024>,
        ),
        (
            Down<1024, 512, 2048, 2, 1, 2>,
            Same<512, 2048>,
            Same<512, 2048>,
        ),
    );
    // as everybody builds it since: the 3×3 moves by 2, and sees less
    type StrideLater = (
        Stem,
        (Down<64, 64, 256, 1, 1, 1>, Same<64, 256>, Same<64, 256>),
        (
            Down<256, 128, 512, 1, 2, 2>,
            Same<128, 512>,
            Same<128, 512>,
            Same<128, 512>,
        ),
        (
            Down<512, 256, 1024, 1, 2, 2>,
            Same<256, 1024>,
            Same<256, 1024>,
            Same<256, 1024>,
            Same<256, 1024>,
            Same<256, 1024>,
        ),
        (
            Down<1024, 512, 2048, 1, 2, 2>,
            Same<512, 2048>,
            Same<512, 2048>,
        ),
    );
    assert_eq!(size::<Stem, Image224>(), [Some(11); 2]);
    let original = 11 + 2 * (4 * 3 + 8 * 4 + 16 * 6 + 32 * 3);
    assert_eq!(original, 483);
    assert_eq!(size::<Original, Image224>(), [Some(original); 2]);
    let later = 11 + 2 * (4 * 3 + (4 + 8 * 3) + (8 + 16 * 5) + (16 + 32 * 2));
    assert_eq!(later, 427);
    assert_eq!(size::<StrideLater, Image224>(), [Some(later); 2]);
}

#[test]
fn two_windows_of_three_see_as_far_as_one_of_five() {
    type Twice = (Conv2d<1, 4, 3, 1, 1>, Conv2d<4, 1, 3, 1, 1>);
    type Once = Conv2d<1, 1, 5, 1, 2>;
    type X = Image<9, 9, 1>;
    assert_eq!(<Twice as Layer<X>>::FIELD, <Once as Layer<X>>::FIELD);
}

#[test]
fn transposed_windows_step_by_fractions() {
    // each output of a 4-long window that moves by 2 is the sum of two inputs, one step of two outputs
    let up = Reach::transposed(4, 2, 1);
    assert_eq!(up.size(), Some(2));
    let seen: Vec<_> = (0..6).map(|o| up.of(o, 3)).collect();
    // output o = 2i − 1 + k for k in 0..4: 0 by i = 0 (k 1), 1 by 0 (2) and 1 (0), 2 by 0 (3) and 1 (1), …
    let expected = [[0, 0], [0, 1], [0, 1], [1, 2], [1, 2], [2, 2]];
    assert_eq!(seen, expected.map(Some));
    // down and up again: steps of one, and inputs 2 and 3 are seen by outputs 2 and 3, within a step
    let Reach::Part { first, last, jump } = Reach::window(2, 2, 0).then(Reach::transposed(2, 2, 0))
    else {
        panic!("no position sees all")
    };
    assert_eq!([first, last, jump].map(|n| n.to_string()), ["-1", "1", "1"]);
    assert_eq!(Reach::window(1, 1, 3).of(0, 5), None);
    assert_eq!(Field::ALL.then(Field::POINT).to_string(), "all");
}

/// Rows and columns of the input that one output pixel of `L` depends on, found by its gradient with positive weights.
fn reached<L: Layer<Image<H, W, 1>, f64>, const H: usize, const W: usize>(
    net: &mut Network<Image<H, W, 1>, L, f64>,
    pixel: [usize; 2],
) -> [Option<[usize; 2]>; 2] {
    let [height, width, channels] = *<L::Y as Shape>::SIDES else {
        panic!("the output is an image")
    };
    assert!(pixel[0] < height && pixel[1] < width);
    let x = [Tensor::<Image<H, W, 1>, f64>::full(1.0)];
    let mut room = vec![0.0; training_room::<Image<H, W, 1>, L, f64>(1)];
    let mut pass = Pass::train(&mut room, 0);
    let (_, saved) = net.layers.forward(&x, &mut pass);
    let dy = pass.batch::<L::Y>(1);
    let numbers = Tensor::flat_mut(dy);
    numbers.fill(0.0);
    numbers[(pixel[0] * width + pixel[1]) * channels..][..channels].fill(1.0);
    let dx = net.layers.backward(saved, dy, None, &mut pass);
    let (mut rows, mut columns) = (None, None);
    for (i, &d) in Tensor::flat(dx).iter().enumerate() {
        if d != 0.0 {
            for (seen, at) in [(&mut rows, i / W), (&mut columns, i % W)] {
                let [first, last] = *seen.get_or_insert([at, at]);
                *seen = Some([first.min(at), last.max(at)]);
            }
        }
    }
    [rows, columns]
}

/// The gradient of every output pixel reaches exactly what the constant says, cut at the border.
fn proves<L: Layer<Image<H, W, 1>, f64>, const H: usize, const W: usize>() {
    reaches::<L, H, W>(false);
}

/// The same; with `holes` in the windows, where the border does not cut.
fn reaches<L: Layer<Image<H, W, 1>, f64>, const H: usize, const W: usize>(holes: bool) {
    let mut net = Network::<Image<H, W, 1>, L, f64>::new(1);
    let mut weights = nn::weights(&mut *net.layers);
    weights.fill(0.5);
    nn::set_weights(&mut *net.layers, &weights);
    let [height, width, _] = *<L::Y as Shape>::SIDES else {
        panic!("the output is an image")
    };
    for i in 0..height {
        for j in 0..width {
            let field = L::FIELD;
            let expected = [field.height.of(i, H), field.width.of(j, W)];
            let found = reached(&mut net, [i, j]);
            for (axis, reach) in [field.height, field.width].into_iter().enumerate() {
                let cut = expected[axis].is_none_or(|[a, b]| reach.size() != Some(b - a + 1));
                // the border may fall on a hole between the taps of a dilated window
                if !(holes && cut) {
                    assert_eq!(found[axis], expected[axis], "axis {axis} of pixel {i}, {j}");
                }
            }
        }
    }
}

#[test]
fn the_gradient_reaches_what_the_constant_says() {
    proves::<Conv2d<1, 2, 3, 1, 1, f64>, 7, 9>();
    proves::<
        (
            Conv2d<1, 2, 3, 1, 1, f64>,
            AvgPool2d<2>,
            Conv2d<2, 1, 3, 1, 1, f64>,
        ),
        12,
        14,
    >();
    proves::<(Conv2d<1, 2, 3, 2, 1, f64>, Conv2d<2, 1, 5, 1, 2, f64>), 13, 11>();
    proves::<RectConv2d<1, 1, 3, 5, 2, 1, 0, 2, f64>, 9, 8>();
    proves::<Residual<(Conv2d<1, 3, 5, 1, 2, f64>, Conv2d<3, 1, 1, 1, 0, f64>)>, 8, 6>();
    type Ways = Sum<(AvgPool2d<2>, Conv2d<1, 2, 3, 1, 1, f64>), Conv2d<1, 2, 2, 2, 0, f64>>;
    proves::<(Ways, AvgPool2d<3, 1, 1>), 12, 10>();
    proves::<(ZeroPad2d<1, 3, 2, 0>, Conv2d<1, 1, 4, 1, 0, f64>), 4, 3>();
    proves::<Crop2d<1, 0, 2, 3>, 6, 7>();
    reaches::<DilatedConv2d<1, 2, 3, 2, 1, 2, f64>, 9, 8>(true);
    reaches::<
        (
            DilatedConv2d<1, 2, 3, 3, 2, 1, f64>,
            Conv2d<2, 1, 2, 1, 0, f64>,
        ),
        21,
        22,
    >(true);
    proves::<ConvTranspose2d<1, 2, 4, 2, 1, f64>, 5, 6>();
    proves::<ConvTranspose2d<1, 1, 3, 2, 0, f64>, 4, 5>();
    proves::<UpsampleNearest2d<3, 2>, 3, 4>();
    proves::<UpsampleBilinear2d<2, 3>, 4, 3>();
    proves::<UpsampleBilinear2d<5, 4>, 3, 4>();
    proves::<PixelUnshuffle<2>, 4, 6>();
    proves::<(Conv2d<1, 4, 3, 1, 1, f64>, PixelShuffle<2>), 4, 5>();
    proves::<AdaptiveAvgPool2d<3, 2>, 7, 5>();
    proves::<AdaptiveAvgPool2d<3, 4>, 6, 7>();
}
