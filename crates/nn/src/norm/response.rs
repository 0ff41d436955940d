//! Local response normalisation.

use core::ops::Range;

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

/// The channels that have a neighbour at a distance of `ahead − behind`, and those neighbours.
#[inline(always)]
fn pairs(ahead: usize, behind: usize, channels: usize) -> [Range<usize>; 2] {
    let [to, from] = [behind.saturating_sub(ahead), ahead.saturating_sub(behind)];
    let count = channels.saturating_sub(to + from);
    [to, from].map(|first| first.min(channels)..first.min(channels) + count)
}

/// `s` of every channel of a pixel.
#[inline(always)]
fn around<const N: usize, T: Scalar>(x: &[T], s: &mut [T]) {
    s.fill(T::of(BIAS));
    let share = T::of(ALPHA / N as f64);
    for ahead in 0..N {
        let [to, from] = pairs(ahead, N / 2, x.len());
        for (s, &x) in s[to].iter_mut().zip(&x[from]) {
            *s += share * (x * x);
        }
    }
}

/// `s^−β` for `β = 3/4`.
#[inline(always)]
fn power<T: Scalar>(s: T) -> T {
    const { assert!(BETA == 0.75, "the roots below are those of 3/4") }
    let root = s.sqrt();
    (root * root.sqrt()).recip()
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
        let pixels = pixels.zip(Tensor::flat_mut(y).chunks_exact_mut(channels));
        T::vectorize(
            #[inline(always)]
            || {
                for (x, y) in pixels {
                    around::<N, T>(x, y);
                    for (y, &x) in y.iter_mut().zip(x) {
                        *y = x * power(*y);
                    }
                }
            },
        );
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
        let pixels = pixels.zip(Tensor::flat_mut(dx).chunks_exact_mut(channels));
        T::vectorize(
            #[inline(always)]
            || {
                for ((x, dy), dx) in pixels {
                    around::<N, T>(x, dx);
                    for ((dx, dy), &x) in dx.iter_mut().zip(&mut *dy).zip(x) {
                        let (s, scaled) = (*dx, *dy * power(*dx));
                        *dx = mutant::slope("LocalResponseNorm own", scaled);
                        // what each channel hands to those it looks at
                        *dy = scaled * x / s;
                    }
                    for ahead in 0..N {
                        // those that look at a channel lie to the other side
                        let [to, from] = pairs(ahead, (N - 1) / 2, channels);
                        let dx = dx[to.clone()].iter_mut();
                        for ((dx, &x), &dy) in dx.zip(&x[to]).zip(&dy[from]) {
                            *dx -= mutant::slope("LocalResponseNorm neighbours", share * x * dy);
                        }
                    }
                }
            },
        );
        dx
    }
}
