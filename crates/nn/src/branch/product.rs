//! Ways that are multiplied: gates.

use alloc::vec;

use core_tensor::kernel::Start;
use core_tensor::shape::Same;
use core_tensor::{Batch, BatchMut, Path, Room, Scalar, Shape, Tensor, mutant};

use super::{collect, same};
use crate::peers::largest;
use crate::{Field, Layer, Merge, Part, Pass, Place};

/// Two ways, multiplied number by number: `y = A(x)·B(x)`. Where `B` ends in a [`Sigmoid`](crate::Sigmoid), it opens and closes `A`.
///
/// # Shapes
/// `A` and `B` take the same shape and must return the same.
///
/// # Gradient
/// `dx = A'(x)ᵀ·(dy·B(x)) + B'(x)ᵀ·(dy·A(x))`
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Identity, Network, Product, Relu};
/// let mut net = Network::<Vector<2>, Product<Identity, Relu>>::new(1);
/// assert_eq!(net.predict(&[Tensor::new([3.0, -4.0])])[0], Tensor::new([9.0, 0.0]));
/// ```
///
/// Srivastava, Greff, Schmidhuber: Highway networks (2015); Dauphin et al.: Language modeling with gated convolutional networks (2016).
pub struct Product<A, B>(pub A, pub B);

impl<X: Shape, T: Scalar, A: Layer<X, T>, B: Layer<X, T, Y: Same<A::Y>>> Layer<X, T>
    for Product<A, B>
{
    type Y = A::Y;
    type Saved<'a> = (
        (Batch<'a, A::Y, T>, A::Saved<'a>),
        (Batch<'a, B::Y, T>, B::Saved<'a>),
    );
    const NAME: &'static str = "Product";
    const FLOPS: u64 = A::FLOPS + B::FLOPS + <A::Y as Shape>::LEN as u64;
    // backward: each way in a scope of its own, the first with its part of `dy`, and the sum of what they hand down
    const ROOM: Room = A::ROOM
        .then(Room::new(0, <A::Y as Shape>::LEN))
        .scope()
        .then(B::ROOM.scope())
        .then(Room::new(<A::Y as Shape>::LEN, X::LEN));
    const FIELD: Field = A::FIELD.or(B::FIELD);
    const ACROSS: usize = largest(&[A::ACROSS, B::ACROSS]);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, A::Y, T>, Self::Saved<'a>) {
        let (a, saved_a) = pass.through(Place::Index(0), &self.0, x);
        let (b, saved_b) = pass.through(Place::Index(1), &self.1, x);
        let y = pass.batch::<A::Y>(x.len());
        Tensor::flat_mut(y).copy_from_slice(Tensor::flat(a));
        multiply(Tensor::flat(b), Tensor::flat_mut(y));
        (y, ((a, saved_a), (b, saved_b)))
    }

    fn backward<'a>(
        &self,
        (a, b): Self::Saved<'_>,
        dy: BatchMut<'a, A::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        {
            let mut inner = pass.scope();
            let da = inner.batch::<A::Y>(dy.len());
            slope_of_first(Tensor::flat(b.0), Tensor::flat(dy), Tensor::flat_mut(da));
            let grad = grad.as_deref_mut().map(|g| &mut g.0);
            let da = inner.back(Place::Index(0), &self.0, a.1, da, grad);
            let (da, sum) = (Tensor::flat(da), Tensor::flat_mut(dx));
            mutant::sum("Product first", Start::Zero, sum, |start, sum| {
                collect(start, da, sum);
            });
        }
        slope_of_second(Tensor::flat(a.0), Tensor::flat_mut(dy));
        let mut inner = pass.scope();
        let grad = grad.map(|g| &mut g.1);
        let db = inner.back(Place::Index(1), &self.1, b.1, same(dy), grad);
        let (db, sum) = (Tensor::flat(db), Tensor::flat_mut(dx));
        mutant::sum("Product second", Start::Output, sum, |start, sum| {
            collect(start, db, sum);
        });
        dx
    }

    fn backward_first<'a>(
        &self,
        (a, b): Self::Saved<'_>,
        dy: BatchMut<'a, A::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        if A::LEARNS {
            let mut inner = pass.scope();
            let da = inner.batch::<A::Y>(dy.len());
            slope_of_first(Tensor::flat(b.0), Tensor::flat(dy), Tensor::flat_mut(da));
            let grad = grad.as_deref_mut().map(|g| &mut g.0);
            inner.back_first(Place::Index(0), &self.0, a.1, da, grad);
        }
        if B::LEARNS {
            slope_of_second(Tensor::flat(a.0), Tensor::flat_mut(dy));
            let grad = grad.map(|g| &mut g.1);
            pass.scope()
                .back_first(Place::Index(1), &self.1, b.1, same(dy), grad);
        }
    }

    fn describe(path: &Path<'_>) -> Part {
        let ways = vec![A::describe(&path.index(0)), B::describe(&path.index(1))];
        Part::fork::<Self, X, T>(path, Merge::Product, [<A::Y as Shape>::LEN; 2], ways)
    }
}

/// `da = dy·b`
fn slope_of_first<T: Scalar>(b: &[T], dy: &[T], da: &mut [T]) {
    da.copy_from_slice(dy);
    multiply(b, da);
    mutant::values("Product slope of the first", da);
}

/// `dy` becomes `db = dy·a`.
fn slope_of_second<T: Scalar>(a: &[T], dy: &mut [T]) {
    multiply(a, dy);
    mutant::values("Product slope of the second", dy);
}

/// `y ← x·y`
fn multiply<T: Scalar>(x: &[T], y: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || y.iter_mut().zip(x).for_each(|(y, &x)| *y *= x),
    );
}
