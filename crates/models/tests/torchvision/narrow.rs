//! Narrow networks with torchvision's weights: the same logits in use, the same loss and the same gradients of a training step, in `f64`, since
//! fifty layers of few channels make much of rounding.

use core_tensor::{Image, Leaf, Path, Tensor, Visit};
use models::googlenet::{GoogLeNetOf, Head, Inception};
use models::{AlexNet, ResNeXt50, ResNet18, ResNet50, Vgg11Bn};
use nn::weights::{Archive, Weights};
use nn::{Auxiliary, Class, CrossEntropy, Gradients, Layer, Loss, Network};

const CLASSES: usize = 5;
const SAMPLES: usize = 4;

/// The images that `networks.py` makes, whose channels come first.
fn images<const H: usize>() -> Vec<Tensor<Image<H, H, 3>, f64>> {
    let image = |n: usize| {
        Tensor::from_fn(|i| {
            let (pixel, channel) = (i / 3, i % 3);
            let place = (n * 3 + channel) * H * H + pixel;
            f64::from(((place * place % 10_007) as f64).sin() as f32)
        })
    };
    (0..SAMPLES).map(image).collect()
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

fn check<const H: usize, L, Q>(bytes: &[u8], loss: &Q)
where
    L: Layer<Image<H, H, 3>, f64>,
    Q: Loss<L::Y, f64, Target = Class<CLASSES>>,
{
    let file = Archive::parse(bytes).expect("a fixture of safetensors");
    let own = |name: &str| {
        let weight = !name.starts_with("gradient.") && name != "logits" && name != "loss";
        weight.then(|| name.to_owned())
    };
    let mut net = Network::<Image<H, H, 3>, L, f64>::new(SAMPLES);
    let weights = Weights::parse(bytes).expect("a fixture of safetensors");
    (weights.clone().rename(own).read(&mut *net.layers)).expect("torchvision's names and sides");

    // in use: of several outputs, the network's comes first
    let x = images::<H>();
    let right = numbers(&file, "logits");
    let ours: Vec<f64> = (net.predict(&x).iter())
        .flat_map(|y| &y.as_slice()[..CLASSES])
        .copied()
        .collect();
    let error = norm(ours.iter().zip(&right).map(|(a, b)| a - b));
    let size = norm(right.iter().copied());
    assert!(error < 1e-4 * size, "{ours:?} {right:?}");

    // a step
    let targets: Vec<Class<CLASSES>> = (0..SAMPLES).map(|i| Class::new(i * 7 % CLASSES)).collect();
    let mut grad = net.new_gradient();
    let score = net.gradient(loss, &x, &targets, &mut grad, Gradients::Overwrite, 0);
    let [right] = numbers(&file, "loss")[..] else {
        panic!("a loss is one number")
    };
    assert!(
        (score.loss - right).abs() < 1e-4 * right,
        "{} {right}",
        score.loss
    );

    // theirs in our order and layout: a network whose weights are the gradients
    let mut slopes = Network::<Image<H, H, 3>, L, f64>::new(1);
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

macro_rules! narrow { ($($test:ident $file:literal $side:literal $loss:expr, $net:ty;)+) => { $(
    #[test]
    fn $test() { check::<$side, $net, _>(include_bytes!(concat!("narrow/", $file, ".safetensors")), &$loss); }
)+ } }
narrow! {
    alexnet "alexnet" 63 CrossEntropy, AlexNet<5, f64, 4, 6, 8, 6, 1, 6, 10, 0>;
    vgg11_bn "vgg11_bn" 32 CrossEntropy, Vgg11Bn<5, f64, 4, 6, 8, 10, 1, 10, 12, 0>;
    googlenet "googlenet" 64 auxiliary(auxiliary(CrossEntropy)), SmallGoogLeNet;
    resnet18 "resnet18" 64 CrossEntropy, ResNet18<5, f64, 2, 4, 8, 16>;
    resnet50 "resnet50" 64 CrossEntropy, ResNet50<5, f64, 1, 2, 4, 8, 4, 8, 16, 32>;
    resnext50 "resnext50_32x4d" 64 CrossEntropy, ResNeXt50<5, f64, 2, 1, 1, 2, 4, 8, 2, 4, 8, 16, 4, 8, 16, 32>;
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
