//! Local response normalisation.

use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params, prefetch};

use crate::{Layer, Pass};

/// `α` over the number of neighbours, `β` and `k` of AlexNet, as PyTorch has them by default.
const ALPHA: f64 = 1e-4;
const BETA: f64 = 0.75;
const BIAS: f64 = 1.0;

/// Divides each number by what its `N` neighbouring channels (itself among them) say: `y_c = x_c / (k + α/N·Σ x_j²)^β` over
/// `j` from `c − N/2` to `c + (N − 1)/2`, with zeros beyond the ends; `α = 10⁻⁴`, `β = 0.75`, `k = 1` (PyTorch's defaults; AlexNet has `k = 2`
/// and does not divide `α`).
///
/// # Shapes
/// Any shape, which stays; the channels are the last side.
///
/// # Gradient
/// With `s = k + α/N·Σ x²`: `dx_c = dy_c·s_c^−β − 2αβ/N·x_c·Σ dy_j·x_j·s_j^(−β−1)` over the `j` whose neighbour `c` is.
///
/// Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012).
pub struct LocalResponseNorm<const N: usize = 5>;
no_params!([const N: usize] LocalResponseNorm<N>);

/// Pixels that are worked out at a time: enough for the loops over them to be long, few enough to stay in a near cache.
const PIXELS: usize = 8;

/// Numbers of a pixel with zeros beyond its first and last channel, so that every channel has `n` neighbours.
const fn padded(channels: usize, n: usize) -> usize {
    channels + n - 1
}

/// The squares of some pixels between the zeros that stay there. The pixels that come next are asked for.
#[inline(always)]
fn square<const N: usize, T: Scalar>(x: &[T], channels: usize, squares: &mut [T]) {
    let pixels = x.chunks_exact(channels);
    for (x, squares) in pixels.zip(squares.chunks_exact_mut(padded(channels, N))) {
        for line in (0..channels).step_by(64 / size_of::<T>().clamp(1, 64)) {
            prefetch(x, PIXELS * channels + line);
        }
        for (square, &x) in squares[N / 2..].iter_mut().zip(x) {
            *square = x * x;
        }
    }
}

/// `x[at] + … + x[at + N − 1]`
#[inline(always)]
fn neighbours<const N: usize, T: Scalar>(x: &[T], at: usize) -> T {
    let mut sum = x[at];
    for ahead in 1..N {
        sum += x[at + ahead];
    }
    sum
}

/// `s` of a channel, from the squares of its pixel.
#[inline(always)]
fn around<const N: usize, T: Scalar>(squares: &[T], channel: usize) -> T {
    T::of(ALPHA / N as f64) * neighbours::<N, T>(squares, channel) + T::of(BIAS)
}

/// `s^−β` for `β = 3/4`, and `s^−1`.
#[inline(always)]
fn powers<T: Scalar>(s: T) -> [T; 2] {
    const { assert!(BETA == 0.75, "the powers below are those of 3/4") }
    let root = s.lane_inverse_root4();
    let half = root * root;
    [half * root, half * half]
}

impl<X: Shape, T: Scalar, const N: usize> Layer<X, T> for LocalResponseNorm<N> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "LocalResponseNorm";
    const FLOPS: u64 = (2 * N + 30) as u64 * X::LEN as u64;
    /// squares and what a channel hands to its neighbours
    const ROOM: Room =
        Room::new(X::LEN, 0).with_scratch(2 * PIXELS * padded(<X::Row as Shape>::LEN, N));

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        const { assert!(N > 0, "a number is its own neighbour: N is at least 1") }
        let y = pass.batch::<X>(x.len());
        let block = PIXELS * <X::Row as Shape>::LEN;
        let mut scope = pass.room.scope();
        let squares = scope.numbers(PIXELS * padded(<X::Row as Shape>::LEN, N));
        squares.fill(T::zero());
        let blocks = Tensor::flat(x).chunks(block);
        let blocks = blocks.zip(Tensor::flat_mut(y).chunks_mut(block));
        T::vectorize(
            #[inline(always)]
            || {
                // what a closure is given it does not know to be a constant
                let channels = <X::Row as Shape>::LEN;
                for (x, y) in blocks {
                    square::<N, T>(x, channels, squares);
                    let pixels = x.chunks_exact(channels).zip(y.chunks_exact_mut(channels));
                    let squares = squares.chunks_exact(padded(channels, N));
                    for ((x, y), squares) in pixels.zip(squares) {
                        for (channel, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                            *y = x * powers(around::<N, T>(squares, channel))[0];
                        }
                    }
                }
            },
        );
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let share = T::of(2.0 * ALPHA * BETA / N as f64);
        let block = PIXELS * <X::Row as Shape>::LEN;
        let mut scope = pass.room.scope();
        let room = PIXELS * padded(<X::Row as Shape>::LEN, N);
        let (squares, handed) = (scope.numbers(room), scope.numbers(room));
        squares.fill(T::zero());
        handed.fill(T::zero());
        let blocks = Tensor::flat(x).chunks(block);
        let blocks = blocks.zip(Tensor::flat_mut(dy).chunks_mut(block));
        T::vectorize(
            #[inline(always)]
            || {
                let channels = <X::Row as Shape>::LEN;
                let each = padded(channels, N);
                for (x, dy) in blocks {
                    square::<N, T>(x, channels, squares);
                    let pixels = x.chunks_exact(channels).zip(dy.chunks_exact_mut(channels));
                    let around_them = squares
                        .chunks_exact(each)
                        .zip(handed.chunks_exact_mut(each));
                    for ((x, dy), (squares, handed)) in pixels.zip(around_them) {
                        // those that look at a channel lie to the other side
                        let handed = handed[(N - 1) / 2..].iter_mut();
                        let numbers = dy.iter_mut().zip(x).zip(handed);
                        for (channel, ((dy, &x), handed)) in numbers.enumerate() {
                            let [power, inverse] = powers(around::<N, T>(squares, channel));
                            let scaled = *dy * power;
                            *handed = scaled * x * inverse;
                            *dy = mutant::slope("LocalResponseNorm own", scaled);
                        }
                    }
                    let pixels = x.chunks_exact(channels).zip(dy.chunks_exact_mut(channels));
                    for ((x, dy), handed) in pixels.zip(handed.chunks_exact(each)) {
                        for (channel, (dy, &x)) in dy.iter_mut().zip(x).enumerate() {
                            let sum = share * x * neighbours::<N, T>(handed, channel);
                            *dy -= mutant::slope("LocalResponseNorm neighbours", sum);
                        }
                    }
                }
            },
        );
        dy
    }
}
