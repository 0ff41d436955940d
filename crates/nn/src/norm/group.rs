//! Normalisation of groups of channels within a sample.

use core_tensor::kernel::Start;
use core_tensor::shape::Channels;
use core_tensor::{Batch, BatchMut, Room, Scalar, Tensor, Vector, mutant, params};

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

    /// The mean of each channel's group in one sample, and `1/√(σ² + ε)`, from those of the channels. Of `scratch` nothing is left.
    fn moments(x: &[T], mean: &mut [T], inverse: &mut [T], scratch: &mut [T]) {
        T::column_moments(x, [mean, inverse], scratch);
        let (pixels, share) = (T::of((x.len() / C) as f64), Self::share(x.len()));
        let groups = mean.chunks_exact_mut(Self::EACH);
        for (mean, squares) in groups.zip(inverse.chunks_exact_mut(Self::EACH)) {
            let middle = mean.iter().copied().sum::<T>() * T::of(1.0 / Self::EACH as f64);
            let mut sum = T::zero();
            for (mean, &squares) in mean.iter_mut().zip(&*squares) {
                let off = *mean - middle;
                sum += squares + pixels * off * off;
                *mean = middle;
            }
            squares.fill((sum * share + T::of(EPSILON)).sqrt().recip());
        }
    }

    /// One over the numbers of a group, in a sample of `len`.
    fn share(len: usize) -> T {
        T::of(1.0 / (len / G).max(1) as f64)
    }

    /// Each channel's sum becomes `f` of the sum of its group.
    fn spread(sums: &mut [T], f: impl Fn(T) -> T) {
        for channels in sums.chunks_exact_mut(Self::EACH) {
            let sum = channels.iter().copied().sum();
            channels.fill(f(sum));
        }
    }
}

impl<X: Channels<C>, const G: usize, const C: usize, T: Scalar> Layer<X, T> for GroupNorm<G, C, T> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "GroupNorm";
    const FLOPS: u64 = 8 * X::LEN as u64;
    /// backward takes five rows of statistics, sums and slopes
    const ROOM: Room = Room::new(X::LEN, 0).with_scratch(5 * C);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let (scale, shift) = (self.scale.as_slice(), self.shift.as_slice());
        let mut scope = pass.room.scope();
        let (mean, rest) = scope.numbers(4 * C).split_at_mut(C);
        let (factor, scratch) = rest.split_at_mut(C);
        let samples = Tensor::flat(x).chunks_exact(X::LEN);
        for (x, y) in samples.zip(Tensor::flat_mut(y).chunks_exact_mut(X::LEN)) {
            Self::moments(x, mean, factor, scratch);
            for (factor, &scale) in factor.iter_mut().zip(scale) {
                *factor *= scale;
            }
            T::scale_columns(x, [mean, factor, shift], y);
        }
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        mut grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let (x, d) = (Tensor::flat(x), Tensor::flat_mut(dy));
        if let Some(grad) = grad.as_deref_mut() {
            pass.start().begin(grad.shift.as_mut_slice());
            pass.start().begin(grad.scale.as_mut_slice());
        }
        let mut scope = pass.room.scope();
        let (mean, rest) = scope.numbers(5 * C).split_at_mut(C);
        let (inverse, rest) = rest.split_at_mut(C);
        let share = Self::share(X::LEN);
        // a sample's numbers are near while all is done with them
        for (x, d) in x.chunks_exact(X::LEN).zip(d.chunks_exact_mut(X::LEN)) {
            Self::moments(x, mean, inverse, rest);
            let (sums, own) = rest.split_at_mut(2 * C);
            T::slope_columns(d, x, mean, sums);
            let (all, along) = sums.split_at_mut(C);
            if let Some(grad) = grad.as_deref_mut() {
                let shift = grad.shift.as_mut_slice();
                mutant::sum("GroupNorm shift", Start::Output, shift, |start, shift| {
                    T::sum_rows(all, start, shift);
                });
                let scale = grad.scale.as_mut_slice();
                mutant::sum("GroupNorm scale", Start::Output, scale, |_, scale| {
                    for ((scale, &along), &inverse) in scale.iter_mut().zip(&*along).zip(&*inverse)
                    {
                        *scale += along * inverse;
                    }
                });
            }
            for (c, &scale) in self.scale.as_slice().iter().enumerate() {
                own[c] = scale * inverse[c];
                all[c] *= own[c] * share;
                along[c] *= own[c] * inverse[c] * inverse[c] * share;
            }
            // the slopes of a group are one, so that its sums may be taken of what they are multiplied with
            Self::spread(all, |sum| sum);
            Self::spread(along, |sum| sum);
            T::mix_columns(x, [mean, own, along, all], d);
        }
        mutant::back("GroupNorm input", dy)
    }
}
