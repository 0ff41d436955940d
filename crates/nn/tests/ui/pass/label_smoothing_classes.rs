//! Labels are smoothed between classes; numbers are no classes.
use core_tensor::{Tensor, Vector};
use nn::{Class, LabelSmoothing, Loss};

type Numbers = Tensor<Vector<2>>;
type OneOfTwo = Class<2>;

fn loss(y: &Tensor<Vector<2>>, target: OneOfTwo) -> f32 {
    LabelSmoothing { alpha: 0.1 }.sample(y, &target, &mut Tensor::zeros())
}

pub fn main() {
    let _ = (loss, size_of::<Numbers>(), size_of::<OneOfTwo>());
}
