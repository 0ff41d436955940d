//! A sum of images by reference.
//! `Image<2, 2, 128>` and `Image<2, 2, 64>`
use core_tensor::{Image, Tensor};

fn main() {
    let a = Tensor::<Image<2, 2, 128>>::zeros();
    let b = Tensor::<Image<2, 2, 64>>::zeros();
    let _ = &a + &b;
}
