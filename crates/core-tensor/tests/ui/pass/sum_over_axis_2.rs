//! A sum over one side, counted from 0.
use core_tensor::{Image, Tensor};

pub fn main() {
    let x = Tensor::<Image<4, 5, 6>>::zeros();
    let _ = x.sum_axis::<2>();
}
