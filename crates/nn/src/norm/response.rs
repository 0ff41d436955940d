//! Local response normalisation.

use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Pass};

/// `α` over the number of neighbours, `β` and `k` of AlexNet, as PyTorch has them by default.
const ALPHA: f64 = 1e-4;
const BETA: f64 = 0.75;
const BIAS: f64 = 1.0;

/// Divides each number by what its `N` neighbouring channels (itself among them) say: `y_c = x_c / (k + α/N·Σ x_j²)^β` over
/// `j` from `c − N/2` to `c + (N − 1)/2`, with zeros beyond the ends; `α = 10⁻⁴`, `β = 0.75`, `k = 1` (PyTorch's defaults; AlexNet has `k = 2`
/// and does not divide `α`).
///
/// # Shapes
/// Any shape, which stays; the channels are the last side.
///
/// # Gradient
/// With `s = k + α/N·Σ x²`: `dx_c = dy_c·s_c^−β − 2αβ/N·x_c·Σ dy_j·x_j·s_j^(−β−1)` over the `j` whose neighbour `c` is.
///
/// Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012).
pub struct LocalResponseNorm<const N: usize = 5>;
no_params!([const N: usize] LocalResponseNorm<N>);

/// The channels that number `c` looks at.
fn neighbours<const N: usize>(c: usize, channels: usize) -> core::ops::Range<usize> {
    c.saturating_sub(N / 2)..(c + (N - 1) / 2 + 1).min(channels)
}

/// The channels that look at number `c`.
fn onlookers<const N: usize>(c: usize, channels: usize) -> core::ops::Range<usize> {
    c.saturating_sub((N - 1) / 2)..(c + N / 2 + 1).min(channels)
}

/// `s` of channel `c` of a pixel.
fn around<const N: usize, T: Scalar>(x: &[T], c: usize) -> T {
    let squares: T = x[neighbours::<N>(c, x.len())].iter().map(|&x| x * x).sum();
    T::of(BIAS) + T::of(ALPHA / N as f64) * squares
}

impl<X: Shape, T: Scalar, const N: usize> Layer<X, T> for LocalResponseNorm<N> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "LocalResponseNorm";
    const FLOPS: u64 = (2 * N + 30) as u64 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, X::LEN);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        const { assert!(N > 0, "a number is its own neighbour: N is at least 1") }
        let y = pass.batch::<X>(x.len());
        let channels = <X::Row as Shape>::LEN;
        let pixels = Tensor::flat(x).chunks_exact(channels);
        for (x, y) in pixels.zip(Tensor::flat_mut(y).chunks_exact_mut(channels)) {
            for (c, y) in y.iter_mut().enumerate() {
                *y = x[c] * around::<N, T>(x, c).powf(T::of(-BETA));
            }
        }
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        let channels = <X::Row as Shape>::LEN;
        let share = T::of(2.0 * ALPHA * BETA / N as f64);
        let pixels = Tensor::flat(x).chunks_exact(channels);
        let pixels = pixels.zip(Tensor::flat_mut(dy).chunks_exact_mut(channels));
        for ((x, dy), dx) in pixels.zip(Tensor::flat_mut(dx).chunks_exact_mut(channels)) {
            for (c, dx) in dx.iter_mut().enumerate() {
                let scale = around::<N, T>(x, c).powf(T::of(-BETA));
                *dx = mutant::slope("LocalResponseNorm own", dy[c] * scale);
                // what each channel hands to those it looks at
                dy[c] = dy[c] * x[c] * scale / around::<N, T>(x, c);
            }
            for (c, dx) in dx.iter_mut().enumerate() {
                let from: T = dy[onlookers::<N>(c, channels)].iter().copied().sum();
                *dx -= mutant::slope("LocalResponseNorm neighbours", share * x[c] * from);
            }
        }
        dx
    }
}
