//! A difference in place.
//! `Vector<3>` from `Vector<2>`
use core_tensor::{Tensor, Vector};

fn main() {
    let mut a = Tensor::<Vector<2>>::zeros();
    let b = Tensor::<Vector<3>>::zeros();
    a -= &b;
}
