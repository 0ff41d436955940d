//! A flattened image whose length should be in the table of sides.
//! `Image<182, 181, 1>` `cannot be flattened`
use core_tensor::Image;
use nn::{Flatten, Network};

fn main() {
    Network::<Image<182, 181, 1>, Flatten>::new(1);
}
