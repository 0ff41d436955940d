//! Four rows cut off both ends of seven.
//! `Image<7, 9, 2>` `cropped by 4, 4, 4 and 4`
use core_tensor::Image;
use nn::{Crop2d, Network};

fn main() {
    Network::<Image<7, 9, 2>, Crop2d<4>>::new(1);
}
