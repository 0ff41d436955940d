//! The gated linear unit: one half of the channels opens the other.

use autodiff::Plain;
use core_tensor::shape::Halve;
use core_tensor::{Batch, BatchMut, Real, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Pass};

/// `y = a·σ(b)`, where `a` is the first half of the last side and `b` the second (PyTorch's order).
///
/// # Shapes
/// `Vector<2N>` to `Vector<N>`, `Image<H, W, 2C>` to `Image<H, W, C>` and so on; an odd side does not compile.
///
/// # Gradient
/// `da = dy·σ(b)`, `db = dy·a·σ(b)·(1 − σ(b))`
///
/// Dauphin et al.: Language modeling with gated convolutional networks (2016).
pub struct Glu;
no_params!([] Glu);

impl<X: Halve, T: Scalar> Layer<X, T> for Glu {
    type Y = X::Out;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "Glu";
    const FLOPS: u64 = 21 * <X::Out as Shape>::LEN as u64;
    const ROOM: Room = Room::new(<X::Out as Shape>::LEN, X::LEN);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X::Out, T>, Self::Saved<'a>) {
        let y = pass.batch::<X::Out>(x.len());
        let half = <<X::Out as Shape>::Row as Shape>::LEN;
        let rows = Tensor::flat(x).chunks_exact(2 * half);
        let rows = rows.zip(Tensor::flat_mut(y).chunks_exact_mut(half));
        T::vectorize(
            #[inline(always)]
            || {
                for (x, y) in rows {
                    let (a, b) = x.split_at(half);
                    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                        *y = a * gate(b);
                    }
                }
            },
        );
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Batch<'_, X, T>,
        dy: BatchMut<'a, X::Out, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        let half = <<X::Out as Shape>::Row as Shape>::LEN;
        let rows = Tensor::flat(x).chunks_exact(2 * half);
        let rows = rows.zip(Tensor::flat_mut(dx).chunks_exact_mut(2 * half));
        let rows = rows.zip(Tensor::flat(dy).chunks_exact(half));
        T::vectorize(
            #[inline(always)]
            || {
                for ((x, dx), dy) in rows {
                    let ((a, b), (da, db)) = (x.split_at(half), dx.split_at_mut(half));
                    let slopes = da.iter_mut().zip(db).zip(a).zip(b);
                    for ((((da, db), &a), &b), &dy) in slopes.zip(dy) {
                        let gate = gate(b);
                        *da = mutant::slope("Glu value", dy * gate);
                        *db = mutant::slope("Glu gate", dy * a * gate * (T::one() - gate));
                    }
                }
            },
        );
        dx
    }
}

/// `σ(b)` inside of a vector loop.
#[inline(always)]
fn gate<T: Scalar>(b: T) -> T {
    Plain::new(b).sigmoid().get()
}
