//! What an optimizer is: numbers that may be changed, what it remembers of a network, and a step.

use core_tensor::{Leaf, Params, Scalar, Zeroed};

use crate::Clip;

/// Moves weights against their gradient.
///
/// An optimizer is plain numbers that may be changed between steps; what it remembers of a network is a `State` of values shaped like the
/// gradient. One that treats every weight alike is a call of [`descend`](crate::descend()).
pub trait Optimizer<T: Scalar> {
    /// What is remembered between steps, for a gradient of type `G`.
    type State<G: Zeroed>: Remembers<G>;

    /// What is remembered before the first step.
    fn start<G: Zeroed>(&self) -> Self::State<G>;

    /// The rate of the next step, η.
    fn rate(&self) -> f64;

    /// Sets the rate of the steps to come, as a schedule does.
    fn set_rate(&mut self, rate: f64);

    /// How large it lets gradients be, if there is a bound: for logs.
    fn clip(&self) -> Option<Clip> {
        None
    }

    /// What must be done before the gradient is taken: nothing, but for an optimizer that wants it at another point.
    fn before<P: Params<T>>(&self, net: &mut P, state: &mut Self::State<P::Grad>) {
        let _ = (net, state);
    }

    /// Takes back, to rounding, what [`before`](Self::before) did, where no step follows it.
    fn withdraw<P: Params<T>>(&self, net: &mut P, state: &mut Self::State<P::Grad>) {
        let _ = (net, state);
    }

    /// One step. Allocates nothing.
    fn step<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        state: &mut Self::State<P::Grad>,
    ) {
        self.step_by(net, grad, state, &|_| Treatment::PLAIN);
    }

    /// One step that treats each tensor as `plan` says. Allocates nothing.
    fn step_by<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        state: &mut Self::State<P::Grad>,
        plan: Plan<'_>,
    );
}

/// How each tensor is treated.
pub type Plan<'p> = &'p dyn Fn(Leaf<'_>) -> Treatment;

/// How a tensor is treated in a step: the gradient becomes `clip(scale·g, ±limit) + l2·θ`, the rate `rate·η`, and the weights shrink by
/// `1 − rate·η·decay`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Treatment {
    /// multiplies the rate
    pub rate: f64,
    /// λ of `λ/2·‖θ‖²` in the loss (coupled decay)
    pub l2: f64,
    /// λ of the decay that the gradient does not see (decoupled)
    pub decay: f64,
    /// multiplies the gradient
    pub scale: f64,
    /// the largest size of a number in the gradient
    pub limit: f64,
}

impl Treatment {
    /// The gradient and the rate as they are.
    pub const PLAIN: Self = Self {
        rate: 1.0,
        l2: 0.0,
        decay: 0.0,
        scale: 1.0,
        limit: f64::INFINITY,
    };

    /// Both: factors multiply, decays add up, and the smaller limit holds.
    pub fn and(self, other: Self) -> Self {
        Self {
            rate: self.rate * other.rate,
            l2: self.l2 + other.l2,
            decay: self.decay + other.decay,
            scale: self.scale * other.scale,
            limit: self.limit.min(other.limit),
        }
    }
}

/// What an optimizer remembers of a network: some values of the gradient's type, zero before the first step, and some numbers.
pub struct Memory<G> {
    /// moments, velocities, …: which they are stands in the doc of the optimizer
    pub values: Vec<Box<G>>,
    /// how many steps were taken
    pub steps: u32,
    /// a number that follows the steps, 1 before the first; what it is stands in the doc of the optimizers that use it
    pub factor: f64,
}

impl<G: Zeroed> Memory<G> {
    /// Room for so many values.
    pub fn new(values: usize) -> Self {
        Self {
            values: (0..values).map(|_| G::boxed()).collect(),
            steps: 0,
            factor: 1.0,
        }
    }

    /// Does something that knows nothing of the values.
    pub(crate) fn counting<R>(&mut self, work: impl FnOnce(&mut Memory<()>) -> R) -> R {
        let mut counts = Memory::none();
        (counts.steps, counts.factor) = (self.steps, self.factor);
        let result = work(&mut counts);
        (self.steps, self.factor) = (counts.steps, counts.factor);
        result
    }
}

impl<G> Memory<G> {
    /// No values, and no step yet.
    pub(crate) const fn none() -> Self {
        Self {
            values: Vec::new(),
            steps: 0,
            factor: 1.0,
        }
    }

    /// Counts a step, and returns its number.
    pub fn count(&mut self) -> i32 {
        self.steps = self.steps.saturating_add(1);
        i32::try_from(self.steps).unwrap_or(i32::MAX)
    }
}

/// What can be told in memories, so that a check point can hold it: a [`Memory`], several, or nothing. A state of another kind names its
/// memories.
pub trait Remembers<G> {
    /// All of it, in a fixed order.
    fn memories(&mut self) -> Vec<&mut Memory<G>>;
}

impl<G> Remembers<G> for Memory<G> {
    fn memories(&mut self) -> Vec<&mut Memory<G>> {
        vec![self]
    }
}

impl<G> Remembers<G> for () {
    fn memories(&mut self) -> Vec<&mut Memory<G>> {
        Vec::new()
    }
}

impl<G, A: Remembers<G>, B: Remembers<G>> Remembers<G> for (A, B) {
    fn memories(&mut self) -> Vec<&mut Memory<G>> {
        let mut memories = self.0.memories();
        memories.extend(self.1.memories());
        memories
    }
}
