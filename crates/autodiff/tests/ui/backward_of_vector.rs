//! The walk back begins at one number.
//! `backward()` of a `Vector<3>`
use autodiff::Tape;
use core_tensor::{Tensor, Vector};

fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<3>>::zeros());
        let _ = x.exp().backward();
    });
}
