//! The same numbers under another shape.
//! `Vector<24>` as `Matrix<3, 7>`
use core_tensor::{Matrix, Tensor, Vector};

fn main() {
    let x = Tensor::<Vector<24>>::zeros();
    let _ = x.reshape::<Matrix<3, 7>>();
}
