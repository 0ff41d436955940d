//! Layers with a memory: each step of a sequence is read beside what the steps before it left behind.
//!
//! A batch lies sample by sample, the work goes step by step, all samples at once. So inputs and outputs are laid out anew: that costs
//! little, and each step is then one product of matrices that lie densely. The inputs of all steps are one product before the first step,
//! and so are the gradients of all weights after the last.

mod bidirectional;
mod gru;
mod lstm;
mod recurrence;
mod rnn;

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Arena, Room, Scalar, mutant};

pub use bidirectional::Bidirectional;
pub use gru::Gru;
pub use lstm::Lstm;
pub use recurrence::Recurrence;
pub use rnn::Rnn;

/// The sides of one pass over a batch of sequences.
#[derive(Clone, Copy)]
struct Sides {
    samples: usize,
    steps: usize,
    /// numbers of an input
    inputs: usize,
    /// numbers of a state
    units: usize,
    /// numbers of all gates of a step
    gates: usize,
}

impl Sides {
    /// What the layer takes from the arena: its inputs and gates step by step, its outputs, the states before and after every step `tall`
    /// times over, and `flat` numbers more for each unit and step; `moving` gradients of states, and a transposed weight.
    const fn room(self, tall: usize, flat: usize, moving: usize) -> Room {
        let of_steps = self.steps * (self.inputs + self.gates + (1 + flat) * self.units);
        Room {
            kept: of_steps + tall * (self.steps + 1) * self.units,
            back: self.steps * self.inputs,
            scoped: moving * self.units,
            scratch: self.gates * self.units,
            pieces: 4 + tall + flat + moving,
            ..Room::NONE
        }
    }

    /// Operations of the products of a sample.
    const fn flops(self) -> u64 {
        2 * (self.steps * (self.inputs + self.units) * self.gates) as u64
    }

    /// Numbers of one step's states.
    fn state(self) -> usize {
        self.samples * self.units
    }

    /// The inputs step by step, and what they add to the gates of all steps.
    fn enter<'a, T: Scalar>(
        self,
        x: &[T],
        [weight, bias]: [&[T]; 2],
        room: &mut Arena<'a, T>,
    ) -> [&'a mut [T]; 2] {
        let rows = self.steps * self.samples;
        let inputs = room.numbers(rows * self.inputs);
        turn(x, [self.samples, self.steps], self.inputs, inputs);
        let gates = room.numbers(rows * self.gates);
        let product = Product {
            m: rows,
            k: self.inputs,
            n: self.gates,
            layout: Layout::Nn,
        };
        T::matmul(product, inputs, weight, Start::Row(bias), gates);
        [inputs, gates]
    }

    /// Room for the states before and after every step; those before the first are zero.
    fn states<'a, T: Scalar>(self, room: &mut Arena<'a, T>) -> &'a mut [T] {
        let states = room.numbers((self.steps + 1) * self.state());
        states[..self.state()].fill(T::zero());
        states
    }

    /// The gates of step `t`.
    fn gates_of<T>(self, gates: &mut [T], t: usize) -> &mut [T] {
        let len = self.samples * self.gates;
        &mut gates[t * len..][..len]
    }

    /// The states before step `t`, and those after it to write to.
    fn around<T>(self, states: &mut [T], t: usize) -> (&[T], &mut [T]) {
        let (before, after) = states.split_at_mut((t + 1) * self.state());
        (&before[t * self.state()..], &mut after[..self.state()])
    }

    /// The product of all samples' states and a weight of them, added to the gates of a step.
    fn recur<T: Scalar>(self, states: &[T], weight: &[T], gates: &mut [T]) {
        let product = Product {
            m: self.samples,
            k: self.units,
            n: self.gates,
            layout: Layout::Nn,
        };
        T::matmul(product, states, weight, Start::Output, gates);
    }

    /// The states after every step, sample by sample.
    fn leave<T: Copy>(self, states: &[T], y: &mut [T]) {
        let after = &states[self.state()..];
        turn(after, [self.steps, self.samples], self.units, y);
    }

    /// Walks back over the steps. `step` is given the number of a step and the gradients of the states after it; it turns the gates of that
    /// step into their gradients, and leaves of the others what goes to the states before past the gates.
    fn walk_back<T: Scalar>(
        self,
        weight: &[T],
        dy: &[T],
        gates: &mut [T],
        room: &mut Arena<'_, T>,
        mut step: impl FnMut(usize, &mut [T], &mut [T]),
    ) {
        let dstate = room.numbers(self.state());
        let transposed = room.numbers(weight.len());
        transpose(weight, [self.units, self.gates], transposed);
        let product = Product {
            m: self.samples,
            k: self.gates,
            n: self.units,
            layout: Layout::Nn,
        };
        dstate.fill(T::zero());
        for t in (0..self.steps).rev() {
            if t + 1 < self.steps {
                let dgates = &*self.gates_of(gates, t + 1);
                mutant::sum("recurrent state", Start::Output, dstate, |start, dstate| {
                    T::matmul(product, dgates, transposed, start, dstate);
                });
            }
            let samples = dy.chunks_exact(self.steps * self.units);
            for (dstate, dy) in dstate.chunks_exact_mut(self.units).zip(samples) {
                let dy = &dy[t * self.units..][..self.units];
                mutant::sum("recurrent output", Start::Output, dstate, |_, dstate| {
                    T::add_to(dy, dstate);
                });
            }
            step(t, dstate, self.gates_of(gates, t));
        }
    }

    /// The gradient of the weight of the states.
    fn hidden_gradient<T: Scalar>(
        self,
        states: &[T],
        dgates: &[T],
        start: Start<'_, T>,
        dweight: &mut [T],
    ) {
        let rows = self.steps * self.samples;
        let product = Product {
            m: self.units,
            k: rows,
            n: self.gates,
            layout: mutant::layout("recurrent hidden weight", Layout::Tn),
        };
        let before = &states[..rows * self.units];
        mutant::sum(
            "recurrent hidden weight",
            start,
            dweight,
            |start, dweight| {
                T::matmul(product, before, dgates, start, dweight);
            },
        );
    }

    /// The gradients of the weight of the inputs and of the bias.
    fn input_gradients<T: Scalar>(
        self,
        inputs: &[T],
        dgates: &[T],
        start: Start<'_, T>,
        [dweight, dbias]: [&mut [T]; 2],
    ) {
        let product = Product {
            m: self.inputs,
            k: self.steps * self.samples,
            n: self.gates,
            layout: mutant::layout("recurrent input weight", Layout::Tn),
        };
        mutant::sum(
            "recurrent input weight",
            start,
            dweight,
            |start, dweight| {
                T::matmul(product, inputs, dgates, start, dweight);
            },
        );
        mutant::sum("recurrent bias", start, dbias, |start, dbias| {
            T::sum_rows(dgates, start, dbias);
        });
    }

    /// The gradient of the inputs, by way of the memory where they lay step by step.
    fn inputs<T: Scalar>(self, dgates: &[T], weight: &[T], inputs: &mut [T], dx: &mut [T]) {
        let product = Product {
            m: self.steps * self.samples,
            k: self.gates,
            n: self.inputs,
            layout: mutant::layout("recurrent input", Layout::Nt),
        };
        T::matmul(product, dgates, weight, Start::Zero, inputs);
        turn(inputs, [self.steps, self.samples], self.inputs, dx);
        mutant::values("recurrent input", dx);
    }
}

/// `a` rows of `b` pieces of `width` numbers become `b` rows of `a` pieces.
fn turn<T: Copy>(x: &[T], [a, b]: [usize; 2], width: usize, y: &mut [T]) {
    for (i, row) in x.chunks_exact(b * width).enumerate() {
        for (j, piece) in row.chunks_exact(width).enumerate() {
            y[(j * a + i) * width..][..width].copy_from_slice(piece);
        }
    }
}

/// The transpose of a matrix of `rows`×`columns`, in squares that stay in the cache.
fn transpose<T: Copy>(x: &[T], [rows, columns]: [usize; 2], y: &mut [T]) {
    const SIDE: usize = 16;
    for i in (0..rows).step_by(SIDE) {
        for j in (0..columns).step_by(SIDE) {
            for j in j..columns.min(j + SIDE) {
                let to = &mut y[j * rows..][i..rows.min(i + SIDE)];
                for (r, to) in to.iter_mut().enumerate() {
                    *to = x[(i + r) * columns + j];
                }
            }
        }
    }
}
