//! A network with `nn` alone: LeNet-5 written out as a tuple.

use core_tensor::{Image, Tensor};
use nn::{Conv2d, Flatten, Init, Linear, MaxPool2d, Network, Relu};

type Features = (Conv2d<1, 6, 5, 1, 2>, Relu, MaxPool2d<2>, Conv2d<6, 16, 5>, Relu, MaxPool2d<2>);
type Classifier = (Linear<400, 120>, Relu, Linear<120, 84>, Relu, Linear<84, 10>);
type LeNet5 = (Features, Flatten, Classifier);

fn main() {
    let mut net = Network::<Image<28, 28, 1>, LeNet5>::new(1);
    net.init(Init::HeNormal, 1);
    let image = [Tensor::full(0.5)];
    let logits = &net.predict(&image)[0];
    assert!(logits.as_slice().iter().all(|logit| logit.is_finite()));
    println!("{logits:.3}");
}
