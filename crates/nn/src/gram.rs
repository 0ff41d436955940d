//! Which channels go together: what is left of an image when places are forgotten.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Batch, BatchMut, Image, Matrix, Room, Scalar, mutant, no_params};

use crate::{Field, Layer, Pass};

/// The Gram matrix of an image's channels, the mean over its places: `G = Xᵀ·X / (H·W)`, where `X` has a row for each place. Two images whose
/// features have the same have the same style, whatever they show.
///
/// # Shapes
/// `Image<H, W, C>` to `Matrix<C, C>`.
///
/// # Gradient
/// `dX = X·(dG + dGᵀ) / (H·W)`
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use nn::{Gram, Network};
/// let mut net = Network::<Image<1, 2, 2>, Gram>::new(1);
/// let x = [Tensor::new([[[1.0, 2.0], [3.0, 4.0]]])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([[5.0, 7.0], [7.0, 10.0]]));
/// ```
///
/// Gatys, Ecker, Bethge: A neural algorithm of artistic style (2015), without the mean.
pub struct Gram;
no_params!([] Gram);

impl<const H: usize, const W: usize, const C: usize, T: Scalar> Layer<Image<H, W, C>, T> for Gram {
    type Y = Matrix<C, C>;
    type Saved<'a> = Batch<'a, Image<H, W, C>, T>;
    const NAME: &'static str = "Gram";
    const FLOPS: u64 = (C * C * (2 * H * W + 1)) as u64;
    const ROOM: Room = Room::new(C * C, H * W * C).with_scratch(C * C);
    const FIELD: Field = Field::ALL;

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, C>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Matrix<C, C>, T>, Self::Saved<'a>) {
        let product = Product {
            m: C,
            k: H * W,
            n: C,
            layout: Layout::Tn,
        };
        let share = T::of(1.0 / (H * W) as f64);
        let y = pass.batch::<Matrix<C, C>>(x.len());
        for (x, y) in x.iter().zip(&mut *y) {
            let (x, y) = (x.as_slice(), y.as_mut_slice());
            T::matmul(product, x, x, Start::Zero, y);
            y.iter_mut().for_each(|y| *y *= share);
        }
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Matrix<C, C>, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, C>, T> {
        let product = Product {
            m: H * W,
            k: C,
            n: C,
            layout: Layout::Nn,
        };
        let share = T::of(1.0 / (H * W) as f64);
        let dx = pass.batch::<Image<H, W, C>>(dy.len());
        let mut room = pass.room.scope();
        let both = room.numbers(C * C);
        for ((x, dy), dx) in x.iter().zip(dy).zip(&mut *dx) {
            for i in 0..C {
                for j in 0..C {
                    both[i * C + j] = (dy[[i, j]] + dy[[j, i]]) * share;
                }
            }
            T::matmul(product, x.as_slice(), both, Start::Zero, dx.as_mut_slice());
        }
        mutant::back("Gram", dx)
    }
}
