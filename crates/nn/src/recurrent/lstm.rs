//! Long short-term memory.

use core_tensor::{
    Batch, BatchMut, Image, Matrix, Room, Scalar, Sequence, Stored, Tensor, mutant, params,
};

use super::Sides;
use crate::{Field, Layer, Pass};

/// Long short-term memory: a cell `c` that is written to, kept and read through gates.
///
/// `[i f g o] = xₜ·W + hₜ₋₁·U + b`, then `cₜ = σ(f)·cₜ₋₁ + σ(i)·tanh(g)` and `hₜ = σ(o)·tanh(cₜ)`, from `h₀ = c₀ = 0`; its outputs are the `hₜ` of every
/// step.
///
/// [`LastStep`](crate::LastStep) behind it keeps the last one, a tuple of several is a stack, and [`Bidirectional`](crate::Bidirectional)
/// reads both ways. A bias of 1 for the gate `f` (`bias[[1, n]]`) lets a new cell keep what it holds (Jozefowicz, Zaremba, Sutskever 2015).
///
/// # Shapes
/// `x`: `Sequence<L, I>`, `y`: `Sequence<L, N>`. `W` and `U` have a row of four gates of `N` numbers for each input and state: seen as matrices of `4·N`
/// columns they are the transposes of PyTorch's `weight_ih` and `weight_hh`, and `b` is the sum of its `bias_ih` and `bias_hh`, which have one gradient.
///
/// # Gradient
/// Backward through time: `dhₜ = dyₜ + daₜ₊₁·Uᵀ`, `dcₜ = dhₜ·o·(1 − tanh²cₜ) + f·dcₜ₊₁`, and with `a` the four gates' arguments `dW = Σ xₜᵀ·daₜ`,
/// `dU = Σ hₜ₋₁ᵀ·daₜ`, `db = Σ daₜ`, `dxₜ = daₜ·Wᵀ`.
///
/// Hochreiter, Schmidhuber: Long short-term memory (1997), with the forgetting of Gers, Schmidhuber, Cummins (2000).
pub struct Lstm<const I: usize, const N: usize, T: Scalar = f32> {
    /// `W`, for each input a row of the gates `i`, `f`, `g`, `o`
    pub weight_ih: Tensor<Image<I, 4, N>, T>,
    /// `U`, for each state a row of the gates
    pub weight_hh: Tensor<Image<N, 4, N>, T>,
    /// `b`, gate by gate
    pub bias: Tensor<Matrix<4, N>, T>,
}

params!([const I: usize, const N: usize] Lstm<I, N> {
    weight_ih ["weight_ih_l0"]: Weight Image<I, 4, N> as [I, 4 * N],
    weight_hh ["weight_hh_l0"]: Weight Image<N, 4, N> as [N, 4 * N],
    bias [Stored::named("bias_ih_l0"), Stored::named("bias_hh_l0")]: Bias Matrix<4, N> as [4 * N],
});

impl<const I: usize, const N: usize, T: Scalar> Lstm<I, N, T> {
    const fn sides(samples: usize, steps: usize) -> Sides {
        Sides {
            samples,
            steps,
            inputs: I,
            units: N,
            gates: 4 * N,
        }
    }

    /// Turns the gates that forward kept into the gradient of their arguments, and writes that of the weights.
    fn back(
        &self,
        sides: Sides,
        [inputs, gates, states, cells, bent]: [&mut [T]; 5],
        dy: &[T],
        grad: Option<&mut Self>,
        pass: &mut Pass<'_, T>,
    ) {
        let weight = self.weight_hh.as_slice();
        let (start, state) = (pass.start(), sides.state());
        let mut room = pass.room.scope();
        let dcell = room.numbers(state);
        dcell.fill(T::zero());
        sides.walk_back(weight, dy, gates, &mut room, |t, dstate, gates| {
            let (before, bent) = (&cells[t * state..][..state], &bent[t * state..][..state]);
            step_back(N, gates, [before, bent], [dstate, dcell]);
        });
        if let Some(grad) = grad {
            sides.hidden_gradient(states, gates, start, grad.weight_hh.as_mut_slice());
            let of_inputs = [grad.weight_ih.as_mut_slice(), grad.bias.as_mut_slice()];
            sides.input_gradients(inputs, gates, start, of_inputs);
        }
    }
}

/// A row of gates, gate by gate.
#[inline(always)]
fn quarters<T>(gates: &mut [T], n: usize) -> [&mut [T]; 4] {
    let (i, rest) = gates.split_at_mut(n);
    let (f, rest) = rest.split_at_mut(n);
    let (g, o) = rest.split_at_mut(n);
    [i, f, g, &mut o[..n]]
}

/// One step of all samples: bends the gates, then writes the cells, their `tanh`, and the states.
#[inline(never)]
fn step<T: Scalar>(n: usize, gates: &mut [T], before: &[T], [cell, bent, state]: [&mut [T]; 3]) {
    for gates in gates.chunks_exact_mut(4 * n) {
        T::sigmoid_in_place(&mut gates[..2 * n]);
        T::tanh_in_place(&mut gates[2 * n..3 * n]);
        T::sigmoid_in_place(&mut gates[3 * n..]);
    }
    T::vectorize(
        #[inline(always)]
        || {
            let rows = cell.chunks_exact_mut(n).zip(before.chunks_exact(n));
            for (gates, (cell, before)) in gates.chunks_exact_mut(4 * n).zip(rows) {
                let [i, f, g, _] = quarters(gates, n);
                let (cell, before) = (&mut cell[..n], &before[..n]);
                for j in 0..n {
                    cell[j] = f[j] * before[j] + i[j] * g[j];
                }
            }
        },
    );
    T::tanh_all(cell, bent);
    T::vectorize(
        #[inline(always)]
        || {
            let rows = state.chunks_exact_mut(n).zip(bent.chunks_exact(n));
            for (gates, (state, bent)) in gates.chunks_exact(4 * n).zip(rows) {
                for ((state, &bent), &o) in state.iter_mut().zip(bent).zip(&gates[3 * n..]) {
                    *state = o * bent;
                }
            }
        },
    );
}

/// One step back: the gates become the gradients of their arguments, `dcell` the gradient of the cells before, and `dstate` zero, since
/// states go nowhere but through the gates.
#[inline(never)]
fn step_back<T: Scalar>(
    n: usize,
    gates: &mut [T],
    [before, bent]: [&[T]; 2],
    [dstate, dcell]: [&mut [T]; 2],
) {
    T::vectorize(
        #[inline(always)]
        || {
            let one = T::one();
            let kept = before.chunks_exact(n).zip(bent.chunks_exact(n));
            let moving = dstate.chunks_exact_mut(n).zip(dcell.chunks_exact_mut(n));
            let rows = gates.chunks_exact_mut(4 * n).zip(kept).zip(moving);
            for ((gates, (before, bent)), (dstate, dcell)) in rows {
                let [i, f, g, o] = quarters(gates, n);
                let (before, bent) = (&before[..n], &bent[..n]);
                let (dstate, dcell) = (&mut dstate[..n], &mut dcell[..n]);
                for j in 0..n {
                    let (input, forget, new, output) = (i[j], f[j], g[j], o[j]);
                    let through = dstate[j] * output * (one - bent[j] * bent[j]);
                    let dc = dcell[j] + mutant::slope("Lstm read", through);
                    let read = dstate[j] * bent[j] * output * (one - output);
                    o[j] = mutant::slope("Lstm output gate", read);
                    i[j] = mutant::slope("Lstm input gate", dc * new * input * (one - input));
                    let forgets = dc * before[j] * forget * (one - forget);
                    f[j] = mutant::slope("Lstm forget gate", forgets);
                    g[j] = mutant::slope("Lstm new", dc * input * (one - new * new));
                    dcell[j] = mutant::slope("Lstm cell", dc * forget);
                    dstate[j] = T::zero();
                }
            }
        },
    );
}

impl<const L: usize, const I: usize, const N: usize, T: Scalar> Layer<Sequence<L, I>, T>
    for Lstm<I, N, T>
{
    type Y = Sequence<L, N>;
    /// inputs, gates, states, cells, `tanh` of the cells; all step by step
    type Saved<'a> = [&'a mut [T]; 5];
    const NAME: &'static str = "Lstm";
    const FLOPS: u64 = Self::sides(1, L).flops() + 104 * (L * N) as u64;
    const ROOM: Room = Self::sides(1, L).room(2, 1, 2);
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Sequence<L, N>, T>, Self::Saved<'a>) {
        let sides = Self::sides(x.len(), L);
        let weights = [self.weight_ih.as_slice(), self.bias.as_slice()];
        let [inputs, gates] = sides.enter(Tensor::flat(x), weights, &mut pass.room);
        let (states, cells) = (sides.states(&mut pass.room), sides.states(&mut pass.room));
        let bent = pass.room.numbers(L * sides.state());
        for t in 0..L {
            let (gates, (before, now)) = (sides.gates_of(gates, t), sides.around(states, t));
            if t > 0 {
                sides.recur(before, self.weight_hh.as_slice(), gates);
            }
            let (cell_before, cell) = sides.around(cells, t);
            let bent = &mut bent[t * sides.state()..][..sides.state()];
            step(N, gates, cell_before, [cell, bent, now]);
        }
        let y = pass.batch(x.len());
        sides.leave(states, Tensor::flat_mut(y));
        (y, [inputs, gates, states, cells, bent])
    }

    fn backward<'a>(
        &self,
        [inputs, gates, states, cells, bent]: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, N>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let (sides, dx) = (Self::sides(dy.len(), L), pass.batch(dy.len()));
        let saved = [&mut *inputs, &mut *gates, states, cells, bent];
        self.back(sides, saved, Tensor::flat(dy), grad, pass);
        let weight = self.weight_ih.as_slice();
        sides.inputs(gates, weight, inputs, Tensor::flat_mut(dx));
        dx
    }

    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, N>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let sides = Self::sides(dy.len(), L);
        self.back(sides, saved, Tensor::flat(dy), grad, pass);
    }
}
