//! A product: the columns of the first are the rows of the second.
//! `Matrix<4, 2>` by `Matrix<3, 2>`
use core_tensor::{Matrix, Tensor};

fn main() {
    let a = Tensor::<Matrix<4, 2>>::zeros();
    let b = Tensor::<Matrix<3, 2>>::zeros();
    let _ = a.matmul(&b);
}
