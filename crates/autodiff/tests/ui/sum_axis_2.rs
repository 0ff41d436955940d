//! A sum over an axis that a matrix does not have.
//! `Matrix<2, 3>` has no axis 2
use autodiff::Tape;
use core_tensor::{Matrix, Tensor};

fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>>::zeros());
        let _ = x.sum_axis::<2>();
    });
}
