//! The same numbers under another shape.
use autodiff::Tape;
use core_tensor::{Matrix, Tensor, Vector};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<24>>::zeros());
        let _ = x.reshape::<Matrix<3, 8>>();
    });
}
