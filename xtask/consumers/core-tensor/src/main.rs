//! Fixed-shape arithmetic with `core-tensor` alone.

use core_tensor::{Matrix, Tensor};

fn main() {
    let turn = Tensor::<Matrix<2, 2>>::new([[0.0, 1.0], [-1.0, 0.0]]);
    let half = turn.matmul(&turn);
    assert_eq!(half, Tensor::new([[-1.0, 0.0], [0.0, -1.0]]));
    println!("a quarter turn twice:\n{half}");
}
