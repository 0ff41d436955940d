//! The networks that torchvision has too: as many parameters, as many multiply-adds, and tensors of the same names and sides.
//!
//! `names.txt` was written by `names.py`, from torchvision; the files of `narrow` by `narrow.py`.

mod narrow;

use std::collections::BTreeMap;

use core_tensor::{Image, Leaf, Params, Path, Vector};
use models::*;
use nn::Layer;

/// What torchvision says of a network.
struct Theirs {
    parameters: usize,
    /// in units of 10⁹
    multiply_adds: f64,
    tensors: BTreeMap<String, String>,
}

fn theirs(name: &str) -> Theirs {
    let mut lines = include_str!("names.txt").lines();
    let head = lines
        .by_ref()
        .find(|line| line.split(' ').next() == Some(name))
        .unwrap_or_else(|| panic!("names.txt has no {name}; write it again with names.py"));
    let mut numbers = head.split(' ').skip(1);
    let mut number = || numbers.next().expect("a head has three parts");
    Theirs {
        parameters: number().parse().unwrap(),
        multiply_adds: number().parse().unwrap(),
        tensors: lines
            .map_while(|line| line.strip_prefix("  "))
            .map(|line| line.split_once(' ').unwrap())
            .map(|(name, sides)| (name.to_owned(), sides.to_owned()))
            .collect(),
    }
}

/// Multiply-adds of what has weights: half of the additions and multiplications of convolutions and linear layers.
fn multiply_adds<L: Layer<Image<224, 224, 3>>>(without: &str) -> u64 {
    let mut sum = 0;
    L::describe(&Path::Root).rows(&mut |row, _| {
        let counts = row.layer.contains("Conv2d") || row.layer == "Linear";
        let left_out = !without.is_empty() && row.path.starts_with(without);
        if counts && !left_out {
            sum += row.flops / 2;
        }
    });
    sum
}

fn compare<L: Layer<Image<224, 224, 3>>>(name: &str, without: &str) {
    let theirs = theirs(name);
    assert_eq!(<L as Params<f32>>::TRAINABLE, theirs.parameters, "{name}");
    let giga = multiply_adds::<L>(without) as f64 / 1e9;
    assert!(
        (giga / theirs.multiply_adds - 1.0).abs() < 0.01,
        "{name}: {giga} against {}",
        theirs.multiply_adds
    );
    let mut ours = BTreeMap::new();
    <L as core_tensor::Zeroed>::boxed().look(&Path::Root, &mut |leaf: Leaf<'_>, _: &[f32]| {
        leaf.in_files(|name, place| {
            let sides: Vec<String> = place.sides.iter().map(usize::to_string).collect();
            let before = ours.insert(name.to_string(), sides.join("x"));
            assert_eq!(before, None, "two tensors are called {name}");
        });
    });
    for (tensor, sides) in &theirs.tensors {
        assert_eq!(ours.get(tensor), Some(sides), "{name}: {tensor}");
    }
    assert_eq!(ours.len(), theirs.tensors.len(), "{name} has more tensors");
}

// the test, torchvision's name, the type, the part that its published figure leaves out
macro_rules! networks { ($($test:ident $name:literal $net:ty $(, without $part:literal)?;)+) => { $(
    #[test]
    fn $test() { compare::<$net>($name, concat!($($part)?)); }
)+ } }
networks! {
    alexnet "alexnet" AlexNet;
    vgg11 "vgg11" Vgg11;
    vgg13 "vgg13" Vgg13;
    vgg16 "vgg16" Vgg16;
    vgg19 "vgg19" Vgg19;
    vgg11_bn "vgg11_bn" Vgg11Bn;
    vgg13_bn "vgg13_bn" Vgg13Bn;
    vgg16_bn "vgg16_bn" Vgg16Bn;
    vgg19_bn "vgg19_bn" Vgg19Bn;
    googlenet "googlenet" GoogLeNet, without "aux";
    resnet18 "resnet18" ResNet18;
    resnet34 "resnet34" ResNet34;
    resnet50 "resnet50" ResNet50;
    resnet101 "resnet101" ResNet101;
    resnet152 "resnet152" ResNet152;
    resnext50 "resnext50_32x4d" ResNeXt50;
}

/// The counts as they are published, known to the compiler, and the shapes that come out.
const _: () = {
    const fn is<const H: usize, L: Layer<Image<H, H, 3>, f32, Y = Vector<N>>, const N: usize>(
        parameters: usize,
    ) {
        assert!(<L as Params<f32>>::TRAINABLE == parameters);
    }
    is::<224, AlexNet, 1000>(61_100_840);
    is::<227, AlexNetOriginal, 1000>(60_965_224);
    is::<224, Vgg11, 1000>(132_863_336);
    is::<224, Vgg13, 1000>(133_047_848);
    is::<224, Vgg16, 1000>(138_357_544);
    is::<224, Vgg19, 1000>(143_667_240);
    is::<224, Vgg11Bn, 1000>(132_863_336 + 5_504);
    is::<224, Vgg13Bn, 1000>(133_047_848 + 5_888);
    is::<224, Vgg16Bn, 1000>(138_357_544 + 8_448);
    is::<224, Vgg19Bn, 1000>(143_667_240 + 11_008);
    is::<224, ResNet18, 1000>(11_689_512);
    is::<224, ResNet34, 1000>(21_797_672);
    is::<224, ResNet50, 1000>(25_557_032);
    is::<224, ResNet101, 1000>(44_549_160);
    is::<224, ResNet152, 1000>(60_192_808);
    is::<224, ResNeXt50, 1000>(25_028_904);
    // any side that is a multiple of 32
    is::<32, ResNet18, 1000>(11_689_512);
    is::<96, ResNet50, 1000>(25_557_032);
    is::<256, ResNet152, 1000>(60_192_808);
    // the sums of the layers: 432 + 3 stages, with two 1×1 shortcuts, two numbers a channel of each normalisation, and 650 of the last
    is::<32, ResNet20, 10>(272_474);
    is::<32, ResNet56, 10>(855_770);
    is::<32, ResNet110, 10>(1_730_714);
    assert!(<GoogLeNet as Params<f32>>::TRAINABLE == 13_004_888);
};
