//! What a derivative is taken by: numbers, tensors, and arrays and tuples of them, off a tape and on one.

use core::array;

use bytemuck::Zeroable;
use core_tensor::{Filter, Image, Matrix, Scalar, Sequence, Tensor, Vector};

use crate::tape::record::Reader;
use crate::{Dual, Gradients, Recording, Var};

/// A point where a derivative is taken: a number, a [`Tensor`], an array or a tuple of points.
///
/// A gradient is a value of the same type. All numbers in it are of one kind.
pub trait Point: Zeroable {
    /// The numbers in it.
    type Scalar: Scalar;
    /// The same on a tape: [`Var`] for a number and for a tensor, and so on.
    type Vars<'t>: OnTape<'t, Self::Scalar, Value = Self> + Copy;

    /// Puts the values on a tape; `live` if their derivatives are wanted.
    fn on_tape<'t>(&self, tape: Recording<'t, Self::Scalar>, live: bool) -> Self::Vars<'t>;

    /// Puts many of them on a tape.
    #[doc(hidden)]
    #[inline(always)]
    fn all_on_tape<'t, const N: usize>(
        points: &[Self; N],
        tape: Recording<'t, Self::Scalar>,
        live: bool,
    ) -> [Self::Vars<'t>; N] {
        // not by references that are mapped: the handles are built where they stay
        array::from_fn(|i| points[i].on_tape(tape, live))
    }

    /// Overwrites this with the derivatives by the point that was put on the tape next.
    #[doc(hidden)]
    fn read(&mut self, from: &mut Reader<'_, Self::Scalar>);

    /// A point of the numbers that `next` gives, in memory order.
    fn generate(next: &mut impl FnMut() -> Self::Scalar) -> Self;
}

/// Handles of a [`Point`] on a tape.
pub trait OnTape<'t, T: Scalar> {
    /// The point.
    type Value;

    /// The values.
    fn values(&self) -> Self::Value;

    /// The derivatives by them, after a walk back.
    #[doc(hidden)]
    fn adjoint(&self, gradients: &Gradients<'t, T>) -> Self::Value;
}

/// A number.
impl<'t, T: Scalar> OnTape<'t, T> for Var<'t, T> {
    type Value = T;

    fn values(&self) -> T {
        self.value()
    }

    #[track_caller]
    #[inline]
    fn adjoint(&self, gradients: &Gradients<'t, T>) -> T {
        gradients.by(self, |numbers| {
            numbers.map_or(T::zero(), |numbers| numbers[0])
        })
    }
}

// the numbers that points are made of
macro_rules! numbers { ($([$($generics:tt)*] $T:ty;)+) => {$(
    impl<$($generics)*> Point for $T {
        type Scalar = Self;
        type Vars<'t> = Var<'t, Self>;

        #[inline(always)]
        fn on_tape<'t>(&self, tape: Recording<'t, Self>, live: bool) -> Var<'t, Self> {
            Var::on_tape(tape, *self, live)
        }

        #[inline(always)]
        fn all_on_tape<'t, const K: usize>(points: &[Self; K], tape: Recording<'t, Self>, live: bool) -> [Var<'t, Self>; K] {
            Var::all_on_tape(tape, points, live)
        }

        #[inline(always)]
        fn read(&mut self, from: &mut Reader<'_, Self>) {
            *self = from.number();
        }

        fn generate(next: &mut impl FnMut() -> Self) -> Self {
            next()
        }
    }
)+} }
numbers! {
    [] f32;
    [] f64;
    [T: Scalar, const N: usize] Dual<T, N>;
}

// tensors of each shape
macro_rules! tensors { ($($name:ident<$($n:ident)+>)+) => {$(
    impl<T: Scalar, $(const $n: usize),+> Point for Tensor<$name<$($n),+>, T> {
        type Scalar = T;
        type Vars<'t> = Var<'t, T, $name<$($n),+>>;

        fn on_tape<'t>(&self, tape: Recording<'t, T>, live: bool) -> Self::Vars<'t> {
            Var::tensor_on(tape, self, live)
        }

        fn read(&mut self, from: &mut Reader<'_, T>) {
            from.numbers(self.as_mut_slice());
        }

        fn generate(next: &mut impl FnMut() -> T) -> Self {
            Tensor::from_fn(|_| next())
        }
    }

    impl<'t, T: Scalar, $(const $n: usize),+> OnTape<'t, T> for Var<'t, T, $name<$($n),+>> {
        type Value = Tensor<$name<$($n),+>, T>;

        fn values(&self) -> Self::Value {
            self.tensor()
        }

        #[track_caller]
        fn adjoint(&self, gradients: &Gradients<'t, T>) -> Self::Value {
            gradients.tensor(self)
        }
    }
)+} }
tensors! { Vector<N> Matrix<M N> Image<H W C> Sequence<L N> Filter<H W I O> }

impl<P: Point, const N: usize> Point for [P; N] {
    type Scalar = P::Scalar;
    type Vars<'t> = [P::Vars<'t>; N];

    fn on_tape<'t>(&self, tape: Recording<'t, P::Scalar>, live: bool) -> Self::Vars<'t> {
        P::all_on_tape(self, tape, live)
    }

    #[inline(always)]
    fn read(&mut self, from: &mut Reader<'_, P::Scalar>) {
        self.iter_mut().for_each(|point| point.read(from));
    }

    fn generate(next: &mut impl FnMut() -> P::Scalar) -> Self {
        array::from_fn(|_| P::generate(next))
    }
}

impl<'t, T: Scalar, V: OnTape<'t, T>, const N: usize> OnTape<'t, T> for [V; N] {
    type Value = [V::Value; N];

    fn values(&self) -> Self::Value {
        self.each_ref().map(V::values)
    }

    #[track_caller]
    fn adjoint(&self, gradients: &Gradients<'t, T>) -> Self::Value {
        array::from_fn(|i| self[i].adjoint(gradients))
    }
}

macro_rules! tuples { ($($A:ident $($P:ident $V:ident $i:tt)+;)+) => {$(
    impl<$A: Scalar, $($P: Point<Scalar = $A>),+> Point for ($($P,)+) {
        type Scalar = $A;
        type Vars<'t> = ($($P::Vars<'t>,)+);

        fn on_tape<'t>(&self, tape: Recording<'t, $A>, live: bool) -> Self::Vars<'t> {
            ($(self.$i.on_tape(tape, live),)+)
        }

        #[inline(always)]
        fn read(&mut self, from: &mut Reader<'_, $A>) {
            $(self.$i.read(from);)+
        }

        fn generate(next: &mut impl FnMut() -> $A) -> Self {
            ($($P::generate(next),)+)
        }
    }

    impl<'t, $A: Scalar, $($V: OnTape<'t, $A>),+> OnTape<'t, $A> for ($($V,)+) {
        type Value = ($($V::Value,)+);

        fn values(&self) -> Self::Value {
            ($(self.$i.values(),)+)
        }

        #[track_caller]
        fn adjoint(&self, gradients: &Gradients<'t, $A>) -> Self::Value {
            ($(self.$i.adjoint(gradients),)+)
        }
    }
)+} }
tuples! {
    T P0 V0 0;
    T P0 V0 0 P1 V1 1;
    T P0 V0 0 P1 V1 1 P2 V2 2;
    T P0 V0 0 P1 V1 1 P2 V2 2 P3 V3 3;
    T P0 V0 0 P1 V1 1 P2 V2 2 P3 V3 3 P4 V4 4;
    T P0 V0 0 P1 V1 1 P2 V2 2 P3 V3 3 P4 V4 4 P5 V5 5;
}
