//! Relations of borders laid around images.

use typenum::type_operators::IsGreater;

use super::{Const, Dim, Holds, Plus, ToUInt, U};
use crate::shape::{Image, Shape};

/// An image with a border around it: so many pixels more above, to the left, below and to the right.
#[diagnostic::on_unimplemented(
    message = "a border of {TOP} above, {LEFT} to the left, {BOTTOM} below and {RIGHT} to the right does not fit around `{Self}`",
    label = "it is no image, or its sides with the border are not in the table of sides",
    note = "sides up to 4096 are known"
)]
pub trait Border<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize>:
    Shape
{
    /// The image with its border.
    type Out: Shape;
}

type Both<const N: usize, const BEFORE: usize> = <Const<N> as Plus<Const<BEFORE>>>::Out;
type All<const N: usize, const BEFORE: usize, const AFTER: usize> =
    <Both<N, BEFORE> as Plus<Const<AFTER>>>::Out;

#[diagnostic::do_not_recommend]
impl<
    const H: usize,
    const W: usize,
    const C: usize,
    const TOP: usize,
    const LEFT: usize,
    const BOTTOM: usize,
    const RIGHT: usize,
> Border<TOP, LEFT, BOTTOM, RIGHT> for Image<H, W, C>
where
    Const<H>: Plus<Const<TOP>, Out: Plus<Const<BOTTOM>>>,
    Const<W>: Plus<Const<LEFT>, Out: Plus<Const<RIGHT>>>,
{
    type Out = <All<H, TOP, BOTTOM> as Dim>::Image<All<W, LEFT, RIGHT>, Const<C>>;
}

/// An image whose pixels are enough to be mirrored at its edges: more than the border is wide, for the edge itself is not repeated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be mirrored {TOP} pixels up, {LEFT} to the left, {BOTTOM} down and {RIGHT} to the right",
    label = "a border that mirrors the image is narrower than the image",
    note = "the edge itself is not repeated; sides up to 4096 are known"
)]
pub trait Mirror<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize>:
    Shape
{
}

#[diagnostic::do_not_recommend]
impl<
    const H: usize,
    const W: usize,
    const C: usize,
    const TOP: usize,
    const LEFT: usize,
    const BOTTOM: usize,
    const RIGHT: usize,
> Mirror<TOP, LEFT, BOTTOM, RIGHT> for Image<H, W, C>
where
    Const<H>: Exceeds<TOP> + Exceeds<BOTTOM>,
    Const<W>: Exceeds<LEFT> + Exceeds<RIGHT>,
{
}

/// A side longer than `N`.
#[doc(hidden)]
pub trait Exceeds<const N: usize> {}

#[diagnostic::do_not_recommend]
impl<const M: usize, const N: usize> Exceeds<N> for Const<M>
where
    Const<M>: ToUInt,
    Const<N>: ToUInt,
    U<M>: IsGreater<U<N>, Output: Holds>,
{
}
