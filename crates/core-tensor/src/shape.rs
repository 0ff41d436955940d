//! Shapes: structs with const sides, and the relations between them.
//!
//! Type order is memory order, channels last: an 8-bit RGB picture read from a file is already an `Image<H, W, 3>`.

use core::fmt::Debug;
use core::ops::{Mul, Rem};

use typenum::{NonZero, Prod, U0};

use crate::dim::{Const, Dim, FromUInt, Plus, Side, Times, ToUInt, U, Window};

/// A shape whose sides are part of the type. The shapes of this crate are the only ones: that their arrays hold numbers alone is what makes
/// [`Zeroed`](trait@crate::Zeroed) sound.
pub trait Shape: sealed::Sealed + Copy + Debug + Send + Sync + 'static {
    /// How many numbers a tensor of this shape holds.
    const LEN: usize;
    /// The shape's name without its sides.
    const NAME: &'static str;
    /// The sides, outermost first.
    const SIDES: &'static [usize];
    /// The shapes that this one is made of, if it is a [`Pair`](crate::Pair).
    const PARTS: &'static [Name] = &[];
    /// The numbers behind the name, as a user writes them: the sides, and what else belongs to the type.
    const WRITTEN: &'static [usize] = Self::SIDES;
    /// The last side: what a row of a tensor is.
    type Row: Shape;
    /// A position: one number a side.
    type Index: AsRef<[usize]> + Copy + Debug;
    /// The numbers as nested arrays.
    type Array<T: 'static>;

    /// All numbers of a row of arrays, one after another.
    fn flat<T: 'static>(arrays: &[Self::Array<T>]) -> &[T];
    /// As [`flat`](Shape::flat), to write to.
    fn flat_mut<T: 'static>(arrays: &mut [Self::Array<T>]) -> &mut [T];
    /// The reverse of [`flat`](Shape::flat); what does not fill an array is left out.
    fn arrays<T: 'static>(flat: &[T]) -> &[Self::Array<T>];
    /// As [`arrays`](Shape::arrays), to write to.
    fn arrays_mut<T: 'static>(flat: &mut [T]) -> &mut [Self::Array<T>];
    /// An array whose numbers, counted from the first, are `f(0), f(1), …`.
    fn from_fn<T: 'static>(f: impl FnMut(usize) -> T) -> Self::Array<T>;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

// a shape is its sides outermost first, its array, and the same sides innermost first
macro_rules! shapes { ($($(#[$doc:meta])* $name:ident<$($n:ident)*> row $row:ident, rank $rank:literal: $array:ty, $($r:ident)*;)+) => {$(
    $(#[$doc])* #[derive(Clone, Copy, Debug)] pub struct $name<$(const $n: usize),*>;
    impl<$(const $n: usize),*> sealed::Sealed for $name<$($n),*> {}
    impl<$(const $n: usize),*> Shape for $name<$($n),*> {
        const LEN: usize = 1 $(* $n)*;
        const NAME: &'static str = stringify!($name);
        const SIDES: &'static [usize] = &[$($n),*];
        type Row = Vector<$row>;
        type Index = [usize; $rank];
        type Array<T: 'static> = $array;
        fn flat<T: 'static>(x: &[$array]) -> &[T] { $(const { let _ = $n; } let x = x.as_flattened();)* x }
        fn flat_mut<T: 'static>(x: &mut [$array]) -> &mut [T] { $(const { let _ = $n; } let x = x.as_flattened_mut();)* x }
        fn arrays<T: 'static>(x: &[T]) -> &[$array] { $(let x = x.as_chunks::<$r>().0;)* x }
        fn arrays_mut<T: 'static>(x: &mut [T]) -> &mut [$array] { $(let x = x.as_chunks_mut::<$r>().0;)* x }
        fn from_fn<T: 'static>(mut f: impl FnMut(usize) -> T) -> $array { let mut i = 0; let mut next = || { i += 1; f(i - 1) }; nested!(next $($n)*) }
    }
)+} }
macro_rules! nested { ($f:ident) => { $f() }; ($f:ident $n:ident $($rest:ident)*) => { [(); $n].map(|_| nested!($f $($rest)*)) } }

shapes! {
    /// `N` numbers in a row: features, logits.
    Vector<N> row N, rank 1: [T; N], N;
    /// `M` rows of `N` numbers.
    Matrix<M N> row N, rank 2: [[T; N]; M], N M;
    /// `H` rows of `W` pixels of `C` channels.
    Image<H W C> row C, rank 3: [[[T; C]; W]; H], C W H;
    /// `L` steps of `N` numbers: text, sound, sensor readings.
    Sequence<L N> row N, rank 2: [[T; N]; L], N L;
    /// The weights of a convolution: a window of `H`×`W` from `I` to `O` channels.
    Filter<H W I O> row O, rank 4: [[[[T; O]; I]; W]; H], O I W H;
    /// The weights of a convolution in `G` groups: a window of `H`×`W` from `I` to `O` channels of a group.
    GroupedFilter<H W I G O> row O, rank 5: [[[[[T; O]; G]; I]; W]; H], O G I W H;
}

/// The shape without sides: one number, and nothing to count its place by.
impl sealed::Sealed for () {}
impl Shape for () {
    const LEN: usize = 1;
    const NAME: &'static str = "()";
    const SIDES: &'static [usize] = &[];
    type Row = ();
    type Index = [usize; 0];
    type Array<T: 'static> = T;
    fn flat<T: 'static>(x: &[T]) -> &[T] {
        x
    }
    fn flat_mut<T: 'static>(x: &mut [T]) -> &mut [T] {
        x
    }
    fn arrays<T: 'static>(x: &[T]) -> &[T] {
        x
    }
    fn arrays_mut<T: 'static>(x: &mut [T]) -> &mut [T] {
        x
    }
    fn from_fn<T: 'static>(mut f: impl FnMut(usize) -> T) -> T {
        f(0)
    }
}

/// Two shapes that are one and the same: said by a trait of ours, so that the words of the error are ours.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to `{B}`, nor combined with it element by element",
    label = "the shapes differ"
)]
pub trait Same<B: Shape>: Shape {
    #[doc(hidden)]
    fn arrays<T: 'static>(x: &[Self::Array<T>]) -> &[B::Array<T>];
    #[doc(hidden)]
    fn back<T: 'static>(x: &mut [B::Array<T>]) -> &mut [Self::Array<T>];
}

#[diagnostic::do_not_recommend]
impl<S: Shape> Same<S> for S {
    fn arrays<T: 'static>(x: &[S::Array<T>]) -> &[S::Array<T>] {
        x
    }
    fn back<T: 'static>(x: &mut [S::Array<T>]) -> &mut [S::Array<T>] {
        x
    }
}

/// A shape whose length is known to the compiler: all its sides multiplied.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be flattened: its length is not in the table of sides",
    label = "its length is not in the table of sides",
    note = "sides up to 4096 and lengths below 32768 are known"
)]
pub trait Flat: Shape {
    /// A `Vector` of that length.
    type Out: Shape;
}

impl<const N: usize> Flat for Vector<N> {
    type Out = Vector<N>;
}

macro_rules! flat_pairs { ($($shape:ident<$a:ident $b:ident>)*) => {$(
    #[diagnostic::do_not_recommend]
    impl<const $a: usize, const $b: usize> Flat for $shape<$a, $b> where Const<$a>: Times<Const<$b>> {
        type Out = <<Const<$a> as Times<Const<$b>>>::Out as Dim>::Vector;
    }
)*} }
flat_pairs! { Matrix<M N> Sequence<L N> }

#[diagnostic::do_not_recommend]
impl<const H: usize, const W: usize, const C: usize> Flat for Image<H, W, C>
where
    Const<H>: ToUInt,
    Const<W>: ToUInt,
    Const<C>: ToUInt,
    U<H>: Mul<U<W>>,
    Prod<U<H>, U<W>>: Mul<U<C>>,
    Prod<Prod<U<H>, U<W>>, U<C>>: FromUInt,
{
    type Out = <Side<Prod<Prod<U<H>, U<W>>, U<C>>> as Dim>::Vector;
}

/// What a step of a recurrence returns, where it is the state that the next one is given.
#[diagnostic::on_unimplemented(
    message = "a step that returns `{Self}` cannot stand in a recurrence whose state is `{S}`",
    label = "the layer inside must return the shape of the state"
)]
pub trait NextState<S: Shape>: Same<S> {}

#[diagnostic::do_not_recommend]
impl<S: Shape> NextState<S> for S {}

/// Two shapes that hold equally many numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be reshaped to `{B}`: they do not hold equally many numbers",
    label = "the lengths differ, or are not in the table of sides",
    note = "sides up to 4096 and lengths below 32768 are known"
)]
pub trait SameLength<B: Shape>: Shape {}

#[diagnostic::do_not_recommend]
impl<A: Flat<Out: Same<B::Out>>, B: Flat> SameLength<B> for A {}

/// Shapes that can be laid side by side along their last side: channels of images, columns of matrices, features of sequences.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{B}` cannot be joined along their last side",
    label = "the other sides differ, or the sum is not in the table of sides"
)]
pub trait Join<B: Shape>: Shape {
    /// Both, side by side.
    type Out: Shape;
}

/// A shape taken apart into its last side and the others, and put together again.
#[doc(hidden)]
pub trait Ends: Shape {
    type Last: Dim;
    type Others;
    type With<Last: Dim>: Shape;
}

/// Two types that are one and the same.
#[doc(hidden)]
pub trait Is<B> {}
impl<A> Is<A> for A {}

impl<const N: usize> Ends for Vector<N> {
    type Last = Const<N>;
    type Others = ();
    type With<Last: Dim> = Last::Vector;
}

impl<const M: usize, const N: usize> Ends for Matrix<M, N> {
    type Last = Const<N>;
    type Others = Const<M>;
    type With<Last: Dim> = Last::Matrix<M>;
}

impl<const L: usize, const N: usize> Ends for Sequence<L, N> {
    type Last = Const<N>;
    type Others = (Const<L>,);
    type With<Last: Dim> = Last::Steps<L>;
}

impl<const H: usize, const W: usize, const C: usize> Ends for Image<H, W, C> {
    type Last = Const<C>;
    type Others = (Const<H>, Const<W>);
    type With<Last: Dim> = Last::ImageChannels<H, W>;
}

// one impl that leaves `B` open: were there one for each shape, the compiler would guess `B` from `A` and speak of mismatched types
#[diagnostic::do_not_recommend]
impl<A, B> Join<B> for A
where
    A: Ends<Last: Plus<B::Last>>,
    B: Ends<Others: Is<A::Others>>,
{
    type Out = A::With<<A::Last as Plus<B::Last>>::Out>;
}

/// Shapes whose last side is even, so that it can be cut in halves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be cut in halves along its last side",
    label = "its last side is odd"
)]
pub trait Halve: Shape {
    /// One half.
    type Out: Shape;
}

type Half<D> = <D as Window<2, 2, 0>>::Out;

#[diagnostic::do_not_recommend]
impl<A> Halve for A
where
    A: Ends<Last: Window<2, 2, 0>>,
    Half<A::Last>: Plus<Half<A::Last>, Out: Is<A::Last>>,
{
    type Out = A::With<Half<A::Last>>;
}

/// Shapes whose last side is `C`: so many channels, or features in a row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not have {C} channels",
    label = "its last side is another"
)]
pub trait Channels<const C: usize>: Shape {}

#[diagnostic::do_not_recommend]
impl<const C: usize, S: Shape<Row = Vector<C>>> Channels<C> for S {}

/// Shapes of which a sequence can be made, a step each.
#[diagnostic::on_unimplemented(
    message = "no sequence is made of steps of shape `{Self}`",
    label = "a step of a sequence is a `Vector`"
)]
pub trait Step: Shape {
    /// `L` of them.
    type Sequence<const L: usize>: Shape;
}

impl<const N: usize> Step for Vector<N> {
    type Sequence<const L: usize> = Sequence<L, N>;
}

/// Sequences whose features can be shared among `H` heads of an attention, equally many each.
#[diagnostic::on_unimplemented(
    message = "the features of `{Self}` cannot be shared among {H} heads",
    label = "{H} does not divide its last side"
)]
pub trait Heads<const H: usize>: Shape {}

#[diagnostic::do_not_recommend]
impl<const L: usize, const N: usize, const H: usize> Heads<H> for Sequence<L, N>
where
    Const<N>: ToUInt,
    Const<H>: ToUInt,
    U<H>: NonZero,
    U<N>: Rem<U<H>, Output: Is<U0>>,
{
}

/// A matrix and one that it can be multiplied by: as many rows as the first has columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be multiplied by `{B}`",
    label = "the first must have as many columns as the second has rows"
)]
pub trait MatMul<B: Shape>: Shape {
    /// The product.
    type Out: Shape;
}

#[diagnostic::do_not_recommend]
impl<const M: usize, const K: usize, B: Ends<Others: Is<Const<K>>>> MatMul<B> for Matrix<M, K> {
    type Out = <B::Last as Dim>::Matrix<M>;
}

/// A shape that has a side number `A`, counted from 0.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no axis {A}, or no shape without it",
    label = "axes are the sides, counted from 0"
)]
pub trait Axis<const A: usize>: Shape {
    /// The shape without that side.
    type Rest: Shape;
}

macro_rules! axes { ($($shape:ident<$($n:ident)+> less $a:literal: $rest:ty;)+) => {$(
    #[diagnostic::do_not_recommend]
    impl<$(const $n: usize),+> Axis<$a> for $shape<$($n),+> { type Rest = $rest; }
)+} }
axes! {
    Vector<N> less 0: ();
    Matrix<M N> less 0: Vector<N>;
    Matrix<M N> less 1: Vector<M>;
    Sequence<L N> less 0: Vector<N>;
    Sequence<L N> less 1: Vector<L>;
    Image<H W C> less 0: Matrix<W, C>;
    Image<H W C> less 1: Matrix<H, C>;
    Image<H W C> less 2: Matrix<H, W>;
}

/// A shape as a user writes it, `Image<28, 28, 1>`: its name, its sides, and the shapes that it is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name(pub &'static str, pub &'static [usize], pub &'static [Name]);

/// The name of `S` with its numbers.
pub const fn name<S: Shape>() -> Name {
    Name(S::NAME, S::WRITTEN, S::PARTS)
}

impl core::fmt::Display for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.1.is_empty() {
            return f.write_str(self.0);
        }
        let comma = |i| if i == 0 { "" } else { ", " };
        write!(f, "{}<", self.0)?;
        for (i, part) in self.2.iter().enumerate() {
            write!(f, "{}{part}", comma(i))?;
        }
        let sides = if self.2.is_empty() { self.1 } else { &[] };
        for (i, side) in sides.iter().enumerate() {
            write!(f, "{}{side}", comma(i))?;
        }
        f.write_str(">")
    }
}
