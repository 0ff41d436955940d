//! Matrix products, the transpose, the convolution.

use core_tensor::dim::Slide;
use core_tensor::kernel::{Layout, Product, Start, Window2d};
use core_tensor::shape::MatMul;
use core_tensor::{Const, Filter, Image, Matrix, Scalar, Shape, Vector};

use super::Var;
use crate::tape::record::Step;

/// The image that a window of `K`×`K` leaves of another: `O` channels of as many pixels as the window has positions.
type Windowed<
    const H: usize,
    const W: usize,
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize,
    const P: usize,
> = <Image<H, W, I> as Slide<K, S, P, K, S, P>>::Out<Const<O>>;

/// `a · b`, of the sides and in the order that `sides` says.
fn product<'t, T: Scalar, A: Shape, B: Shape, Y: Shape>(
    a: Var<'t, T, A>,
    b: Var<'t, T, B>,
    sides: Product,
) -> Var<'t, T, Y> {
    let record = a.record();
    let (a, b) = (a.piece(record), b.piece(record));
    let fill = |before: &[T], y: &mut [T]| {
        T::matmul(
            sides,
            &before[a.range()],
            &before[b.range()],
            Start::Zero,
            y,
        );
    };
    Var::push(record, a.live || b.live, fill, |y| {
        [Step::Product { sides, a, b, y }]
    })
}

impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    /// `A · B` of matrices. Factors whose sides do not meet are a compile error that names both.
    ///
    /// # Gradient
    /// `dA = dY · Bᵀ`, `dB = Aᵀ · dY`
    pub fn matmul<B: Shape>(self, b: Var<'t, T, B>) -> Var<'t, T, S::Out>
    where
        S: MatMul<B>,
    {
        product(
            self,
            b,
            Product {
                m: S::SIDES[0],
                k: S::Row::LEN,
                n: B::Row::LEN,
                layout: Layout::Nn,
            },
        )
    }
}

/// Products with a transpose, and the transpose itself.
impl<'t, T: Scalar, const M: usize, const K: usize> Var<'t, T, Matrix<M, K>> {
    /// `A · Bᵀ`, without making the transpose.
    pub fn matmul_nt<const N: usize>(
        self,
        b: Var<'t, T, Matrix<N, K>>,
    ) -> Var<'t, T, Matrix<M, N>> {
        let layout = Layout::Nt;
        product(
            self,
            b,
            Product {
                m: M,
                k: K,
                n: N,
                layout,
            },
        )
    }

    /// `Aᵀ · B`, without making the transpose.
    pub fn matmul_tn<const N: usize>(
        self,
        b: Var<'t, T, Matrix<M, N>>,
    ) -> Var<'t, T, Matrix<K, N>> {
        let layout = Layout::Tn;
        product(
            self,
            b,
            Product {
                m: K,
                k: M,
                n: N,
                layout,
            },
        )
    }

    /// `A · x`, of a matrix and a column.
    pub fn matvec(self, x: Var<'t, T, Vector<K>>) -> Var<'t, T, Vector<M>> {
        let layout = Layout::Nn;
        product(
            self,
            x,
            Product {
                m: M,
                k: K,
                n: 1,
                layout,
            },
        )
    }

    /// `Aᵀ`
    #[must_use]
    pub fn transpose(self) -> Var<'t, T, Matrix<K, M>> {
        let record = self.record();
        let x = self.piece(record);
        let fill = |before: &[T], y: &mut [T]| {
            let x = &before[x.range()];
            for (j, row) in y.chunks_exact_mut(M.max(1)).enumerate() {
                row.iter_mut()
                    .enumerate()
                    .for_each(|(i, y)| *y = x[i * K + j]);
            }
        };
        let columns = K as u32;
        Var::push(record, x.live, fill, |y| {
            [Step::Transpose { x, columns, y }]
        })
    }
}

impl<'t, T: Scalar, const N: usize> Var<'t, T, Vector<N>> {
    /// `Σ xᵢ·yᵢ`
    pub fn dot(self, y: Self) -> Var<'t, T> {
        let layout = Layout::Nn;
        product(
            self,
            y,
            Product {
                m: 1,
                k: N,
                n: 1,
                layout,
            },
        )
    }
}

impl<'t, T: Scalar, const H: usize, const W: usize, const I: usize> Var<'t, T, Image<H, W, I>> {
    /// The convolution (cross-correlation, as in every library) with a square filter that moves by `S` over the image with `P` zeros around
    /// it: `image.conv2d::<1, 0, _, _>(filter)`. A bias is added by [`add_row`](Var::add_row).
    ///
    /// # Gradient
    /// As that of the layer `Conv2d`: the transposed convolution of `dy` with the filter, the correlation of `x` with `dy`.
    pub fn conv2d<const S: usize, const P: usize, const K: usize, const O: usize>(
        self,
        filter: Var<'t, T, Filter<K, K, I, O>>,
    ) -> Var<'t, T, Windowed<H, W, I, O, K, S, P>>
    where
        Image<H, W, I>: Slide<K, S, P, K, S, P>,
    {
        let [height, width] = <Image<H, W, I> as Slide<K, S, P, K, S, P>>::POSITIONS;
        let w = Window2d {
            input: [H, W, I],
            output: [height, width, O],
            kernel: [K; 2],
            stride: [S; 2],
            padding: [P; 2],
        };
        let record = self.record();
        let (x, filter) = (self.piece(record), filter.piece(record));
        let (mut scratch, window) = {
            let record = &mut *record.borrow_mut();
            record.windows.push(w);
            (
                core::mem::take(&mut record.scratch),
                record.windows.len() as u32 - 1,
            )
        };
        scratch.resize(scratch.len().max(w.scratch()), T::zero());
        let fill = |before: &[T], y: &mut [T]| {
            let (x, filter) = (&before[x.range()], &before[filter.range()]);
            T::conv2d(&w, x, filter, Start::Zero, y, &mut scratch);
        };
        let y = Var::push(record, x.live || filter.live, fill, |y| {
            [Step::Conv2d {
                window,
                x,
                filter,
                y,
            }]
        });
        record.borrow_mut().scratch = scratch;
        y
    }
}
