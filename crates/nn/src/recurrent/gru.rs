//! The gated recurrent unit.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Image, Matrix, Scalar, Stored, Tensor, Vector, mutant, params};

use super::cell::Cell;
use super::sides::{Kept, Now, Sides};

/// A gated recurrent unit: a state that is kept or replaced, number by number.
///
/// `[r z n] = xₜ·W + b` and `[ρ ζ ν] = hₜ₋₁·U`, then `m = tanh(n + σ(r + ρ)·(ν + b'))` and `hₜ = (1 − σ(z + ζ))·m + σ(z + ζ)·hₜ₋₁`, from `h₀ = 0` unless it
/// is given by [`Stateful`](crate::Stateful); its outputs are the states after every step.
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
/// Cho et al.: Learning phrase representations using RNN encoder–decoder (2014), with the reset after the product as cuDNN and PyTorch have it;
/// [`GruResetBefore`](crate::GruResetBefore) is the paper's own form.
#[repr(C, align(64))]
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

/// The step of a [`Gru`].
#[derive(Debug)]
pub enum GruCell {}

impl<T: Scalar> Cell<T> for GruCell {
    const GATES: usize = 3;
    const KINDS: usize = 1;
    /// what the states before add to the third gate, unscaled
    const BESIDE: usize = 1;
    const MOVING: usize = 1;
    const WORK: usize = 65;

    fn step(sides: Sides, [_, hidden, _, bias]: [&[T]; 4], _: bool, now: Now<'_, T>) {
        let (n, [before, _], [state, _]) = (sides.units, now.before, now.after);
        // the first two gates' columns of `U`, and those of the third, whose product is kept by itself
        let product = |columns| Product {
            m: sides.samples,
            k: n,
            n: columns,
            layout: Layout::Nn,
        };
        let (all, start) = ([n, 3 * n, 3 * n], Start::Output);
        T::matmul_rows(product(2 * n), all, before, hidden, start, now.gates);
        let (third, start) = (&hidden[2 * n..], Start::Row(bias));
        T::matmul_rows(product(n), [n, 3 * n, n], before, third, start, now.beside);
        step(n, now.gates, before, now.beside, state);
    }

    fn step_back(sides: Sides, _: [&[T]; 4], _: &[T], now: Now<'_, T>, [dstate, _]: [&mut [T]; 2]) {
        step_back(sides.units, now.gates, now.before[0], now.beside, dstate);
    }

    fn gradients(
        sides: Sides,
        kept: &mut Kept<'_, T>,
        start: Start<'_, T>,
        grad: Option<[&mut [T]; 4]>,
    ) {
        let (n, mut grad) = (sides.units, grad);
        if let Some([_, dhidden, ..]) = &mut grad {
            sides.hidden_gradient(kept, start, dhidden);
        }
        // so far the third gate holds what went by way of the states; that by way of the inputs changes places with it
        let rows = kept.gates.chunks_exact_mut(3 * n);
        for (gates, past) in rows.zip(kept.beside.chunks_exact_mut(n)) {
            gates[2 * n..].swap_with_slice(past);
        }
        if let Some([dweight, _, dbias, dbias_hn]) = grad {
            mutant::sum("Gru state bias", start, dbias_hn, |start, dbias_hn| {
                T::sum_rows(kept.beside, start, dbias_hn);
            });
            sides.input_gradients(kept, start, [dweight, dbias]);
        }
    }
}

/// A row of gates, gate by gate.
#[inline(always)]
pub(super) fn thirds<T>(gates: &mut [T], n: usize) -> [&mut [T]; 3] {
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
    blend(n, gates, before, state);
}

/// The states after a step: those before it, and the new ones where the second gate is shut.
#[inline(always)]
pub(super) fn blend<T: Scalar>(n: usize, gates: &mut [T], before: &[T], state: &mut [T]) {
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

/// The gradients of what a number of [`blend`] comes from: of the arguments of the new state and of the gate that keeps, and of the state
/// before.
#[inline(always)]
pub(super) fn blend_back<T: Scalar>(d: T, before: T, keep: T, new: T) -> [T; 3] {
    let one = T::one();
    let keeps = d * (before - new) * keep * (one - keep);
    [
        mutant::slope("Gru new", d * (one - keep) * (one - new * new)),
        mutant::slope("Gru keep gate", keeps),
        mutant::slope("Gru kept", d * keep),
    ]
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
                    let (reset, keep, new) = (r[j], z[j], m[j]);
                    let [dnew, dkeep, dkept] = blend_back(dstate[j], before[j], keep, new);
                    let resets = dnew * past[j] * reset * (one - reset);
                    r[j] = mutant::slope("Gru reset gate", resets);
                    z[j] = dkeep;
                    m[j] = mutant::slope("Gru past", dnew * reset);
                    past[j] = dnew;
                    dstate[j] = dkept;
                }
            }
        },
    );
}
