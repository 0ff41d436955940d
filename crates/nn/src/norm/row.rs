//! Normalisation along the last side: each row for itself, in training and in use alike.

use core_tensor::kernel::{RowNorm, Start};
use core_tensor::shape::Channels;
use core_tensor::{Batch, BatchMut, Room, Scalar, Tensor, Vector, mutant, params};

use super::EPSILON;
use crate::{Layer, Pass};

/// Brings each row to mean 0 and variance 1, then scales and shifts it: `y = γ·(x − µ)/√(σ² + ε) + β`, `ε = 10⁻⁵`, `σ²` divided by the count.
///
/// # Shapes
/// Any shape whose last side is `N`, which stays.
///
/// # Gradient
/// With `x̂ = (x − µ)/√(σ² + ε)` and `g = γ·dy`: `dx = (g − mean g − x̂·mean(g·x̂))/√(σ² + ε)`, `dγ = Σ dy·x̂`, `dβ = Σ dy`.
///
/// Ba, Kiros, Hinton: Layer normalization (2016).
pub struct LayerNorm<const N: usize, T: Scalar = f32> {
    /// `γ`
    pub scale: Tensor<Vector<N>, T>,
    /// `β`
    pub shift: Tensor<Vector<N>, T>,
}
params!([const N: usize] LayerNorm<N> { scale ["weight"]: Scale Vector<N>, shift ["bias"]: Bias Vector<N> });

/// Brings each row to a mean square of 1, then scales it: `y = γ·x/√(mean x² + ε)`, `ε = 10⁻⁵`.
///
/// # Shapes
/// Any shape whose last side is `N`, which stays.
///
/// # Gradient
/// With `x̂ = x/√(mean x² + ε)` and `g = γ·dy`: `dx = (g − x̂·mean(g·x̂))/√(mean x² + ε)`, `dγ = Σ dy·x̂`.
///
/// Zhang, Sennrich: Root mean square layer normalization (2019).
pub struct RmsNorm<const N: usize, T: Scalar = f32> {
    /// `γ`
    pub scale: Tensor<Vector<N>, T>,
}
params!([const N: usize] RmsNorm<N> { scale ["weight"]: Scale Vector<N> });

/// How rows are normalised.
fn norm<T: Scalar>(centred: bool) -> RowNorm<T> {
    RowNorm {
        centred,
        epsilon: T::of(EPSILON),
    }
}

impl<X: Channels<N>, const N: usize, T: Scalar> Layer<X, T> for LayerNorm<N, T> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "LayerNorm";
    const FLOPS: u64 = 8 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let (scale, shift) = (self.scale.as_slice(), self.shift.as_slice());
        let start = Start::Row(shift);
        T::normalize_rows(
            norm(true),
            Tensor::flat(x),
            scale,
            start,
            Tensor::flat_mut(y),
        );
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let (x, d) = (Tensor::flat(x), Tensor::flat_mut(dy));
        let mut backward = |sums: [Option<&mut [T]>; 2]| {
            T::normalize_rows_backward(norm(true), x, self.scale.as_slice(), d, sums)
        };
        match grad {
            // both sums are found in the pass that finds dx
            Some(grad) => {
                let (shift, scale) = (grad.shift.as_mut_slice(), grad.scale.as_mut_slice());
                mutant::sum("LayerNorm shift", pass.start(), shift, |start, shift| {
                    start.begin(shift);
                    mutant::sum("LayerNorm scale", pass.start(), scale, |start, scale| {
                        start.begin(scale);
                        backward([Some(scale), Some(shift)]);
                    });
                });
            }
            None => backward([None, None]),
        }
        mutant::back("LayerNorm input", dy)
    }
}

impl<X: Channels<N>, const N: usize, T: Scalar> Layer<X, T> for RmsNorm<N, T> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "RmsNorm";
    const FLOPS: u64 = 5 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let (x_flat, scale) = (Tensor::flat(x), self.scale.as_slice());
        T::normalize_rows(norm(false), x_flat, scale, Start::Zero, Tensor::flat_mut(y));
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let (x, d) = (Tensor::flat(x), Tensor::flat_mut(dy));
        let mut backward = |sums: [Option<&mut [T]>; 2]| {
            T::normalize_rows_backward(norm(false), x, self.scale.as_slice(), d, sums)
        };
        match grad {
            Some(grad) => {
                let scale = grad.scale.as_mut_slice();
                mutant::sum("RmsNorm scale", pass.start(), scale, |start, scale| {
                    start.begin(scale);
                    backward([Some(scale), None]);
                });
            }
            None => backward([None, None]),
        }
        mutant::back("RmsNorm input", dy)
    }
}
