//! A flattened image whose length should be in the table of sides.
use core_tensor::Image;
use nn::{Flatten, Network};

pub fn main() {
    Network::<Image<181, 181, 1>, Flatten>::new(1);
}
