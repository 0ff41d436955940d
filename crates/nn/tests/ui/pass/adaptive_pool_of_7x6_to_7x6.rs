//! Six windows over a side of six.
use core_tensor::Image;
use nn::{AdaptiveAvgPool2d, Network};

pub fn main() {
    Network::<Image<7, 6, 3>, AdaptiveAvgPool2d<7, 6>>::new(1);
}
