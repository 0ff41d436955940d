//! A batch given to a network that was made for images of 28×28.
use core_tensor::{Image, Tensor};
use nn::{Conv2d, Network};

fn main() {
    let mut net = Network::<Image<28, 28, 1>, Conv2d<1, 6, 5>>::new(1);
    let image = Tensor::<Image<27, 28, 1>>::zeros();
    net.predict(&[image]);
}
