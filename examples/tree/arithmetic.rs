//! Arithmetic on remainders: expressions such as `((3+4)×2)−1` as trees, and a network that works them out from the leaves to the root.

use std::fmt;

use autodiff::{Recording, Tape, Var};
use core_tensor::{Params, Tensor, Vector, Zeroed};
use nn::{Init, Linear, Recorded, Tanh, init, set_weights};
use optim::{Adam, Optimizer};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};

/// Numbers are remainders by this.
pub(crate) const M: usize = 5;
/// Numbers that an expression is summed up in.
const N: usize = 12;
const BOTH: usize = 2 * N;
/// Heights of the expressions that are learnt from.
pub(crate) const TAUGHT: usize = 3;
/// Expressions of a step.
const BATCH: usize = 24;

/// A number, or two expressions with an operator between them: `+`, `−` or `×`.
pub(crate) enum Expression {
    Leaf(usize),
    Joined(usize, Box<[Expression; 2]>),
}

impl Expression {
    /// A random one of this height: one of its halves is one less high, the other is of any smaller height.
    pub(crate) fn random(height: usize, rng: &mut impl Rng) -> Self {
        if height == 0 {
            return Self::Leaf(rng.random_range(0..M));
        }
        let other = rng.random_range(0..height);
        let mut halves = Box::new([height - 1, other].map(|height| Self::random(height, rng)));
        if rng.random() {
            halves.reverse();
        }
        Self::Joined(rng.random_range(0..3), halves)
    }

    /// What it is worth.
    pub(crate) fn value(&self) -> usize {
        match self {
            Self::Leaf(number) => *number,
            Self::Joined(operator, halves) => {
                let [a, b] = [halves[0].value(), halves[1].value()];
                [a + b, a + M - b, a * b][*operator] % M
            }
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(number) => write!(f, "{number}"),
            Self::Joined(operator, halves) => {
                let sign = ['+', '−', '×'][*operator];
                write!(f, "({}{sign}{})", halves[0], halves[1])
            }
        }
    }
}

type State<'t> = Var<'t, f64, Vector<N>>;
type Leaf = (Linear<M, N, f64>, Tanh);
type Cell = (Linear<BOTH, 32, f64>, Tanh, Linear<32, N, f64>, Tanh);
type Out = Linear<N, M, f64>;
/// leaves, operators, and what is said of a state: a logit for each number
type Layers = (Leaf, (Cell, Cell, Cell), Out);
type Gradient = <Layers as Params<f64>>::Grad;

/// The layers on a tape.
struct OnTape<'t, 'l> {
    tape: Recording<'t, f64>,
    leaf: Recorded<'t, 'l, Vector<M>, Leaf, f64>,
    cells: [Recorded<'t, 'l, Vector<BOTH>, Cell, f64>; 3],
    out: Recorded<'t, 'l, Vector<N>, Out, f64>,
}

impl<'t, 'l> OnTape<'t, 'l> {
    fn new(
        tape: Recording<'t, f64>,
        (leaf, (add, subtract, multiply), out): &'l mut Layers,
    ) -> Self {
        Self {
            tape,
            leaf: Recorded::new(tape, leaf),
            cells: [add, subtract, multiply].map(|cell| Recorded::new(tape, cell)),
            out: Recorded::new(tape, out),
        }
    }

    fn state(&self, expression: &Expression) -> State<'t> {
        match expression {
            Expression::Leaf(number) => {
                let one_hot = |i: usize| f64::from(u8::from(i == *number));
                let x = Tensor::<Vector<M>, f64>::from_fn(one_hot);
                self.leaf.apply(self.tape.constant(&x))
            }
            Expression::Joined(operator, halves) => {
                let [a, b] = [0, 1].map(|i| self.state(&halves[i]));
                self.cells[*operator].apply(a.concat(b))
            }
        }
    }

    /// A logit for each number.
    fn logits(&self, expression: &Expression) -> [Var<'t, f64>; M] {
        let said = self.out.apply(self.state(expression));
        core::array::from_fn(|i| said.at([i]))
    }

    /// The cross-entropy: `ln Σ exp(yⱼ) − y_value`, with the value's own logit taken from all before it is raised.
    fn loss(&self, expression: &Expression) -> Var<'t, f64> {
        let logits = self.logits(expression);
        let right = logits[expression.value()];
        let others: Var<'t, f64> = logits.iter().map(|&y| (y - right).exp()).sum();
        others.ln()
    }
}

/// A network that works out expressions.
pub(crate) struct Reckoner {
    layers: Box<Layers>,
    tape: Tape<f64>,
}

impl Reckoner {
    pub(crate) fn new(seed: u64) -> Self {
        let mut layers = Layers::boxed();
        init(&mut *layers, Init::XavierNormal, seed);
        Self {
            layers,
            tape: Tape::new(),
        }
    }

    /// What it takes an expression to be worth.
    pub(crate) fn says(&mut self, expression: &Expression) -> usize {
        self.tape.record(|tape| {
            let logits = OnTape::new(tape, &mut self.layers).logits(expression);
            let values = logits.map(|y| y.value());
            (0..M)
                .max_by(|&i, &j| values[i].total_cmp(&values[j]))
                .unwrap_or(0)
        })
    }

    /// The share of `count` random expressions of a height that it is right about.
    pub(crate) fn accuracy(&mut self, height: usize, count: usize) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(1000 + height as u64);
        let right = (0..count).filter(|_| {
            let expression = Expression::random(height, &mut rng);
            self.says(&expression) == expression.value()
        });
        right.count() as f64 / count as f64
    }

    /// Learns from random expressions and what the whole of each is worth; returns the loss of each step.
    pub(crate) fn learn(&mut self, steps: usize, seed: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut adam, mut gradient) = (Adam::new(0.01), Gradient::boxed());
        let mut state = Optimizer::<f64>::start(&adam);
        let step = |step: usize| {
            // to a tenth in the end
            adam.rate = 0.01 * 0.1_f64.powf(step as f64 / steps as f64);
            let mut expression = || {
                // small ones first: a table must be known before it can be of use
                let highest = (1 + 4 * step / steps).min(TAUGHT);
                let height = rng.random_range(0..=highest);
                Expression::random(height, &mut rng)
            };
            let batch: [Expression; BATCH] = std::array::from_fn(|_| expression());
            let loss = self.tape.record(|tape| {
                let net = OnTape::new(tape, &mut self.layers);
                let total: Var<'_, f64> = batch.iter().map(|e| net.loss(e)).sum();
                let mean = total * (1.0 / BATCH as f64);
                let gradients = mean.backward();
                let mut all = net.leaf.gradient(&gradients);
                for cell in &net.cells {
                    all.extend(cell.gradient(&gradients));
                }
                all.extend(net.out.gradient(&gradients));
                set_weights(&mut *gradient, &all);
                mean.value()
            });
            adam.step(&mut *self.layers, &mut gradient, &mut state);
            loss
        };
        (0..steps).map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_hand() {
        let leaf = |number| Expression::Leaf(number);
        let joined = |operator, a, b| Expression::Joined(operator, Box::new([a, b]));
        // (3 + 4)·2 − 1 = 13, and 1 − 3 = −2
        let sum = joined(1, joined(2, joined(0, leaf(3), leaf(4)), leaf(2)), leaf(1));
        assert_eq!(
            (sum.to_string().as_str(), sum.value()),
            ("(((3+4)×2)−1)", 3)
        );
        assert_eq!(joined(1, leaf(1), leaf(3)).value(), 3);
    }

    #[test]
    fn a_short_training_learns_something() {
        let losses = Reckoner::new(1).learn(200, 2);
        // from ln 5 = 1.61, while only numbers and single operators are asked
        let early = losses[40..50].iter().sum::<f64>() / 10.0;
        assert!(losses[0] > 1.4 && early < 1.4, "{} {early}", losses[0]);
    }
}
