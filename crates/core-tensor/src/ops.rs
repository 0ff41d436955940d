//! Arithmetic of tensors: element by element, with a scalar, with a row; sums and extremes; matrix products.
//!
//! Results are values, meant for tensors that fit the stack; networks work in place through the kernels of [`Scalar`].

use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::kernel::{Layout, Product, Start};
use crate::shape::{Axis, MatMul, Matrix, Same, Shape};
use crate::{Scalar, Tensor};

// one operator: tensors of one shape by value and by reference, a tensor with a scalar, and both in place
macro_rules! operators { ($($op:ident $method:ident $assign:ident $assign_method:ident;)+) => {$(
    operators!(@pair $op $method [&Tensor<A, T>] [&Tensor<B, T>]);
    operators!(@pair $op $method [Tensor<A, T>] [&Tensor<B, T>]);
    operators!(@pair $op $method [&Tensor<A, T>] [Tensor<B, T>]);
    operators!(@pair $op $method [Tensor<A, T>] [Tensor<B, T>]);
    impl<S: Shape, T: Scalar> $op<T> for &Tensor<S, T> { type Output = Tensor<S, T>; fn $method(self, b: T) -> Tensor<S, T> { self.map(|&a| a.$method(b)) } }
    impl<S: Shape, T: Scalar> $op<T> for Tensor<S, T> { type Output = Tensor<S, T>; fn $method(self, b: T) -> Tensor<S, T> { (&self).$method(b) } }
    impl<A: Same<B>, B: Shape, T: Scalar> $assign<&Tensor<B, T>> for Tensor<A, T> { fn $assign_method(&mut self, b: &Tensor<B, T>) { each_pair(self, b, |a, b| a.$assign_method(b)) } }
    impl<S: Shape, T: Scalar> $assign<T> for Tensor<S, T> { fn $assign_method(&mut self, b: T) { self.as_mut_slice().iter_mut().for_each(|a| a.$assign_method(b)) } }
)+};
(@pair $op:ident $method:ident [$a:ty] [$b:ty]) => {
    impl<A: Same<B>, B: Shape, T: Scalar> $op<$b> for $a { type Output = Tensor<A, T>; fn $method(self, b: $b) -> Tensor<A, T> { self.zip(&b, |&a, &b| a.$method(b)) } }
} }
operators! {
    Add add AddAssign add_assign;
    Sub sub SubAssign sub_assign;
    Mul mul MulAssign mul_assign;
    Div div DivAssign div_assign;
}

fn each_pair<A: Same<B>, B: Shape, T: Scalar>(
    a: &mut Tensor<A, T>,
    b: &Tensor<B, T>,
    mut f: impl FnMut(&mut T, T),
) {
    a.as_mut_slice()
        .iter_mut()
        .zip(b.as_slice())
        .for_each(|(a, &b)| f(a, b));
}

impl<S: Shape, T: Scalar> Neg for &Tensor<S, T> {
    type Output = Tensor<S, T>;
    fn neg(self) -> Tensor<S, T> {
        self.map(|&a| -a)
    }
}

impl<S: Shape, T: Scalar> Neg for Tensor<S, T> {
    type Output = Tensor<S, T>;
    fn neg(self) -> Tensor<S, T> {
        -&self
    }
}

/// Whether `a` takes the place of the best so far: NaN does, and is not replaced, so that it is never hidden.
fn beats<T: Scalar>(a: T, best: T, better: fn(&T, &T) -> bool) -> bool {
    !best.is_nan() && (a.is_nan() || better(&a, &best))
}

/// Sums and extremes over everything.
impl<S: Shape, T: Scalar> Tensor<S, T> {
    /// `Σ xᵢ`
    pub fn sum(&self) -> T {
        self.as_slice().iter().copied().sum()
    }

    /// `Σ xᵢ / n`
    pub fn mean(&self) -> T {
        self.sum() / T::of(S::LEN as f64)
    }

    /// The smallest number; NaN if there is one.
    pub fn min(&self) -> T {
        self.as_slice()
            .iter()
            .copied()
            .fold(
                T::infinity(),
                |best, a| if beats(a, best, T::lt) { a } else { best },
            )
    }

    /// The largest number; NaN if there is one.
    pub fn max(&self) -> T {
        self.as_slice()[self.argmax()]
    }

    /// Where the largest number stands in memory order: the first of equals, the first NaN if there is one.
    pub fn argmax(&self) -> usize {
        let x = self.as_slice();
        (1..x.len()).fold(
            0,
            |best, i| if beats(x[i], x[best], T::gt) { i } else { best },
        )
    }
}

/// Sums and extremes over one side, counted from 0: `matrix.sum_axis::<0>()` sums its rows.
impl<S: Shape, T: Scalar> Tensor<S, T> {
    /// `Σ` over side `A`.
    pub fn sum_axis<const A: usize>(&self) -> Tensor<S::Rest, T>
    where
        S: Axis<A>,
    {
        self.along_axis(|column| column.sum())
    }

    /// The mean over side `A`.
    pub fn mean_axis<const A: usize>(&self) -> Tensor<S::Rest, T>
    where
        S: Axis<A>,
    {
        self.along_axis(|column| column.sum::<T>() / T::of(S::SIDES[A] as f64))
    }

    /// The smallest numbers over side `A`; NaN where there is one.
    pub fn min_axis<const A: usize>(&self) -> Tensor<S::Rest, T>
    where
        S: Axis<A>,
    {
        self.along_axis(|column| {
            column.fold(
                T::infinity(),
                |best, a| if beats(a, best, T::lt) { a } else { best },
            )
        })
    }

    /// The largest numbers over side `A`; NaN where there is one.
    pub fn max_axis<const A: usize>(&self) -> Tensor<S::Rest, T>
    where
        S: Axis<A>,
    {
        self.along_axis(|column| {
            column.fold(T::neg_infinity(), |best, a| {
                if beats(a, best, T::gt) { a } else { best }
            })
        })
    }

    /// Where the largest numbers stand along side `A`: the first of equals, the first NaN if there is one.
    pub fn argmax_axis<const A: usize>(&self) -> Tensor<S::Rest, usize>
    where
        S: Axis<A>,
    {
        self.along_axis(|column| {
            let mut column = column.enumerate();
            let first = column
                .next()
                .expect("a side of nothing has no largest number");
            column
                .fold(first, |best, new| {
                    if beats(new.1, best.1, T::gt) {
                        new
                    } else {
                        best
                    }
                })
                .0
        })
    }

    /// `f` on the numbers along side `A`, for every position of the other sides.
    fn along_axis<const A: usize, U: 'static>(
        &self,
        mut f: impl FnMut(&mut dyn Iterator<Item = T>) -> U,
    ) -> Tensor<S::Rest, U>
    where
        S: Axis<A>,
    {
        let (x, side) = (self.as_slice(), S::SIDES[A]);
        let inner: usize = S::SIDES[A + 1..].iter().product();
        Tensor::from_fn(|i| {
            let first = i / inner * inner * side + i % inner;
            f(&mut (0..side).map(|j| x[first + j * inner]))
        })
    }
}

// a row is repeated over all other sides
macro_rules! with_row { ($($(#[$doc:meta])* $name:ident $method:ident;)+) => {$(
    $(#[$doc])* pub fn $name(&self, row: &Tensor<S::Row, T>) -> Self {
        let (x, row) = (self.as_slice(), row.as_slice());
        Self::from_fn(|i| x[i].$method(row[i % row.len()]))
    }
)+} }

/// Broadcasting of a row: the same numbers for every row of a matrix, every pixel of an image.
impl<S: Shape, T: Scalar> Tensor<S, T> {
    with_row! {
        /// Adds a row to every row.
        add_row add;
        /// Subtracts a row from every row.
        sub_row sub;
        /// Multiplies every row by a row, element by element.
        mul_row mul;
        /// Divides every row by a row, element by element.
        div_row div;
    }
}

/// The matrix product.
impl<S: Shape, T: Scalar> Tensor<S, T> {
    /// `A · B` of matrices. Factors whose sides do not meet are a compile error that names both.
    pub fn matmul<B: Shape>(&self, b: &Tensor<B, T>) -> Tensor<S::Out, T>
    where
        S: MatMul<B>,
    {
        product(
            Product {
                m: S::SIDES[0],
                k: S::Row::LEN,
                n: B::Row::LEN,
                layout: Layout::Nn,
            },
            self.as_slice(),
            b.as_slice(),
        )
    }
}

/// Matrix products with a transpose, and the transpose itself.
impl<const M: usize, const K: usize, T: Scalar> Tensor<Matrix<M, K>, T> {
    /// `A · Bᵀ`, without making the transpose.
    pub fn matmul_nt<const N: usize>(
        &self,
        b: &Tensor<Matrix<N, K>, T>,
    ) -> Tensor<Matrix<M, N>, T> {
        product(
            Product {
                m: M,
                k: K,
                n: N,
                layout: Layout::Nt,
            },
            self.as_slice(),
            b.as_slice(),
        )
    }

    /// `Aᵀ · B`, without making the transpose.
    pub fn matmul_tn<const N: usize>(
        &self,
        b: &Tensor<Matrix<M, N>, T>,
    ) -> Tensor<Matrix<K, N>, T> {
        product(
            Product {
                m: K,
                k: M,
                n: N,
                layout: Layout::Tn,
            },
            self.as_slice(),
            b.as_slice(),
        )
    }

    /// `Aᵀ`
    pub fn transpose(&self) -> Tensor<Matrix<K, M>, T> {
        Tensor::from_fn(|i| self.as_slice()[i % M * K + i / M])
    }
}

fn product<C: Shape, T: Scalar>(p: Product, a: &[T], b: &[T]) -> Tensor<C, T> {
    let mut c = Tensor::zeros();
    T::matmul(p, a, b, Start::Zero, c.as_mut_slice());
    c
}
