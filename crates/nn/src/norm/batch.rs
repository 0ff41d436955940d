//! Batch normalisation.

use core_tensor::kernel::Start;
use core_tensor::shape::Channels;
use core_tensor::{Batch, BatchMut, Room, Scalar, Tensor, Vector, mutant, params};

use super::EPSILON;
use crate::{Layer, Mode, Pass};

/// Brings each channel to mean 0 and variance 1 over the batch (and over the pixels of an image), then scales and shifts it:
/// `y = γ·(x − µ)/√(σ² + ε) + β`, `ε = 10⁻⁵`.
///
/// In training `µ` and `σ²` are those of the batch, `σ²` divided by the count `n`; the running ones follow by a tenth of the difference a step,
/// the variance with `n − 1` in place of `n` (PyTorch's conventions). In use the running ones take their place. Of several batches whose
/// gradients are added, the running ones follow the last.
///
/// # Shapes
/// Any shape whose last side is `C`, which stays.
///
/// # Gradient
/// With `x̂ = (x − µ)/√(σ² + ε)`: `dβ = Σ dy`, `dγ = Σ dy·x̂`, `dx = γ/√(σ² + ε)·(dy − dβ/n − x̂·dγ/n)`. A batch of one number a channel has
/// the gradient 0.
///
/// Ioffe, Szegedy: Batch normalization (2015).
pub struct BatchNorm<const C: usize, T: Scalar = f32> {
    /// `γ`
    pub scale: Tensor<Vector<C>, T>,
    /// `β`
    pub shift: Tensor<Vector<C>, T>,
    /// the running mean; in a gradient, that of the batch
    pub mean: Tensor<Vector<C>, T>,
    /// the running variance; in a gradient, that of the batch
    pub variance: Tensor<Vector<C>, T>,
}

params!([const C: usize] BatchNorm<C> { scale: Scale Vector<C>, shift: Bias Vector<C>, mean: Statistic Vector<C>, variance: Variance Vector<C> });

/// What forward leaves: the input, and the statistics of each channel.
pub struct Saved<'a, X: core_tensor::Shape, T: 'static> {
    x: Batch<'a, X, T>,
    mean: &'a [T],
    variance: &'a [T],
    /// `1/√(σ² + ε)`
    inverse: &'a [T],
}

impl<X: Channels<C>, const C: usize, T: Scalar> Layer<X, T> for BatchNorm<C, T> {
    type Y = X;
    type Saved<'a> = Saved<'a, X, T>;
    const NAME: &'static str = "BatchNorm";
    const FLOPS: u64 = 8 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0)
        .with_fixed(C)
        .with_fixed(C)
        .with_fixed(C)
        .with_scratch(2 * C);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let (flat, out) = (Tensor::flat(x), Tensor::flat_mut(y));
        let [mean, variance, inverse] = [(); 3].map(|()| pass.room.numbers(C));
        match pass.mode {
            Mode::Train => moments(flat, mean, variance),
            Mode::Infer => {
                mean.copy_from_slice(self.mean.as_slice());
                variance.copy_from_slice(self.variance.as_slice());
            }
        }
        for (inverse, &variance) in inverse.iter_mut().zip(&*variance) {
            *inverse = (variance + T::of(EPSILON)).sqrt().recip();
        }
        let (scale, shift) = (self.scale.as_slice(), self.shift.as_slice());
        T::vectorize(
            #[inline(always)]
            || {
                for (y, x) in out.chunks_exact_mut(C).zip(flat.chunks_exact(C)) {
                    for c in 0..C {
                        y[c] = (x[c] - mean[c]) * inverse[c] * scale[c] + shift[c];
                    }
                }
            },
        );
        let saved = Saved {
            x,
            mean,
            variance,
            inverse,
        };
        (y, saved)
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let (start, mut scope) = (pass.start(), pass.room.scope());
        let (dshift, dscale) = scope.numbers(2 * C).split_at_mut(C);
        let (x, d) = (Tensor::flat(saved.x), Tensor::flat_mut(dy));
        let (mean, inverse) = (saved.mean, saved.inverse);
        T::sum_rows(d, Start::Zero, dshift);
        dscale.fill(T::zero());
        T::vectorize(
            #[inline(always)]
            || {
                for (d, x) in d.chunks_exact(C).zip(x.chunks_exact(C)) {
                    for c in 0..C {
                        dscale[c] += d[c] * (x[c] - mean[c]) * inverse[c];
                    }
                }
            },
        );
        let share = T::of(1.0 / (x.len() / C).max(1) as f64);
        let scale = self.scale.as_slice();
        T::vectorize(
            #[inline(always)]
            || {
                for (d, x) in d.chunks_exact_mut(C).zip(x.chunks_exact(C)) {
                    for c in 0..C {
                        let normal = (x[c] - mean[c]) * inverse[c];
                        let centred = d[c] - share * (dshift[c] + normal * dscale[c]);
                        d[c] = scale[c] * inverse[c] * centred;
                    }
                }
            },
        );
        if let Some(grad) = grad {
            mutant::sum(
                "BatchNorm shift",
                start,
                grad.shift.as_mut_slice(),
                |start, shift| {
                    T::sum_rows(dshift, start, shift);
                },
            );
            mutant::sum(
                "BatchNorm scale",
                start,
                grad.scale.as_mut_slice(),
                |start, scale| {
                    T::sum_rows(dscale, start, scale);
                },
            );
            let rows = (x.len() / C) as f64;
            let unbiased = T::of(rows / (rows - 1.0).max(1.0));
            grad.mean.as_mut_slice().copy_from_slice(mean);
            for (of_batch, &variance) in grad.variance.as_mut_slice().iter_mut().zip(saved.variance)
            {
                *of_batch = variance * unbiased;
            }
        }
        mutant::back("BatchNorm input", dy)
    }
}

/// The mean and the variance of each column, the latter from the differences to the former, which do not cancel.
fn moments<T: Scalar>(x: &[T], mean: &mut [T], variance: &mut [T]) {
    let columns = mean.len();
    let share = T::of(1.0 / (x.len() / columns).max(1) as f64);
    T::sum_rows(x, Start::Zero, mean);
    mean.iter_mut().for_each(|mean| *mean *= share);
    variance.fill(T::zero());
    T::vectorize(
        #[inline(always)]
        || {
            for x in x.chunks_exact(columns) {
                for ((variance, &x), &mean) in variance.iter_mut().zip(x).zip(&*mean) {
                    *variance += (x - mean) * (x - mean);
                }
            }
        },
    );
    variance.iter_mut().for_each(|variance| *variance *= share);
}
