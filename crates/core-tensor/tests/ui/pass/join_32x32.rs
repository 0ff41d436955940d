//! Two images joined along their channels.
use core_tensor::{Image, Tensor};

pub fn main() {
    let a = Tensor::<Image<32, 32, 1>>::zeros();
    let b = Tensor::<Image<32, 32, 2>>::zeros();
    let _ = a.join(&b);
}
