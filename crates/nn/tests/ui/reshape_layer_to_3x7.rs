//! A row of 24 as a matrix of 21.
//! `core_tensor::Vector<24>` `Matrix<3, 7>`
use core_tensor::{Matrix, Vector};
use nn::{Network, Reshape};

fn main() {
    Network::<Vector<24>, Reshape<Matrix<3, 7>>>::new(1);
}
