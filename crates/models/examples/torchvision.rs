//! One network of torchvision's with weights from a file: prints its logits in use and the loss of a training step, a number a line, and writes
//! the step's gradients to a file as if they were weights. It works in `f32` or in `f64`.
//!
//! `tests/torchvision/compare.py` runs it beside the original.

use std::error::Error;
use std::fmt::Display;

use core_tensor::{Image, Leaf, Path, Scalar, Tensor, Visit};
use models::{AlexNet, GoogLeNet, ResNeXt50, ResNet18, ResNet50, Vgg11Bn};
use nn::{Auxiliary, Class, CrossEntropy, Gradients, Layer, Loss, Network};

const SAMPLES: usize = 2;
type Picture = Image<224, 224, 3>;

/// Writes the gradient over the weights; statistics, which have none, stay.
struct Swap;

impl<T: Scalar> Visit<T, 1> for Swap {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], [gradient]: [&mut [T]; 1]) {
        if leaf.role.learns() {
            weight.copy_from_slice(gradient);
        }
    }
}

fn run<L: Layer<Picture, T>, Q: Loss<L::Y, T, Target = Class<1000>>, T: Scalar + Display>(
    [weights, gradients]: [&str; 2],
    loss: &Q,
) -> Result<(), Box<dyn Error>> {
    let mut net = Network::<Picture, L, T>::new(SAMPLES);
    net.load(weights)?;
    // the waves of `networks.py`, whose channels come first
    let x: Vec<Tensor<Picture, T>> = (0..SAMPLES)
        .map(|n| {
            Tensor::from_fn(|i| {
                let place = (n * 3 + i % 3) * 224 * 224 + i / 3;
                // numbers of f32, whatever they are worked on as
                T::of(f64::from(((place * place % 10_007) as f64).sin() as f32))
            })
        })
        .collect();
    for y in net.predict(&x) {
        y.as_slice()[..1000].iter().for_each(|y| println!("{y}"));
    }
    let targets: Vec<Class<1000>> = (0..SAMPLES).map(|i| Class::new(i * 7)).collect();
    let mut grad = net.new_gradient();
    let score = net.gradient(loss, &x, &targets, &mut grad, Gradients::Overwrite, 0);
    println!("{}", score.loss);
    net.layers.visit([&mut *grad], &Path::Root, &mut Swap);
    net.save(gradients)?;
    Ok(())
}

fn auxiliary<M>(main: M) -> Auxiliary<M, CrossEntropy> {
    Auxiliary {
        main,
        head: CrossEntropy,
        weight: 0.3,
    }
}

fn compare<T: Scalar + Display>(name: &str, files: [&str; 2]) -> Result<(), Box<dyn Error>> {
    match name {
        "alexnet" => {
            run::<AlexNet<1000, T, 64, 192, 384, 256, 6, 9216, 4096, 0>, _, T>(files, &CrossEntropy)
        }
        "vgg11_bn" => run::<Vgg11Bn<1000, T, 64, 128, 256, 512, 7, 25088, 4096, 0>, _, T>(
            files,
            &CrossEntropy,
        ),
        "googlenet" => {
            run::<GoogLeNet<1000, T, 0, 0>, _, T>(files, &auxiliary(auxiliary(CrossEntropy)))
        }
        "resnet18" => run::<ResNet18<1000, T>, _, T>(files, &CrossEntropy),
        "resnet50" => run::<ResNet50<1000, T>, _, T>(files, &CrossEntropy),
        "resnext50_32x4d" => run::<ResNeXt50<1000, T>, _, T>(files, &CrossEntropy),
        other => Err(format!("there is no network {other:?} here").into()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [precision, name, weights, gradients] = &arguments[..] else {
        return Err("expected f32 or f64, the network's name, the file of its weights, that of its gradients".into());
    };
    let files = [&weights[..], gradients];
    match &precision[..] {
        "f32" => compare::<f32>(name, files),
        "f64" => compare::<f64>(name, files),
        other => Err(format!("the precision is {other:?}, expected f32 or f64").into()),
    }
}
