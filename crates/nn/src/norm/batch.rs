//! Batch normalisation.

use core_tensor::kernel::Start;
use core_tensor::shape::Channels;
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, Vector, mutant, params};

use super::EPSILON;
use crate::{Layer, Mode, Pass, Peers};

/// Brings each channel to mean 0 and variance 1 over the batch (and over the pixels of an image), then scales and shifts it:
/// `y = γ·(x − µ)/√(σ² + ε) + β`, `ε = 10⁻ᴱ`, by default PyTorch's `10⁻⁵`.
///
/// In training `µ` and `σ²` are those of the batch, `σ²` divided by the count `n`; the running ones follow by a tenth of the difference a step,
/// the variance with `n − 1` in place of `n` (PyTorch's conventions). In use the running ones take their place. Of several batches whose
/// gradients are added, the running ones follow the last. In a [`Frozen`](crate::Frozen) part the running ones stay, and count in training
/// too (PyTorch's `eval()`).
///
/// # Shapes
/// Any shape whose last side is `C`, which stays.
///
/// # Gradient
/// With `x̂ = (x − µ)/√(σ² + ε)`: `dβ = Σ dy`, `dγ = Σ dy·x̂`, `dx = γ/√(σ² + ε)·(dy − dβ/n − x̂·dγ/n)`. A batch of one number a channel has
/// the gradient 0. Where the running ones count, `dx = γ/√(σ² + ε)·dy`.
///
/// Ioffe, Szegedy: Batch normalization (2015).
pub struct BatchNorm<const C: usize, T: Scalar = f32, const E: u32 = 5> {
    /// `γ`
    pub scale: Tensor<Vector<C>, T>,
    /// `β`
    pub shift: Tensor<Vector<C>, T>,
    /// the running mean; in a gradient, that of the batch
    pub mean: Tensor<Vector<C>, T>,
    /// the running variance; in a gradient, that of the batch
    pub variance: Tensor<Vector<C>, T>,
}

params!(T: [const C: usize, T: Scalar, const E: u32] BatchNorm<C, T, E> {
    scale ["weight"]: Scale Vector<C>,
    shift ["bias"]: Bias Vector<C>,
    mean ["running_mean"]: Statistic Vector<C>,
    variance ["running_var"]: Variance Vector<C>,
});

/// [`BatchNorm`] without scale and shift (PyTorch's `affine=False`): `y = (x − µ)/√(σ² + ε)`.
///
/// # Shapes
/// Any shape whose last side is `C`, which stays.
///
/// # Gradient
/// That of [`BatchNorm`] with `γ = 1`.
///
/// Ioffe, Szegedy: Batch normalization (2015), their normalisation before it is scaled.
pub struct BatchNormPlain<const C: usize, T: Scalar = f32> {
    /// the running mean; in a gradient, that of the batch
    pub mean: Tensor<Vector<C>, T>,
    /// the running variance; in a gradient, that of the batch
    pub variance: Tensor<Vector<C>, T>,
}

params!([const C: usize] BatchNormPlain<C> { mean ["running_mean"]: Statistic Vector<C>, variance ["running_var"]: Variance Vector<C> });

/// What forward leaves: the input, and the statistics of each channel.
pub struct Saved<'a, X: Shape, T: 'static> {
    x: Batch<'a, X, T>,
    mean: &'a [T],
    variance: &'a [T],
    /// `1/√(σ² + ε)`
    inverse: &'a [T],
    /// whether they are the batch's, so that each number takes part in them
    of_batch: bool,
    /// of how many numbers each is the mean, those of the other parts of the batch among them
    rows: usize,
}

impl<'a, X: Shape, T: Scalar> Saved<'a, X, T> {
    /// The statistics of a batch in training, else the running ones.
    pub(super) fn new(
        x: Batch<'a, X, T>,
        running: [&[T]; 2],
        epsilon: f64,
        pass: &mut Pass<'a, T>,
    ) -> Self {
        let [mean, variance, inverse] = [(); 3].map(|()| pass.room.numbers(running[0].len()));
        let of_batch = pass.mode == Mode::Train;
        let mut rows = Tensor::flat(x).len() / mean.len();
        if of_batch {
            let mut scope = pass.room.scope();
            let scratch = scope.numbers(2 * mean.len());
            T::column_moments(Tensor::flat(x), [mean, variance], scratch);
            let share = T::of(1.0 / rows.max(1) as f64);
            variance.iter_mut().for_each(|variance| *variance *= share);
            if let Some(peers) = pass.peers {
                rows = together(peers, rows, mean, variance);
            }
        } else {
            mean.copy_from_slice(running[0]);
            variance.copy_from_slice(running[1]);
        }
        for (inverse, &variance) in inverse.iter_mut().zip(&*variance) {
            *inverse = (variance + T::of(epsilon)).sqrt().recip();
        }
        Self {
            x,
            mean,
            variance,
            inverse,
            of_batch,
            rows,
        }
    }

    /// `y ← f(c, x̂, y)`
    pub(super) fn each(&self, y: &mut [T], f: impl Fn(usize, T, T) -> T) {
        let (mean, inverse, channels) = (self.mean, self.inverse, self.mean.len());
        let rows = Tensor::flat(self.x).chunks_exact(channels);
        T::vectorize(
            #[inline(always)]
            || {
                for (y, x) in y.chunks_exact_mut(channels).zip(rows) {
                    for c in 0..channels {
                        y[c] = f(c, (x[c] - mean[c]) * inverse[c], y[c]);
                    }
                }
            },
        );
    }

    /// `y = scale·x̂ + shift`; `scale` becomes the factor of `x − µ`.
    fn forward(&self, y: &mut [T], scale: &mut [T], shift: &[T]) {
        for (scale, &inverse) in scale.iter_mut().zip(self.inverse) {
            *scale *= inverse;
        }
        T::scale_columns(Tensor::flat(self.x), [self.mean, scale, shift], y);
    }

    /// `Σ dy` and `Σ dy·x̂` of each channel, of which `sums` holds room for both.
    pub(super) fn sums<'s>(&self, d: &[T], sums: &'s mut [T]) -> [&'s mut [T]; 2] {
        T::slope_columns(d, Tensor::flat(self.x), self.mean, sums);
        let (dshift, dscale) = sums.split_at_mut(self.mean.len());
        for (dscale, &inverse) in dscale.iter_mut().zip(self.inverse) {
            *dscale *= inverse;
        }
        [dshift, dscale]
    }

    /// Adds what the other parts of the batch found.
    fn add_up(&self, dshift: &mut [T], dscale: &mut [T], peers: Option<&Peers<'_, T>>) {
        let Some(peers) = peers.filter(|_| self.of_batch) else {
            return;
        };
        let told = peers.tell(&[dshift, dscale]);
        for sums in [&mut *dshift, &mut *dscale] {
            sums.fill(T::zero());
        }
        let channels = dshift.len();
        for found in told.each() {
            let (shift, scale) = found[..2 * channels].split_at(channels);
            T::add_to(shift, dshift);
            T::add_to(scale, dscale);
        }
    }

    /// `dy` becomes `dx`; `slope` is that of `y` by `x̂` and becomes that of `y` by `x`. Of `sums` nothing is left.
    fn backward(&self, d: &mut [T], slope: &mut [T], sums: [&mut [T]; 2]) {
        let x = Tensor::flat(self.x);
        let share = if self.of_batch {
            T::of(1.0 / self.rows.max(1) as f64)
        } else {
            T::zero()
        };
        let [all, along] = sums;
        let of_channel = slope
            .iter_mut()
            .zip(self.inverse)
            .zip(&mut *all)
            .zip(&mut *along);
        for (((slope, &inverse), all), along) in of_channel {
            *slope *= inverse;
            *all *= *slope * share;
            *along *= *slope * share * inverse;
        }
        T::mix_columns(x, [self.mean, slope, along, all], d);
    }

    /// Leaves the statistics where the running ones will find them.
    fn leave(&self, mean: &mut [T], variance: &mut [T]) {
        let rows = self.rows as f64;
        let unbiased = if self.of_batch {
            T::of(rows / (rows - 1.0).max(1.0))
        } else {
            T::one()
        };
        mean.copy_from_slice(self.mean);
        for (of_batch, &variance) in variance.iter_mut().zip(self.variance) {
            *of_batch = variance * unbiased;
        }
    }
}

/// What all take beside the output: three pieces of statistics, and in backward three rows of sums and slopes.
pub(super) const fn statistics(channels: usize) -> Room {
    Room::NONE
        .with_fixed(channels)
        .with_fixed(channels)
        .with_fixed(channels)
        .with_scratch(3 * channels)
}

impl<const C: usize, T: Scalar, const E: u32> BatchNorm<C, T, E> {
    /// The statistics that count for `x`.
    pub(super) fn saved<'a, X: Shape>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> Saved<'a, X, T> {
        let running = [self.mean.as_slice(), self.variance.as_slice()];
        Saved::new(x, running, const { super::epsilon(E) }, pass)
    }
}

impl<X: Channels<C>, const C: usize, T: Scalar, const E: u32> Layer<X, T> for BatchNorm<C, T, E> {
    type Y = X;
    type Saved<'a> = Saved<'a, X, T>;
    const NAME: &'static str = "BatchNorm";
    const FLOPS: u64 = 8 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0).then(statistics(C));
    // the output is not asked for again
    const ROOM_ONTO: Room = statistics(C);
    const ACROSS: usize = 1 + 2 * C;

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let saved = Layer::<X, T>::forward_onto(self, x, Start::Zero, y, pass);
        (y, saved)
    }

    fn forward_onto<'a>(
        &self,
        x: Batch<'a, X, T>,
        start: Start<'_, T>,
        sum: &mut [Tensor<X, T>],
        pass: &mut Pass<'a, T>,
    ) -> Self::Saved<'a> {
        let saved = self.saved(x, pass);
        let (scale, shift) = (self.scale.as_slice(), self.shift.as_slice());
        let sum = Tensor::flat_mut(sum);
        match start {
            Start::Output => saved.each(
                sum,
                #[inline(always)]
                |c, normal, sum| sum + (normal * scale[c] + shift[c]),
            ),
            _ => {
                let mut scope = pass.room.scope();
                let factor = scope.numbers(C);
                factor.copy_from_slice(scale);
                saved.forward(sum, factor, shift);
            }
        }
        saved
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let (start, mut scope) = (pass.start(), pass.room.scope());
        let (slope, sums) = scope.numbers(3 * C).split_at_mut(C);
        let d = Tensor::flat_mut(dy);
        let [dshift, dscale] = saved.sums(d, sums);
        if let Some(grad) = grad {
            let shift = grad.shift.as_mut_slice();
            mutant::sum("BatchNorm shift", start, shift, |start, shift| {
                T::sum_rows(dshift, start, shift);
            });
            let scale = grad.scale.as_mut_slice();
            mutant::sum("BatchNorm scale", start, scale, |start, scale| {
                T::sum_rows(dscale, start, scale);
            });
            saved.leave(grad.mean.as_mut_slice(), grad.variance.as_mut_slice());
        }
        saved.add_up(dshift, dscale, pass.peers);
        slope.copy_from_slice(self.scale.as_slice());
        saved.backward(d, slope, [dshift, dscale]);
        mutant::back("BatchNorm input", dy)
    }
}

impl<X: Channels<C>, const C: usize, T: Scalar> Layer<X, T> for BatchNormPlain<C, T> {
    type Y = X;
    type Saved<'a> = Saved<'a, X, T>;
    const NAME: &'static str = "BatchNormPlain";
    const FLOPS: u64 = 6 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0).then(statistics(C));
    const ACROSS: usize = 1 + 2 * C;

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let running = [self.mean.as_slice(), self.variance.as_slice()];
        let saved = Saved::new(x, running, EPSILON, pass);
        let mut scope = pass.room.scope();
        let (factor, shift) = scope.numbers(2 * C).split_at_mut(C);
        factor.fill(T::one());
        shift.fill(T::zero());
        saved.forward(Tensor::flat_mut(y), factor, shift);
        (y, saved)
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let mut scope = pass.room.scope();
        let (slope, sums) = scope.numbers(3 * C).split_at_mut(C);
        let d = Tensor::flat_mut(dy);
        let [dshift, dscale] = saved.sums(d, sums);
        saved.add_up(dshift, dscale, pass.peers);
        slope.fill(T::one());
        saved.backward(d, slope, [dshift, dscale]);
        if let Some(grad) = grad {
            saved.leave(grad.mean.as_mut_slice(), grad.variance.as_mut_slice());
        }
        mutant::back("BatchNormPlain", dy)
    }
}

/// From the moments of one part of a batch to those of all of it, and how many rows that has.
///
/// Chan, Golub, LeVeque: Updating formulae and a pairwise algorithm for computing sample variances (1979).
fn together<T: Scalar>(
    peers: &Peers<'_, T>,
    rows: usize,
    mean: &mut [T],
    variance: &mut [T],
) -> usize {
    let told = peers.tell(&[&[T::of(rows as f64)], mean, variance]);
    let rows: T = told.each().map(|part| part[0]).sum();
    let columns = mean.len();
    mean.fill(T::zero());
    for part in told.each() {
        let share = part[0] / rows;
        let means = mean.iter_mut().zip(&part[1..][..columns]);
        means.for_each(|(mean, &of_part)| *mean += share * of_part);
    }
    variance.fill(T::zero());
    for part in told.each() {
        let share = part[0] / rows;
        let (means, variances) = part[1..].split_at(columns);
        for (c, variance) in variance.iter_mut().enumerate() {
            let off = means[c] - mean[c];
            *variance += share * (variances[c] + off * off);
        }
    }
    rows.to_usize().unwrap_or(0)
}
