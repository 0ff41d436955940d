//! Long short-term memory.

use core_tensor::kernel::Start;
use core_tensor::{Fans, Image, Matrix, Scalar, Stored, Tensor, mutant, params};

use super::cell::Cell;
use super::sides::{Kept, Now, Sides};

/// Long short-term memory: a cell `c` that is written to, kept and read through gates.
///
/// `[i f g o] = xₜ·W + hₜ₋₁·U + b`, then `cₜ = σ(f)·cₜ₋₁ + σ(i)·tanh(g)` and `hₜ = σ(o)·tanh(cₜ)`, from `h₀ = c₀ = 0` unless they
/// are given by [`Stateful`](crate::Stateful); its outputs are the `hₜ` of every step.
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
#[repr(C, align(64))]
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

/// An [`Lstm`] whose gates see the cell as well: those that write and keep it as it was before the step, the one that reads it as it is
/// after.
///
/// `[i f g o] = xₜ·W + hₜ₋₁·U + b`, then `cₜ = σ(f + p_f·cₜ₋₁)·cₜ₋₁ + σ(i + p_i·cₜ₋₁)·tanh(g)` and `hₜ = σ(o + p_o·cₜ)·tanh(cₜ)`, number by number,
/// from `h₀ = c₀ = 0` unless they are given by [`Stateful`](crate::Stateful); its outputs are the `hₜ` of every step. With `p = 0` it is an
/// [`Lstm`].
///
/// # Shapes
/// `x`: `Sequence<L, I>`, `y`: `Sequence<L, N>`, `W`, `U` and `b` as those of an [`Lstm`], `p`: `Matrix<3, N>`. ONNX's `P` has the rows of `p` in the
/// order `i`, `o`, `f`. A peephole is drawn like the numbers of `U`.
///
/// # Gradient
/// That of an [`Lstm`] with `dcₜ += p_o·daₜᵒ`, `dcₜ₋₁ += p_i·daₜⁱ + p_f·daₜᶠ` and `dp_i = Σ daₜⁱ·cₜ₋₁`, `dp_f = Σ daₜᶠ·cₜ₋₁`, `dp_o = Σ daₜᵒ·cₜ`. No gradient
/// is cut, as the paper cuts it for truncated steps.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{Network, PeepholeLstm};
/// let mut net = Network::<Sequence<1, 1>, PeepholeLstm<1, 1, f64>, f64>::new(1);
/// net.layers.weight_ih = Tensor::new([[[0.0], [0.0], [1.0], [0.0]]]);
/// net.layers.peephole = Tensor::new([[0.0], [0.0], [2.0]]);
/// let y = net.predict(&[Tensor::new([[0.5]])])[0][[0, 0]];
/// let cell = 0.5 * 0.5_f64.tanh();
/// assert!((y - cell.tanh() / (1.0 + (-2.0 * cell).exp())).abs() < 1e-15);
/// ```
///
/// Gers, Schmidhuber: Recurrent nets that time and count (2000).
#[repr(C, align(64))]
pub struct PeepholeLstm<const I: usize, const N: usize, T: Scalar = f32> {
    /// `W`, for each input a row of the gates `i`, `f`, `g`, `o`
    pub weight_ih: Tensor<Image<I, 4, N>, T>,
    /// `U`, for each state a row of the gates
    pub weight_hh: Tensor<Image<N, 4, N>, T>,
    /// `b`, gate by gate
    pub bias: Tensor<Matrix<4, N>, T>,
    /// `p`, of the gates `i`, `f`, `o`
    pub peephole: Tensor<Matrix<3, N>, T>,
}

params!([const I: usize, const N: usize] PeepholeLstm<I, N> {
    weight_ih ["weight_ih_l0"]: Weight Image<I, 4, N> as [I, 4 * N],
    weight_hh ["weight_hh_l0"]: Weight Image<N, 4, N> as [N, 4 * N],
    bias [Stored::named("bias_ih_l0"), Stored::named("bias_hh_l0")]: Bias Matrix<4, N> as [4 * N],
    peephole ["peephole_l0"]: Weight Matrix<3, N> as [3 * N] => Fans::of(&[N, 4 * N]),
});

/// The step of an [`Lstm`], or of a [`PeepholeLstm`].
#[derive(Debug)]
pub enum LstmCell<const PEEPHOLES: bool> {}

impl<T: Scalar, const PEEPHOLES: bool> Cell<T> for LstmCell<PEEPHOLES> {
    const GATES: usize = 4;
    const KINDS: usize = 2;
    const BESIDE: usize = 1;
    const MOVING: usize = 2;
    const WORK: usize = if PEEPHOLES { 110 } else { 104 };

    fn step(sides: Sides, [_, hidden, _, peepholes]: [&[T]; 4], later: bool, now: Now<'_, T>) {
        let ([states, cells], [state, cell]) = (now.before, now.after);
        if later {
            sides.recur(states, hidden, now.gates);
        }
        let after = [cell, now.beside, state];
        step::<T, PEEPHOLES>(sides.units, peepholes, now.gates, cells, after);
    }

    fn step_back(
        sides: Sides,
        [.., peepholes]: [&[T]; 4],
        _: &[T],
        now: Now<'_, T>,
        moving: [&mut [T]; 2],
    ) {
        let kept = [now.before[1], &*now.beside];
        step_back::<T, PEEPHOLES>(sides.units, peepholes, now.gates, kept, moving);
    }

    fn gradients(
        sides: Sides,
        kept: &mut Kept<'_, T>,
        start: Start<'_, T>,
        grad: Option<[&mut [T]; 4]>,
    ) {
        let Some([dweight, dhidden, dbias, dpeephole]) = grad else {
            return;
        };
        sides.hidden_gradient(kept, start, dhidden);
        sides.input_gradients(kept, start, [dweight, dbias]);
        if PEEPHOLES {
            let cells = [&*kept.cells, &kept.cells[sides.state()..]];
            mutant::sum(
                "PeepholeLstm peephole",
                start,
                dpeephole,
                |start, dpeephole| {
                    peephole_gradient(kept.gates, cells, start, dpeephole);
                },
            );
        }
    }
}

/// The sums over all steps of a gate's gradient by the cell that it saw: two before the step, one after.
#[inline(never)]
fn peephole_gradient<T: Scalar>(
    dgates: &[T],
    [before, after]: [&[T]; 2],
    start: Start<'_, T>,
    dpeephole: &mut [T],
) {
    if !matches!(start, Start::Output) {
        dpeephole.fill(T::zero());
    }
    let n = dpeephole.len() / 3;
    let gates = [(0, before), (1, before), (3, after)];
    T::vectorize(
        #[inline(always)]
        || {
            for (dpeephole, (gate, cells)) in dpeephole.chunks_exact_mut(n).zip(gates) {
                for (dgates, cells) in dgates.chunks_exact(4 * n).zip(cells.chunks_exact(n)) {
                    let dgate = &dgates[gate * n..][..n];
                    for ((sum, &d), &c) in dpeephole.iter_mut().zip(dgate).zip(cells) {
                        *sum += d * c;
                    }
                }
            }
        },
    );
}

/// A row of gates, gate by gate.
#[inline(always)]
fn quarters<T>(gates: &mut [T], n: usize) -> [&mut [T]; 4] {
    let (i, rest) = gates.split_at_mut(n);
    let (f, rest) = rest.split_at_mut(n);
    let (g, o) = rest.split_at_mut(n);
    [i, f, g, &mut o[..n]]
}

/// What a cell shows the gates through one number each: `gate += peephole·cell`.
fn peep<T: Scalar>(n: usize, gates: &mut [T], gate: usize, peephole: &[T], cell: &[T]) {
    T::vectorize(
        #[inline(always)]
        || {
            let rows = gates.chunks_exact_mut(4 * n).zip(cell.chunks_exact(n));
            for (gates, cell) in rows {
                let gate = gates[gate * n..][..n].iter_mut();
                for ((gate, &p), &c) in gate.zip(peephole).zip(cell) {
                    *gate += p * c;
                }
            }
        },
    );
}

/// The peepholes, gate by gate.
#[inline(always)]
fn thirds<T>(peepholes: &[T]) -> [&[T]; 3] {
    let n = peepholes.len() / 3;
    [0, 1, 2].map(|i| &peepholes[i * n..][..n])
}

/// One step of all samples: bends the gates, then writes the cells, their `tanh`, and the states.
#[inline(never)]
fn step<T: Scalar, const PEEPHOLES: bool>(
    n: usize,
    peepholes: &[T],
    gates: &mut [T],
    before: &[T],
    [cell, bent, state]: [&mut [T]; 3],
) {
    if PEEPHOLES {
        let [peep_i, peep_f, _] = thirds(peepholes);
        peep(n, gates, 0, peep_i, before);
        peep(n, gates, 1, peep_f, before);
    }
    for gates in gates.chunks_exact_mut(4 * n) {
        T::sigmoid_in_place(&mut gates[..2 * n]);
        T::tanh_in_place(&mut gates[2 * n..3 * n]);
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
    if PEEPHOLES {
        peep(n, gates, 3, thirds(peepholes)[2], cell);
    }
    for gates in gates.chunks_exact_mut(4 * n) {
        T::sigmoid_in_place(&mut gates[3 * n..]);
    }
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
fn step_back<T: Scalar, const PEEPHOLES: bool>(
    n: usize,
    peepholes: &[T],
    gates: &mut [T],
    [before, bent]: [&[T]; 2],
    [dstate, dcell]: [&mut [T]; 2],
) {
    T::vectorize(
        #[inline(always)]
        || {
            let one = T::one();
            let [peep_i, peep_f, peep_o] = thirds(peepholes);
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
                    let mut dc = dcell[j] + mutant::slope("Lstm read", through);
                    let read = dstate[j] * bent[j] * output * (one - output);
                    o[j] = mutant::slope("Lstm output gate", read);
                    if PEEPHOLES {
                        dc += mutant::slope("PeepholeLstm output", o[j] * peep_o[j]);
                    }
                    i[j] = mutant::slope("Lstm input gate", dc * new * input * (one - input));
                    let forgets = dc * before[j] * forget * (one - forget);
                    f[j] = mutant::slope("Lstm forget gate", forgets);
                    g[j] = mutant::slope("Lstm new", dc * input * (one - new * new));
                    dcell[j] = mutant::slope("Lstm cell", dc * forget);
                    if PEEPHOLES {
                        let peeped = i[j] * peep_i[j] + f[j] * peep_f[j];
                        dcell[j] += mutant::slope("PeepholeLstm cell", peeped);
                    }
                    dstate[j] = T::zero();
                }
            }
        },
    );
}
