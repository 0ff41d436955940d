//! A layer and the normalisation after it, which belong together so that one can go into the other.

use alloc::vec;
use alloc::vec::Vec;

use core_tensor::kernel::Start;
use core_tensor::{
    Batch, BatchMut, Params, Path, Real, Room, Scalar, Shape, Tensor, Zeroed, mutant,
};

use super::{Absorb, Fold};
use crate::{BatchNorm, BatchNormRelu, Field, Label, Layer, Named, Part, Pass, Place, Relu};

/// A layer `F` and the normalisation `N` after it, the same as the tuple `(F, N)`, which [`Fold`] makes one layer for use.
///
/// # Shapes
/// Those of `F`, if `N` accepts what it returns.
///
/// # Gradient
/// That of the tuple.
///
/// Ioffe, Szegedy: Batch normalization (2015).
pub struct Normed<F, N>(pub F, pub N);

impl<X: Shape, T: Scalar, F: Layer<X, T>, N: Layer<F::Y, T>> Layer<X, T> for Normed<F, N> {
    type Y = N::Y;
    type Saved<'a> = (F::Saved<'a>, N::Saved<'a>);
    const NAME: &'static str = "Normed";
    const FLOPS: u64 = F::FLOPS + N::FLOPS;
    const ROOM: Room = F::ROOM.then(N::ROOM);
    const ROOM_ONTO: Room = F::ROOM.then(N::ROOM_ONTO);
    const ACROSS: usize = if F::ACROSS > N::ACROSS {
        F::ACROSS
    } else {
        N::ACROSS
    };
    const FIELD: Field = F::FIELD.then(N::FIELD);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, N::Y, T>, Self::Saved<'a>) {
        let (y, saved) = pass.through(Place::Index(0), &self.0, x);
        let (y, norm) = pass.through(Place::Index(1), &self.1, y);
        (y, (saved, norm))
    }

    fn forward_onto<'a>(
        &self,
        x: Batch<'a, X, T>,
        start: Start<'_, T>,
        sum: &mut [Tensor<N::Y, T>],
        pass: &mut Pass<'a, T>,
    ) -> Self::Saved<'a> {
        let (y, saved) = pass.through(Place::Index(0), &self.0, x);
        let norm = pass.through_onto(Place::Index(1), &self.1, y, start, sum);
        (saved, norm)
    }

    fn backward<'a>(
        &self,
        (saved, norm): Self::Saved<'_>,
        dy: BatchMut<'a, N::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let beside = grad.as_deref_mut().map(|g| &mut g.1);
        let dy = pass.back(Place::Index(1), &self.1, norm, dy, beside);
        let beside = grad.map(|g| &mut g.0);
        let dx = pass.back(Place::Index(0), &self.0, saved, dy, beside);
        mutant::back("Normed", dx)
    }

    fn backward_first<'a>(
        &self,
        (saved, norm): Self::Saved<'_>,
        dy: BatchMut<'a, N::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        let beside = grad.as_deref_mut().map(|g| &mut g.1);
        if !F::LEARNS {
            return pass.back_first(Place::Index(1), &self.1, norm, dy, beside);
        }
        let dy = pass.back(Place::Index(1), &self.1, norm, dy, beside);
        let beside = grad.map(|g| &mut g.0);
        pass.back_first(Place::Index(0), &self.0, saved, dy, beside);
    }

    fn describe(path: &Path<'_>) -> Part {
        let parts = vec![F::describe(&path.index(0)), N::describe(&path.index(1))];
        Part::chain::<Self, X, T>(path, parts)
    }
}

/// A normalisation that is `y = a·x + b` in use, channel by channel, with an activation after it or none.
pub trait Normaliser<T: Scalar>: Params<T> {
    /// What stays of it behind the layer `F` that took it in: a tuple that begins with `F`.
    type Behind<F: Zeroed>: Zeroed;
    /// The first of the tuple.
    fn first<F: Zeroed>(behind: &mut Self::Behind<F>) -> &mut F;
    /// `a` and `b` of each channel.
    fn line(&self) -> (Vec<T>, Vec<T>);
}

impl<const C: usize, T: Scalar, const E: u32> Normaliser<T> for BatchNorm<C, T, E> {
    type Behind<F: Zeroed> = (F,);
    fn first<F: Zeroed>(behind: &mut (F,)) -> &mut F {
        &mut behind.0
    }
    fn line(&self) -> (Vec<T>, Vec<T>) {
        let epsilon = <T as Real>::of(const { crate::norm::epsilon(E) });
        let factor = |c: usize| self.scale[[c]] / (self.variance[[c]] + epsilon).sqrt();
        let a: Vec<T> = (0..C).map(factor).collect();
        let shift = |c: usize| self.shift[[c]] - self.mean[[c]] * a[c];
        let b = (0..C).map(shift).collect();
        (a, b)
    }
}

impl<const C: usize, T: Scalar, const E: u32> Normaliser<T> for BatchNormRelu<C, T, E> {
    type Behind<F: Zeroed> = (F, Relu);
    fn first<F: Zeroed>(behind: &mut (F, Relu)) -> &mut F {
        &mut behind.0
    }
    fn line(&self) -> (Vec<T>, Vec<T>) {
        self.0.line()
    }
}

impl<L: Label, T: Scalar, N: Normaliser<T>> Normaliser<T> for Named<L, N> {
    type Behind<F: Zeroed> = N::Behind<F>;
    fn first<F: Zeroed>(behind: &mut N::Behind<F>) -> &mut F {
        N::first(behind)
    }
    fn line(&self) -> (Vec<T>, Vec<T>) {
        self.0.line()
    }
}

impl<T: Scalar, F: Absorb<T>, N: Normaliser<T>> Fold<T> for Normed<F, N> {
    type Folded = N::Behind<F::Biased>;
    fn fold(&self, folded: &mut Self::Folded) {
        let (a, b) = self.1.line();
        self.0.absorb(&a, &b, N::first(folded));
    }
}
