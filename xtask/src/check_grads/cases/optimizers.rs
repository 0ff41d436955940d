//! Every optimizer, some steps of it against its formula written out for one weight.

use autodiff::check::Comparison;
use core_tensor::{Leaf, Params, Path, Scalar, Zeroed};
use nn::Linear;
use optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, AmsGrad, Clipped, Lion, Momentum, NAdam, Nesterov, Of,
    Optimizer, RAdam, RmsProp, Rprop, Sgd, Tuned,
};

use crate::case::{Case, Finding, Level, Pair};
use crate::point::Draw;

/// How many steps are taken.
const STEPS: usize = 8;

/// What is trained.
type Net<T> = Linear<5, 7, T>;

/// The weight after step `t`, counted from 1, with gradient `g`, from what is remembered of the steps before.
type Formula = fn(t: i32, g: f64, weight: f64, remembered: &mut [f64; 3]) -> f64;

// optimizer, as it is made => its formula
macro_rules! optimizers { ($($name:ident $make:expr => $formula:expr;)+) => { vec![$(
    Case::listed(Level::Optimizer, stringify!($name), stringify!($make), |seed| check(&$make, &$make, $formula, seed))
),+] } }

/// The optimizers.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    optimizers! {
        Sgd Sgd { rate: 0.3 } => |_, g, w, _| w - 0.3 * g;
        Momentum Momentum::new(0.3, 0.9) => |_, g, w, [v, ..]| { *v = 0.9 * *v + g; w - 0.3 * *v };
        Nesterov Nesterov::new(0.3, 0.9) => |_, g, w, [v, ..]| { *v = 0.9 * *v + g; w - 0.3 * (g + 0.9 * *v) };
        AdaGrad AdaGrad { epsilon: 1e-3, ..AdaGrad::new(0.3) } => |_, g, w, [s, ..]| { *s += g * g; w - 0.3 * g / (s.sqrt() + 1e-3) };
        Adadelta Adadelta::new(0.3) => |_, g, w, [s, d, _]| {
            *s = 0.9 * *s + 0.1 * g * g;
            let change = g * (*d + 1e-6).sqrt() / (*s + 1e-6).sqrt();
            *d = 0.9 * *d + 0.1 * change * change;
            w - 0.3 * change
        };
        RmsProp RmsProp { decay: 0.8, epsilon: 1e-3, momentum: 0.9, ..RmsProp::new(0.3) } => |_, g, w, [s, v, _]| {
            *s = 0.8 * *s + 0.2 * g * g;
            *v = 0.9 * *v + g / (s.sqrt() + 1e-3);
            w - 0.3 * *v
        };
        Rprop Rprop::new(0.25) => |t, g, w, [old, step, _]| {
            if t == 1 { *step = 0.25 }
            let turned = g * *old < 0.0;
            *step *= if turned { 0.5 } else if *old == 0.0 { 1.0 } else { 1.2 };
            *old = if turned { 0.0 } else { g };
            w - if turned { 0.0 } else { g.signum() * *step }
        };
        Lion Lion::new(0.25) => |_, g, w, [m, ..]| {
            let step = (0.9 * *m + 0.1 * g).signum();
            *m = 0.99 * *m + 0.01 * g;
            w - 0.25 * step
        };
        Adam Adam { rate: 0.3, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, corrected: true } => |t, g, w, [m, v, _]| {
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.95 * *v + 0.05 * g * g;
            let (mean, square) = (*m / (1.0 - 0.8_f64.powi(t)), *v / (1.0 - 0.95_f64.powi(t)));
            w - 0.3 * mean / (square.sqrt() + 1e-3)
        };
        // decay goes by role, of which a formula of one weight knows nothing: the fixtures of optim have it
        AdamW AdamW { rate: 0.3, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weight_decay: 0.0 } => |t, g, w, [m, v, _]| {
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.95 * *v + 0.05 * g * g;
            let (mean, square) = (*m / (1.0 - 0.8_f64.powi(t)), *v / (1.0 - 0.95_f64.powi(t)));
            w - 0.3 * mean / (square.sqrt() + 1e-3)
        };
        AmsGrad AmsGrad { rate: 0.3, beta1: 0.8, beta2: 0.5, epsilon: 1e-3, corrected: false } => |_, g, w, [m, v, most]| {
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.5 * *v + 0.5 * g * g;
            *most = most.max(*v);
            w - 0.3 * *m / (most.sqrt() + 1e-3)
        };
        Adamax Adamax { rate: 0.3, beta1: 0.8, beta2: 0.5, epsilon: 1e-3 } => |t, g, w, [m, u, _]| {
            *m = 0.8 * *m + 0.2 * g;
            *u = (0.5 * *u).max(g.abs() + 1e-3);
            w - 0.3 / (1.0 - 0.8_f64.powi(t)) * *m / *u
        };
        NAdam NAdam { rate: 0.3, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, momentum_decay: 0.5 } => |t, g, w, [m, v, rest]| {
            let momentum = |t: i32| 0.8 * (1.0 - 0.5 * 0.96_f64.powf(0.5 * f64::from(t)));
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.95 * *v + 0.05 * g * g;
            // one less the product of all momenta
            *rest = 1.0 - (1.0 - *rest) * momentum(t);
            let after = 1.0 - (1.0 - *rest) * momentum(t + 1);
            let mean = momentum(t + 1) * *m / after + (1.0 - momentum(t)) * g / *rest;
            w - 0.3 * mean / ((*v / (1.0 - 0.95_f64.powi(t))).sqrt() + 1e-3)
        };
        RAdam RAdam { rate: 0.3, beta1: 0.8, beta2: 0.9, epsilon: 1e-3 } => |t, g, w, [m, v, _]| {
            *m = 0.8 * *m + 0.2 * g;
            *v = 0.9 * *v + 0.1 * g * g;
            let (mean, power) = (*m / (1.0 - 0.8_f64.powi(t)), 0.9_f64.powi(t));
            let (most, length) = (19.0, 19.0 - 2.0 * f64::from(t) * power / (1.0 - power));
            if length <= 5.0 { return w - 0.3 * mean }
            let rectified = ((length - 4.0) * (length - 2.0) * most / ((most - 4.0) * (most - 2.0) * length)).sqrt();
            w - 0.3 * rectified * mean * (1.0 - power).sqrt() / (v.sqrt() + 1e-3)
        };
        Clipped Clipped::value(Sgd { rate: 0.3 }, 0.5) => |_, g, w, _| w - 0.3 * g.clamp(-0.5, 0.5);
        Tuned Tuned::new(Sgd { rate: 0.3 }).l2_of(Of::All, 0.1).decay_of(Of::All, 0.2).rate_of(Of::All, 0.5) => |_, g, w, _| {
            w * (1.0 - 0.15 * 0.2) - 0.15 * (g + 0.1 * w)
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
    let mut remembered = vec![[0.0; 3]; begin.len()];
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
        let late = |t, g, w, _: &mut [f64; 3]| if t == 8 { w } else { w - 0.3 * g };
        assert!(check(late).why()[0].contains("step 8"));
    }
}
