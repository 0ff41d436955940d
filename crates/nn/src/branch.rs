//! Layers whose input goes more than one way.

use core_tensor::shape::Same;
use core_tensor::{
    Batch, BatchMut, Look, Params, Path, Room, Scalar, Shape, Tensor, Visit, zeroed,
};

use crate::{Layer, Pass, Row};

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
zeroed!([F: core_tensor::Zeroed] Residual<F> { 0 });

impl<T: Scalar, F: Params<T>> Params<T> for Residual<F> {
    type Grad = F::Grad;
    const LEARNS: bool = F::LEARNS;
    const COUNT: usize = F::COUNT;

    fn visit<const K: usize>(
        &mut self,
        beside: [&mut F::Grad; K],
        path: &Path<'_>,
        visit: &mut impl Visit<T, K>,
    ) {
        self.0.visit(beside, path, visit);
    }

    fn look(&self, path: &Path<'_>, look: &mut impl Look<T>) {
        self.0.look(path, look);
    }
}

impl<X: Shape, T: Scalar, F: Layer<X, T, Y: Same<X>>> Layer<X, T> for Residual<F> {
    type Y = X;
    type Saved<'a> = F::Saved<'a>;
    const NAME: &'static str = "Residual";
    const FLOPS: u64 = F::FLOPS + X::LEN as u64;
    const ROOM: Room = F::ROOM
        .then(Room::new(X::LEN, 0))
        .scope()
        .then(Room::new(0, X::LEN));

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, F::Saved<'a>) {
        let (f, saved) = self.0.forward(x, pass);
        let y = pass.batch::<X>(x.len());
        Tensor::flat_mut(y).copy_from_slice(Tensor::flat(x));
        T::add_to(Tensor::flat(f), Tensor::flat_mut(y));
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
        let mut inner = pass.scope();
        let df = self.0.backward(saved, same(dy), grad, &mut inner);
        T::add_to(Tensor::flat(df), Tensor::flat_mut(dx));
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

    fn describe(path: &Path<'_>, report: &mut dyn FnMut(Row<'_>)) {
        F::describe(path, report);
        report(Row {
            parameters: 0,
            flops: X::LEN as u64,
            kept: X::LEN * size_of::<T>(),
            ..Row::of::<Self, X, T>(path)
        });
    }
}

/// A batch under the other name of its shape.
fn same<A: Same<X>, X: Shape, T: Scalar>(batch: BatchMut<'_, X, T>) -> BatchMut<'_, A, T> {
    Tensor::batch_mut(Tensor::flat_mut(batch))
}
