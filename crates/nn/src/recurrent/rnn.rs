//! The plain recurrent layer.

use core_tensor::{Matrix, Scalar, Stored, Tensor, Vector, mutant, params};

use super::cell::Cell;
use super::sides::{Now, Sides};

/// A recurrent layer: `hₜ = tanh(xₜ·W + hₜ₋₁·U + b)`, from `h₀ = 0` unless it is given by
/// [`Stateful`](crate::Stateful); its outputs are the states after every step.
///
/// [`LastStep`](crate::LastStep) behind it keeps the last one, a tuple of several is a stack, and [`Bidirectional`](crate::Bidirectional)
/// reads both ways.
///
/// # Shapes
/// `x`: `Sequence<L, I>`, `y`: `Sequence<L, N>`. PyTorch's `weight_ih` and `weight_hh` are the transposes of `W` and `U`, and `b` is the sum of its
/// `bias_ih` and `bias_hh`, which have one gradient.
///
/// # Gradient
/// Backward through time: with `dhₜ = dyₜ + daₜ₊₁·Uᵀ` and `daₜ = dhₜ·(1 − hₜ²)`, `dW = Σ xₜᵀ·daₜ`, `dU = Σ hₜ₋₁ᵀ·daₜ`, `db = Σ daₜ`, `dxₜ = daₜ·Wᵀ`.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{LastStep, Network, Rnn};
/// let mut net = Network::<Sequence<2, 1>, (Rnn<1, 1>, LastStep)>::new(1);
/// net.layers.0.weight_ih = Tensor::new([[1.0]]);
/// net.layers.0.weight_hh = Tensor::new([[-1.0]]);
/// let y = net.predict(&[Tensor::new([[0.5], [0.0]])])[0][[0]];
/// assert!((y - (-0.5_f32.tanh()).tanh()).abs() < 1e-6);
/// ```
///
/// Elman: Finding structure in time (1990).
#[repr(C, align(64))]
pub struct Rnn<const I: usize, const N: usize, T: Scalar = f32> {
    /// `W`, a row for each input
    pub weight_ih: Tensor<Matrix<I, N>, T>,
    /// `U`, a row for each state
    pub weight_hh: Tensor<Matrix<N, N>, T>,
    /// `b`
    pub bias: Tensor<Vector<N>, T>,
}

params!([const I: usize, const N: usize] Rnn<I, N> {
    weight_ih ["weight_ih_l0"]: Weight Matrix<I, N>,
    weight_hh ["weight_hh_l0"]: Weight Matrix<N, N>,
    bias [Stored::named("bias_ih_l0"), Stored::named("bias_hh_l0")]: Bias Vector<N>,
});

/// The step of an [`Rnn`].
#[derive(Debug)]
pub enum RnnCell {}

impl<T: Scalar> Cell<T> for RnnCell {
    const GATES: usize = 1;
    const KINDS: usize = 1;
    const BESIDE: usize = 0;
    const MOVING: usize = 1;
    const WORK: usize = 20;

    fn step(sides: Sides, weights: [&[T]; 4], later: bool, now: Now<'_, T>) {
        if later {
            sides.recur(now.before[0], weights[1], now.gates);
        }
        let [state, _] = now.after;
        T::tanh_all(now.gates, state);
    }

    fn step_back(_: Sides, _: [&[T]; 4], _: &[T], now: Now<'_, T>, [dstate, _]: [&mut [T]; 2]) {
        now.gates.copy_from_slice(dstate);
        T::tanh_backward(now.after[0], now.gates);
        mutant::values("Rnn", now.gates);
        dstate.fill(T::zero());
    }
}
