//! Values that are made of zero bytes where they will stay, so that a network of any size never goes over the stack.

use alloc::boxed::Box;
use core::marker::PhantomData;

use crate::{Scalar, Shape, Tensor};

/// May be made of zero bytes: tensors of zeroes, and structs and tuples of such.
///
/// Of our own, since `bytemuck::Zeroable` stops at tuples of 8 and cannot be given to longer ones from here. The macro
/// [`zeroed!`](macro@crate::zeroed) implements it after checking every field.
///
/// # Safety
/// All-zero bytes must be a value of the type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made of zero bytes",
    note = "a layer is a plain struct of tensors and other layers: see `params!` and `zeroed!`"
)]
pub unsafe trait Zeroed: Sized {
    /// A value in the heap; it never touches the stack, in debug builds neither.
    fn boxed() -> Box<Self> {
        // SAFETY: the trait promises that zeroes are a value.
        unsafe { crate::pages::zeroed::<Self>().assume_init() }
    }
}

// SAFETY: a tensor is an array of numbers (`Shape` is sealed), and a `Scalar` is `bytemuck::Zeroable`.
unsafe impl<S: Shape, T: Scalar> Zeroed for Tensor<S, T> {}
// SAFETY: as above.
unsafe impl<S: Shape, T: Scalar> bytemuck::Zeroable for Tensor<S, T> {}
// SAFETY: nothing to make.
unsafe impl Zeroed for () {}
// SAFETY: nothing to make.
unsafe impl<F> Zeroed for PhantomData<F> {}

// SAFETY: each element may be zeroes, and an array holds nothing else.
unsafe impl<Z: Zeroed, const N: usize> Zeroed for [Z; N] {}

macro_rules! tuples { ($first:ident $($rest:ident)*) => {
    // SAFETY: each part may be zeroes, and a tuple holds nothing else.
    unsafe impl<$first: Zeroed, $($rest: Zeroed),*> Zeroed for ($first, $($rest,)*) {}
    tuples! { $($rest)* }
}; () => {} }
tuples! { A B C D E F G H I J K L M N O P }

/// Implements [`Zeroed`](trait@crate::Zeroed) for a struct after checking that each field has it; `unsafe` stays in this crate.
///
/// ```
/// use core_tensor::{Tensor, Vector, Zeroed, zeroed};
/// struct Affine<const N: usize> { scale: Tensor<Vector<N>>, shift: Tensor<Vector<N>> }
/// zeroed!([const N: usize] Affine<N> { scale, shift });
/// assert_eq!(Affine::<3>::boxed().scale.sum() + Affine::<3>::boxed().shift.sum(), 0.0);
/// ```
#[macro_export]
macro_rules! zeroed {
    ([$($generics:tt)*] $name:ident $(<$($arg:ident),*>)? { $($field:tt),* $(,)? }) => {
        const _: () = {
            #[allow(dead_code, unused_variables, reason = "only type-checked: the pattern names every field, the call checks its type")]
            fn every_field<$($generics)*>($name { $($field: _),* }: &$name $(<$($arg),*>)?, value: &$name $(<$($arg),*>)?) {
                fn zeroed<Z: $crate::Zeroed>(_: &Z) {}
                $(zeroed(&value.$field);)*
            }
        };
        // SAFETY: every field is `Zeroed`, checked above.
        unsafe impl<$($generics)*> $crate::Zeroed for $name $(<$($arg),*>)? {}
    };
}
