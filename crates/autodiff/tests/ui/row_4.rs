//! A bias for every row.
//! `Vector<4>` where `Vector<3>` is expected
use autodiff::Tape;
use core_tensor::{Matrix, Tensor, Vector};

fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>>::zeros());
        let bias = tape.variable(&Tensor::<Vector<4>>::zeros());
        let _ = x.add_row(bias);
    });
}
