//! Relations of the windows whose taps lie apart, of those that are transposed, and of channels that fall into groups.

use core::ops::{Add, Div, Mul, Sub};

use typenum::{
    Diff, IsLess, Max, Maximum, NonZero, Prod, Quot, Sum, U1, type_operators::IsGreater,
    type_operators::IsGreaterOrEqual,
};

use super::{Const, Dim, FromUInt, Holds, Side, Times, ToUInt, U};
use crate::shape::{Image, Is, Sequence, Shape};

/// The positions of a window of `K` taps, `D` apart, that moves by `S` over a side with `P` zeros at both ends:
/// `⌊(side + 2P − D·(K − 1) − 1) / S⌋ + 1`.
#[diagnostic::on_unimplemented(
    message = "a window of {K} taps {D} apart with padding {P} and stride {S} does not fit a side of `{Self}`",
    label = "the window is longer than the padded side",
    note = "a window of K taps D apart is D·(K − 1) + 1 long, at most side + 2·padding; stride and distance are at least 1; sides go up to 4096"
)]
pub trait DilatedWindow<const K: usize, const S: usize, const P: usize, const D: usize>:
    Dim
{
    /// The side that the window leaves.
    type Out: Dim;
}

type Reach<const K: usize, const D: usize> = Sum<Prod<Diff<U<K>, U1>, U<D>>, U1>;
type Padded<const N: usize, const P: usize> = Sum<Sum<U<N>, U<P>>, U<P>>;
// the larger of both, so that a window that does not fit is refused by `Holds` alone: one mistake, one error
type Slack<Side, Window> = Diff<Maximum<Side, Window>, Window>;
type Positions<Side, Window, const S: usize> = Sum<Quot<Slack<Side, Window>, U<S>>, U1>;

#[diagnostic::do_not_recommend]
impl<const N: usize, const K: usize, const S: usize, const P: usize, const D: usize>
    DilatedWindow<K, S, P, D> for Const<N>
where
    Const<N>: ToUInt,
    Const<K>: ToUInt,
    Const<S>: ToUInt,
    Const<P>: ToUInt,
    Const<D>: ToUInt,
    U<D>: NonZero,
    U<K>: Sub<U1>,
    Diff<U<K>, U1>: Mul<U<D>>,
    Prod<Diff<U<K>, U1>, U<D>>: Add<U1>,
    U<N>: Add<U<P>>,
    Sum<U<N>, U<P>>: Add<U<P>>,
    Padded<N, P>: IsGreaterOrEqual<Reach<K, D>> + Max<Reach<K, D>>,
    <Padded<N, P> as IsGreaterOrEqual<Reach<K, D>>>::Output: Holds,
    Maximum<Padded<N, P>, Reach<K, D>>: Sub<Reach<K, D>>,
    Slack<Padded<N, P>, Reach<K, D>>: Div<U<S>>,
    Quot<Slack<Padded<N, P>, Reach<K, D>>, U<S>>: Add<U1>,
    Positions<Padded<N, P>, Reach<K, D>, S>: FromUInt,
{
    type Out = Side<Positions<Padded<N, P>, Reach<K, D>, S>>;
}

/// An image over which a window moves whose taps lie apart: `K`×`KW` taps, `D`×`DW` apart, by `S`×`SW`, with padding `P`×`PW`.
#[diagnostic::on_unimplemented(
    message = "a window of {K}×{KW} taps {D}×{DW} apart with padding {P}×{PW} and stride {S}×{SW} does not fit `{Self}`",
    label = "the window is longer than the padded side",
    note = "a window of K taps D apart is D·(K − 1) + 1 long, at most side + 2·padding; stride and distance are at least 1; sides go up to 4096"
)]
pub trait DilatedSlide<
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const D: usize,
    const DW: usize,
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
    const D: usize,
    const DW: usize,
> DilatedSlide<K, S, P, KW, SW, PW, D, DW> for Image<H, W, C>
where
    Const<H>: DilatedWindow<K, S, P, D>,
    Const<W>: DilatedWindow<KW, SW, PW, DW>,
{
    type Out<O: Dim> = <<Const<H> as DilatedWindow<K, S, P, D>>::Out as Dim>::Image<
        <Const<W> as DilatedWindow<KW, SW, PW, DW>>::Out,
        O,
    >;
    const POSITIONS: [usize; 2] = [
        <Const<H> as DilatedWindow<K, S, P, D>>::Out::SIZE,
        <Const<W> as DilatedWindow<KW, SW, PW, DW>>::Out::SIZE,
    ];
}

/// A sequence along which a window moves: of `K` steps, `D` apart, by `S`, with `P` zeros at both ends.
#[diagnostic::on_unimplemented(
    message = "a window of {K} steps {D} apart with padding {P} and stride {S} does not fit `{Self}`",
    label = "the window is longer than the padded sequence",
    note = "a window of K steps D apart is D·(K − 1) + 1 long, at most length + 2·padding; stride and distance are at least 1; lengths go up to 4096"
)]
pub trait SlideAlong<const K: usize, const S: usize, const P: usize, const D: usize>:
    Shape
{
    /// The sequence that the window leaves, with `N` numbers a step.
    type Out<const N: usize>: Shape;
    /// Its length.
    const POSITIONS: usize;
}

#[diagnostic::do_not_recommend]
impl<const L: usize, const N: usize, const K: usize, const S: usize, const P: usize, const D: usize>
    SlideAlong<K, S, P, D> for Sequence<L, N>
where
    Const<L>: DilatedWindow<K, S, P, D>,
{
    type Out<const M: usize> = <<Const<L> as DilatedWindow<K, S, P, D>>::Out as Dim>::Sequence<M>;
    const POSITIONS: usize = <Const<L> as DilatedWindow<K, S, P, D>>::Out::SIZE;
}

/// An image whose channels fall into `G` groups of `N`.
#[diagnostic::on_unimplemented(
    message = "the channels of `{Self}` do not fall into {G} groups of {N}",
    label = "groups × channels a group is not its number of channels"
)]
pub trait Groups<const G: usize, const N: usize>: Shape {}

#[diagnostic::do_not_recommend]
impl<const H: usize, const W: usize, const C: usize, const G: usize, const N: usize> Groups<G, N>
    for Image<H, W, C>
where
    Const<G>: Times<Const<N>, Out: Is<Const<C>>>,
{
}

/// The side that a window of length `K`, stride `S` and padding `P` would turn into this one: `(side − 1)·S + K − 2P`, and `E` more of
/// those that it turns into the same.
#[diagnostic::on_unimplemented(
    message = "a transposed window of {K} with padding {P}, stride {S} and {E} extra does not fit a side of `{Self}`",
    label = "the padding is larger than what the window spreads over, or the extra is as long as the stride",
    note = "a transposed window needs a side of at least 1, (side − 1)·stride + window > 2·padding, extra < stride, and sides up to 4096"
)]
pub trait TransposedWindow<const K: usize, const S: usize, const P: usize, const E: usize = 0>:
    Dim
{
    /// The side that the window spreads over.
    type Out: Dim;
}

type Twice<const P: usize> = Sum<U<P>, U<P>>;
type Spread<const N: usize, const K: usize, const S: usize> = Sum<Prod<Diff<U<N>, U1>, U<S>>, U<K>>;
type Trimmed<const N: usize, const K: usize, const S: usize, const P: usize> =
    Diff<Maximum<Spread<N, K, S>, Twice<P>>, Twice<P>>;

#[diagnostic::do_not_recommend]
impl<const N: usize, const K: usize, const S: usize, const P: usize, const E: usize>
    TransposedWindow<K, S, P, E> for Const<N>
where
    Const<N>: ToUInt,
    Const<K>: ToUInt,
    Const<S>: ToUInt,
    Const<P>: ToUInt,
    Const<E>: ToUInt,
    U<N>: Sub<U1>,
    U<P>: Add<U<P>>,
    U<E>: IsLess<U<S>, Output: Holds>,
    Diff<U<N>, U1>: Mul<U<S>>,
    Prod<Diff<U<N>, U1>, U<S>>: Add<U<K>>,
    Spread<N, K, S>: IsGreater<Twice<P>> + Max<Twice<P>>,
    <Spread<N, K, S> as IsGreater<Twice<P>>>::Output: Holds,
    Maximum<Spread<N, K, S>, Twice<P>>: Sub<Twice<P>>,
    Trimmed<N, K, S, P>: Add<U<E>>,
    Sum<Trimmed<N, K, S, P>, U<E>>: FromUInt,
{
    type Out = Side<Sum<Trimmed<N, K, S, P>, U<E>>>;
}

/// An image that a transposed window spreads out: of `K`×`KW`, by `S`×`SW`, with padding `P`×`PW` and `E`×`EW` more rows and columns.
#[diagnostic::on_unimplemented(
    message = "a transposed window of {K}×{KW} with padding {P}×{PW}, stride {S}×{SW} and {E}×{EW} extra does not fit `{Self}`",
    label = "the padding is larger than what the window spreads over, or the extra is as long as the stride",
    note = "a transposed window needs sides of at least 1, (side − 1)·stride + window > 2·padding, extra < stride, and sides up to 4096"
)]
pub trait TransposedSlide<
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const E: usize,
    const EW: usize,
>: Shape
{
    /// The image that the window spreads over, with `C` channels.
    type Out<const C: usize>: Shape;
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
    const E: usize,
    const EW: usize,
> TransposedSlide<K, S, P, KW, SW, PW, E, EW> for Image<H, W, C>
where
    Const<H>: TransposedWindow<K, S, P, E>,
    Const<W>: TransposedWindow<KW, SW, PW, EW>,
{
    type Out<const O: usize> = <<Const<H> as TransposedWindow<K, S, P, E>>::Out as Dim>::Image<
        <Const<W> as TransposedWindow<KW, SW, PW, EW>>::Out,
        Const<O>,
    >;
    const POSITIONS: [usize; 2] = [
        <Const<H> as TransposedWindow<K, S, P, E>>::Out::SIZE,
        <Const<W> as TransposedWindow<KW, SW, PW, EW>>::Out::SIZE,
    ];
}
