//! Decay and rates by role or by name.

use core::fmt::{self, Write};

use core_tensor::{Leaf, Params, Path, Role, Scalar, Zeroed};

use crate::{Clip, Optimizer, Plan, Treatment};

/// Which tensors of a network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Of {
    /// all of them
    All,
    /// those with a role
    Role(Role),
    /// those of a part, by its name as the summary has it: `features.3` is that part and everything in it
    Part(String),
}

impl Of {
    /// The part of that name.
    pub fn part(name: impl Into<String>) -> Self {
        Self::Part(name.into())
    }

    fn holds(&self, leaf: Leaf<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Role(role) => leaf.role == *role,
            Self::Part(name) => lies_in(leaf.path, name),
        }
    }
}

/// Whether the first components of a path are those of `name`, without writing the path anywhere.
fn lies_in(path: &Path<'_>, name: &str) -> bool {
    struct Compare<'n> {
        rest: &'n [u8],
        ended: bool,
    }
    impl Write for Compare<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for &byte in text.as_bytes() {
                match self.rest.split_first() {
                    Some((&first, rest)) if first == byte => self.rest = rest,
                    Some(_) => return Err(fmt::Error),
                    None => {
                        self.ended = byte == b'.';
                        return Err(fmt::Error);
                    }
                }
            }
            Ok(())
        }
    }
    let mut compare = Compare {
        rest: name.as_bytes(),
        ended: false,
    };
    let whole = write!(compare, "{path}").is_ok();
    compare.rest.is_empty() && (whole || compare.ended)
}

/// An optimizer with weight decay, and rates of their own for parts of the network.
///
/// - [`l2`](Tuned::l2) adds the gradient of `λ/2·‖θ‖²` to that of the loss, where momentum and adaptive rates see it.
/// - [`decay`](Tuned::decay) shrinks weights by `1 − η·λ` in each step, which they do not see. With plain descent both are the same.
///
/// Both mean what has the role of a weight, and leave alone what is added (a bias) or scales a normalised value; `…_of` names other tensors.
/// What was said last counts.
///
/// ```
/// use core_tensor::{Role, Vector, Zeroed};
/// use nn::Linear;
/// use optim::{Of, Optimizer, Sgd, Tuned};
///
/// let mut layer = Linear::<1, 1, f64>::boxed();
/// layer.weight[[0, 0]] = 1.0;
/// layer.bias[[0]] = 1.0;
/// let sgd = Tuned::new(Sgd { rate: 0.5 }).l2(0.1).rate_of(Of::Role(Role::Bias), 2.0);
/// let mut gradient = Linear::<1, 1, f64>::boxed();
/// gradient.bias[[0]] = 0.25;
/// sgd.step(&mut *layer, &mut *gradient, &mut Optimizer::<f64>::start(&sgd));
/// assert_eq!(layer.weight[[0, 0]], 1.0 - 0.5 * 0.1);
/// assert_eq!(layer.bias[[0]], 1.0 - 2.0 * 0.5 * 0.25);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Tuned<O> {
    /// the optimizer
    pub optimizer: O,
    rules: Vec<(Of, Rule)>,
}

/// What is said of some tensors.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Rule {
    Rate(f64),
    L2(f64),
    Decay(f64),
}

impl<O> Tuned<O> {
    /// The optimizer as it is.
    pub fn new(optimizer: O) -> Self {
        Self {
            optimizer,
            rules: Vec::new(),
        }
    }

    /// Coupled decay of the weights.
    pub fn l2(self, lambda: f64) -> Self {
        self.l2_of(Of::Role(Role::Weight), lambda)
    }

    /// Decoupled decay of the weights.
    pub fn decay(self, lambda: f64) -> Self {
        self.decay_of(Of::Role(Role::Weight), lambda)
    }

    /// A rate of `factor·η`; with 0 the tensors stay as they are.
    pub fn rate_of(self, of: Of, factor: f64) -> Self {
        self.with(of, Rule::Rate(factor))
    }

    /// Coupled decay.
    pub fn l2_of(self, of: Of, lambda: f64) -> Self {
        self.with(of, Rule::L2(lambda))
    }

    /// Decoupled decay.
    pub fn decay_of(self, of: Of, lambda: f64) -> Self {
        self.with(of, Rule::Decay(lambda))
    }

    fn with(mut self, of: Of, rule: Rule) -> Self {
        self.rules.push((of, rule));
        self
    }

    fn treatment(&self, leaf: Leaf<'_>) -> Treatment {
        let mut treatment = Treatment::PLAIN;
        for (_, rule) in self.rules.iter().filter(|(of, _)| of.holds(leaf)) {
            match *rule {
                Rule::Rate(factor) => treatment.rate = factor,
                Rule::L2(lambda) => treatment.l2 = lambda,
                Rule::Decay(lambda) => treatment.decay = lambda,
            }
        }
        treatment
    }
}

/// Everything but the step is the inner optimizer's.
macro_rules! delegate {
    ($T:ident) => {
        type State<G: Zeroed> = O::State<G>;

        fn start<G: Zeroed>(&self) -> O::State<G> {
            self.optimizer.start()
        }

        fn rate(&self) -> f64 {
            self.optimizer.rate()
        }

        fn set_rate(&mut self, rate: f64) {
            self.optimizer.set_rate(rate);
        }

        fn before<P: Params<$T>>(&self, net: &mut P, state: &mut O::State<P::Grad>) {
            self.optimizer.before(net, state);
        }

        fn withdraw<P: Params<$T>>(&self, net: &mut P, state: &mut O::State<P::Grad>) {
            self.optimizer.withdraw(net, state);
        }
    };
}
pub(crate) use delegate;

impl<T: Scalar, O: Optimizer<T>> Optimizer<T> for Tuned<O> {
    delegate!(T);

    fn clip(&self) -> Option<Clip> {
        self.optimizer.clip()
    }

    fn step_by<P: Params<T>>(
        &self,
        net: &mut P,
        grad: &mut P::Grad,
        state: &mut O::State<P::Grad>,
        plan: Plan<'_>,
    ) {
        let tuned = |leaf: Leaf<'_>| plan(leaf).and(self.treatment(leaf));
        self.optimizer.step_by(net, grad, state, &tuned);
    }
}
