//! The gated recurrent unit as it was first written.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Image, Matrix, Scalar, Stored, Tensor, mutant, params};

use super::cell::Cell;
use super::gru::{blend, blend_back, thirds};
use super::sides::{Now, Sides};

/// A gated recurrent unit whose reset comes before the product: the states are reset, and then multiplied by `U`. In a [`Gru`](crate::Gru) the
/// product is reset, so that one product serves all gates.
///
/// `[r z] = σ(xₜ·W + hₜ₋₁·U + b)` with the first two gates' columns, then `m = tanh(xₜ·W + (r·hₜ₋₁)·U + b)` with those of the third and
/// `hₜ = (1 − z)·m + z·hₜ₋₁`, from `h₀ = 0` unless it is given by [`Stateful`](crate::Stateful); its outputs are the states after every step.
///
/// # Shapes
/// `x`: `Sequence<L, I>`, `y`: `Sequence<L, N>`. `W` and `U` have a row of three gates of `N` numbers for each input and state; `b` holds three gates. It is
/// what Keras calls `reset_after=False` and ONNX `linear_before_reset = 0`; PyTorch has the other form alone.
///
/// # Gradient
/// Backward through time, as that of a [`Gru`](crate::Gru) but for the third gate: with `ds = daᵐ·Uᵀ` by its columns `dr = ds·hₜ₋₁`,
/// `dhₜ₋₁ += ds·r`, and `dU = Σ (r·hₜ₋₁)ᵀ·daᵐ` in them.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{GruResetBefore, Network};
/// let mut net = Network::<Sequence<2, 1>, GruResetBefore<1, 1, f64>, f64>::new(1);
/// net.layers.weight_ih = Tensor::new([[[0.0], [0.0], [1.0]]]);
/// net.layers.weight_hh = Tensor::new([[[0.0], [0.0], [4.0]]]);
/// let y = net.predict(&[Tensor::new([[0.5], [0.0]])])[0].as_slice().to_vec();
/// let first = 0.5 * 0.5_f64.tanh();
/// let right = 0.5 * (4.0 * (0.5 * first)).tanh() + 0.5 * first;
/// assert!((y[0] - first).abs() < 1e-15 && (y[1] - right).abs() < 1e-15);
/// ```
///
/// Cho et al.: Learning phrase representations using RNN encoder–decoder (2014).
#[repr(C, align(64))]
pub struct GruResetBefore<const I: usize, const N: usize, T: Scalar = f32> {
    /// `W`, for each input a row of the gates `r`, `z`, `m`
    pub weight_ih: Tensor<Image<I, 3, N>, T>,
    /// `U`, for each state a row of the gates
    pub weight_hh: Tensor<Image<N, 3, N>, T>,
    /// `b`, gate by gate
    pub bias: Tensor<Matrix<3, N>, T>,
}

params!([const I: usize, const N: usize] GruResetBefore<I, N> {
    weight_ih ["weight_ih_l0"]: Weight Image<I, 3, N> as [I, 3 * N],
    weight_hh ["weight_hh_l0"]: Weight Image<N, 3, N> as [N, 3 * N],
    bias [Stored::named("bias_ih_l0"), Stored::named("bias_hh_l0")]: Bias Matrix<3, N> as [3 * N],
});

/// The step of a [`GruResetBefore`].
#[derive(Debug)]
pub enum ResetBeforeCell {}

impl<T: Scalar> Cell<T> for ResetBeforeCell {
    const GATES: usize = 3;
    const THROUGH: usize = 2;
    const KINDS: usize = 1;
    /// the states before, reset
    const BESIDE: usize = 1;
    /// that of the states before, and that of what is left of them by the reset
    const MOVING: usize = 2;
    const WORK: usize = 65;

    fn step(sides: Sides, [_, hidden, ..]: [&[T]; 4], _: bool, now: Now<'_, T>) {
        let (n, [before, _], [state, _]) = (sides.units, now.before, now.after);
        sides.recur(before, hidden, now.gates);
        let rows = now.beside.chunks_exact_mut(n).zip(before.chunks_exact(n));
        for (gates, (left, before)) in now.gates.chunks_exact_mut(3 * n).zip(rows) {
            T::sigmoid_in_place(&mut gates[..2 * n]);
            for ((left, &r), &before) in left.iter_mut().zip(&gates[..n]).zip(before) {
                *left = r * before;
            }
        }
        let product = Product {
            m: sides.samples,
            k: n,
            n,
            layout: Layout::Nn,
        };
        let (rows, third) = ([n, 3 * n, 3 * n], &mut now.gates[2 * n..]);
        T::matmul_rows(
            product,
            rows,
            now.beside,
            &hidden[2 * n..],
            Start::Output,
            third,
        );
        for gates in now.gates.chunks_exact_mut(3 * n) {
            T::tanh_in_place(&mut gates[2 * n..]);
        }
        blend(n, now.gates, before, state);
    }

    fn step_back(
        sides: Sides,
        _: [&[T]; 4],
        transposed: &[T],
        now: Now<'_, T>,
        [dstate, dleft]: [&mut [T]; 2],
    ) {
        let n = sides.units;
        blended_back(n, now.gates, now.before[0], dstate);
        let product = Product {
            m: sides.samples,
            k: n,
            n,
            layout: mutant::layout("GruResetBefore left", Layout::Nn),
        };
        let (third, weight) = (&now.gates[2 * n..], &transposed[2 * n * n..]);
        T::matmul_rows(product, [3 * n, n, n], third, weight, Start::Zero, dleft);
        reset_back(n, now.gates, now.before[0], dleft, dstate);
    }
}

/// The gradients of the new states' arguments, of those of the gate that keeps, and of the states before, as far as they are kept.
#[inline(never)]
fn blended_back<T: Scalar>(n: usize, gates: &mut [T], before: &[T], dstate: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || {
            let rows = before.chunks_exact(n).zip(dstate.chunks_exact_mut(n));
            for (gates, (before, dstate)) in gates.chunks_exact_mut(3 * n).zip(rows) {
                let [_, z, m] = thirds(gates, n);
                let (before, dstate) = (&before[..n], &mut dstate[..n]);
                for j in 0..n {
                    [m[j], z[j], dstate[j]] = blend_back(dstate[j], before[j], z[j], m[j]);
                }
            }
        },
    );
}

/// What is left by the reset, on its way back: to its gate, and to the states before.
#[inline(never)]
fn reset_back<T: Scalar>(n: usize, gates: &mut [T], before: &[T], dleft: &[T], dstate: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || {
            let rows = before.chunks_exact(n).zip(dleft.chunks_exact(n));
            let rows = rows.zip(dstate.chunks_exact_mut(n));
            for (gates, ((before, dleft), dstate)) in gates.chunks_exact_mut(3 * n).zip(rows) {
                let [r, ..] = thirds(gates, n);
                let (before, dleft, dstate) = (&before[..n], &dleft[..n], &mut dstate[..n]);
                for j in 0..n {
                    let reset = r[j];
                    dstate[j] += mutant::slope("GruResetBefore left", dleft[j] * reset);
                    let resets = dleft[j] * before[j] * reset * (T::one() - reset);
                    r[j] = mutant::slope("GruResetBefore reset gate", resets);
                }
            }
        },
    );
}
