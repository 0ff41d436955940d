//! Narrow networks with the weights of PyTorch's: the same outputs in use, the same loss and the same gradients of a training step, in `f64`,
//! since fifty layers of few channels make much of rounding. Some are torchvision's; what torchvision lacks is in `others.py`.

use core_tensor::{Image, Leaf, Path, Shape, Tensor, Visit};
use models::googlenet::{GoogLeNetOf, Head, Inception};
use models::*;
use nn::weights::{Archive, Weights};
use nn::{Auxiliary, BceWithLogits, Class, CrossEntropy, Gradients, Layer, Loss, Network};

const CLASSES: usize = 5;
const SAMPLES: usize = 4;

/// The images that `networks.py` makes, whose channels come first.
fn images<const H: usize, const C: usize>() -> Vec<Tensor<Image<H, H, C>, f64>> {
    let image = |n: usize| {
        Tensor::from_fn(|i| {
            let (pixel, channel) = (i / C, i % C);
            let place = (n * C + channel) * H * H + pixel;
            f64::from(((place * place % 10_007) as f64).sin() as f32)
        })
    };
    (0..SAMPLES).map(image).collect()
}

fn classes() -> Vec<Class<CLASSES>> {
    (0..SAMPLES).map(|i| Class::new(i * 7 % CLASSES)).collect()
}

/// What a pixel should be, as `others.py` has it.
fn chances<Y: Shape>() -> Vec<Tensor<Y, f64>> {
    let chance = |place: usize| (place * place % 101) as f64 / 100.0;
    let sample = |n: usize| Tensor::from_fn(|i| chance(n * Y::LEN + i));
    (0..SAMPLES).map(sample).collect()
}

/// The numbers of a tensor in the file, by their bytes.
fn numbers(file: &Archive<'_>, name: &str) -> Vec<f64> {
    let view = &file.tensors[name];
    let number = |bytes: &[u8; 4]| f64::from(f32::from_le_bytes(*bytes));
    view.bytes.as_chunks().0.iter().map(number).collect()
}

fn norm(x: impl IntoIterator<Item = f64>) -> f64 {
    let squares = x.into_iter().map(|x| x * x);
    squares.sum::<f64>().sqrt()
}

/// Calls itself with each gradient and the one that it should be.
struct Compare<'a> {
    right: std::slice::Iter<'a, Vec<f64>>,
    /// the size of the gradient before
    before: f64,
    worst: f64,
}

impl Visit<f64, 1> for Compare<'_> {
    fn tensor(&mut self, leaf: Leaf<'_>, _: &mut [f64], [ours]: [&mut [f64]; 1]) {
        let right = self.right.next().expect("as many tensors");
        if leaf.role.learns() {
            let error = norm(ours.iter().zip(right).map(|(a, b)| a - b));
            // a bias that a normalisation takes away again has the gradient 0: what rounding leaves is measured by its weight's
            let own = norm(right.iter().copied());
            let size = if own < 1e-9 * self.before {
                self.before
            } else {
                own
            };
            assert!(error < 1e-3 * size, "{}: {error} of {size}", leaf.path);
            self.worst = self.worst.max(error / size);
            self.before = own;
        }
    }
}

fn check<const H: usize, const C: usize, L, Q>(bytes: &[u8], loss: &Q, targets: &[Q::Target])
where
    L: Layer<Image<H, H, C>, f64>,
    Q: Loss<L::Y, f64>,
{
    let file = Archive::parse(bytes).expect("a fixture of safetensors");
    let own = |name: &str| {
        let weight = !name.starts_with("gradient.") && name != "logits" && name != "loss";
        weight.then(|| name.to_owned())
    };
    let mut net = Network::<Image<H, H, C>, L, f64>::new(SAMPLES);
    let weights = Weights::parse(bytes).expect("a fixture of safetensors");
    (weights.clone().rename(own).read(&mut *net.layers)).expect("PyTorch's names and sides");

    // in use: of several outputs, the network's comes first
    let x = images::<H, C>();
    let right = numbers(&file, "logits");
    let ours: Vec<f64> = (net.predict(&x).iter())
        .flat_map(|y| &y.as_slice()[..right.len() / SAMPLES])
        .copied()
        .collect();
    let error = norm(ours.iter().zip(&right).map(|(a, b)| a - b));
    let size = norm(right.iter().copied());
    assert!(error < 1e-4 * size, "{ours:?} {right:?}");

    // a step
    let mut grad = net.new_gradient();
    let score = net.gradient(loss, &x, targets, &mut grad, Gradients::Overwrite, 0);
    let [right] = numbers(&file, "loss")[..] else {
        panic!("a loss is one number")
    };
    assert!(
        (score.loss - right).abs() < 1e-4 * right,
        "{} {right}",
        score.loss
    );

    // theirs in our order and layout: a network whose weights are the gradients
    let mut slopes = Network::<Image<H, H, C>, L, f64>::new(1);
    let theirs = weights.rename(|name| name.strip_prefix("gradient.").map(str::to_owned));
    theirs
        .read(&mut *slopes.layers)
        .expect("a gradient for each weight");
    let mut right = Vec::new();
    (slopes.layers).look(&Path::Root, &mut |_: Leaf<'_>, weight: &[f64]| {
        right.push(weight.to_vec());
    });
    let mut compare = Compare {
        right: right.iter(),
        before: 0.0,
        worst: 0.0,
    };
    net.layers.visit([&mut *grad], &Path::Root, &mut compare);
    println!(
        "logits {:.1e}, gradients {:.1e}",
        error / size,
        compare.worst
    );
}

// test, file, side and channels of the images, loss, targets, network
macro_rules! narrow { ($($test:ident $file:literal $side:literal $channels:literal $loss:expr, $targets:ident, $net:ty;)+) => { $(
    #[test]
    fn $test() {
        check::<$side, $channels, $net, _>(include_bytes!(concat!("narrow/", $file, ".safetensors")), &$loss, &$targets());
    }
)+ } }
narrow! {
    alexnet "alexnet" 63 3 CrossEntropy, classes, AlexNet<5, f64, 4, 6, 8, 6, 1, 6, 10, 0>;
    vgg11_bn "vgg11_bn" 32 3 CrossEntropy, classes, Vgg11Bn<5, f64, 4, 6, 8, 10, 1, 10, 12, 0>;
    googlenet "googlenet" 64 3 auxiliary(auxiliary(CrossEntropy)), classes, SmallGoogLeNet;
    resnet18 "resnet18" 64 3 CrossEntropy, classes, ResNet18<5, f64, 2, 4, 8, 16>;
    resnet50 "resnet50" 64 3 CrossEntropy, classes, ResNet50<5, f64, 1, 2, 4, 8, 4, 8, 16, 32>;
    resnext50 "resnext50_32x4d" 64 3 CrossEntropy, classes, ResNeXt50<5, f64, 2, 1, 1, 2, 4, 8, 2, 4, 8, 16, 4, 8, 16, 32>;
    alexnet_original "alexnet_original" 67 3 CrossEntropy, classes, AlexNetOriginal<5, f64, 2, 3, 4, 4, 6, 8, 6, 10, 0>;
    small_unet "small_unet" 12 2 BceWithLogits, chances, SmallUNet<2, 1, f64, 2, 4, 8>;
    unet "unet" 32 2 BceWithLogits, chances, UNet<2, 2, f64, 1, 2, 4, 8, 16>;
    conv_autoencoder "conv_autoencoder" 28 1 BceWithLogits, chances, ConvAutoencoder<3, f64, 2, 3, 147>;
}

type Module<const I: usize> = Inception<I, 2, 3, 4, 2, 3, 1, f64>;
type SmallHead = Head<10, 5, f64, 2, 32, 8, 0>;
#[rustfmt::skip]
type SmallGoogLeNet = GoogLeNetOf<
    5, 4, 6, 10,
    Module<6>, Module<10>, Module<10>, Module<10>, Module<10>, Module<10>, Module<10>, Module<10>, Module<10>,
    SmallHead, SmallHead, f64, 0,
>;

/// A head counts three tenths.
fn auxiliary<M>(main: M) -> Auxiliary<M, CrossEntropy> {
    Auxiliary {
        main,
        head: CrossEntropy,
        weight: 0.3,
    }
}
