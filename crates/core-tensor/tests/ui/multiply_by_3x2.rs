//! An element-wise product of values.
//! `Matrix<2, 2>` by `Matrix<3, 2>`
use core_tensor::{Matrix, Tensor};

fn main() {
    let a = Tensor::<Matrix<2, 2>>::full(2.0);
    let b = Tensor::<Matrix<3, 2>>::full(3.0);
    let _ = a * b;
}
