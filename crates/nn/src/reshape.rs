//! Layers that only change the shape.

use core_tensor::shape::Flat;
use core_tensor::{Batch, BatchMut, Room, Scalar, Tensor, mutant, no_params};

use crate::{Field, Layer, Pass};

/// All numbers of a sample in one row; costs nothing.
///
/// # Shapes
/// `Image<H, W, C>` to `Vector<H·W·C>`, likewise `Matrix` and `Sequence`.
pub struct Flatten;
no_params!([] Flatten);

impl<X: Flat, T: Scalar> Layer<X, T> for Flatten {
    type Y = X::Out;
    type Saved<'a> = ();
    const NAME: &'static str = "Flatten";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::NONE;
    const FIELD: Field = Field::ALL;

    fn forward<'a>(&self, x: Batch<'a, X, T>, _: &mut Pass<'a, T>) -> (Batch<'a, X::Out, T>, ()) {
        (Tensor::batch(Tensor::flat(x)), ())
    }

    fn backward<'a>(
        &self,
        _: (),
        dy: BatchMut<'a, X::Out, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        mutant::back("Flatten", Tensor::batch_mut(Tensor::flat_mut(dy)))
    }
}
