//! A difference in place.
//! `Vector<2>` less `Vector<3>`
use core_tensor::{Tensor, Vector};

fn main() {
    let mut a = Tensor::<Vector<2>>::zeros();
    let b = Tensor::<Vector<3>>::zeros();
    a -= &b;
}
