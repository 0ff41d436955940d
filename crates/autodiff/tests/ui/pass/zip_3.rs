//! A formula of every pair of numbers.
use autodiff::Tape;
use core_tensor::{Tensor, Vector};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let a = tape.variable(&Tensor::<Vector<3>>::zeros());
        let b = tape.variable(&Tensor::<Vector<3>>::zeros());
        let _ = a.zip(b, |a, b| a * b);
    });
}
