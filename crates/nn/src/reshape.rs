//! Layers that only change the shape.

use core::marker::PhantomData;

use core_tensor::shape::{Flat, SameLength};
use core_tensor::{
    Batch, BatchMut, Image, Look, Params, Path, Room, Scalar, Shape, Tensor, Visit, mutant,
    no_params, zeroed,
};

use crate::{Field, Layer, Pass};

/// All numbers of a sample in one row; costs nothing.
///
/// # Shapes
/// `Image<H, W, C>` to `Vector<H·W·C>`, likewise `Matrix` and `Sequence`. The channels of a pixel stay together, unlike in PyTorch, whose order
/// [`FlattenChannelsFirst`] has.
///
/// # Gradient
/// `dy` under the shape of the image.
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

/// All numbers of an image in one row, channel after channel: the order in which PyTorch flattens, whose images have their channels first.
/// A fully connected layer behind it has the weights of PyTorch's; behind [`Flatten`], its inputs would stand in another order.
///
/// # Shapes
/// `Image<H, W, C>` to `Vector<H·W·C>`.
///
/// # Gradient
/// `dy` in the order of the image.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use nn::{FlattenChannelsFirst, Network};
/// let mut net = Network::<Image<1, 2, 3>, FlattenChannelsFirst>::new(1);
/// let image = Tensor::new([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]);
/// assert_eq!(net.predict(&[image])[0], Tensor::new([1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
/// ```
pub struct FlattenChannelsFirst;
no_params!([] FlattenChannelsFirst);

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Layer<Image<H, W, C>, T>
    for FlattenChannelsFirst
where
    Image<H, W, C>: Flat,
{
    type Y = <Image<H, W, C> as Flat>::Out;
    type Saved<'a> = ();
    const NAME: &'static str = "FlattenChannelsFirst";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::new(H * W * C, H * W * C);
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, C>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, ()) {
        let y = pass.batch::<Self::Y>(x.len());
        transpose(Tensor::flat(x), H * W, C, Tensor::flat_mut(y));
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Self::Y, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, C>, T> {
        let dx = pass.batch::<Image<H, W, C>>(dy.len());
        transpose(Tensor::flat(dy), C, H * W, Tensor::flat_mut(dx));
        mutant::back("FlattenChannelsFirst", dx)
    }
}

/// Matrices of `rows`×`columns`, one after another, with their sides exchanged.
fn transpose<T: Scalar>(x: &[T], rows: usize, columns: usize, y: &mut [T]) {
    let length = (rows * columns).max(1);
    for (x, y) in x.chunks_exact(length).zip(y.chunks_exact_mut(length)) {
        for (j, column) in y.chunks_exact_mut(rows).enumerate() {
            for (i, y) in column.iter_mut().enumerate() {
                *y = x[i * columns + j];
            }
        }
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
