//! Images that are padded, cropped, pooled down, enlarged, and whose channels become pixels: the sides that are left.

use core::ops::{Add, Div, Mul, Rem, Sub};

use typenum::{
    Diff, Max, Maximum, NonZero, Prod, Quot, Sum, UTerm,
    type_operators::{IsGreater, IsGreaterOrEqual},
};

use crate::dim::{Const, Dim, FromUInt, Holds, Plus, Side, Times, ToUInt, U};
use crate::shape::{Image, Shape};

/// An image that gets so many more rows and columns on its four sides: above, to the left, below, to the right.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be padded by {TOP}, {LEFT}, {BOTTOM} and {RIGHT}",
    label = "it is no image, or a side is not in the table of sides",
    note = "sides up to 4096 and sums below 32768 are known"
)]
pub trait Pad<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize>:
    Shape
{
    /// The larger image.
    type Out: Shape;
}

type Padded<const N: usize, const A: usize, const B: usize> =
    <<Const<N> as Plus<Const<A>>>::Out as Plus<Const<B>>>::Out;

#[diagnostic::do_not_recommend]
impl<
    const H: usize,
    const W: usize,
    const C: usize,
    const TOP: usize,
    const LEFT: usize,
    const BOTTOM: usize,
    const RIGHT: usize,
> Pad<TOP, LEFT, BOTTOM, RIGHT> for Image<H, W, C>
where
    Const<H>: Plus<Const<TOP>, Out: Plus<Const<BOTTOM>>>,
    Const<W>: Plus<Const<LEFT>, Out: Plus<Const<RIGHT>>>,
{
    type Out = <Padded<H, TOP, BOTTOM> as Dim>::Image<Padded<W, LEFT, RIGHT>, Const<C>>;
}

/// A side that loses `A` at its beginning and `B` at its end, and is not used up.
#[diagnostic::on_unimplemented(
    message = "nothing is left of a side of `{Self}` less {A} and {B}",
    label = "the side is not longer than what is cut off"
)]
pub trait Less<const A: usize, const B: usize>: Dim {
    /// What is left.
    type Out: Dim;
}

type Both<const A: usize, const B: usize> = Sum<U<A>, U<B>>;
// the larger of both, so that a cut that is too long is refused by `Holds` alone: one mistake, one error
type Left<const N: usize, const A: usize, const B: usize> =
    Diff<Maximum<U<N>, Both<A, B>>, Both<A, B>>;

#[diagnostic::do_not_recommend]
impl<const N: usize, const A: usize, const B: usize> Less<A, B> for Const<N>
where
    Const<N>: ToUInt,
    Const<A>: ToUInt,
    Const<B>: ToUInt,
    U<A>: Add<U<B>>,
    U<N>: IsGreater<Both<A, B>> + Max<Both<A, B>>,
    <U<N> as IsGreater<Both<A, B>>>::Output: Holds,
    Maximum<U<N>, Both<A, B>>: Sub<Both<A, B>>,
    Left<N, A, B>: FromUInt,
{
    type Out = Side<Left<N, A, B>>;
}

/// An image that loses so many rows and columns on its four sides: above, to the left, below, to the right.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cropped by {TOP}, {LEFT}, {BOTTOM} and {RIGHT}",
    label = "it is no image, or not longer than what is cut off"
)]
pub trait Crop<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize>:
    Shape
{
    /// The smaller image.
    type Out: Shape;
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
> Crop<TOP, LEFT, BOTTOM, RIGHT> for Image<H, W, C>
where
    Const<H>: Less<TOP, BOTTOM>,
    Const<W>: Less<LEFT, RIGHT>,
{
    type Out = <<Const<H> as Less<TOP, BOTTOM>>::Out as Dim>::Image<
        <Const<W> as Less<LEFT, RIGHT>>::Out,
        Const<C>,
    >;
}

/// An image at least `H` high and `W` wide, which can be divided into so many windows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be pooled to {H}×{W}",
    label = "it is no image, or smaller than that",
    note = "every window takes at least a pixel of its own"
)]
pub trait Divide<const H: usize, const W: usize>: Shape {
    /// The image of as many pixels as windows.
    type Out: Shape;
}

#[diagnostic::do_not_recommend]
impl<const H0: usize, const W0: usize, const C: usize, const H: usize, const W: usize> Divide<H, W>
    for Image<H0, W0, C>
where
    Const<H0>: ToUInt,
    Const<W0>: ToUInt,
    Const<H>: ToUInt,
    Const<W>: ToUInt,
    U<H>: NonZero,
    U<W>: NonZero,
    U<H0>: IsGreaterOrEqual<U<H>>,
    U<W0>: IsGreaterOrEqual<U<W>>,
    <U<H0> as IsGreaterOrEqual<U<H>>>::Output: Holds,
    <U<W0> as IsGreaterOrEqual<U<W>>>::Output: Holds,
{
    type Out = Image<H, W, C>;
}

/// An image that becomes `F` times as high and `FW` times as wide.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be enlarged {F}×{FW} times",
    label = "it is no image, or a side is not in the table of sides",
    note = "sides up to 4096 and products below 32768 are known"
)]
pub trait Enlarge<const F: usize, const FW: usize>: Shape {
    /// The larger image.
    type Out: Shape;
}

#[diagnostic::do_not_recommend]
impl<const H: usize, const W: usize, const C: usize, const F: usize, const FW: usize> Enlarge<F, FW>
    for Image<H, W, C>
where
    Const<H>: Times<Const<F>>,
    Const<W>: Times<Const<FW>>,
{
    type Out = <<Const<H> as Times<Const<F>>>::Out as Dim>::Image<
        <Const<W> as Times<Const<FW>>>::Out,
        Const<C>,
    >;
}

/// What a division leaves if it goes up.
#[doc(hidden)]
pub trait Nothing {}
impl Nothing for UTerm {}

type Square<const R: usize> = Prod<U<R>, U<R>>;

/// An image whose channels become squares of `R`×`R` pixels.
#[diagnostic::on_unimplemented(
    message = "the channels of `{Self}` cannot become squares of {R}×{R} pixels",
    label = "the channels do not divide into such squares, or it is no image"
)]
pub trait Shuffle<const R: usize>: Shape {
    /// The larger image of fewer channels.
    type Out: Shape;
}

#[diagnostic::do_not_recommend]
impl<const H: usize, const W: usize, const C: usize, const R: usize> Shuffle<R> for Image<H, W, C>
where
    Const<H>: Times<Const<R>>,
    Const<W>: Times<Const<R>>,
    Const<C>: ToUInt,
    Const<R>: ToUInt,
    U<R>: Mul<U<R>>,
    U<C>: Rem<Square<R>, Output: Nothing> + Div<Square<R>>,
    Quot<U<C>, Square<R>>: FromUInt,
{
    type Out = <<Const<H> as Times<Const<R>>>::Out as Dim>::Image<
        <Const<W> as Times<Const<R>>>::Out,
        Side<Quot<U<C>, Square<R>>>,
    >;
}

/// An image whose squares of `R`×`R` pixels become channels.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be divided into squares of {R}×{R} pixels",
    label = "its sides do not divide into such squares, or it is no image"
)]
pub trait Unshuffle<const R: usize>: Shape {
    /// The smaller image of more channels.
    type Out: Shape;
}

#[diagnostic::do_not_recommend]
impl<const H: usize, const W: usize, const C: usize, const R: usize> Unshuffle<R> for Image<H, W, C>
where
    Const<H>: ToUInt,
    Const<W>: ToUInt,
    Const<C>: ToUInt,
    Const<R>: ToUInt,
    U<R>: Mul<U<R>>,
    U<H>: Rem<U<R>, Output: Nothing> + Div<U<R>>,
    U<W>: Rem<U<R>, Output: Nothing> + Div<U<R>>,
    U<C>: Mul<Square<R>>,
    Quot<U<H>, U<R>>: FromUInt,
    Quot<U<W>, U<R>>: FromUInt,
    Prod<U<C>, Square<R>>: FromUInt,
{
    type Out =
        <Side<Quot<U<H>, U<R>>> as Dim>::Image<Side<Quot<U<W>, U<R>>>, Side<Prod<U<C>, Square<R>>>>;
}
