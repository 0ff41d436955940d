//! A sum over one side, counted from 0.
//! `Image<4, 5, 6>` has no `axis 3`
use core_tensor::{Image, Tensor};

fn main() {
    let x = Tensor::<Image<4, 5, 6>>::zeros();
    let _ = x.sum_axis::<3>();
}
