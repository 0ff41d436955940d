//! What an optimizer is: one fused loop over every tensor, its gradient and what is remembered beside it.

use core_tensor::{Leaf, Params, Path, Scalar, Visit, Zeroed};

use crate::Clip;

/// Moves weights against their gradient.
///
/// An optimizer is plain numbers that may be changed between steps; what it remembers of a network is a `State` of values shaped like the
/// gradient. One that treats every weight alike is a call of [`descend`].
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

/// One step of an optimizer that treats every weight alike: `[Δ, m₁, m₂, …] ← change(η, [g, m₁, m₂, …]); θ ← θ − Δ`, where `m` are
/// the numbers that `memory` holds beside the weight. One pass over all tensors; a running statistic follows the batch's instead.
///
/// `move` into the closure what it needs, or the loop reads that again for every weight.
///
/// ```
/// use core_tensor::{Params, Scalar, Zeroed};
/// use optim::{Memory, Optimizer, Plan, descend};
///
/// /// Moves by the sign of the mean gradient.
/// struct Signum { rate: f64 }
/// impl<T: Scalar> Optimizer<T> for Signum {
///     type State<G: Zeroed> = Memory<G>;
///     fn start<G: Zeroed>(&self) -> Memory<G> { Memory::new(1) }
///     fn rate(&self) -> f64 { self.rate }
///     fn set_rate(&mut self, rate: f64) { self.rate = rate; }
///     fn step_by<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, memory: &mut Memory<P::Grad>, plan: Plan<'_>) {
///         let keep = T::of(0.9);
///         descend(net, grad, memory, plan, self.rate, #[inline(always)] move |rate, [g, m]| {
///             let m = keep * m + g;
///             [rate * m.signum(), m]
///         });
///     }
/// }
/// ```
///
/// # Panics
/// If `memory` does not hold as many values as `change` takes.
#[track_caller]
pub fn descend<T: Scalar, P: Params<T>, const K: usize>(
    net: &mut P,
    grad: &mut P::Grad,
    memory: &mut Memory<P::Grad>,
    plan: Plan<'_>,
    rate: f64,
    change: impl Fn(T, [T; K]) -> [T; K] + Copy,
) {
    let held = memory.values.len();
    assert!(
        held + 1 == K,
        "the optimizer needs {} values and its state holds {held}; start it anew when its options change",
        K - 1
    );
    let mut values =
        std::iter::once(grad).chain(memory.values.iter_mut().map(|value| &mut **value));
    let beside = [(); K].map(|()| values.next().expect("as many as were counted"));
    net.visit(beside, &Path::Root, &mut Descent { plan, rate, change });
}

/// How much of a batch's statistic goes into the running one (PyTorch's `momentum`).
const STATISTIC: f64 = 0.1;

struct Descent<'p, F> {
    plan: Plan<'p>,
    rate: f64,
    change: F,
}

impl<T: Scalar, const K: usize, F: Fn(T, [T; K]) -> [T; K] + Copy> Visit<T, K> for Descent<'_, F> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], beside: [&mut [T]; K]) {
        if leaf.role.learns() {
            let treatment = (self.plan)(leaf);
            return tensor(weight, beside, self.rate, treatment, self.change);
        }
        let share = T::of(STATISTIC);
        for (running, &mut new) in weight.iter_mut().zip(&mut *beside[0]) {
            *running += share * (new - *running);
        }
    }
}

/// How many weights are moved at a time: few enough for the fastest memory.
const BLOCK: usize = 64;

/// The loop over one tensor.
#[inline(never)]
pub(crate) fn tensor<T: Scalar, const K: usize>(
    weight: &mut [T],
    beside: [&mut [T]; K],
    rate: f64,
    treatment: Treatment,
    change: impl Fn(T, [T; K]) -> [T; K] + Copy,
) {
    let rate = rate * treatment.rate;
    let step = Step {
        keep: T::of(1.0 - rate * treatment.decay),
        rate: T::of(rate),
        l2: T::of(treatment.l2),
        scale: T::of(treatment.scale),
        limit: T::of(treatment.limit),
    };
    T::vectorize(
        #[inline(always)]
        || {
            // copies of what is captured by reference
            let (step, change, mut beside) = (step, change, beside);
            let (blocks, _) = weight.as_chunks_mut::<BLOCK>();
            let mut at = 0;
            // copies, which the compiler knows to lie apart: the formula becomes vectors whatever it remembers
            let mut copies = [[T::zero(); BLOCK]; K];
            for block in blocks {
                for (copy, values) in copies.iter_mut().zip(&beside) {
                    copy.copy_from_slice(&values[at..at + BLOCK]);
                }
                for i in 0..BLOCK {
                    let mut numbers = [T::zero(); K];
                    for k in 0..K {
                        numbers[k] = copies[k][i];
                    }
                    (block[i], numbers) = step.one(block[i], numbers, change);
                    for k in 1..K {
                        copies[k][i] = numbers[k];
                    }
                }
                for (copy, values) in copies.iter().zip(&mut beside).skip(1) {
                    values[at..at + BLOCK].copy_from_slice(copy);
                }
                at += BLOCK;
            }
            for (i, w) in weight.iter_mut().enumerate().skip(at) {
                let mut numbers = [T::zero(); K];
                for k in 0..K {
                    numbers[k] = beside[k][i];
                }
                (*w, numbers) = step.one(*w, numbers, change);
                for k in 1..K {
                    beside[k][i] = numbers[k];
                }
            }
        },
    );
}

/// The numbers of a step for one tensor.
#[derive(Clone, Copy)]
struct Step<T> {
    keep: T,
    rate: T,
    l2: T,
    scale: T,
    limit: T,
}

impl<T: Scalar> Step<T> {
    /// A weight and what lies beside it, after the step.
    #[inline(always)]
    fn one<const K: usize>(
        self,
        w: T,
        mut numbers: [T; K],
        change: impl Fn(T, [T; K]) -> [T; K] + Copy,
    ) -> (T, [T; K]) {
        let g = numbers[0] * self.scale;
        let g = if g > self.limit { self.limit } else { g };
        let g = if g < -self.limit { -self.limit } else { g };
        numbers[0] = g + self.l2 * w;
        let mut numbers = change(self.rate, numbers);
        for number in &mut numbers[1..] {
            *number = number.flush();
        }
        ((w * self.keep - numbers[0]).flush(), numbers)
    }
}
