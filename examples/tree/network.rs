//! The recursive network: a cell for each operator, applied wherever a formula has it, from the leaves to the root.

use autodiff::{Gradients, Real, Recording, Tape, Var};
use core_tensor::{Params, Tensor, Vector, Zeroed};
use nn::{Init, Linear, Recorded, Tanh, init, set_weights};
use optim::{Adam, Optimizer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::formula::Formula;

/// Numbers that a formula is summed up in.
const N: usize = 8;
/// Of two of them.
const BOTH: usize = 2 * N;

type State<'t> = Var<'t, f64, Vector<N>>;
type Leaf = (Linear<1, N, f64>, Tanh);
type Cell = (Linear<BOTH, N, f64>, Tanh);
type Out = Linear<N, 1, f64>;
/// leaves, operators, and what is said of a state: positive if it stands for a true formula
type Layers = (Leaf, (Cell, Cell, Cell), Out);

type Gradient = <Layers as Params<f64>>::Grad;

/// Heights of the formulas that it learns from.
pub(crate) const TAUGHT: usize = 3;
/// Formulas of a step.
const BATCH: usize = 32;

/// The layers on a tape.
struct OnTape<'t, 'l> {
    tape: Recording<'t, f64>,
    leaf: Recorded<'t, 'l, Vector<1>, Leaf, f64>,
    cells: [Recorded<'t, 'l, Vector<BOTH>, Cell, f64>; 3],
    out: Recorded<'t, 'l, Vector<N>, Out, f64>,
}

impl<'t, 'l> OnTape<'t, 'l> {
    fn new(tape: Recording<'t, f64>, (leaf, (and, or, xor), out): &'l mut Layers) -> Self {
        Self {
            tape,
            leaf: Recorded::new(tape, leaf),
            cells: [and, or, xor].map(|cell| Recorded::new(tape, cell)),
            out: Recorded::new(tape, out),
        }
    }

    /// The state of a formula; calls `see` with what is said of every part of it, its halves first.
    fn read(&self, formula: &Formula, see: &mut impl FnMut(f64)) -> State<'t> {
        let state = match formula {
            Formula::Leaf(truth) => {
                let x = Tensor::<Vector<1>, f64>::new([if *truth { 1.0 } else { -1.0 }]);
                self.leaf.apply(self.tape.constant(&x))
            }
            Formula::Joined(operator, halves) => {
                let [a, b] = [0, 1].map(|i| self.read(&halves[i], see));
                self.cells[*operator as usize].apply(a.concat(b))
            }
        };
        see(self.said(state).value());
        state
    }

    fn said(&self, state: State<'t>) -> Var<'t, f64> {
        self.out.apply(state).at([0])
    }

    /// The gradient by all weights, in the order of [`nn::weights`].
    fn gradient(&self, gradients: &Gradients<'t, f64>) -> Vec<f64> {
        let mut all = self.leaf.gradient(gradients);
        for cell in &self.cells {
            all.extend(cell.gradient(gradients));
        }
        all.extend(self.out.gradient(gradients));
        all
    }
}

/// A network that reads formulas.
pub(crate) struct Reader {
    layers: Box<Layers>,
    tape: Tape<f64>,
}

impl Reader {
    pub(crate) fn new(seed: u64) -> Self {
        let mut layers = Layers::boxed();
        init(&mut *layers, Init::XavierNormal, seed);
        Self {
            layers,
            tape: Tape::new(),
        }
    }

    /// What it says of every part of a formula, the halves before what they are joined to: positive for true.
    pub(crate) fn says(&mut self, formula: &Formula) -> Vec<f64> {
        let mut all = Vec::new();
        self.tape.record(|tape| {
            OnTape::new(tape, &mut self.layers).read(formula, &mut |said| all.push(said));
        });
        all
    }

    /// Whether it is right about the whole formula.
    pub(crate) fn is_right(&mut self, formula: &Formula) -> bool {
        let last = self.says(formula).pop();
        last.is_some_and(|said| (said > 0.0) == formula.truth())
    }

    /// The share of `count` random formulas of a height that it is right about.
    pub(crate) fn accuracy(&mut self, height: usize, count: usize) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(height as u64);
        let right = (0..count).filter(|_| self.is_right(&Formula::random(height, &mut rng)));
        right.count() as f64 / count as f64
    }

    /// Learns from random formulas whose truth it is told, that of the whole and of no part, and returns the loss of each step.
    pub(crate) fn learn(&mut self, steps: usize, seed: u64) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (adam, mut gradient) = (Adam::new(0.01), Gradient::boxed());
        let mut state = Optimizer::<f64>::start(&adam);
        let mut losses = Vec::new();
        for _ in 0..steps {
            let mut formula = || {
                let height = rng.random_range(1..=TAUGHT);
                Formula::random(height, &mut rng)
            };
            let batch: [Formula; BATCH] = std::array::from_fn(|_| formula());
            let loss = self.gradient(&batch, &mut gradient);
            adam.step(&mut *self.layers, &mut gradient, &mut state);
            losses.push(loss);
        }
        losses
    }

    /// The mean cross-entropy, and its gradient.
    fn gradient(&mut self, batch: &[Formula], gradient: &mut Gradient) -> f64 {
        self.tape.record(|tape| {
            let net = OnTape::new(tape, &mut self.layers);
            let loss = |formula: &Formula| {
                let said = net.said(net.read(formula, &mut |_| ()));
                // ln (1 + e^∓said)
                let wrong = if formula.truth() { -said } else { said };
                softplus(wrong)
            };
            let total: Var<'_, f64> = batch.iter().map(loss).sum();
            let mean = total * (1.0 / batch.len() as f64);
            set_weights(gradient, &net.gradient(&mean.backward()));
            mean.value()
        })
    }
}

/// `ln (1 + eˣ)`
fn softplus<R: Real>(x: R) -> R {
    x.exp().ln_1p()
}
