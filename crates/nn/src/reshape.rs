//! Layers that only change the shape.

use core::marker::PhantomData;

use core_tensor::shape::{Flat, SameLength};
use core_tensor::{
    Batch, BatchMut, Look, Params, Path, Room, Scalar, Shape, Tensor, Visit, mutant, no_params,
    zeroed,
};

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

/// The numbers of a sample, in memory order, under another shape `Y` of the same length; costs nothing.
///
/// # Shapes
/// Any shape to `Y`; `Reshape<Image<7, 7, 8>>` takes `Vector<392>`.
///
/// # Gradient
/// `dy` under the shape that was given.
pub struct Reshape<Y>(PhantomData<Y>);
zeroed!([Y: Shape] Reshape<Y> { 0 });

impl<T: Scalar, Y: Shape> Params<T> for Reshape<Y> {
    type Grad = ();
    const COUNT: usize = 0;
    fn visit<const K: usize>(&mut self, _: [&mut (); K], _: &Path<'_>, _: &mut impl Visit<T, K>) {}
    fn look(&self, _: &Path<'_>, _: &mut impl Look<T>) {}
}

impl<X: SameLength<Y>, Y: Shape, T: Scalar> Layer<X, T> for Reshape<Y> {
    type Y = Y;
    type Saved<'a> = ();
    const NAME: &'static str = "Reshape";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::NONE;
    const FIELD: Field = Field::ALL;

    fn forward<'a>(&self, x: Batch<'a, X, T>, _: &mut Pass<'a, T>) -> (Batch<'a, Y, T>, ()) {
        (Tensor::batch(Tensor::flat(x)), ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Y, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        mutant::back("Reshape", Tensor::batch_mut(Tensor::flat_mut(dy)))
    }
}
