//! A bias for every row.
use autodiff::Tape;
use core_tensor::{Matrix, Tensor, Vector};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>>::zeros());
        let bias = tape.variable(&Tensor::<Vector<3>>::zeros());
        let _ = x.add_row(bias);
    });
}
