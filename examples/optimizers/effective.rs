//! How far a unit of gradient moves a weight: `η / (√s + ε)` of AdaGrad and RMSprop, from what they remember.

use core_tensor::{Tensor, Zeroed};
use optim::{AdaGrad, Memory, Optimizer, RmsProp};

use crate::race::Point;

/// The rate of both.
pub(crate) const RATE: f64 = 0.1;
/// How many steps are looked at.
pub(crate) const STEPS: usize = 400;

/// The effective steps of both numbers, after each step.
pub(crate) type Course = Vec<[f64; 2]>;

/// Of AdaGrad and RMSprop (ρ = 0.9), which see `gradient` of the step and the place.
pub(crate) fn courses(
    start: [f64; 2],
    gradient: impl Fn(usize, [f64; 2]) -> [f64; 2],
) -> [Course; 2] {
    let rms = RmsProp {
        decay: 0.9,
        ..RmsProp::new(RATE)
    };
    let (ada_epsilon, rms_epsilon) = (AdaGrad::new(RATE).epsilon, rms.epsilon);
    [
        course(&AdaGrad::new(RATE), ada_epsilon, start, &gradient),
        course(&rms, rms_epsilon, start, &gradient),
    ]
}

fn course<O>(
    optimizer: &O,
    epsilon: f64,
    start: [f64; 2],
    gradient: impl Fn(usize, [f64; 2]) -> [f64; 2],
) -> Course
where
    O: Optimizer<f64, State<Point> = Memory<Point>>,
{
    let (mut point, mut grad) = (Point::boxed(), Point::boxed());
    point.at = Tensor::new(start);
    let mut memory = optimizer.start::<Point>();
    let step = |t| {
        grad.at = Tensor::new(gradient(t, [point.at[[0]], point.at[[1]]]));
        optimizer.step(&mut *point, &mut *grad, &mut memory);
        [0, 1].map(|i| RATE / (memory.values[0].at[[i]].sqrt() + epsilon))
    };
    (0..STEPS).map(step).collect()
}

/// Gradients that stay, one a tenth of the other.
pub(crate) fn constant(_: usize, _: [f64; 2]) -> [f64; 2] {
    [1.0, 0.1]
}

/// A first number with gradients of 10 for 50 steps, then of 0.1; a second that is seen in every tenth step only.
pub(crate) fn changing(t: usize, _: [f64; 2]) -> [f64; 2] {
    let seen = if t.is_multiple_of(10) { 1.0 } else { 0.0 };
    [if t < 50 { 10.0 } else { 0.1 }, seen]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adagrad_tires_and_rmsprop_does_not() {
        let [ada, rms] = courses([0.0; 2], constant);
        for (t, (ada, rms)) in (1..).zip(ada.iter().zip(&rms)) {
            for (i, g) in constant(0, [0.0; 2]).into_iter().enumerate() {
                // η / (g·√t), and η / (g·√(1 − ρᵗ)), which ends at η/g
                let expected = RATE / (g * f64::from(t).sqrt());
                assert!((ada[i] / expected - 1.0).abs() < 1e-6);
                let expected = RATE / (g * (1.0 - 0.9_f64.powi(t)).sqrt());
                assert!((rms[i] / expected - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn rmsprop_forgets_large_gradients() {
        let [ada, rms] = courses([0.0; 2], changing);
        let last = STEPS - 1;
        // AdaGrad holds 50·100 for ever; RMSprop sees 0.1 alone
        let expected = RATE / (5000.0 + 350.0 * 0.01_f64).sqrt();
        assert!((ada[last][0] / expected - 1.0).abs() < 1e-6);
        assert!((rms[last][0] / (RATE / 0.1) - 1.0).abs() < 1e-3);
        // what is seen rarely keeps long steps: a tenth of the squares
        let expected = RATE / 40_f64.sqrt();
        assert!((ada[last][1] / expected - 1.0).abs() < 1e-6);
    }
}
