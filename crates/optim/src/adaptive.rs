//! Optimizers that divide by the size of past gradients, weight by weight.

use core_tensor::{Params, Scalar, Zeroed};

use crate::sgd::{each_weight, plain_state};
use crate::{Memory, Optimizer, Plan, descend};

/// Where ε stands beside a root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Epsilon {
    /// `√s + ε`, as in PyTorch
    Outside,
    /// `√(s + ε)`
    Inside,
}

impl Epsilon {
    /// ε inside and outside the root.
    fn split<T: Scalar>(self, epsilon: f64) -> [T; 2] {
        match self {
            Self::Inside => [epsilon, 0.0],
            Self::Outside => [0.0, epsilon],
        }
        .map(T::of)
    }
}

/// AdaGrad: `s ← s + g²; θ ← θ − η·g / (√s + ε)`. The memory is `s`. Usual numbers: η = 0.01, ε = 10⁻¹⁰.
///
/// Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization (2011).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdaGrad {
    /// η
    pub rate: f64,
    /// ε
    pub epsilon: f64,
    /// where ε stands
    pub place: Epsilon,
}

impl AdaGrad {
    /// PyTorch's form and numbers, at a rate.
    pub const fn new(rate: f64) -> Self {
        Self {
            rate,
            epsilon: 1e-10,
            place: Epsilon::Outside,
        }
    }
}

each_weight! { AdaGrad remembers 1: |own, memory| {
    memory.count();
    let [inside, outside] = own.place.split::<T>(own.epsilon);
} |rate, [g, s]| {
    let s = s + g * g;
    [rate * g / ((s + inside).sqrt() + outside), s]
} }

/// Adadelta: `s ← ρ·s + (1 − ρ)·g²; Δ = g·√(d + ε)/√(s + ε); d ← ρ·d + (1 − ρ)·Δ²; θ ← θ − η·Δ`. The memory is `s, d`. Usual numbers: η = 1,
/// ρ = 0.9, ε = 10⁻⁶.
///
/// Zeiler: ADADELTA: an adaptive learning rate method (2012).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Adadelta {
    /// η, 1 in the paper
    pub rate: f64,
    /// ρ, how long the means remember
    pub decay: f64,
    /// ε, inside both roots
    pub epsilon: f64,
}

impl Adadelta {
    /// PyTorch's numbers, at a rate.
    pub const fn new(rate: f64) -> Self {
        Self {
            rate,
            decay: 0.9,
            epsilon: 1e-6,
        }
    }
}

each_weight! { Adadelta remembers 2: |own, memory| {
    memory.count();
    let [keep, rest, epsilon] = [own.decay, 1.0 - own.decay, own.epsilon].map(T::of);
} |rate, [g, s, d]| {
    let s = keep * s + rest * g * g;
    let change = g * ((d + epsilon) / (s + epsilon)).sqrt();
    [rate * change, s, keep * d + rest * change * change]
} }

/// RMSprop: `s ← ρ·s + (1 − ρ)·g²; θ ← θ − η·g / (√s + ε)`. Usual numbers: η = 0.01, ρ = 0.99, ε = 10⁻⁸.
///
/// Centred, the mean `a ← ρ·a + (1 − ρ)·g` is taken from it: `s − a²` stands in place of `s`. With momentum, `v ← µ·v + g / (√s + ε); θ ← θ − η·v`.
/// The memory is `s`, then `a` if centred, then `v` if there is momentum.
///
/// Tieleman, Hinton: Lecture 6.5 of Neural networks for machine learning (2012); Graves: Generating sequences with recurrent neural
/// networks (2013) for the centred form.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RmsProp {
    /// η
    pub rate: f64,
    /// ρ, how long the means remember
    pub decay: f64,
    /// ε
    pub epsilon: f64,
    /// where ε stands
    pub place: Epsilon,
    /// whether the mean gradient is taken off
    pub centred: bool,
    /// µ, or 0 for none
    pub momentum: f64,
}

impl RmsProp {
    /// PyTorch's form and numbers, at a rate.
    pub const fn new(rate: f64) -> Self {
        Self {
            rate,
            decay: 0.99,
            epsilon: 1e-8,
            place: Epsilon::Outside,
            centred: false,
            momentum: 0.0,
        }
    }
}

impl<T: Scalar> Optimizer<T> for RmsProp {
    plain_state!(|own| 1 + usize::from(own.centred) + usize::from(own.momentum != 0.0));

    fn step_by<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        memory: &mut Memory<P::Grad>,
        plan: Plan<'_>,
    ) {
        memory.count();
        let [keep, rest, momentum] = [self.decay, 1.0 - self.decay, self.momentum].map(T::of);
        let [inside, outside] = self.place.split(self.epsilon);
        let numbers = Means {
            keep,
            rest,
            momentum,
            inside,
            outside,
        };
        match (self.centred, self.momentum != 0.0) {
            (false, false) => descend(
                net,
                grad,
                memory,
                plan,
                self.rate,
                #[inline(always)]
                move |rate, [g, s]| {
                    let s = numbers.square(g, s);
                    [rate * numbers.scaled(g, s), s]
                },
            ),
            (true, false) => descend(
                net,
                grad,
                memory,
                plan,
                self.rate,
                #[inline(always)]
                move |rate, [g, s, a]| {
                    let (s, a) = (numbers.square(g, s), numbers.mean(g, a));
                    [rate * numbers.scaled(g, variance(s, a)), s, a]
                },
            ),
            (false, true) => descend(
                net,
                grad,
                memory,
                plan,
                self.rate,
                #[inline(always)]
                move |rate, [g, s, v]| {
                    let s = numbers.square(g, s);
                    let v = numbers.momentum * v + numbers.scaled(g, s);
                    [rate * v, s, v]
                },
            ),
            (true, true) => descend(
                net,
                grad,
                memory,
                plan,
                self.rate,
                #[inline(always)]
                move |rate, [g, s, a, v]| {
                    let (s, a) = (numbers.square(g, s), numbers.mean(g, a));
                    let v = numbers.momentum * v + numbers.scaled(g, variance(s, a));
                    [rate * v, s, a, v]
                },
            ),
        }
    }
}

/// The numbers of a step of [`RmsProp`], and its formulas.
#[derive(Clone, Copy)]
struct Means<T> {
    keep: T,
    rest: T,
    momentum: T,
    inside: T,
    outside: T,
}

impl<T: Scalar> Means<T> {
    #[inline(always)]
    fn square(self, g: T, s: T) -> T {
        self.keep * s + self.rest * g * g
    }

    #[inline(always)]
    fn mean(self, g: T, a: T) -> T {
        self.keep * a + self.rest * g
    }

    #[inline(always)]
    fn scaled(self, g: T, s: T) -> T {
        g / ((s + self.inside).sqrt() + self.outside)
    }
}

/// The mean square less the square of the mean: not negative, whatever its rounding.
#[inline(always)]
fn variance<T: Scalar>(s: T, a: T) -> T {
    let variance = s - a * a;
    if variance < T::zero() {
        T::zero()
    } else {
        variance
    }
}
