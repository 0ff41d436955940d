//! One parabola, four rates.

use core_tensor::{Tensor, Vector, Zeroed, params};
use optim::{Optimizer, Sgd};

/// One number, as a network of one weight.
pub(crate) struct Number {
    pub(crate) at: Tensor<Vector<1>, f64>,
}
params!(f64: [] Number<> { at: Weight Vector<1> });

/// Where each descent begins.
pub(crate) const START: f64 = -1.0;
/// How many steps each takes.
pub(crate) const STEPS: usize = 20;
/// The parabola is `½·λ·x²`, 5x².
pub(crate) const CURVATURE: f64 = 10.0;
/// Rates, and what they are called. One over the curvature is there in one step, from two over it on it never is.
pub(crate) const RATES: [(f64, &str); 4] = [
    (0.005, "too small"),
    (0.08, "right"),
    (0.19, "so large that it oscillates"),
    (0.205, "too large"),
];

/// Where plain descent with a gradient of the step and the place goes, the start first.
pub(crate) fn descend(
    start: f64,
    steps: usize,
    rate: impl Fn(usize) -> f64,
    mut gradient: impl FnMut(usize, f64) -> f64,
) -> Vec<f64> {
    let (mut number, mut grad) = (Number::boxed(), Number::boxed());
    number.at = Tensor::new([start]);
    let mut sgd = Sgd { rate: 0.0 };
    let mut state = Optimizer::<f64>::start::<Number>(&sgd);
    let mut path = vec![start];
    for t in 0..steps {
        sgd.rate = rate(t);
        grad.at = Tensor::new([gradient(t, number.at[[0]])]);
        sgd.step(&mut *number, &mut *grad, &mut state);
        path.push(number.at[[0]]);
    }
    path
}

/// Down the parabola.
pub(crate) fn parabola(rate: f64) -> Vec<f64> {
    descend(START, STEPS, |_| rate, |_, x| CURVATURE * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_multiplies_by_the_same() {
        for (rate, name) in RATES {
            for (t, x) in parabola(rate).into_iter().enumerate() {
                let expected = START * (1.0 - rate * CURVATURE).powi(t as i32);
                assert!(
                    (x - expected).abs() < 1e-12 * expected.abs().max(1.0),
                    "{name} {t}"
                );
            }
        }
        let end = |i: usize| parabola(RATES[i].0)[STEPS].abs();
        assert!(end(0) > 0.3 && end(1) < 1e-10 && end(2) < 0.2 && end(3) > 2.0);
    }
}
