//! A sum over an axis.
use autodiff::Tape;
use core_tensor::{Matrix, Tensor};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>>::zeros());
        let _ = x.sum_axis::<1>();
    });
}
