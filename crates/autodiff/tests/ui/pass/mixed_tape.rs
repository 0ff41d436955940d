//! Handles of one tape in one product.
use autodiff::{Tape, Var};

fn product<'one, 'two: 'one>(x: Var<'one, f32>, y: Var<'one, f32>) -> f32 {
    (x * y).value()
}

pub fn main() {
    Tape::<f32>::new().record(|tape| product(tape.variable(&2.0_f32), tape.variable(&3.0_f32)));
}
