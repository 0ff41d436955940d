//! A filter that fits.
use autodiff::Tape;
use core_tensor::{Filter, Image, Tensor};

const K: usize = 3;

pub fn main() {
    Tape::<f32>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Image<28, 28, 1>>::zeros());
        let filter = tape.variable(&Tensor::<Filter<K, K, 1, 2>>::zeros());
        let _ = x.conv2d::<1, 0, _, _>(filter);
    });
}
