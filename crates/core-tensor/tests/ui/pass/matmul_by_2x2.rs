//! A product: the columns of the first are the rows of the second.
use core_tensor::{Matrix, Tensor};

pub fn main() {
    let a = Tensor::<Matrix<4, 2>>::zeros();
    let b = Tensor::<Matrix<2, 2>>::zeros();
    let _ = a.matmul(&b);
}
