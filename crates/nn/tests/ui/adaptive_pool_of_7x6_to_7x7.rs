//! Seven windows over a side of six.
//! `Image<7, 6, 3>` `pooled to 7×7`
use core_tensor::Image;
use nn::{AdaptiveAvgPool2d, Network};

fn main() {
    Network::<Image<7, 6, 3>, AdaptiveAvgPool2d<7, 7>>::new(1);
}
