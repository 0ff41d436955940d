//! Three rows cut off both ends of seven.
use core_tensor::Image;
use nn::{Crop2d, Network};

pub fn main() {
    Network::<Image<7, 9, 2>, Crop2d<3>>::new(1);
}
