//! The gated recurrent unit.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{
    Batch, BatchMut, Image, Matrix, Room, Scalar, Sequence, Stored, Tensor, Vector, mutant, params,
};

use super::Sides;
use crate::{Field, Layer, Pass};

/// A gated recurrent unit: a state that is kept or replaced, number by number.
///
/// `[r z n] = xₜ·W + b` and `[ρ ζ ν] = hₜ₋₁·U`, then `m = tanh(n + σ(r + ρ)·(ν + b'))` and `hₜ = (1 − σ(z + ζ))·m + σ(z + ζ)·hₜ₋₁`, from `h₀ = 0`; its
/// outputs are the states after every step.
///
/// [`LastStep`](crate::LastStep) behind it keeps the last one, a tuple of several is a stack, and [`Bidirectional`](crate::Bidirectional)
/// reads both ways.
///
/// # Shapes
/// `x`: `Sequence<L, I>`, `y`: `Sequence<L, N>`. `W` and `U` have a row of three gates of `N` numbers for each input and state: seen as matrices of
/// `3·N` columns they are the transposes of PyTorch's `weight_ih` and `weight_hh`. `b` is its `bias_ih`, with `bias_hh` added for the gates `r` and `z`;
/// the last third of `bias_hh` is `b'`, which the gate `r` scales.
///
/// # Gradient
/// Backward through time: `dhₜ = dyₜ + z·dhₜ₊₁ + daₜ₊₁·Uᵀ`, and with `a` the arguments of the gates `dW = Σ xₜᵀ·daₜ`, `dU = Σ hₜ₋₁ᵀ·daₜ`, `db = Σ daₜ`, `dxₜ = daₜ·Wᵀ`,
/// where the third gate's share by way of `U` and `b'` is scaled by `r`.
///
/// Cho et al.: Learning phrase representations using RNN encoder–decoder (2014), with the reset after the product as cuDNN and PyTorch have it.
pub struct Gru<const I: usize, const N: usize, T: Scalar = f32> {
    /// `W`, for each input a row of the gates `r`, `z`, `n`
    pub weight_ih: Tensor<Image<I, 3, N>, T>,
    /// `U`, for each state a row of the gates
    pub weight_hh: Tensor<Image<N, 3, N>, T>,
    /// `b`, gate by gate
    pub bias: Tensor<Matrix<3, N>, T>,
    /// `b'`
    pub bias_hn: Tensor<Vector<N>, T>,
}

params!([const I: usize, const N: usize] Gru<I, N> {
    weight_ih ["weight_ih_l0"]: Weight Image<I, 3, N> as [I, 3 * N],
    weight_hh ["weight_hh_l0"]: Weight Image<N, 3, N> as [N, 3 * N],
    bias [Stored::named("bias_ih_l0"), Stored::named("bias_hh_l0").part(const { &[3 * N] }, 0, 2 * N)]: Bias Matrix<3, N> as [3 * N],
    bias_hn [Stored::named("bias_hh_l0").part(const { &[3 * N] }, 2 * N, 3 * N)]: Bias Vector<N>,
});

impl<const I: usize, const N: usize, T: Scalar> Gru<I, N, T> {
    const fn sides(samples: usize, steps: usize) -> Sides {
        Sides {
            samples,
            steps,
            inputs: I,
            units: N,
            gates: 3 * N,
        }
    }

    /// Turns the gates that forward kept into the gradient of their arguments, and writes that of the weights.
    fn back(
        &self,
        sides: Sides,
        [inputs, gates, states, past]: [&mut [T]; 4],
        dy: &[T],
        mut grad: Option<&mut Self>,
        pass: &mut Pass<'_, T>,
    ) {
        let weight = self.weight_hh.as_slice();
        let (start, state) = (pass.start(), sides.state());
        let mut room = pass.room.scope();
        sides.walk_back(weight, dy, gates, &mut room, |t, dstate, gates| {
            let at = t * state..(t + 1) * state;
            step_back(N, gates, &states[at.clone()], &mut past[at], dstate);
        });
        if let Some(grad) = grad.as_deref_mut() {
            sides.hidden_gradient(states, gates, start, grad.weight_hh.as_mut_slice());
        }
        // so far the third gate holds what went by way of the states; that by way of the inputs changes places with it
        for (gates, past) in gates.chunks_exact_mut(3 * N).zip(past.chunks_exact_mut(N)) {
            gates[2 * N..].swap_with_slice(past);
        }
        if let Some(grad) = grad {
            let bias = grad.bias_hn.as_mut_slice();
            mutant::sum("Gru state bias", start, bias, |start, bias| {
                T::sum_rows(past, start, bias);
            });
            let of_inputs = [grad.weight_ih.as_mut_slice(), grad.bias.as_mut_slice()];
            sides.input_gradients(inputs, gates, start, of_inputs);
        }
    }
}

/// A row of gates, gate by gate.
#[inline(always)]
fn thirds<T>(gates: &mut [T], n: usize) -> [&mut [T]; 3] {
    let (r, rest) = gates.split_at_mut(n);
    let (z, m) = rest.split_at_mut(n);
    [r, z, &mut m[..n]]
}

/// One step of all samples: bends the gates and writes the states; `past` is what the states before add to the third gate, unscaled.
#[inline(never)]
fn step<T: Scalar>(n: usize, gates: &mut [T], before: &[T], past: &[T], state: &mut [T]) {
    for (gates, past) in gates.chunks_exact_mut(3 * n).zip(past.chunks_exact(n)) {
        let (opened, new) = gates.split_at_mut(2 * n);
        T::sigmoid_in_place(opened);
        T::vectorize(
            #[inline(always)]
            || {
                for ((new, &r), &past) in new.iter_mut().zip(&opened[..n]).zip(past) {
                    *new += r * past;
                }
            },
        );
        T::tanh_in_place(new);
    }
    T::vectorize(
        #[inline(always)]
        || {
            let rows = state.chunks_exact_mut(n).zip(before.chunks_exact(n));
            for (gates, (state, before)) in gates.chunks_exact_mut(3 * n).zip(rows) {
                let [_, z, new] = thirds(gates, n);
                let (state, before) = (&mut state[..n], &before[..n]);
                for j in 0..n {
                    state[j] = new[j] + z[j] * (before[j] - new[j]);
                }
            }
        },
    );
}

/// One step back: the gates become the gradients of what came to them from the states, `past` that of what came to the third from the
/// inputs, and `dstate` what the second gate lets through to the states before.
#[inline(never)]
fn step_back<T: Scalar>(n: usize, gates: &mut [T], before: &[T], past: &mut [T], dstate: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || {
            let one = T::one();
            let rows = before.chunks_exact(n).zip(past.chunks_exact_mut(n));
            let rows = rows.zip(dstate.chunks_exact_mut(n));
            for (gates, ((before, past), dstate)) in gates.chunks_exact_mut(3 * n).zip(rows) {
                let [r, z, m] = thirds(gates, n);
                let before = &before[..n];
                let (past, dstate) = (&mut past[..n], &mut dstate[..n]);
                for j in 0..n {
                    let (reset, keep, new, d) = (r[j], z[j], m[j], dstate[j]);
                    let dnew = mutant::slope("Gru new", d * (one - keep) * (one - new * new));
                    let resets = dnew * past[j] * reset * (one - reset);
                    r[j] = mutant::slope("Gru reset gate", resets);
                    let keeps = d * (before[j] - new) * keep * (one - keep);
                    z[j] = mutant::slope("Gru keep gate", keeps);
                    m[j] = mutant::slope("Gru past", dnew * reset);
                    past[j] = dnew;
                    dstate[j] = mutant::slope("Gru kept", d * keep);
                }
            }
        },
    );
}

impl<const L: usize, const I: usize, const N: usize, T: Scalar> Layer<Sequence<L, I>, T>
    for Gru<I, N, T>
{
    type Y = Sequence<L, N>;
    /// inputs, gates, states, what the states add to the third gate; all step by step
    type Saved<'a> = [&'a mut [T]; 4];
    const NAME: &'static str = "Gru";
    const FLOPS: u64 = Self::sides(1, L).flops() + 65 * (L * N) as u64;
    const ROOM: Room = Self::sides(1, L).room(1, 1, 1);
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Sequence<L, N>, T>, Self::Saved<'a>) {
        let sides = Self::sides(x.len(), L);
        let weights = [self.weight_ih.as_slice(), self.bias.as_slice()];
        let [inputs, gates] = sides.enter(Tensor::flat(x), weights, &mut pass.room);
        let states = sides.states(&mut pass.room);
        let past = pass.room.numbers(L * sides.state());
        // the first two gates' columns of `U`, and those of the third, whose product is kept by itself
        let product = |n| Product {
            m: x.len(),
            k: N,
            n,
            layout: Layout::Nn,
        };
        let (weight, third) = (
            self.weight_hh.as_slice(),
            Start::Row(self.bias_hn.as_slice()),
        );
        for t in 0..L {
            let (gates, (before, now)) = (sides.gates_of(gates, t), sides.around(states, t));
            let past = &mut past[t * sides.state()..][..sides.state()];
            let rows = [N, 3 * N, 3 * N];
            T::matmul_rows(product(2 * N), rows, before, weight, Start::Output, gates);
            T::matmul_rows(
                product(N),
                [N, 3 * N, N],
                before,
                &weight[2 * N..],
                third,
                past,
            );
            step(N, gates, before, past, now);
        }
        let y = pass.batch(x.len());
        sides.leave(states, Tensor::flat_mut(y));
        (y, [inputs, gates, states, past])
    }

    fn backward<'a>(
        &self,
        [inputs, gates, states, past]: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, N>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let (sides, dx) = (Self::sides(dy.len(), L), pass.batch(dy.len()));
        let saved = [&mut *inputs, &mut *gates, states, past];
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
