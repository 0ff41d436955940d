//! The walk back begins at one number.
use autodiff::Tape;
use core_tensor::{Tensor, Vector};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<3>>::zeros());
        let _ = x.sum().backward();
    });
}
