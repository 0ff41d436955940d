//! Two tensors as one: what a network of two outputs returns for a sample.

use core::marker::PhantomData;

use bytemuck::TransparentWrapper;

use crate::Tensor;
use crate::shape::{Name, Shape, name, sealed};

/// The numbers of `A` and, after them, those of `B`: two outputs of one network.
///
/// It has one side, and so one index counts the numbers of both; [`parts`](Tensor::parts) gives each its own shape back. Pairs nest.
///
/// ```
/// use core_tensor::{Matrix, Pair, Tensor, Vector};
///
/// let class = Tensor::<Vector<2>>::new([0.25, 0.75]);
/// let corners = Tensor::<Matrix<2, 2>>::new([[1.0, 2.0], [3.0, 4.0]]);
/// let both = Tensor::<Pair<Vector<2>, Matrix<2, 2>>>::from((class, corners));
/// assert_eq!(both.as_slice(), [0.25, 0.75, 1.0, 2.0, 3.0, 4.0]);
/// assert_eq!(both.parts().1[[1, 0]], 3.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pair<A, B>(PhantomData<(A, B)>);

/// The array of a [`Pair`]: one array after the other.
#[derive(Clone, Copy, PartialEq, Debug)]
#[repr(C)]
pub struct PairArray<A, B> {
    /// the first
    pub first: A,
    /// the second
    pub second: B,
}

impl<A, B> sealed::Sealed for Pair<A, B> {}

impl<A: Shape, B: Shape> Pair<A, B> {
    /// Holds for every pair, since `Shape` is sealed: its arrays hold numbers alone, so that no gap can lie before, between or after them.
    const fn has_no_gaps<T: 'static>() {
        assert!(size_of::<PairArray<A::Array<T>, B::Array<T>>>() == Self::LEN * size_of::<T>());
        assert!(align_of::<PairArray<A::Array<T>, B::Array<T>>>() == align_of::<T>());
    }
}

impl<A: Shape, B: Shape> Shape for Pair<A, B> {
    const LEN: usize = A::LEN + B::LEN;
    const NAME: &'static str = "Pair";
    const SIDES: &'static [usize] = &[A::LEN + B::LEN];
    const PARTS: &'static [Name] = &[name::<A>(), name::<B>()];
    type Row = Self;
    type Index = [usize; 1];
    type Array<T: 'static> = PairArray<A::Array<T>, B::Array<T>>;

    fn flat<T: 'static>(x: &[Self::Array<T>]) -> &[T] {
        const { Self::has_no_gaps::<T>() };
        // SAFETY: each array is `LEN` numbers without a gap, and the slice lives as long as what it is made of.
        unsafe { core::slice::from_raw_parts(x.as_ptr().cast(), x.len() * Self::LEN) }
    }

    fn flat_mut<T: 'static>(x: &mut [Self::Array<T>]) -> &mut [T] {
        const { Self::has_no_gaps::<T>() };
        // SAFETY: as in `flat`, and the borrow is handed on whole.
        unsafe { core::slice::from_raw_parts_mut(x.as_mut_ptr().cast(), x.len() * Self::LEN) }
    }

    fn arrays<T: 'static>(x: &[T]) -> &[Self::Array<T>] {
        const { Self::has_no_gaps::<T>() };
        let count = x.len().checked_div(Self::LEN).unwrap_or(0);
        // SAFETY: `count` arrays of `LEN` numbers lie within the slice, aligned like a number, and any numbers are an array.
        unsafe { core::slice::from_raw_parts(x.as_ptr().cast(), count) }
    }

    fn arrays_mut<T: 'static>(x: &mut [T]) -> &mut [Self::Array<T>] {
        const { Self::has_no_gaps::<T>() };
        let count = x.len().checked_div(Self::LEN).unwrap_or(0);
        // SAFETY: as in `arrays`, and the borrow is handed on whole.
        unsafe { core::slice::from_raw_parts_mut(x.as_mut_ptr().cast(), count) }
    }

    fn from_fn<T: 'static>(mut f: impl FnMut(usize) -> T) -> Self::Array<T> {
        PairArray {
            first: A::from_fn(&mut f),
            second: B::from_fn(|i| f(A::LEN + i)),
        }
    }
}

impl<A: Shape, B: Shape, T: 'static> Tensor<Pair<A, B>, T> {
    /// Both tensors.
    pub fn parts(&self) -> (&Tensor<A, T>, &Tensor<B, T>) {
        let PairArray { first, second } = self.array();
        (Tensor::wrap_ref(first), Tensor::wrap_ref(second))
    }

    /// Both tensors, to write to.
    pub fn parts_mut(&mut self) -> (&mut Tensor<A, T>, &mut Tensor<B, T>) {
        let PairArray { first, second } = Self::peel_mut(self);
        (Tensor::wrap_mut(first), Tensor::wrap_mut(second))
    }
}

impl<A: Shape, B: Shape, T: 'static> From<(Tensor<A, T>, Tensor<B, T>)> for Tensor<Pair<A, B>, T> {
    fn from((first, second): (Tensor<A, T>, Tensor<B, T>)) -> Self {
        Self::new(PairArray {
            first: Tensor::peel(first),
            second: Tensor::peel(second),
        })
    }
}
