//! Pooling down to a size: to one number a channel, or to an image of given sides.

use core_tensor::resize::Divide;
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Field, Layer, Pass, Ratio, Reach};

/// The mean of each channel over all pixels of an image, all steps of a sequence.
///
/// # Shapes
/// `Image<H, W, C>`, `Sequence<L, C>` or `Matrix<M, C>` to `Vector<C>`.
///
/// # Gradient
/// `dy / n` to each of the `n` numbers of a channel.
///
/// Lin, Chen, Yan: Network in network (2013).
pub struct GlobalAvgPool;
no_params!([] GlobalAvgPool);

/// The largest number of each channel over all pixels of an image, all steps of a sequence.
///
/// # Shapes
/// As [`GlobalAvgPool`].
///
/// # Gradient
/// Goes to the largest number; of equals, all of it to the first.
///
/// Collobert, Weston: A unified architecture for natural language processing (2008), over the words of a sentence; Oquab et al.: Is object
/// localization for free? (2015), over images.
pub struct GlobalMaxPool;
no_params!([] GlobalMaxPool);

/// The mean under each of `H`×`W` windows that divide an image of any sides, as PyTorch divides it: output `i` of `h` sees the rows from
/// `⌊i·H₀/h⌋` to below `⌈(i + 1)·H₀/h⌉`, so that neighbours may share one.
///
/// # Shapes
/// `Image<H₀, W₀, C>` to `Image<H, W, C>`; more windows than pixels do not compile.
///
/// # Gradient
/// `dy` over the window's size, to every number under the window.
///
/// He et al.: Spatial pyramid pooling in deep convolutional networks for visual recognition (2014), one level of the pyramid.
pub struct AdaptiveAvgPool2d<const H: usize, const W: usize = H>;
no_params!([const H: usize, const W: usize] AdaptiveAvgPool2d<H, W>);

/// The largest number under each of `H`×`W` windows that divide an image of any sides as in [`AdaptiveAvgPool2d`].
///
/// # Shapes
/// `Image<H₀, W₀, C>` to `Image<H, W, C>`; more windows than pixels do not compile.
///
/// # Gradient
/// Goes to the largest number; of equals, all of it to the first in reading order.
///
/// He et al.: Spatial pyramid pooling in deep convolutional networks for visual recognition (2014), one level of the pyramid.
pub struct AdaptiveMaxPool2d<const H: usize, const W: usize = H>;
no_params!([const H: usize, const W: usize] AdaptiveMaxPool2d<H, W>);

/// The windows of a layer: `f` is called with the place of each output, how many inputs it sees, and each of these in turn.
trait Windows {
    fn each(x: &[usize], y: &[usize], f: impl FnMut(usize, usize, usize));
}

/// All rows as one window.
struct Everything;

impl Windows for Everything {
    #[inline(always)]
    fn each(x: &[usize], _: &[usize], mut f: impl FnMut(usize, usize, usize)) {
        let rows = x.split_last().map_or(1, |(_, rows)| rows.iter().product());
        for row in 0..rows {
            f(0, rows, row);
        }
    }
}

/// The windows that divide an image.
struct Parts;

impl Windows for Parts {
    #[inline(always)]
    fn each(x: &[usize], y: &[usize], mut f: impl FnMut(usize, usize, usize)) {
        let part = |i: usize, d: usize| i * x[d] / y[d]..((i + 1) * x[d]).div_ceil(y[d]);
        for i in 0..y[0] {
            for j in 0..y[1] {
                let (rows, columns) = (part(i, 0), part(j, 1));
                let count = rows.len() * columns.len();
                for row in rows {
                    for column in columns.clone() {
                        f(i * y[1] + j, count, row * x[1] + column);
                    }
                }
            }
        }
    }
}

/// `c` channels from the place `at`.
macro_rules! channels {
    ($x:ident[$at:expr], $c:expr) => {
        $x[$at * $c..][..$c]
    };
}

/// `y = Σ x / count`
fn average<V: Windows, X: Shape, Y: Shape, T: Scalar>(x: &[T], y: &mut [T]) {
    let c = <X::Row as Shape>::LEN;
    T::vectorize(
        #[inline(always)]
        || {
            y.fill(T::zero());
            for (x, y) in x.chunks_exact(X::LEN).zip(y.chunks_exact_mut(Y::LEN)) {
                V::each(
                    X::SIDES,
                    Y::SIDES,
                    #[inline(always)]
                    |to, count, from| {
                        let share = T::of(1.0 / count as f64);
                        let pairs = channels!(y[to], c).iter_mut().zip(&channels!(x[from], c));
                        pairs.for_each(|(y, &x)| *y += share * x);
                    },
                );
            }
        },
    );
}

/// `dx = Σ dy / count`
fn average_backward<V: Windows, X: Shape, Y: Shape, T: Scalar>(
    _: &[T],
    _: &[T],
    dy: &mut [T],
    dx: &mut [T],
) {
    let c = <X::Row as Shape>::LEN;
    T::vectorize(
        #[inline(always)]
        || {
            dx.fill(T::zero());
            for (dx, dy) in dx.chunks_exact_mut(X::LEN).zip(dy.chunks_exact(Y::LEN)) {
                V::each(
                    X::SIDES,
                    Y::SIDES,
                    #[inline(always)]
                    |to, count, from| {
                        let share = T::of(1.0 / count as f64);
                        let pairs = channels!(dx[from], c).iter_mut().zip(&channels!(dy[to], c));
                        pairs.for_each(|(dx, &dy)| *dx += share * dy);
                    },
                );
            }
        },
    );
}

/// `y = max x`
fn largest<V: Windows, X: Shape, Y: Shape, T: Scalar>(x: &[T], y: &mut [T]) {
    let c = <X::Row as Shape>::LEN;
    T::vectorize(
        #[inline(always)]
        || {
            y.fill(T::neg_infinity());
            for (x, y) in x.chunks_exact(X::LEN).zip(y.chunks_exact_mut(Y::LEN)) {
                V::each(
                    X::SIDES,
                    Y::SIDES,
                    #[inline(always)]
                    |to, _, from| {
                        let pairs = channels!(y[to], c).iter_mut().zip(&channels!(x[from], c));
                        pairs.for_each(|(y, &x)| *y = if x > *y { x } else { *y });
                    },
                );
            }
        },
    );
}

/// `dx = dy` at the first number that is the largest of its window, which leaves no `dy` for the others.
fn largest_backward<V: Windows, X: Shape, Y: Shape, T: Scalar>(
    x: &[T],
    y: &[T],
    dy: &mut [T],
    dx: &mut [T],
) {
    let c = <X::Row as Shape>::LEN;
    T::vectorize(
        #[inline(always)]
        || {
            dx.fill(T::zero());
            let inputs = x.chunks_exact(X::LEN).zip(dx.chunks_exact_mut(X::LEN));
            let outputs = y.chunks_exact(Y::LEN).zip(dy.chunks_exact_mut(Y::LEN));
            for ((x, dx), (y, dy)) in inputs.zip(outputs) {
                V::each(
                    X::SIDES,
                    Y::SIDES,
                    #[inline(always)]
                    |to, _, from| {
                        let inputs = channels!(dx[from], c)
                            .iter_mut()
                            .zip(&channels!(x[from], c));
                        let outputs = channels!(dy[to], c).iter_mut().zip(&channels!(y[to], c));
                        for ((dx, &x), (dy, &y)) in inputs.zip(outputs) {
                            let hit = x == y;
                            *dx += if hit { *dy } else { T::zero() };
                            *dy = if hit { T::zero() } else { *dy };
                        }
                    },
                );
            }
        },
    );
}

/// Whether all rows are seen, or what an output of `h` sees of a side of `len`.
const fn reach(len: usize, h: usize) -> Reach {
    let (len, h) = (len as i64, h as i64);
    if len % h == 0 {
        return Reach::window((len / h) as usize, (len / h) as usize, 0);
    }
    Reach::Part {
        first: Ratio::new(1 - h, h),
        last: Ratio::new(len - 1, h),
        jump: Ratio::new(len, h),
    }
}

// a layer: what it accepts and returns, its windows, its loops, its field
macro_rules! pools { ($($name:ident $([$p:ident $q:ident])? ($accepts:ident $(<$a:ident, $b:ident>)? => $y:ty) $windows:ident $forward:ident $backward:ident ($field:expr);)+) => {$(
    impl<X: $accepts $(<$a, $b>)?, $(const $p: usize, const $q: usize,)? T: Scalar> Layer<X, T> for $name $(<$p, $q>)? {
        type Y = $y;
        type Saved<'a> = (Batch<'a, X, T>, Batch<'a, Self::Y, T>);
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = X::LEN as u64;
        const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, X::LEN);
        const FIELD: Field = $field;
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) { let y = pass.batch::<Self::Y>(x.len()); $forward::<$windows, X, Self::Y, T>(Tensor::flat(x), Tensor::flat_mut(y)); (y, (x, y)) }
        fn backward<'a>(&self, (x, y): Self::Saved<'_>, dy: BatchMut<'a, Self::Y, T>, _: Option<&mut ()>, pass: &mut Pass<'a, T>) -> BatchMut<'a, X, T> { let dx = pass.batch::<X>(dy.len()); $backward::<$windows, X, Self::Y, T>(Tensor::flat(x), Tensor::flat(y), Tensor::flat_mut(dy), Tensor::flat_mut(dx)); mutant::back(stringify!($name), dx) }
    }
)+} }
pools! {
    GlobalAvgPool (Shape => X::Row) Everything average average_backward (Field::ALL);
    GlobalMaxPool (Shape => X::Row) Everything largest largest_backward (Field::ALL);
    AdaptiveAvgPool2d [H W] (Divide<H, W> => X::Out) Parts average average_backward (Field::new(reach(X::SIDES[0], H), reach(X::SIDES[1], W)));
    AdaptiveMaxPool2d [H W] (Divide<H, W> => X::Out) Parts largest largest_backward (Field::new(reach(X::SIDES[0], H), reach(X::SIDES[1], W)));
}
