//! Layers whose input goes more than one way, or more than once.

mod concat;
mod heads;
mod product;
mod repeat;
mod sum;

use core_tensor::kernel::Start;
use core_tensor::shape::Same;
use core_tensor::{BatchMut, Look, Params, Path, Scalar, Shape, Tensor, Visit, each};

use crate::fold::Normed;

pub use concat::Concat;
pub use heads::Aux;
pub use product::Product;
pub use repeat::Repeat;
pub use sum::{Residual, Sum};

// two ways are named by their numbers, as the members of a tuple are
macro_rules! two_ways { ($($name:ident)+) => {$(
    core_tensor::zeroed!([A: core_tensor::Zeroed, B: core_tensor::Zeroed] $name<A, B> { 0, 1 });
    impl<T: Scalar, A: Params<T>, B: Params<T>> Params<T> for $name<A, B> {
        type Grad = (A::Grad, B::Grad);
        const LEARNS: bool = A::LEARNS || B::LEARNS;
        const COUNT: usize = A::COUNT + B::COUNT;
        const TRAINABLE: usize = A::TRAINABLE + B::TRAINABLE;
        fn visit<const K: usize>(&mut self, mut beside: [&mut Self::Grad; K], path: &Path<'_>, visit: &mut impl Visit<T, K>) {
            self.0.visit(each!(beside.0), &path.index(0), visit);
            self.1.visit(each!(beside.1), &path.index(1), visit);
        }
        fn look(&self, path: &Path<'_>, look: &mut impl Look<T>) {
            self.0.look(&path.index(0), look);
            self.1.look(&path.index(1), look);
        }
    }
)+} }
two_ways! { Sum Product Aux Normed }

/// A batch under the other name of its shape.
pub(crate) fn same<A: Same<X>, X: Shape, T: Scalar>(
    batch: BatchMut<'_, X, T>,
) -> BatchMut<'_, A, T> {
    Tensor::batch_mut(Tensor::flat_mut(batch))
}

/// Writes the rows of `part` into columns of the wider rows of `whole`, from column `at` on.
pub(crate) fn put<T: Scalar>(part: &[T], columns: usize, whole: &mut [T], width: usize, at: usize) {
    let rows = whole.chunks_exact_mut(width);
    for (part, whole) in part.chunks_exact(columns).zip(rows) {
        whole[at..][..columns].copy_from_slice(part);
    }
}

/// The reverse of [`put`].
pub(crate) fn take<T: Scalar>(
    whole: &[T],
    width: usize,
    at: usize,
    part: &mut [T],
    columns: usize,
) {
    let rows = whole.chunks_exact(width);
    for (part, whole) in part.chunks_exact_mut(columns).zip(rows) {
        part.copy_from_slice(&whole[at..][..columns]);
    }
}

/// One term of a sum, begun or added to those before.
pub(crate) fn collect<T: Scalar>(start: Start<'_, T>, dx: &[T], sum: &mut [T]) {
    match start {
        Start::Output => T::add_to(dx, sum),
        _ => sum.copy_from_slice(dx),
    }
}
