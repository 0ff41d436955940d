//! A product of matrices on a tape.
use autodiff::Tape;
use core_tensor::{Matrix, Tensor};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let a = tape.variable(&Tensor::<Matrix<2, 3>>::zeros());
        let b = tape.variable(&Tensor::<Matrix<3, 2>>::zeros());
        let _ = a.matmul(b);
    });
}
