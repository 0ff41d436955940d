//! Normalisation of groups of channels within a sample.

use core_tensor::kernel::Start;
use core_tensor::shape::Channels;
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, Vector, mutant, params};

use super::EPSILON;
use crate::{Layer, Pass};

/// Cuts the `C` channels into `G` groups and brings each group of a sample, over all its pixels, to mean 0 and variance 1; then scales and
/// shifts each channel: `y = γ·(x − µ)/√(σ² + ε) + β`, `ε = 10⁻⁵`, `σ²` divided by the count. `GroupNorm<1, C>` takes the whole sample.
///
/// # Shapes
/// Any shape whose last side is `C`, which stays. `G` must divide `C`.
///
/// # Gradient
/// As [`LayerNorm`](crate::LayerNorm), the means taken over the group.
///
/// Wu, He: Group normalization (2018).
pub struct GroupNorm<const G: usize, const C: usize, T: Scalar = f32> {
    /// `γ`
    pub scale: Tensor<Vector<C>, T>,
    /// `β`
    pub shift: Tensor<Vector<C>, T>,
}
params!([const G: usize, const C: usize] GroupNorm<G, C> { scale ["weight"]: Scale Vector<C>, shift ["bias"]: Bias Vector<C> });

/// Each channel of each sample for itself: a [`GroupNorm`] with as many groups as channels.
///
/// Ulyanov, Vedaldi, Lempitsky: Instance normalization (2016).
pub type InstanceNorm<const C: usize, T = f32> = GroupNorm<C, C, T>;

impl<const G: usize, const C: usize, T: Scalar> GroupNorm<G, C, T> {
    /// Channels of a group.
    const EACH: usize = {
        assert!(
            G > 0 && C.is_multiple_of(G),
            "the groups must divide the channels"
        );
        C / G
    };

    /// The mean of a group of one sample, and `1/√(σ² + ε)`.
    fn moments(x: &[T], group: usize) -> (T, T) {
        let members = || {
            x.chunks_exact(C)
                .flat_map(|pixel| &pixel[group * Self::EACH..][..Self::EACH])
        };
        let share = T::of(1.0 / (x.len() / G) as f64);
        let mean = members().copied().sum::<T>() * share;
        let square: T = members().map(|&x| (x - mean) * (x - mean)).sum();
        (mean, (square * share + T::of(EPSILON)).sqrt().recip())
    }

    /// The channels of a group.
    fn channels(group: usize) -> core::ops::Range<usize> {
        group * Self::EACH..(group + 1) * Self::EACH
    }
}

impl<X: Channels<C>, const G: usize, const C: usize, T: Scalar> Layer<X, T> for GroupNorm<G, C, T> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "GroupNorm";
    const FLOPS: u64 = 8 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let (scale, shift) = (self.scale.as_slice(), self.shift.as_slice());
        let samples = Tensor::flat(x).chunks_exact(X::LEN);
        for (x, y) in samples.zip(Tensor::flat_mut(y).chunks_exact_mut(X::LEN)) {
            for group in 0..G {
                let (mean, inverse) = Self::moments(x, group);
                for (x, y) in x.chunks_exact(C).zip(y.chunks_exact_mut(C)) {
                    for c in Self::channels(group) {
                        y[c] = (x[c] - mean) * inverse * scale[c] + shift[c];
                    }
                }
            }
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
            mutant::sum("GroupNorm shift", pass.start(), shift, |start, shift| {
                T::sum_rows(d, start, shift);
            });
            let scale = grad.scale.as_mut_slice();
            mutant::sum("GroupNorm scale", pass.start(), scale, |start, scale| {
                if let Start::Zero = start {
                    scale.fill(T::zero());
                }
                for (x, d) in x.chunks_exact(X::LEN).zip(d.chunks_exact(X::LEN)) {
                    for group in 0..G {
                        let (mean, inverse) = Self::moments(x, group);
                        for (x, d) in x.chunks_exact(C).zip(d.chunks_exact(C)) {
                            for c in Self::channels(group) {
                                scale[c] += d[c] * (x[c] - mean) * inverse;
                            }
                        }
                    }
                }
            });
        }
        let share = T::of(1.0 / (<X as Shape>::LEN / G) as f64);
        let scale = self.scale.as_slice();
        for (x, d) in x.chunks_exact(X::LEN).zip(d.chunks_exact_mut(X::LEN)) {
            for group in 0..G {
                let (mean, inverse) = Self::moments(x, group);
                let (mut along_one, mut along_x) = (T::zero(), T::zero());
                for (x, d) in x.chunks_exact(C).zip(d.chunks_exact_mut(C)) {
                    for c in Self::channels(group) {
                        d[c] *= scale[c];
                        along_one += d[c];
                        along_x += d[c] * (x[c] - mean) * inverse;
                    }
                }
                for (x, d) in x.chunks_exact(C).zip(d.chunks_exact_mut(C)) {
                    for c in Self::channels(group) {
                        let normal = (x[c] - mean) * inverse;
                        d[c] = inverse * (d[c] - share * (along_one + normal * along_x));
                    }
                }
            }
        }
        mutant::back("GroupNorm input", dy)
    }
}
