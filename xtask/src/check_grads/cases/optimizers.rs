//! Every optimizer, some steps of it against its formula written out for one weight.

use autodiff::check::Comparison;
use core_tensor::{Leaf, Params, Path, Scalar, Zeroed};
use nn::Linear;
use optim::{Adam, Momentum, Optimizer, Sgd};

use crate::case::{Case, Finding, Level, Pair};
use crate::point::Draw;

/// How many steps are taken.
const STEPS: usize = 8;

/// What is trained.
type Net<T> = Linear<5, 7, T>;

/// The weight after step `t`, counted from 1, with gradient `g`, from what is remembered of the steps before.
type Formula = fn(t: i32, g: f64, weight: f64, remembered: &mut [f64; 2]) -> f64;

// optimizer, as it is made => its formula
macro_rules! optimizers { ($($name:ident $make:expr => $formula:expr;)+) => { vec![$(
    Case::new(Level::Optimizer, stringify!($name), stringify!($make), |seed| check(&$make, &$make, $formula, seed))
),+] } }

/// The optimizers.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    optimizers! {
        Sgd Sgd { rate: 0.3 } => |_, g, w, _| w - 0.3 * g;
        Momentum Momentum { rate: 0.3, momentum: 0.9 } => |_, g, w, [v, _]| { *v = 0.9 * *v + g; w - 0.3 * *v };
        Adam Adam { rate: 0.3, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 } => |t, g, w, [m, v]| {
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.95 * *v + 0.05 * g * g;
            let (mean, square) = (*m / (1.0 - 0.8_f64.powi(t)), *v / (1.0 - 0.95_f64.powi(t)));
            w - 0.3 * mean / (square.sqrt() + 1e-3)
        };
    }
}

/// The weights after each step, from the numbers that they begin with and the gradients of the steps.
fn steps<T: Scalar>(
    optimizer: &impl Optimizer<T>,
    begin: &[f64],
    gradients: &[Vec<f64>],
) -> Vec<f64> {
    let (mut net, mut grad) = (Net::<T>::boxed(), Net::<T>::boxed());
    let mut state = optimizer.start();
    write(&mut net, &mut grad, |i| begin[i], |_| 0.0);
    let mut all = Vec::new();
    for gradient in gradients {
        let mut weights = read(&mut net, &mut grad).into_iter();
        write(
            &mut net,
            &mut grad,
            |_| weights.next().unwrap_or(f64::NAN),
            |i| gradient[i],
        );
        optimizer.step(&mut *net, &mut *grad, &mut state);
        all.extend(read(&mut net, &mut grad));
    }
    all
}

fn write<T: Scalar>(
    net: &mut Net<T>,
    grad: &mut Net<T>,
    mut weight: impl FnMut(usize) -> f64,
    mut gradient: impl FnMut(usize) -> f64,
) {
    let mut i = 0;
    let mut visit = |_: Leaf<'_>, weights: &mut [T], [gradients]: [&mut [T]; 1]| {
        for (w, g) in weights.iter_mut().zip(gradients) {
            (*w, *g) = (T::of(weight(i)), T::of(gradient(i)));
            i += 1;
        }
    };
    net.visit([grad], &Path::Root, &mut visit);
}

fn read<T: Scalar>(net: &mut Net<T>, grad: &mut Net<T>) -> Vec<f64> {
    let mut all = Vec::new();
    let mut visit = |_: Leaf<'_>, weights: &mut [T], _: [&mut [T]; 1]| {
        all.extend(weights.iter().map(|w| w.to_f64().unwrap_or(f64::NAN)));
    };
    net.visit([grad], &Path::Root, &mut visit);
    all
}

fn check(
    double: &impl Optimizer<f64>,
    single: &impl Optimizer<f32>,
    formula: Formula,
    seed: u64,
) -> Finding {
    let mut draw = Draw::new(seed);
    let begin = draw.numbers(<Net<f64> as Params<f64>>::COUNT, 1.0);
    let gradients: Vec<Vec<f64>> = (0..STEPS).map(|_| draw.numbers(begin.len(), 2.0)).collect();
    let mut remembered = vec![[0.0; 2]; begin.len()];
    let (mut weights, mut expected) = (begin.clone(), Vec::new());
    for (t, gradient) in (1..).zip(&gradients) {
        for ((w, &g), remembered) in weights.iter_mut().zip(gradient).zip(&mut remembered) {
            *w = formula(t, g, *w, remembered);
        }
        expected.extend(&weights);
    }
    let pairs = [
        (Pair::Formula, steps(double, &begin, &gradients)),
        (Pair::Single, steps(single, &begin, &gradients)),
    ];
    let pairs = pairs.map(|(pair, found)| {
        let comparison = Comparison::of(found, expected.iter().copied());
        let (step, weight) = (comparison.at / begin.len() + 1, comparison.at % begin.len());
        (pair, comparison, format!("step {step}, weight {weight}"))
    });
    Finding {
        shapes: format!("{STEPS} steps of {} weights", begin.len()),
        pairs: pairs.into(),
        seed,
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_step_is_caught() {
        let check = |formula| check(&Sgd { rate: 0.3 }, &Sgd { rate: 0.3 }, formula, 0);
        assert!(check(|_, g, w, _| w - 0.3 * g).passes());
        assert!(!check(|_, g, w, _| w - 0.3 * (1.0 + 1e-4) * g).passes());
        let late = |t, g, w, _: &mut [f64; 2]| if t == 8 { w } else { w - 0.3 * g };
        assert!(check(late).why()[0].contains("step 8"));
    }
}
