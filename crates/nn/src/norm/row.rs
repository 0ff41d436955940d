//! Normalisation along the last side: each row for itself, in training and in use alike.

use core_tensor::kernel::Start;
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

/// The mean of a row, and `1/√(σ² + ε)`; a row that is not centred keeps the mean 0.
fn moments<T: Scalar>(x: &[T], centred: bool) -> (T, T) {
    let share = T::of(1.0 / x.len() as f64);
    let mean = if centred {
        x.iter().copied().sum::<T>() * share
    } else {
        T::zero()
    };
    let square: T = x.iter().map(|&x| (x - mean) * (x - mean)).sum();
    (mean, (square * share + T::of(EPSILON)).sqrt().recip())
}

/// `y = γ·x̂`, row by row.
fn forward<T: Scalar>(x: &[T], scale: &[T], centred: bool, y: &mut [T]) {
    let row = scale.len();
    for (x, y) in x.chunks_exact(row).zip(y.chunks_exact_mut(row)) {
        let (mean, inverse) = moments(x, centred);
        for ((y, &x), &scale) in y.iter_mut().zip(x).zip(scale) {
            *y = (x - mean) * inverse * scale;
        }
    }
}

/// `dscale += Σ dy·x̂`
fn backward_scale<T: Scalar>(x: &[T], dy: &[T], centred: bool, dscale: &mut [T]) {
    let row = dscale.len();
    for (x, dy) in x.chunks_exact(row).zip(dy.chunks_exact(row)) {
        let (mean, inverse) = moments(x, centred);
        for ((d, &x), &dy) in dscale.iter_mut().zip(x).zip(dy) {
            *d += dy * (x - mean) * inverse;
        }
    }
}

/// `dy` becomes `dx`.
fn backward<T: Scalar>(x: &[T], scale: &[T], centred: bool, dy: &mut [T]) {
    let row = scale.len();
    let share = T::of(1.0 / row as f64);
    for (x, dy) in x.chunks_exact(row).zip(dy.chunks_exact_mut(row)) {
        let (mean, inverse) = moments(x, centred);
        let (mut along_one, mut along_x) = (T::zero(), T::zero());
        for ((d, &x), &scale) in dy.iter_mut().zip(x).zip(scale) {
            *d *= scale;
            along_one += *d;
            along_x += *d * (x - mean) * inverse;
        }
        let along_one = if centred { along_one } else { T::zero() };
        for (d, &x) in dy.iter_mut().zip(x) {
            let normal = (x - mean) * inverse;
            *d = inverse * (*d - share * (along_one + normal * along_x));
        }
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
        forward(
            Tensor::flat(x),
            self.scale.as_slice(),
            true,
            Tensor::flat_mut(y),
        );
        for y in Tensor::flat_mut(y).chunks_exact_mut(N) {
            T::add_to(self.shift.as_slice(), y);
        }
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
        if let Some(grad) = grad {
            let shift = grad.shift.as_mut_slice();
            mutant::sum("LayerNorm shift", pass.start(), shift, |start, shift| {
                T::sum_rows(d, start, shift);
            });
            let scale = grad.scale.as_mut_slice();
            mutant::sum("LayerNorm scale", pass.start(), scale, |start, scale| {
                begin(start, scale);
                backward_scale(x, d, true, scale);
            });
        }
        backward(x, self.scale.as_slice(), true, d);
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
        forward(
            Tensor::flat(x),
            self.scale.as_slice(),
            false,
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
        if let Some(grad) = grad {
            let scale = grad.scale.as_mut_slice();
            mutant::sum("RmsNorm scale", pass.start(), scale, |start, scale| {
                begin(start, scale);
                backward_scale(x, d, false, scale);
            });
        }
        backward(x, self.scale.as_slice(), false, d);
        mutant::back("RmsNorm input", dy)
    }
}

fn begin<T: Scalar>(start: Start<'_, T>, sums: &mut [T]) {
    if let Start::Zero = start {
        sums.fill(T::zero());
    }
}
