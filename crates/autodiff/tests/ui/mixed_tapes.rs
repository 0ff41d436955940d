//! Handles of two tapes in one product, where the second tape is the longer-lived one.
//! `'one` and `'two`
use autodiff::{Tape, Var};

fn product<'one, 'two: 'one>(x: Var<'one, f32>, y: Var<'two, f32>) -> f32 {
    (x * y).value()
}

fn main() {
    Tape::<f32>::new().record(|tape| product(tape.variable(&2.0_f32), tape.variable(&3.0_f32)));
}
