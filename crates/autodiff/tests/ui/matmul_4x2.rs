//! A product of matrices on a tape: the columns of the first are the rows of the second.
//! `Matrix<2, 3>` by `Matrix<4, 2>`
use autodiff::Tape;
use core_tensor::{Matrix, Tensor};

fn main() {
    Tape::<f32>::new().record(|tape| {
        let a = tape.variable(&Tensor::<Matrix<2, 3>>::zeros());
        let b = tape.variable(&Tensor::<Matrix<4, 2>>::zeros());
        let _ = a.matmul(b);
    });
}
