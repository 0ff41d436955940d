//! L-BFGS, for losses that are the same function in every step: the whole set, nothing random.

use std::collections::VecDeque;

use core_tensor::{Leaf, Params, Path, Scalar, Zeroed};

use crate::line::{Line, Trial};

/// Limited-memory BFGS: `θ ← θ + α·d` along `d = −H·g`, where `H` approximates the inverse of the Hessian by what the last steps `s` changed in
/// the gradient, `y` (the two-loop recursion, from `H₀ = sᵀy / yᵀy`). The step `α` is searched for until it meets the strong Wolfe conditions
/// `f(α) ≤ f(0) + c₁·α·f′(0)` and `|f′(α)| ≤ c₂·|f′(0)|` with `c₁ = 10⁻⁴`, `c₂ = 0.9`.
///
/// Works in `f64`, whatever the network holds, with `2·history + 5` numbers for each weight. Running statistics are left alone: a network that
/// has some is not the same function in every step.
///
/// Liu, Nocedal: On the limited memory BFGS method for large scale optimization (1989); Nocedal, Wright: Numerical optimization (2006),
/// algorithms 3.5, 3.6 and 7.4.
///
/// ```
/// use core_tensor::{Tensor, Vector, Zeroed, params};
/// use optim::Lbfgs;
///
/// struct Point { at: Tensor<Vector<2>, f64> }
/// params!(f64: [] Point<> { at: Weight Vector<2> });
///
/// // Rosenbrock's valley, whose lowest point is (1, 1)
/// let mut point = Point { at: Tensor::new([-1.5, 2.0]) };
/// let minimum = Lbfgs::default().minimise(&mut point, |point, gradient| {
///     let (x, y) = (point.at[[0]], point.at[[1]]);
///     let valley = y - x * x;
///     gradient.at = Tensor::new([-2.0 * (1.0 - x) - 400.0 * x * valley, 200.0 * valley]);
///     (1.0 - x).powi(2) + 100.0 * valley.powi(2)
/// });
/// assert!(minimum.value < 1e-12 && minimum.iterations < 50);
/// assert!((point.at[[0]] - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lbfgs {
    /// how many steps are remembered
    pub history: usize,
    /// the most steps
    pub iterations: usize,
    /// ends where no number of the gradient is larger
    pub gradient: f64,
    /// ends where neither the value nor a weight changes by more
    pub change: f64,
    /// the most evaluations of one search along a line
    pub search: usize,
}

impl Default for Lbfgs {
    /// Ten steps remembered, at most 100 taken, down to a gradient of 10⁻⁷ or a change of 10⁻¹².
    fn default() -> Self {
        Self {
            history: 10,
            iterations: 100,
            gradient: 1e-7,
            change: 1e-12,
            search: 25,
        }
    }
}

/// Where [`Lbfgs`] ended.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Minimum {
    /// the value there
    pub value: f64,
    /// the largest number of the gradient there
    pub gradient: f64,
    /// how many steps were taken
    pub iterations: usize,
    /// how often the value and its gradient were asked for
    pub evaluations: usize,
    /// why it ended
    pub reason: Reason,
}

/// Why a minimisation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// the gradient is as small as was asked for
    Flat,
    /// nothing changes any more
    Still,
    /// the steps are used up
    Iterations,
    /// the value or its gradient is not finite; the weights are the last good ones
    NotFinite,
}

impl Lbfgs {
    /// Takes steps from where `net` is. `value` gives the value at the weights and writes its gradient.
    pub fn minimise<T: Scalar, P: Params<T>>(
        &self,
        net: &mut P,
        mut value: impl FnMut(&mut P, &mut P::Grad) -> T,
    ) -> Minimum {
        let mut grad = P::Grad::boxed();
        let mut from = weights(net);
        let mut evaluations = 0;
        // f and its gradient at `from + t·d`
        let mut at = |net: &mut P, from: &[f64], t: f64, d: &[f64], g: &mut Vec<f64>| {
            set(net, from.iter().zip(d).map(|(x, d)| x + t * d));
            let value = value(net, &mut grad);
            gradient(net, &mut grad, g);
            evaluations += 1;
            value.to_f64().unwrap_or(f64::NAN)
        };
        let mut g = Vec::with_capacity(from.len());
        let mut d = vec![0.0; from.len()];
        let mut f = at(net, &from, 0.0, &d, &mut g);
        let (mut before, mut pairs) = (vec![0.0; from.len()], Pairs::new(self.history));
        let mut iterations = 0;
        let reason = loop {
            if !f.is_finite() || !largest(&g).is_finite() {
                break Reason::NotFinite;
            }
            if largest(&g) <= self.gradient {
                break Reason::Flat;
            }
            if iterations == self.iterations {
                break Reason::Iterations;
            }
            pairs.direction(&g, &mut d);
            let slope = dot(&g, &d);
            // no way down
            if slope > -self.change {
                break Reason::Still;
            }
            iterations += 1;
            let first = match iterations {
                1 => (1.0 / g.iter().map(|g| g.abs()).sum::<f64>()).min(1.0),
                _ => 1.0,
            };
            before.copy_from_slice(&g);
            let line = Line {
                start: Trial { t: 0.0, f, slope },
                length: largest(&d),
                change: self.change,
                most: self.search,
            };
            let mut last = f64::NAN;
            let found = line.search(first, |t| {
                last = t;
                let f = at(net, &from, t, &d, &mut g);
                Trial {
                    t,
                    f,
                    slope: dot(&g, &d),
                }
            });
            // the gradient is that of the last trial
            if found.t != last {
                at(net, &from, found.t, &d, &mut g);
            }
            if !found.f.is_finite() {
                set(net, from.iter().copied());
                break Reason::NotFinite;
            }
            let (gain, step) = (f - found.f, found.t * largest(&d));
            for (x, d) in from.iter_mut().zip(&d) {
                *x += found.t * d;
            }
            pairs.add(found.t, &d, &g, &before);
            f = found.f;
            if largest(&g) > self.gradient && (step <= self.change || gain.abs() < self.change) {
                break Reason::Still;
            }
        };
        Minimum {
            value: f,
            gradient: largest(&g),
            iterations,
            evaluations,
            reason,
        }
    }
}

/// Steps and what they changed in the gradient, the newest last.
struct Pairs {
    pairs: VecDeque<Pair>,
    most: usize,
    /// `sᵀy / yᵀy` of the newest
    scale: f64,
}

struct Pair {
    s: Vec<f64>,
    y: Vec<f64>,
    /// `1 / sᵀy`
    rho: f64,
    alpha: f64,
}

impl Pairs {
    fn new(most: usize) -> Self {
        Self {
            pairs: VecDeque::with_capacity(most),
            most,
            scale: 1.0,
        }
    }

    fn add(&mut self, t: f64, d: &[f64], g: &[f64], before: &[f64]) {
        let sy: f64 = d
            .iter()
            .zip(g.iter().zip(before))
            .map(|(d, (g, b))| t * d * (g - b))
            .sum();
        // only where the curvature is positive does H stay positive
        if sy <= 1e-10 || self.most == 0 {
            return;
        }
        // the oldest makes room
        let mut pair = match self.pairs.len() < self.most {
            true => None,
            false => self.pairs.pop_front(),
        }
        .unwrap_or_else(|| Pair {
            s: vec![0.0; g.len()],
            y: vec![0.0; g.len()],
            rho: 0.0,
            alpha: 0.0,
        });
        for ((s, y), (d, (g, b))) in pair
            .s
            .iter_mut()
            .zip(&mut pair.y)
            .zip(d.iter().zip(g.iter().zip(before)))
        {
            (*s, *y) = (t * d, g - b);
        }
        pair.rho = 1.0 / sy;
        self.scale = sy / dot(&pair.y, &pair.y);
        self.pairs.push_back(pair);
    }

    /// `d = −H·g`
    fn direction(&mut self, g: &[f64], d: &mut [f64]) {
        for (d, g) in d.iter_mut().zip(g) {
            *d = -g;
        }
        for pair in self.pairs.iter_mut().rev() {
            pair.alpha = pair.rho * dot(&pair.s, d);
            add(d, -pair.alpha, &pair.y);
        }
        d.iter_mut().for_each(|d| *d *= self.scale);
        for pair in &self.pairs {
            let beta = pair.rho * dot(&pair.y, d);
            add(d, pair.alpha - beta, &pair.s);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(d: &mut [f64], factor: f64, x: &[f64]) {
    for (d, x) in d.iter_mut().zip(x) {
        *d += factor * x;
    }
}

/// The largest size; NaN if there is one.
fn largest(x: &[f64]) -> f64 {
    let larger = |most: f64, x: &f64| {
        if x.abs() > most || x.is_nan() {
            x.abs()
        } else {
            most
        }
    };
    x.iter().fold(0.0, larger)
}

/// All weights that learn, in a row.
fn weights<T: Scalar, P: Params<T>>(net: &mut P) -> Vec<f64> {
    let mut all = Vec::with_capacity(P::COUNT);
    let mut take = |leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]| {
        if leaf.role.learns() {
            all.extend(weight.iter().map(|w| w.to_f64().unwrap_or(f64::NAN)));
        }
    };
    net.visit([], &Path::Root, &mut take);
    all
}

fn set<T: Scalar, P: Params<T>>(net: &mut P, mut numbers: impl Iterator<Item = f64>) {
    let mut give = |leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]| {
        if leaf.role.learns() {
            for (w, x) in weight.iter_mut().zip(&mut numbers) {
                *w = T::of(x);
            }
        }
    };
    net.visit([], &Path::Root, &mut give);
}

fn gradient<T: Scalar, P: Params<T>>(net: &mut P, grad: &mut P::Grad, all: &mut Vec<f64>) {
    all.clear();
    let mut take = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
        if leaf.role.learns() {
            all.extend(g.iter().map(|g| g.to_f64().unwrap_or(f64::NAN)));
        }
    };
    net.visit([grad], &Path::Root, &mut take);
}
