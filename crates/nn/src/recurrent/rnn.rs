//! The plain recurrent layer.

use core_tensor::{
    Batch, BatchMut, Matrix, Room, Scalar, Sequence, Stored, Tensor, Vector, mutant, params,
};

use super::Sides;
use crate::{Field, Layer, Pass};

/// A recurrent layer: `hₜ = tanh(xₜ·W + hₜ₋₁·U + b)`, from `h₀ = 0`; its outputs are the states after every step.
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

impl<const I: usize, const N: usize, T: Scalar> Rnn<I, N, T> {
    const fn sides(samples: usize, steps: usize) -> Sides {
        Sides {
            samples,
            steps,
            inputs: I,
            units: N,
            gates: N,
        }
    }

    /// Turns what forward kept into the gradient of `tanh`'s arguments, and writes that of the weights.
    fn back(
        &self,
        sides: Sides,
        [inputs, gates, states]: [&mut [T]; 3],
        dy: &[T],
        grad: Option<&mut Self>,
        pass: &mut Pass<'_, T>,
    ) {
        let weight = self.weight_hh.as_slice();
        let (start, state) = (pass.start(), sides.state());
        let mut room = pass.room.scope();
        sides.walk_back(weight, dy, gates, &mut room, |t, dstate, da| {
            da.copy_from_slice(dstate);
            T::tanh_backward(&states[(t + 1) * state..][..state], da);
            mutant::values("Rnn", da);
            dstate.fill(T::zero());
        });
        if let Some(grad) = grad {
            sides.hidden_gradient(states, gates, start, grad.weight_hh.as_mut_slice());
            let of_inputs = [grad.weight_ih.as_mut_slice(), grad.bias.as_mut_slice()];
            sides.input_gradients(inputs, gates, start, of_inputs);
        }
    }
}

impl<const L: usize, const I: usize, const N: usize, T: Scalar> Layer<Sequence<L, I>, T>
    for Rnn<I, N, T>
{
    type Y = Sequence<L, N>;
    /// inputs, arguments of `tanh`, states; all step by step
    type Saved<'a> = [&'a mut [T]; 3];
    const NAME: &'static str = "Rnn";
    const FLOPS: u64 = Self::sides(1, L).flops() + 20 * (L * N) as u64;
    const ROOM: Room = Self::sides(1, L).room(1, 0, 1);
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
        for t in 0..L {
            let (gates, (before, now)) = (sides.gates_of(gates, t), sides.around(states, t));
            if t > 0 {
                sides.recur(before, self.weight_hh.as_slice(), gates);
            }
            T::tanh_all(gates, now);
        }
        let y = pass.batch(x.len());
        sides.leave(states, Tensor::flat_mut(y));
        (y, [inputs, gates, states])
    }

    fn backward<'a>(
        &self,
        [inputs, gates, states]: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, N>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let (sides, dx) = (Self::sides(dy.len(), L), pass.batch(dy.len()));
        let saved = [&mut *inputs, &mut *gates, states];
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
