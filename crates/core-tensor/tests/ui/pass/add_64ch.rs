//! A sum of images by reference.
use core_tensor::{Image, Tensor};

pub fn main() {
    let a = Tensor::<Image<2, 2, 64>>::zeros();
    let b = Tensor::<Image<2, 2, 64>>::zeros();
    let _ = &a + &b;
}
