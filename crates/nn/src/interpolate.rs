//! Images enlarged by weighing neighbouring pixels.

use core_tensor::resize::Enlarge;
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Field, Layer, Pass, Ratio, Reach};

/// An image `F` times as high and wide (`FW` times as wide, if given) whose pixels are weighed between their four neighbours: output `i`
/// lies at `(i + ½)/F − ½` of the input, not before its first and not after its last pixel (PyTorch's `align_corners=False`).
///
/// # Shapes
/// `Image<H, W, C>` to `Image<H·F, W·FW, C>`.
///
/// # Gradient
/// To each of the four neighbours as much as it weighed.
///
/// Long, Shelhamer, Darrell: Fully convolutional networks for semantic segmentation (2015).
pub struct UpsampleBilinear2d<const F: usize, const FW: usize = F>;
no_params!([const F: usize, const FW: usize] UpsampleBilinear2d<F, FW>);

/// The two pixels of a side of `len` between which output `i` lies, and what each weighs.
#[inline(always)]
fn neighbours(i: usize, factor: usize, len: usize) -> [(usize, f64); 2] {
    let at = ((i as f64 + 0.5) / factor as f64 - 0.5).max(0.0);
    let first = (at as usize).min(len - 1);
    let part = at - first as f64;
    [(first, 1.0 - part), ((first + 1).min(len - 1), part)]
}

/// Calls `f` with every pixel of the output, its four neighbours in the input, and what each weighs.
#[inline(always)]
fn weighed<T: Scalar>(x: &[usize], y: &[usize], mut f: impl FnMut(usize, [usize; 4], [T; 4])) {
    for i in 0..y[0] {
        let [(above, up), (below, down)] = neighbours(i, y[0] / x[0], x[0]);
        for j in 0..y[1] {
            let [(before, left), (after, right)] = neighbours(j, y[1] / x[1], x[1]);
            let from = [
                [above, before],
                [above, after],
                [below, before],
                [below, after],
            ];
            let weights = [up * left, up * right, down * left, down * right];
            f(
                i * y[1] + j,
                from.map(|[row, column]| row * x[1] + column),
                weights.map(T::of),
            );
        }
    }
}

/// What one output sees of a side.
const fn reach(factor: usize) -> Reach {
    let f = factor as i64;
    Reach::Part {
        first: Ratio::new(2 - 3 * f, 2 * f),
        last: Ratio::new(1, 2),
        jump: Ratio::new(1, f),
    }
}

impl<X: Enlarge<F, FW>, const F: usize, const FW: usize, T: Scalar> Layer<X, T>
    for UpsampleBilinear2d<F, FW>
{
    type Y = X::Out;
    type Saved<'a> = ();
    const NAME: &'static str = "UpsampleBilinear2d";
    const FLOPS: u64 = 8 * <X::Out as Shape>::LEN as u64;
    const ROOM: Room = Room::new(<X::Out as Shape>::LEN, X::LEN);
    const FIELD: Field = Field::new(reach(F), reach(FW));

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X::Out, T>, ()) {
        let y = pass.batch::<X::Out>(x.len());
        let (c, flat, out) = (X::SIDES[2], Tensor::flat(x), Tensor::flat_mut(y));
        T::vectorize(
            #[inline(always)]
            || {
                let samples = flat.chunks_exact(X::LEN);
                for (x, y) in samples.zip(out.chunks_exact_mut(<X::Out as Shape>::LEN)) {
                    weighed(
                        X::SIDES,
                        <X::Out as Shape>::SIDES,
                        #[inline(always)]
                        |to, from, [a, b, d, e]: [T; 4]| {
                            let y = &mut y[to * c..][..c];
                            let [p, q, r, s] = from.map(|from| &x[from * c..][..c]);
                            for k in 0..c {
                                y[k] = (a * p[k] + b * q[k]) + (d * r[k] + e * s[k]);
                            }
                        },
                    );
                }
            },
        );
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, X::Out, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        let (c, flat, out) = (X::SIDES[2], Tensor::flat(dy), Tensor::flat_mut(dx));
        T::vectorize(
            #[inline(always)]
            || {
                out.fill(T::zero());
                let samples = out.chunks_exact_mut(X::LEN);
                for (dx, dy) in samples.zip(flat.chunks_exact(<X::Out as Shape>::LEN)) {
                    weighed(
                        X::SIDES,
                        <X::Out as Shape>::SIDES,
                        #[inline(always)]
                        |to, from, weights: [T; 4]| {
                            for (from, weight) in from.into_iter().zip(weights) {
                                let dx = &mut dx[from * c..][..c];
                                for (dx, &dy) in dx.iter_mut().zip(&dy[to * c..][..c]) {
                                    *dx += weight * dy;
                                }
                            }
                        },
                    );
                }
            },
        );
        mutant::back("UpsampleBilinear2d", dx)
    }
}
