//! Two images joined along their channels.
//! `Image<31, 32, 1>` and `Image<32, 32, 2>`
use core_tensor::{Image, Tensor};

fn main() {
    let a = Tensor::<Image<31, 32, 1>>::zeros();
    let b = Tensor::<Image<32, 32, 2>>::zeros();
    let _ = a.join(&b);
}
