//! Stochastic gradient descent, plain and with momentum.

use core_tensor::{Params, Path, Scalar, Zeroed};

use crate::{Memory, Optimizer, Plan, descend};

/// The rate as a field, and a memory of so many values.
macro_rules! plain_state {
    ($values:expr) => {
        type State<G: Zeroed> = Memory<G>;

        fn start<G: Zeroed>(&self) -> Memory<G> {
            let values: fn(&Self) -> usize = $values;
            Memory::new(values(self))
        }

        fn rate(&self) -> f64 {
            self.rate
        }

        fn set_rate(&mut self, rate: f64) {
            self.rate = rate;
        }
    };
}
pub(crate) use plain_state;

/// An optimizer by the formula of one weight, after what is worked out once for all of them.
macro_rules! each_weight { ($name:ident remembers $values:literal: |$own:ident, $memory:ident| { $($once:tt)* } |$rate:ident, $numbers:pat_param| $change:expr) => {
    impl<T: Scalar> Optimizer<T> for $name {
        plain_state!(|_| $values);

        fn step_by<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, memory: &mut Memory<P::Grad>, plan: Plan<'_>) {
            let change = memory.counting(|counts| self.formula::<T>(counts));
            descend(net, grad, memory, plan, self.rate, change);
        }
    }

    impl $name {
        /// What changes one weight in a step that is counted here: of a type that knows no network, so that one loop serves all.
        fn formula<T: Scalar>(&self, counts: &mut Memory<()>) -> impl Fn(T, [T; $values + 1]) -> [T; $values + 1] + Copy + use<T> {
            let ($own, $memory) = (self, counts);
            $($once)*
            #[inline(always)] move |$rate: T, $numbers: [T; $values + 1]| $change
        }
    }

    $crate::sgd::compiled_here!($values + 1, |own: &$name| own.formula::<f32>(&mut Memory::none()));
} }
pub(crate) use each_weight;

/// The loop over a tensor of `f32` by this formula, compiled with this crate: since it is `inline(never)`, Rust finds it here and does not
/// compile it again for every program and network.
macro_rules! compiled_here {
    ($numbers:expr, |$own:ident: &$name:ident| $formula:expr) => {
        const _: () = {
            #[used]
            static LOOP: fn(&$name, &mut [f32], [&mut [f32]; $numbers], $crate::Treatment) =
                |$own, weight, beside, treatment| {
                    $crate::descend::tensor(weight, beside, $own.rate, treatment, $formula)
                };
        };
    };
}
pub(crate) use compiled_here;

/// Gradient descent: `θ ← θ − η·g`. On the whole set, on one sample or on a mini-batch: which it is, is what the gradient was taken of.
///
/// Robbins, Monro: A stochastic approximation method (1951).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sgd {
    /// η
    pub rate: f64,
}

each_weight! { Sgd remembers 0: |_own, _memory| {} |rate, [g]| [rate * g] }

/// What of a gradient goes into the velocity.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Share {
    /// All: `v ← µ·v + g`, the classic form.
    Whole,
    /// What the velocity loses: `v ← µ·v + (1 − µ)·g`, an average from zero. The classic form at the rate `(1 − µ)·η`.
    Average,
    /// `v ← µ·v + (1 − τ)·g` with the dampening τ, but `v = g` in the first step, as in PyTorch.
    Dampened(f64),
}

/// Gradient descent with momentum: `v ← µ·v + g; θ ← θ − η·v` from `v = 0`, or another [`Share`] of `g`. The memory is `v`.
///
/// Polyak: Some methods of speeding up the convergence of iteration methods (1964).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Momentum {
    /// η
    pub rate: f64,
    /// µ, usually 0.9
    pub momentum: f64,
    /// how much of the gradient is taken up
    pub share: Share,
}

impl Momentum {
    /// The classic form.
    pub const fn new(rate: f64, momentum: f64) -> Self {
        Self {
            rate,
            momentum,
            share: Share::Whole,
        }
    }

    /// `v ← µ·v + (1 − µ)·g`
    pub const fn average(rate: f64, momentum: f64) -> Self {
        Self {
            share: Share::Average,
            ..Self::new(rate, momentum)
        }
    }

    /// PyTorch's `SGD` with a `dampening`.
    pub const fn dampened(rate: f64, momentum: f64, dampening: f64) -> Self {
        Self {
            share: Share::Dampened(dampening),
            ..Self::new(rate, momentum)
        }
    }
}

each_weight! { Momentum remembers 1: |own, memory| {
    let first = memory.count() == 1;
    let share = T::of(match own.share {
        Share::Dampened(dampening) if !first => 1.0 - dampening,
        Share::Average => 1.0 - own.momentum,
        Share::Whole | Share::Dampened(_) => 1.0,
    });
    let momentum = T::of(own.momentum);
} |rate, [g, v]| {
    let v = momentum * v + share * g;
    [rate * v, v]
} }

/// Where the weights of [`Nesterov`] lie between steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LookAhead {
    /// At `θ`; before a gradient is taken, [`Optimizer::before`] moves them to the point ahead, `θ + v`. Then `v ← µ·v − η·g; θ ← θ + v`
    /// (Sutskever's form, which Nesterov's becomes in the first place).
    Taken,
    /// At the point ahead, `x = θ + µ·v`, where gradients are taken as usual: `x ← x − µ·v_old + (1 + µ)·v_new` (Bengio's change of
    /// variables).
    Held,
    /// At the point ahead, with a velocity that knows no rate: `v ← µ·v + g; x ← x − η·(g + µ·v)`, as in PyTorch. The same as `Held` as long
    /// as the rate does not change.
    Unrated,
}

/// Nesterov's momentum: the gradient is taken where the velocity is about to lead. The memory is `v`.
///
/// Nesterov: A method of solving a convex programming problem with convergence rate O(1/k²) (1983); Sutskever et al.: On the importance of
/// initialization and momentum in deep learning (2013); Bengio et al.: Advances in optimizing recurrent networks (2012).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nesterov {
    /// η
    pub rate: f64,
    /// µ, usually 0.9
    pub momentum: f64,
    /// where the weights lie between steps
    pub look_ahead: LookAhead,
}

impl Nesterov {
    /// PyTorch's form.
    pub const fn new(rate: f64, momentum: f64) -> Self {
        Self {
            rate,
            momentum,
            look_ahead: LookAhead::Unrated,
        }
    }
}

impl Nesterov {
    /// `θ ← θ + by·v`, where the weights lie at `θ` between steps.
    fn look_ahead<T: Scalar, P: Params<T>>(
        &self,
        by: f64,
        net: &mut P,
        memory: &mut Memory<P::Grad>,
    ) {
        let (LookAhead::Taken, [velocity]) = (self.look_ahead, &mut memory.values[..]) else {
            return;
        };
        let by = T::of(by);
        let mut ahead = |leaf: core_tensor::Leaf<'_>, weight: &mut [T], [v]: [&mut [T]; 1]| {
            if leaf.role.learns() {
                for (w, &mut v) in weight.iter_mut().zip(v) {
                    *w += by * v;
                }
            }
        };
        net.visit([&mut **velocity], &Path::Root, &mut ahead);
    }
}

impl<T: Scalar> Optimizer<T> for Nesterov {
    plain_state!(|_| 1);

    fn before<P: Params<T>>(&self, net: &mut P, memory: &mut Memory<P::Grad>) {
        self.look_ahead(self.momentum, net, memory);
    }

    fn withdraw<P: Params<T>>(&self, net: &mut P, memory: &mut Memory<P::Grad>) {
        self.look_ahead(-self.momentum, net, memory);
    }

    fn step_by<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        memory: &mut Memory<P::Grad>,
        plan: Plan<'_>,
    ) {
        memory.count();
        let momentum = T::of(self.momentum);
        let rate = self.rate;
        match self.look_ahead {
            LookAhead::Taken => descend(net, grad, memory, plan, rate, taken(momentum)),
            LookAhead::Held => descend(net, grad, memory, plan, rate, held(momentum)),
            LookAhead::Unrated => descend(net, grad, memory, plan, rate, unrated(momentum)),
        }
    }
}

/// Back from the point ahead, then on by the new velocity.
fn taken<T: Scalar>(momentum: T) -> impl Fn(T, [T; 2]) -> [T; 2] + Copy {
    #[inline(always)]
    move |rate, [g, v]| {
        let ahead = momentum * v;
        let v = ahead - rate * g;
        [ahead - v, v]
    }
}

fn held<T: Scalar>(momentum: T) -> impl Fn(T, [T; 2]) -> [T; 2] + Copy {
    let one = T::one();
    #[inline(always)]
    move |rate, [g, v]| {
        let old = momentum * v;
        let v = old - rate * g;
        [old - (one + momentum) * v, v]
    }
}

fn unrated<T: Scalar>(momentum: T) -> impl Fn(T, [T; 2]) -> [T; 2] + Copy {
    #[inline(always)]
    move |rate, [g, v]| {
        let v = momentum * v + g;
        [rate * (g + momentum * v), v]
    }
}

compiled_here!(2, |own: &Nesterov| taken(own.momentum as f32));
compiled_here!(2, |own: &Nesterov| held(own.momentum as f32));
compiled_here!(2, |own: &Nesterov| unrated(own.momentum as f32));
