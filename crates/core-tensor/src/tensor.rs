//! `Tensor<S, T>`: plain memory whose shape is a type.

use alloc::boxed::Box;
use core::ops::{Index, IndexMut};

use bytemuck::TransparentWrapper;
use rand::Rng;
use rand::distr::Distribution;

use crate::shape::{Join, Same, SameLength, Shape};
use crate::{Scalar, Zeroed};

/// Numbers of shape `S`: nested arrays and nothing else.
///
/// Not `Copy` and not `Clone`, since a weight can be 400 MB and a copy goes over the stack: [`duplicate`](Tensor::duplicate) makes a
/// boxed one. Small tensors are values like any other; large ones live where they were made ([`Zeroed::boxed`]) and are worked on in place.
#[repr(transparent)]
pub struct Tensor<S: Shape, T: 'static = f32>(S::Array<T>);

// SAFETY: `repr(transparent)` around this one field. By hand, since the derive would hold every build up by a macro parser.
unsafe impl<S: Shape, T: 'static> TransparentWrapper<S::Array<T>> for Tensor<S, T> {}

/// Samples of one shape, read; how many is known at run time.
pub type Batch<'a, S, T = f32> = &'a [Tensor<S, T>];
/// Samples of one shape, written to.
pub type BatchMut<'a, S, T = f32> = &'a mut [Tensor<S, T>];

impl<S: Shape, T: 'static> Tensor<S, T> {
    /// A tensor of nested arrays, outermost side first. Usable in constants and statics.
    pub const fn new(array: S::Array<T>) -> Self {
        Self(array)
    }

    /// A tensor whose numbers, counted from the first, are `f(0), f(1), …`.
    pub fn from_fn(f: impl FnMut(usize) -> T) -> Self {
        Self(S::from_fn(f))
    }

    /// The nested arrays.
    pub const fn array(&self) -> &S::Array<T> {
        &self.0
    }

    /// All numbers, in memory order.
    pub fn as_slice(&self) -> &[T] {
        S::flat(core::slice::from_ref(&self.0))
    }

    /// All numbers, in memory order, to write to.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        S::flat_mut(core::slice::from_mut(&mut self.0))
    }

    /// The numbers of a batch, sample after sample.
    pub fn flat(batch: &[Self]) -> &[T] {
        S::flat(Self::peel_slice(batch))
    }

    /// The numbers of a batch, to write to.
    pub fn flat_mut(batch: &mut [Self]) -> &mut [T] {
        S::flat_mut(Self::peel_slice_mut(batch))
    }

    /// Numbers read as samples, without a copy.
    ///
    /// # Panics
    /// If they do not fill a whole number of samples.
    #[track_caller]
    pub fn batch(numbers: &[T]) -> &[Self] {
        whole::<S>(numbers.len());
        Self::wrap_slice(S::arrays(numbers))
    }

    /// Numbers read as samples to write to, without a copy.
    ///
    /// # Panics
    /// If they do not fill a whole number of samples.
    #[track_caller]
    pub fn batch_mut(numbers: &mut [T]) -> &mut [Self] {
        whole::<S>(numbers.len());
        Self::wrap_slice_mut(S::arrays_mut(numbers))
    }

    /// The same numbers under another shape of the same length, without a copy.
    pub fn reshape<Y: Shape>(&self) -> &Tensor<Y, T>
    where
        S: SameLength<Y>,
    {
        &Tensor::batch(self.as_slice())[0]
    }

    /// The tensor of results of `f` on every number.
    pub fn map<U: 'static>(&self, mut f: impl FnMut(&T) -> U) -> Tensor<S, U> {
        let x = self.as_slice();
        Tensor::from_fn(|i| f(&x[i]))
    }

    /// The tensor of results of `f` on every pair of numbers at the same place.
    pub fn zip<B: Shape, U: 'static, V: 'static>(
        &self,
        other: &Tensor<B, U>,
        mut f: impl FnMut(&T, &U) -> V,
    ) -> Tensor<S, V>
    where
        S: Same<B>,
    {
        let (a, b) = (self.as_slice(), other.as_slice());
        Tensor::from_fn(|i| f(&a[i], &b[i]))
    }
}

fn whole<S: Shape>(len: usize) {
    assert!(
        S::LEN > 0 && len.is_multiple_of(S::LEN),
        "{len} numbers do not fill a whole number of samples of {}",
        crate::shape::name::<S>()
    );
}

impl<S: Shape, T: Copy + 'static> Tensor<S, T> {
    /// A tensor of one number everywhere.
    pub fn full(value: T) -> Self {
        Self::from_fn(|_| value)
    }

    /// A tensor of the numbers of a slice, in memory order.
    ///
    /// # Errors
    /// If there are more or fewer numbers than the shape holds.
    pub fn from_slice(numbers: &[T]) -> Result<Self, LengthError> {
        if numbers.len() != S::LEN {
            return Err(LengthError {
                shape: crate::shape::name::<S>(),
                found: numbers.len(),
            });
        }
        Ok(Self::from_fn(|i| numbers[i]))
    }

    /// Two tensors side by side along their last side: the channels of images, the columns of matrices.
    pub fn join<B: Shape>(&self, other: &Tensor<B, T>) -> Tensor<S::Out, T>
    where
        S: Join<B>,
    {
        let (a, b) = (<S::Row as Shape>::LEN, <B::Row as Shape>::LEN);
        Tensor::from_fn(|i| match (i / (a + b), i % (a + b)) {
            (row, column) if column < a => self.as_slice()[row * a + column],
            (row, column) => other.as_slice()[row * b + column - a],
        })
    }
}

impl<S: Shape, T: Scalar> Tensor<S, T> {
    /// A tensor of zeroes.
    pub fn zeros() -> Self {
        Self::full(T::zero())
    }

    /// A tensor of numbers drawn one after another: `Tensor::<Vector<3>>::random(&mut rng, StandardUniform)`.
    pub fn random(rng: &mut (impl Rng + ?Sized), distribution: impl Distribution<T>) -> Self {
        Self::from_fn(|_| distribution.sample(rng))
    }

    /// A copy in the heap, made there.
    pub fn duplicate(&self) -> Box<Self> {
        let mut copy = Self::boxed();
        copy.as_mut_slice().copy_from_slice(self.as_slice());
        copy
    }
}

/// A slice whose length is not that of the shape it should fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LengthError {
    shape: crate::shape::Name,
    found: usize,
}

impl core::fmt::Display for LengthError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "{} holds {} numbers, the slice {}; cut or fill it to that length",
            self.shape,
            self.shape.1.iter().product::<usize>(),
            self.found
        )
    }
}

impl core::error::Error for LengthError {}

/// Where a position lies in memory.
#[track_caller]
fn offset<S: Shape>(at: S::Index) -> usize {
    at.as_ref()
        .iter()
        .zip(S::SIDES)
        .fold(0, |offset, (&i, &side)| {
            assert!(
                i < side,
                "position {at:?} lies outside {}",
                crate::shape::name::<S>()
            );
            offset * side + i
        })
}

impl<S: Shape, T: 'static> Index<S::Index> for Tensor<S, T> {
    type Output = T;
    #[track_caller]
    fn index(&self, at: S::Index) -> &T {
        &self.as_slice()[offset::<S>(at)]
    }
}

impl<S: Shape, T: 'static> IndexMut<S::Index> for Tensor<S, T> {
    #[track_caller]
    fn index_mut(&mut self, at: S::Index) -> &mut T {
        &mut self.as_mut_slice()[offset::<S>(at)]
    }
}

impl<S: Shape, T: PartialEq + 'static> PartialEq for Tensor<S, T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<S: Shape, T: Scalar> Default for Tensor<S, T> {
    fn default() -> Self {
        Self::zeros()
    }
}
