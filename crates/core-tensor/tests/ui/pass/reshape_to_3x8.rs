//! The same numbers under another shape.
use core_tensor::{Matrix, Tensor, Vector};

pub fn main() {
    let x = Tensor::<Vector<24>>::zeros();
    let _ = x.reshape::<Matrix<3, 8>>();
}
