//! Channels of two images, side by side.
use autodiff::Tape;
use core_tensor::{Image, Tensor};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let a = tape.variable(&Tensor::<Image<32, 32, 3>>::zeros());
        let b = tape.variable(&Tensor::<Image<32, 32, 2>>::zeros());
        let _ = a.concat(b);
    });
}
