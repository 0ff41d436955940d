//! Ways that are added: a shortcut around a layer, or two layers.

use alloc::vec;

use core_tensor::kernel::Start;
use core_tensor::shape::Same;
use core_tensor::{Batch, BatchMut, Path, Room, Scalar, Shape, Tensor, inner_params, mutant};

use super::same;
use crate::peers::largest;
use crate::{Field, Layer, Merge, Part, Pass, Place};

/// A layer, or a tuple of them, with a shortcut around it: `y = x + F(x)`.
///
/// # Shapes
/// `F` must return the shape that it is given.
///
/// # Gradient
/// `dx = dy + F'(x)ᵀ·dy`: the shortcut hands it through unchanged.
///
/// He et al.: Deep residual learning for image recognition (2015).
pub struct Residual<F>(pub F);
inner_params!([F: core_tensor::Zeroed] Residual<F> { F });

impl<X: Shape, T: Scalar, F: Layer<X, T, Y: Same<X>>> Layer<X, T> for Residual<F> {
    type Y = X;
    type Saved<'a> = F::Saved<'a>;
    const NAME: &'static str = "Residual";
    const FLOPS: u64 = F::FLOPS + X::LEN as u64;
    const ROOM: Room = F::ROOM_ONTO
        .then(Room::new(X::LEN, 0))
        .scope()
        .then(Room::new(0, X::LEN));
    const FIELD: Field = F::FIELD.or(Field::POINT);
    const ACROSS: usize = F::ACROSS;

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, F::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        Tensor::flat_mut(y).copy_from_slice(Tensor::flat(x));
        let saved = self.0.forward_onto(x, Start::Output, same(&mut *y), pass);
        (y, saved)
    }

    fn backward<'a>(
        &self,
        saved: F::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut F::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        Tensor::flat_mut(dx).copy_from_slice(Tensor::flat(dy));
        mutant::values("Residual shortcut", Tensor::flat_mut(dx));
        let mut inner = pass.scope();
        let df = self.0.backward(saved, same(dy), grad, &mut inner);
        let (df, sum) = (Tensor::flat(df), Tensor::flat_mut(dx));
        mutant::sum("Residual block", Start::Output, sum, |_, sum| {
            T::add_to(df, sum);
        });
        dx
    }

    fn backward_first<'a>(
        &self,
        saved: F::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut F::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        self.0
            .backward_first(saved, same(dy), grad, &mut pass.scope());
    }

    fn describe(path: &Path<'_>) -> Part {
        let ways = vec![F::describe(path), Part::nothing::<X>(path)];
        Part::fork::<Self, X, T>(path, Merge::Sum, [X::LEN; 2], ways)
    }
}

/// Two ways, added: `y = A(x) + B(x)`; a residual block whose shortcut changes the shape.
///
/// # Shapes
/// `A` and `B` take the same shape and must return the same.
///
/// # Gradient
/// `dx = A'(x)ᵀ·dy + B'(x)ᵀ·dy`
///
/// He et al.: Deep residual learning for image recognition (2015), option B.
pub struct Sum<A, B>(pub A, pub B);

impl<X: Shape, T: Scalar, A: Layer<X, T>, B: Layer<X, T, Y: Same<A::Y>>> Layer<X, T> for Sum<A, B> {
    type Y = A::Y;
    type Saved<'a> = (A::Saved<'a>, B::Saved<'a>);
    const NAME: &'static str = "Sum";
    const FLOPS: u64 = A::FLOPS + B::FLOPS + <A::Y as Shape>::LEN as u64;
    // backward: each way in a scope of its own, the first with a copy of `dy`, and the sum of what they hand down
    const ROOM: Room = A::ROOM_ONTO
        .then(Room::new(0, <A::Y as Shape>::LEN))
        .scope()
        .then(B::ROOM_ONTO.scope())
        .then(Room::new(<A::Y as Shape>::LEN, X::LEN));
    const FIELD: Field = A::FIELD.or(B::FIELD);
    const ACROSS: usize = largest(&[A::ACROSS, B::ACROSS]);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, A::Y, T>, Self::Saved<'a>) {
        let y = pass.batch::<A::Y>(x.len());
        let saved_a = pass.through_onto(Place::Index(0), &self.0, x, Start::Zero, y);
        let (place, sum) = (Place::Index(1), same(&mut *y));
        let saved_b = pass.through_onto(place, &self.1, x, Start::Output, sum);
        (y, (saved_a, saved_b))
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, A::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        {
            let mut inner = pass.scope();
            let da = inner.batch::<A::Y>(dy.len());
            Tensor::flat_mut(da).copy_from_slice(Tensor::flat(dy));
            let grad = grad.as_deref_mut().map(|g| &mut g.0);
            let da = inner.back(Place::Index(0), &self.0, saved.0, da, grad);
            Tensor::flat_mut(dx).copy_from_slice(Tensor::flat(da));
        }
        mutant::values("Sum first", Tensor::flat_mut(dx));
        let mut inner = pass.scope();
        let grad = grad.map(|g| &mut g.1);
        let db = inner.back(Place::Index(1), &self.1, saved.1, same(dy), grad);
        let (db, sum) = (Tensor::flat(db), Tensor::flat_mut(dx));
        mutant::sum("Sum second", Start::Output, sum, |_, sum| {
            T::add_to(db, sum);
        });
        dx
    }

    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, A::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        if A::LEARNS {
            let mut inner = pass.scope();
            let da = inner.batch::<A::Y>(dy.len());
            Tensor::flat_mut(da).copy_from_slice(Tensor::flat(dy));
            let grad = grad.as_deref_mut().map(|g| &mut g.0);
            inner.back_first(Place::Index(0), &self.0, saved.0, da, grad);
        }
        if B::LEARNS {
            let grad = grad.map(|g| &mut g.1);
            pass.scope()
                .back_first(Place::Index(1), &self.1, saved.1, same(dy), grad);
        }
    }

    fn describe(path: &Path<'_>) -> Part {
        let ways = vec![A::describe(&path.index(0)), B::describe(&path.index(1))];
        Part::fork::<Self, X, T>(path, Merge::Sum, [<A::Y as Shape>::LEN; 2], ways)
    }
}
