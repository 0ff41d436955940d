//! Sides of a shape, and the arithmetic on them that the compiler does: windows, transposed windows, sums, multiples.
//!
//! Users write plain numbers (`Image<28, 28, 1>`) and never an output side. `Const<N>` lives only inside the arithmetic: it is turned
//! into a binary number of `typenum`, calculated, and turned back by a table, because stable Rust has no arithmetic on const parameters.
//! The table knows every side up to 4,096 and every flattened length below 32,768.

mod border;
mod spread;

use core::ops::{Add, Div, Mul, Sub};

use typenum::{
    Diff, Max, Maximum, NonZero, Prod, Quot, Sum, True, U1, type_operators::IsGreaterOrEqual,
};

pub use self::border::{Border, Mirror};
pub use self::spread::{
    DilatedSlide, DilatedWindow, Groups, SlideAlong, TransposedSlide, TransposedWindow,
};
use crate::shape::{Image, Matrix, Sequence, Shape, Vector};

/// A side of length `N`, where sides are calculated with.
#[derive(Clone, Copy, Debug)]
pub struct Const<const N: usize>;

/// A side that knows how to put itself, worked out, into a shape.
pub trait Dim: Copy + 'static {
    /// The side as a number.
    const SIZE: usize;
    /// `Vector<Self>`
    type Vector: Shape;
    /// `Image<Self, W, C>`
    type Image<W: Dim, C: Dim>: Shape;
    /// `Matrix<M, Self>`
    type Matrix<const M: usize>: Shape;
    /// `Sequence<Self, N>`
    type Sequence<const N: usize>: Shape;
    /// `Sequence<L, Self>`
    type Steps<const L: usize>: Shape;
    #[doc(hidden)]
    type ImageWidth<const H: usize, C: Dim>: Shape;
    #[doc(hidden)]
    type ImageChannels<const H: usize, const W: usize>: Shape;
}

impl<const N: usize> Dim for Const<N> {
    const SIZE: usize = N;
    type Vector = Vector<N>;
    type Image<W: Dim, C: Dim> = W::ImageWidth<N, C>;
    type Matrix<const M: usize> = Matrix<M, N>;
    type Sequence<const M: usize> = Sequence<N, M>;
    type Steps<const L: usize> = Sequence<L, N>;
    type ImageWidth<const H: usize, C: Dim> = C::ImageChannels<H, N>;
    type ImageChannels<const H: usize, const W: usize> = Image<H, W, N>;
}

/// A binary number that is in the table of sides.
#[doc(hidden)]
pub trait FromUInt {
    type Dim: Dim;
}

/// A side that can be calculated with.
#[doc(hidden)]
pub trait ToUInt {
    type UInt;
}

#[doc(hidden)]
mod table {
    include!(concat!(env!("OUT_DIR"), "/table.rs"));
}

pub(crate) type U<const N: usize> = <Const<N> as ToUInt>::UInt;
pub(crate) type Side<N> = <N as FromUInt>::Dim;

#[doc(hidden)]
pub trait Holds {}
impl Holds for True {}

/// The positions of a window of length `K` that moves by `S` over a side with `P` zeros at both ends: `⌊(side + 2P − K) / S⌋ + 1`.
#[diagnostic::on_unimplemented(
    message = "a window of {K} with padding {P} and stride {S} does not fit a side of `{Self}`",
    label = "the window is longer than the padded side",
    note = "a window is at least 1 long and at most side + 2·padding; a stride is at least 1; sides go up to 4096"
)]
pub trait Window<const K: usize, const S: usize, const P: usize>: Dim {
    /// The side that the window leaves.
    type Out: Dim;
}

type Padded<const N: usize, const P: usize> = Sum<Sum<U<N>, U<P>>, U<P>>;
// the larger of both, so that a window that does not fit is refused by `Holds` alone: one mistake, one error
type Slack<const N: usize, const K: usize, const P: usize> =
    Diff<Maximum<Padded<N, P>, U<K>>, U<K>>;
type Positions<const N: usize, const K: usize, const S: usize, const P: usize> =
    Sum<Quot<Slack<N, K, P>, U<S>>, U1>;

#[diagnostic::do_not_recommend]
impl<const N: usize, const K: usize, const S: usize, const P: usize> Window<K, S, P> for Const<N>
where
    Const<N>: ToUInt,
    Const<K>: ToUInt,
    Const<S>: ToUInt,
    Const<P>: ToUInt,
    U<K>: NonZero,
    U<N>: Add<U<P>>,
    Sum<U<N>, U<P>>: Add<U<P>>,
    Padded<N, P>: IsGreaterOrEqual<U<K>> + Max<U<K>>,
    <Padded<N, P> as IsGreaterOrEqual<U<K>>>::Output: Holds,
    Maximum<Padded<N, P>, U<K>>: Sub<U<K>>,
    Slack<N, K, P>: Div<U<S>>,
    Quot<Slack<N, K, P>, U<S>>: Add<U1>,
    Positions<N, K, S, P>: FromUInt,
{
    type Out = Side<Positions<N, K, S, P>>;
}

/// An image over which a window moves: of `K`×`KW`, by `S`×`SW`, with padding `P`×`PW` (height × width).
#[diagnostic::on_unimplemented(
    message = "a window of {K}×{KW} with padding {P}×{PW} and stride {S}×{SW} does not fit `{Self}`",
    label = "the window is longer than the padded side",
    note = "a window is at least 1 long and at most side + 2·padding; a stride is at least 1; sides go up to 4096"
)]
pub trait Slide<
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
>: Shape
{
    /// The image that the window leaves, with `C` channels.
    type Out<C: Dim>: Shape;
    /// Its height and width.
    const POSITIONS: [usize; 2];
}

#[diagnostic::do_not_recommend]
impl<
    const H: usize,
    const W: usize,
    const C: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
> Slide<K, S, P, KW, SW, PW> for Image<H, W, C>
where
    Const<H>: Window<K, S, P>,
    Const<W>: Window<KW, SW, PW>,
{
    type Out<O: Dim> = <<Const<H> as Window<K, S, P>>::Out as Dim>::Image<
        <Const<W> as Window<KW, SW, PW>>::Out,
        O,
    >;
    const POSITIONS: [usize; 2] = [
        <Const<H> as Window<K, S, P>>::Out::SIZE,
        <Const<W> as Window<KW, SW, PW>>::Out::SIZE,
    ];
}

/// Two sides laid end to end: `Self + B`.
#[diagnostic::on_unimplemented(
    message = "sides of `{Self}` and `{B}` cannot be joined: the sum is not in the table of sides",
    label = "their sum is not in the table of sides",
    note = "sides up to 4096 and sums below 32768 are known"
)]
pub trait Plus<B>: Dim {
    /// The sum.
    type Out: Dim;
}

#[diagnostic::do_not_recommend]
impl<const A: usize, const B: usize> Plus<Const<B>> for Const<A>
where
    Const<A>: ToUInt,
    Const<B>: ToUInt,
    U<A>: Add<U<B>>,
    Sum<U<A>, U<B>>: FromUInt,
{
    type Out = Side<Sum<U<A>, U<B>>>;
}

/// A side repeated or enlarged: `Self · B`.
#[diagnostic::on_unimplemented(
    message = "a side of `{Self}` cannot be enlarged `{B}` times: the product is not in the table of sides",
    label = "their product is not in the table of sides",
    note = "sides up to 4096 and products below 32768 are known"
)]
pub trait Times<B>: Dim {
    /// The product.
    type Out: Dim;
}

#[diagnostic::do_not_recommend]
impl<const A: usize, const B: usize> Times<Const<B>> for Const<A>
where
    Const<A>: ToUInt,
    Const<B>: ToUInt,
    U<A>: Mul<U<B>>,
    Prod<U<A>, U<B>>: FromUInt,
{
    type Out = Side<Prod<U<A>, U<B>>>;
}
