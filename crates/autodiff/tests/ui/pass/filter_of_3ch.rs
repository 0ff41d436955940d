//! A filter for as many channels as the image has.
use autodiff::Tape;
use core_tensor::{Filter, Image, Tensor};

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Image<28, 28, 3>>::zeros());
        let filter = tape.variable(&Tensor::<Filter<5, 5, 3, 2>>::zeros());
        let _ = x.conv2d::<1, 0, 5, 2>(filter);
    });
}
