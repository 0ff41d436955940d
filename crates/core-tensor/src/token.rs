//! Words of a vocabulary: whole numbers that travel where a network's numbers do, and the shape of a row of them.

use bytemuck::TransparentWrapper;

use crate::shape::sealed::Sealed;
use crate::{Scalar, Shape, Vector};

/// One of `N` words, counted from 0, held as a number of the network that it is given to.
///
/// It is made from a whole number alone, so that no float is taken for a word:
/// `Tensor::<Tokens<2, 10>>::new([Token::new(3), Token::new(9)])`. A class of `nn` turns into one by `into`.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Token<const N: usize, T = f32>(T);

// SAFETY: `repr(transparent)` around this one field.
unsafe impl<const N: usize, T> TransparentWrapper<T> for Token<N, T> {}

impl<const N: usize, T: Scalar> Token<N, T> {
    /// Word number `index`.
    ///
    /// # Panics
    /// If there is no such word.
    #[track_caller]
    pub fn new(index: usize) -> Self {
        // from 2²⁴ on, `f32` does not hold every whole number
        const { assert!(N <= 1 << 24, "a vocabulary has up to 16,777,216 words") }
        assert!(
            index < N,
            "word number {index} of a vocabulary of {N}; words count from 0"
        );
        Self(T::of(index as f64))
    }

    /// Its number.
    ///
    /// # Panics
    /// If numbers that no [`Token::new`] made were read as words.
    #[track_caller]
    pub fn index(self) -> usize {
        word(self.0, N)
    }
}

/// The word that a number stands for.
///
/// # Panics
/// If it is none of the `n` words.
#[track_caller]
pub fn word<T: Scalar>(number: T, n: usize) -> usize {
    match number.to_usize() {
        Some(index) if index < n && number.to_f64() == Some(index as f64) => index,
        _ => panic!("{number} is no word of a vocabulary of {n}; words are whole numbers from 0"),
    }
}

/// `L` words out of a vocabulary of `N`.
#[derive(Clone, Copy, Debug)]
pub struct Tokens<const L: usize, const N: usize>;

impl<const L: usize, const N: usize> Sealed for Tokens<L, N> {}
impl<const L: usize, const N: usize> Shape for Tokens<L, N> {
    const LEN: usize = L;
    const NAME: &'static str = "Tokens";
    const SIDES: &'static [usize] = &[L];
    const WRITTEN: &'static [usize] = &[L, N];
    type Row = Vector<L>;
    type Index = [usize; 1];
    type Array<T: 'static> = [Token<N, T>; L];

    fn flat<T: 'static>(x: &[[Token<N, T>; L]]) -> &[T] {
        Token::peel_slice(x.as_flattened())
    }
    fn flat_mut<T: 'static>(x: &mut [[Token<N, T>; L]]) -> &mut [T] {
        Token::peel_slice_mut(x.as_flattened_mut())
    }
    fn arrays<T: 'static>(x: &[T]) -> &[[Token<N, T>; L]] {
        Token::wrap_slice(x).as_chunks().0
    }
    fn arrays_mut<T: 'static>(x: &mut [T]) -> &mut [[Token<N, T>; L]] {
        Token::wrap_slice_mut(x).as_chunks_mut().0
    }
    fn from_fn<T: 'static>(mut f: impl FnMut(usize) -> T) -> [Token<N, T>; L] {
        core::array::from_fn(|i| Token(f(i)))
    }
}
