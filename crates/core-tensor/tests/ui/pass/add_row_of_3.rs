//! A row added to every row of a matrix.
use core_tensor::{Matrix, Tensor, Vector};

pub fn main() {
    let x = Tensor::<Matrix<2, 3>>::zeros();
    let row = Tensor::<Vector<3>>::zeros();
    let _ = x.add_row(&row);
}
