//! A sum that takes the place of its first term.
use autodiff::Tape;
use core_tensor::{Tensor, Vector};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let mut a = tape.variable(&Tensor::<Vector<3>>::zeros());
        a += tape.variable(&Tensor::<Vector<3>>::zeros());
    });
}
