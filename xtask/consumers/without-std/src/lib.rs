//! A derivative and a gradient where there is no `std`. Were it linked by anything here, the compiler would find its panic handler beside ours.
#![no_std]

use autodiff::{Real, Tape, derivative};
use core_tensor::{Tensor, Vector};

/// The slope of `x·eˣ`.
pub fn slope(x: f64) -> f64 {
    derivative(|x| x * Real::lane_exp(x), x).1
}

/// The gradient of `|x|²`.
pub fn gradient(tape: &mut Tape<f32>, x: &Tensor<Vector<3>>) -> Tensor<Vector<3>> {
    tape.value_and_grad(|_, x| x.dot(x), x).1
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
