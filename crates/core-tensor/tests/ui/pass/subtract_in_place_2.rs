//! A difference in place.
use core_tensor::{Tensor, Vector};

pub fn main() {
    let mut a = Tensor::<Vector<2>>::zeros();
    let b = Tensor::<Vector<2>>::zeros();
    a -= &b;
}
