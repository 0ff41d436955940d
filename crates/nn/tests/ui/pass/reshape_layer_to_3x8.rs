//! A row of 24 as a matrix of 24.
use core_tensor::{Matrix, Vector};
use nn::{Network, Reshape};

pub fn main() {
    Network::<Vector<24>, Reshape<Matrix<3, 8>>>::new(1);
}
