//! A row added to every row of a matrix.
//! `Vector<4>` where `Vector<3>` is due
use core_tensor::{Matrix, Tensor, Vector};

fn main() {
    let x = Tensor::<Matrix<2, 3>>::zeros();
    let row = Tensor::<Vector<4>>::zeros();
    let _ = x.add_row(&row);
}
