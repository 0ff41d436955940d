//! An element-wise product of values.
use core_tensor::{Matrix, Tensor};

pub fn main() {
    let a = Tensor::<Matrix<2, 2>>::full(2.0);
    let b = Tensor::<Matrix<2, 2>>::full(3.0);
    let _ = a * b;
}
