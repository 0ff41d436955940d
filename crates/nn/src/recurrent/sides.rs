//! The sides of a pass over a batch of sequences, and the products and moves that all recurrent layers share.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Arena, Room, Scalar, mutant};

/// The sides of one pass over a batch of sequences.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    pub(super) samples: usize,
    pub(super) steps: usize,
    /// numbers of an input
    pub(super) inputs: usize,
    /// numbers of a state
    pub(super) units: usize,
    /// numbers of all gates of a step
    pub(super) gates: usize,
    /// to how many of these, from the first on, the states go as they are
    pub(super) through: usize,
    /// how many states a unit has: 2 with a cell behind it
    pub(super) kinds: usize,
    /// how many numbers more a unit leaves in a step
    pub(super) beside: usize,
    /// whether a sample ends in the states before its first step, and its outputs in those after the last
    pub(super) given: bool,
}

/// What forward leaves for backward, step by step.
#[derive(Debug)]
pub struct Kept<'a, T> {
    pub(super) inputs: &'a mut [T],
    pub(super) gates: &'a mut [T],
    /// before the first step and after each
    pub(super) states: &'a mut [T],
    /// the same of the cells, if there are any
    pub(super) cells: &'a mut [T],
    /// what a step leaves more, if anything
    pub(super) beside: &'a mut [T],
}

/// What belongs to one step.
#[derive(Debug)]
pub struct Now<'k, T> {
    pub(super) gates: &'k mut [T],
    /// the states and the cells before it
    pub(super) before: [&'k [T]; 2],
    /// those after it
    pub(super) after: [&'k mut [T]; 2],
    pub(super) beside: &'k mut [T],
}

impl<T: Scalar> Kept<'_, T> {
    /// Step `t`.
    pub(super) fn now(&mut self, sides: Sides, t: usize) -> Now<'_, T> {
        let (state, gates) = (sides.state(), sides.samples * sides.gates);
        let around = |all| -> (&[T], &mut [T]) {
            match <[T]>::split_at_mut_checked(all, (t + 1) * state) {
                Some((before, after)) => (&before[t * state..], &mut after[..state]),
                None => (&[], &mut []),
            }
        };
        let (state_before, state_after) = around(self.states);
        let (cell_before, cell_after) = around(self.cells);
        Now {
            gates: &mut self.gates[t * gates..][..gates],
            before: [state_before, cell_before],
            after: [state_after, cell_after],
            beside: self
                .beside
                .get_mut(t * state..(t + 1) * state)
                .unwrap_or_default(),
        }
    }
}

impl Sides {
    /// What the layer takes from the arena: its inputs and gates step by step, its outputs, the states before and after every step, what the
    /// steps leave more; `moving` gradients of states, and a transposed weight.
    pub(super) const fn room(self, moving: usize) -> Room {
        let of_steps = self.steps * (self.inputs + self.gates + (1 + self.beside) * self.units);
        Room {
            kept: of_steps + self.kinds * (self.steps + 1) * self.units + self.ends(),
            back: self.steps * self.inputs + self.ends(),
            scoped: moving * self.units,
            scratch: self.gates * self.units,
            pieces: 4 + self.kinds + self.beside + moving,
            ..Room::NONE
        }
    }

    /// Operations of the products of a sample.
    pub(super) const fn flops(self) -> u64 {
        2 * (self.steps * (self.inputs + self.units) * self.gates) as u64
    }

    /// Numbers of one step's states.
    pub(super) const fn state(self) -> usize {
        self.samples * self.units
    }

    /// Numbers of states that stand behind the steps of a sample.
    const fn ends(self) -> usize {
        if self.given {
            self.kinds * self.units
        } else {
            0
        }
    }

    /// Where the samples begin that have `width` numbers a step.
    fn sample(self, b: usize, width: usize) -> usize {
        b * (self.steps * width + self.ends())
    }

    /// What lies sample by sample, `width` numbers a step, laid step by step.
    fn by_steps<T: Copy>(self, x: &[T], width: usize, y: &mut [T]) {
        for b in 0..self.samples {
            let x = &x[self.sample(b, width)..];
            for (t, x) in x.chunks_exact(width).take(self.steps).enumerate() {
                y[(t * self.samples + b) * width..][..width].copy_from_slice(x);
            }
        }
    }

    /// The reverse.
    pub(super) fn by_samples<T: Copy>(self, x: &[T], width: usize, y: &mut [T]) {
        for b in 0..self.samples {
            let y = &mut y[self.sample(b, width)..];
            for (t, y) in y.chunks_exact_mut(width).take(self.steps).enumerate() {
                y.copy_from_slice(&x[(t * self.samples + b) * width..][..width]);
            }
        }
    }

    /// What stands behind the steps of the samples, for each kind of state; zeroes, where nothing does.
    pub(super) fn take_ends<T: Scalar>(self, x: &[T], width: usize, states: [&mut [T]; 2]) {
        for (kind, states) in states.into_iter().take(self.kinds).enumerate() {
            for (b, state) in states.chunks_exact_mut(self.units).enumerate() {
                if self.given {
                    let at = self.sample(b, width) + self.steps * width + kind * self.units;
                    state.copy_from_slice(&x[at..][..self.units]);
                } else {
                    state.fill(T::zero());
                }
            }
        }
    }

    /// The reverse, where anything does.
    pub(super) fn put_ends<T: Scalar>(self, states: [&[T]; 2], width: usize, y: &mut [T]) {
        let kinds = if self.given { self.kinds } else { 0 };
        for (kind, states) in states.into_iter().take(kinds).enumerate() {
            for (b, state) in states.chunks_exact(self.units).enumerate() {
                let at = self.sample(b, width) + self.steps * width + kind * self.units;
                y[at..][..self.units].copy_from_slice(state);
            }
        }
    }

    /// The inputs step by step, what they add to the gates of all steps, and the states before the first.
    pub(super) fn enter<'a, T: Scalar>(
        self,
        x: &[T],
        [weight, bias]: [&[T]; 2],
        room: &mut Arena<'a, T>,
    ) -> Kept<'a, T> {
        let rows = self.steps * self.samples;
        let mut maybe = |there: bool, len| if there { room.numbers(len) } else { &mut [] };
        let (inputs, gates) = (
            maybe(true, rows * self.inputs),
            maybe(true, rows * self.gates),
        );
        let all = (self.steps + 1) * self.state();
        let (states, cells) = (maybe(true, all), maybe(self.kinds > 1, all));
        let beside = maybe(self.beside > 0, self.beside * rows * self.units);
        self.by_steps(x, self.inputs, inputs);
        let product = Product {
            m: rows,
            k: self.inputs,
            n: self.gates,
            layout: Layout::Nn,
        };
        T::matmul(product, inputs, weight, Start::Row(bias), gates);
        let first = |states: &mut [T]| -> usize { states.len().min(self.state()) };
        let ends = [first(states), first(cells)];
        let before = [&mut states[..ends[0]], &mut cells[..ends[1]]];
        self.take_ends(x, self.inputs, before);
        Kept {
            inputs,
            gates,
            states,
            cells,
            beside,
        }
    }

    /// The product of all samples' states and the columns of a weight of them that they go through as they are, added to those gates of a
    /// step.
    pub(super) fn recur<T: Scalar>(self, states: &[T], weight: &[T], gates: &mut [T]) {
        let product = Product {
            m: self.samples,
            k: self.units,
            n: self.through,
            layout: Layout::Nn,
        };
        let rows = [self.units, self.gates, self.gates];
        T::matmul_rows(product, rows, states, weight, Start::Output, gates);
    }

    /// The reverse: the gates' gradients by the transposed weight, added to those of the states before.
    pub(super) fn recur_back<T: Scalar>(self, dgates: &[T], transposed: &[T], dstate: &mut [T]) {
        let product = Product {
            m: self.samples,
            k: self.through,
            n: self.units,
            layout: Layout::Nn,
        };
        let rows = [self.gates, self.units, self.units];
        mutant::sum("recurrent state", Start::Output, dstate, |start, dstate| {
            T::matmul_rows(product, rows, dgates, transposed, start, dstate);
        });
    }

    /// The gradient of the weight of the states; the gates that these do not go to as they are were given what lies beside.
    pub(super) fn hidden_gradient<T: Scalar>(
        self,
        kept: &Kept<'_, T>,
        start: Start<'_, T>,
        dweight: &mut [T],
    ) {
        let rows = self.steps * self.samples;
        let product = |n| Product {
            m: self.units,
            k: rows,
            n,
            layout: mutant::layout("recurrent hidden weight", Layout::Tn),
        };
        let (before, dgates) = (&kept.states[..rows * self.units], &*kept.gates);
        let strides = [self.units, self.gates, self.gates];
        let more = self.gates - self.through;
        mutant::sum(
            "recurrent hidden weight",
            start,
            dweight,
            |start, dweight| {
                let product_of_all = product(self.through);
                T::matmul_rows(product_of_all, strides, before, dgates, start, dweight);
                if more > 0 {
                    let (dgates, dweight) = (&dgates[self.through..], &mut dweight[self.through..]);
                    T::matmul_rows(product(more), strides, kept.beside, dgates, start, dweight);
                }
            },
        );
    }

    /// The gradients of the weight of the inputs and of the bias.
    pub(super) fn input_gradients<T: Scalar>(
        self,
        kept: &Kept<'_, T>,
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
                T::matmul(product, kept.inputs, kept.gates, start, dweight);
            },
        );
        mutant::sum("recurrent bias", start, dbias, |start, dbias| {
            T::sum_rows(kept.gates, start, dbias);
        });
    }

    /// The gradient of the inputs, by way of the memory where they lay step by step.
    pub(super) fn inputs<T: Scalar>(self, kept: &mut Kept<'_, T>, weight: &[T], dx: &mut [T]) {
        let product = Product {
            m: self.steps * self.samples,
            k: self.gates,
            n: self.inputs,
            layout: mutant::layout("recurrent input", Layout::Nt),
        };
        T::matmul(product, kept.gates, weight, Start::Zero, kept.inputs);
        mutant::values("recurrent input", kept.inputs);
        self.by_samples(kept.inputs, self.inputs, dx);
    }
}

/// The transpose of a matrix of `rows`×`columns`, in squares that stay in the cache.
pub(super) fn transpose<T: Copy>(x: &[T], [rows, columns]: [usize; 2], y: &mut [T]) {
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
