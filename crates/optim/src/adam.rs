//! Adam and what grew out of it.

use core_tensor::{Params, Role, Scalar, Zeroed};

use crate::sgd::{each_weight, plain_state};
use crate::{Memory, Optimizer, Plan, Treatment, descend};

/// The rate, β₁, β₂ and ε of a kind of Adam.
macro_rules! adam { ($(#[$doc:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $T:ty = $value:expr),* } $beta2:expr) => {
    $(#[$doc])*
    #[derive(Clone, Copy, PartialEq, Debug)]
    pub struct $name {
        /// η
        pub rate: f64,
        /// β₁, how long the mean of gradients remembers
        pub beta1: f64,
        /// β₂, how long that of their sizes remembers
        pub beta2: f64,
        /// ε, which keeps the divisor from zero
        pub epsilon: f64,
        $($(#[$more])* pub $field: $T),*
    }

    impl $name {
        /// The usual numbers, at a rate.
        pub const fn new(rate: f64) -> Self {
            Self { rate, beta1: 0.9, beta2: $beta2, epsilon: 1e-8, $($field: $value),* }
        }
    }
} }

adam! {
    /// Adam: `m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; θ ← θ − η · m̂ / (√v̂ + ε)` with the corrected means
    /// `m̂ = m / (1 − β₁ᵗ)` and `v̂ = v / (1 − β₂ᵗ)`. The memory is `m, v`. Usual numbers: η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    ///
    /// Kingma, Ba: Adam: a method for stochastic optimization (2014).
    Adam {
        /// whether the means are corrected for having begun at zero; otherwise `m̂ = m` and `v̂ = v`
        corrected: bool = true
    } 0.999
}

/// One number each for the whole step, so that no weight needs two divisions: `1 / (1 − β₁ᵗ)` and `1 / √(1 − β₂ᵗ)`, or 1 and 1.
fn corrections(betas: [f64; 2], step: i32, corrected: bool) -> [f64; 2] {
    if !corrected {
        return [1.0; 2];
    }
    let [first, second] = betas.map(|beta| 1.0 / (1.0 - beta.powi(step)));
    [first, second.sqrt()]
}

/// β₁, 1 − β₁, β₂, 1 − β₂
fn means<T: Scalar>(beta1: f64, beta2: f64) -> [T; 4] {
    [beta1, 1.0 - beta1, beta2, 1.0 - beta2].map(T::of)
}

each_weight! { Adam remembers 2: |own, memory| {
    let step = memory.count();
    let [beta1, rest1, beta2, rest2] = means::<T>(own.beta1, own.beta2);
    let [first, second] = corrections([own.beta1, own.beta2], step, own.corrected).map(T::of);
    let epsilon = T::of(own.epsilon);
} |rate, [g, m, v]| {
    let m = beta1 * m + rest1 * g;
    let v = beta2 * v + rest2 * g * g;
    [rate * first * m / (v.sqrt() * second + epsilon), m, v]
} }

adam! {
    /// [`Adam`] with decoupled weight decay: weights shrink by `1 − η·λ` in each step, whatever their gradient. Only what has the role of a
    /// weight does: neither a bias nor the parameters of a normalisation (PyTorch shrinks them too unless it is told otherwise).
    ///
    /// Loshchilov, Hutter: Decoupled weight decay regularization (2017).
    AdamW {
        /// λ, usually 0.01
        weight_decay: f64 = 0.01
    } 0.999
}

impl<T: Scalar> Optimizer<T> for AdamW {
    plain_state!(|_| 2);

    fn step_by<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        memory: &mut Memory<P::Grad>,
        plan: Plan<'_>,
    ) {
        let adam = Adam {
            rate: self.rate,
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            corrected: true,
        };
        let decayed = |leaf: core_tensor::Leaf<'_>| {
            let own = leaf.role == Role::Weight;
            plan(leaf).and(Treatment {
                decay: if own { self.weight_decay } else { 0.0 },
                ..Treatment::PLAIN
            })
        };
        adam.step_by(net, grad, memory, &decayed);
    }
}

adam! {
    /// [`Adam`] whose divisor never falls: `v̂` is the largest that there was. The memory is `m, v, max v`.
    ///
    /// Reddi, Kale, Kumar: On the convergence of Adam and beyond (2018), which leaves out the correction.
    AmsGrad {
        /// whether the means are corrected for having begun at zero, as in PyTorch
        corrected: bool = true
    } 0.999
}

each_weight! { AmsGrad remembers 3: |own, memory| {
    let step = memory.count();
    let [beta1, rest1, beta2, rest2] = means::<T>(own.beta1, own.beta2);
    let [first, second] = corrections([own.beta1, own.beta2], step, own.corrected).map(T::of);
    let epsilon = T::of(own.epsilon);
} |rate, [g, m, v, largest]| {
    let m = beta1 * m + rest1 * g;
    let v = beta2 * v + rest2 * g * g;
    let largest = if v > largest { v } else { largest };
    let change = rate * first * m / (largest.sqrt() * second + epsilon);
    [change, m, v, largest]
} }

adam! {
    /// [`Adam`] with the largest size in place of the mean square: `u ← max(β₂·u, |g| + ε); θ ← θ − η · m̂ / u`. The memory is `m, u`.
    /// Usual rate: 0.002.
    ///
    /// Kingma, Ba: Adam: a method for stochastic optimization (2014), whose algorithm 2 has no ε.
    Adamax {} 0.999
}

each_weight! { Adamax remembers 2: |own, memory| {
    let step = memory.count();
    let [beta1, rest1, beta2, _] = means::<T>(own.beta1, own.beta2);
    let first = T::of(corrections([own.beta1, own.beta2], step, true)[0]);
    let epsilon = T::of(own.epsilon);
} |rate, [g, m, u]| {
    let m = beta1 * m + rest1 * g;
    let (kept, new) = (beta2 * u, g.abs() + epsilon);
    let u = if new > kept { new } else { kept };
    [rate * first * m / u, m, u]
} }

adam! {
    /// [`Adam`] with Nesterov's momentum: `m̂ = µₜ₊₁·m / (1 − Πᵗ⁺¹µ) + (1 − µₜ)·g / (1 − Πᵗµ)` with `µₜ = β₁·(1 − ½·0.96^(ψ·t))`. The memory is
    /// `m, v`, and `factor` is the product of all µ so far. Usual rate: 0.002.
    ///
    /// Dozat: Incorporating Nesterov momentum into Adam (2016).
    NAdam {
        /// ψ, how fast the momentum grows to β₁
        momentum_decay: f64 = 0.004
    } 0.999
}

each_weight! { NAdam remembers 2: |own, memory| {
    let step = memory.count();
    let [beta1, rest1, beta2, rest2] = means::<T>(own.beta1, own.beta2);
    let momentum =
        |step: f64| own.beta1 * (1.0 - 0.5 * 0.96_f64.powf(step * own.momentum_decay));
    let [now, next] = [f64::from(step), f64::from(step) + 1.0].map(momentum);
    memory.factor *= now;
    let by_gradient = T::of((1.0 - now) / (1.0 - memory.factor));
    let by_mean = T::of(next / (1.0 - memory.factor * next));
    let second = T::of(corrections([own.beta1, own.beta2], step, true)[1]);
    let epsilon = T::of(own.epsilon);
} |rate, [g, m, v]| {
    let m = beta1 * m + rest1 * g;
    let v = beta2 * v + rest2 * g * g;
    let mean = by_gradient * g + by_mean * m;
    [rate * mean / (v.sqrt() * second + epsilon), m, v]
} }

adam! {
    /// [`Adam`] that divides only once the mean square can be trusted: with `ρ∞ = 2/(1 − β₂) − 1` and `ρ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ)` it moves by
    /// `η·m̂` while `ρ ≤ 5`, later by `η·r·m̂/(√v̂ + ε)` with `r² = (ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ)`. The memory is `m, v`. As in PyTorch, ε is
    /// added to `√v` before that is corrected.
    ///
    /// Liu et al.: On the variance of the adaptive learning rate and beyond (2019).
    RAdam {} 0.999
}

each_weight! { RAdam remembers 2: |own, memory| {
    let step = memory.count();
    let [beta1, rest1, beta2, rest2] = means::<T>(own.beta1, own.beta2);
    let corrections = corrections([own.beta1, own.beta2], step, true);
    let most = 2.0 / (1.0 - own.beta2) - 1.0;
    let power = own.beta2.powi(step);
    let length = most - 2.0 * f64::from(step) * power / (1.0 - power);
    let trusted = length > 5.0;
    let rectified = ((length - 4.0) * (length - 2.0) * most
        / ((most - 4.0) * (most - 2.0) * length))
        .sqrt();
    let first = T::of(corrections[0]);
    // a root that is not corrected divides by less
    let divided = T::of(if trusted {
        rectified / corrections[1]
    } else {
        1.0
    });
    let epsilon = T::of(own.epsilon);
} |rate, [g, m, v]| {
    let m = beta1 * m + rest1 * g;
    let v = beta2 * v + rest2 * g * g;
    let divisor = if trusted {
        v.sqrt() + epsilon
    } else {
        T::one()
    };
    [rate * first * divided * m / divisor, m, v]
} }
