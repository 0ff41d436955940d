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

/// Numbers that are added at a time, whole vectors of any machine.
const LINE: usize = 64;

/// Numbers of the pixels with their zeros, whole lines.
const fn flat(channels: usize, n: usize) -> usize {
    (PIXELS * padded(channels, n)).next_multiple_of(LINE)
}

/// `sums[i] = f(x[i] + … + x[i + N − 1])`: over all that lies there, the zeros between two pixels too, so that one long loop does it.
#[inline(always)]
fn add_neighbours<const N: usize, T: Scalar>(x: &[T], sums: &mut [T], f: impl Fn(T) -> T) {
    for (i, sums) in sums.as_chunks_mut::<LINE>().0.iter_mut().enumerate() {
        // a copy stays in registers
        let mut total = [T::zero(); LINE];
        for ahead in 0..N {
            let x = x[i * LINE + ahead..].first_chunk::<LINE>();
            let x = x.expect("neighbours behind the last pixel");
            for j in 0..LINE {
                total[j] += x[j];
            }
        }
        for j in 0..LINE {
            sums[j] = f(total[j]);
        }
    }
}

/// `s` of every channel of some pixels, each of which lies in `s` like in `squares`, whose zeros stay. The pixels that come next are asked for.
#[inline(always)]
fn around<const N: usize, T: Scalar>(x: &[T], channels: usize, squares: &mut [T], s: &mut [T]) {
    let each = padded(channels, N);
    let pixels = x.chunks_exact(channels);
    for (x, squares) in pixels.zip(squares.chunks_exact_mut(each)) {
        for line in (0..channels).step_by(64 / size_of::<T>().clamp(1, 64)) {
            prefetch(x, PIXELS * channels + line);
        }
        for (square, &x) in squares[N / 2..].iter_mut().zip(x) {
            *square = x * x;
        }
    }
    let (share, bias) = (T::of(ALPHA / N as f64), T::of(BIAS));
    add_neighbours::<N, T>(
        squares,
        s,
        #[inline(always)]
        |sum| share * sum + bias,
    );
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
    /// squares, sums and what a channel hands to its neighbours
    const ROOM: Room = Room::new(X::LEN, 0)
        .with_scratch(3 * flat(<X::Row as Shape>::LEN, N) + 2 * N.next_multiple_of(LINE));

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        const { assert!(N > 0, "a number is its own neighbour: N is at least 1") }
        let y = pass.batch::<X>(x.len());
        let channels = <X::Row as Shape>::LEN;
        let (each, flat) = (padded(channels, N), flat(channels, N));
        let mut scope = pass.room.scope();
        let (squares, s) = (scope.numbers(flat + N), scope.numbers(flat));
        squares.fill(T::zero());
        let blocks = Tensor::flat(x).chunks(PIXELS * channels);
        let blocks = blocks.zip(Tensor::flat_mut(y).chunks_mut(PIXELS * channels));
        T::vectorize(
            #[inline(always)]
            || {
                for (x, y) in blocks {
                    around::<N, T>(x, channels, squares, s);
                    let pixels = x.chunks_exact(channels).zip(y.chunks_exact_mut(channels));
                    for ((x, y), s) in pixels.zip(s.chunks(each)) {
                        for ((y, &x), &s) in y.iter_mut().zip(x).zip(s) {
                            *y = x * powers(s)[0];
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
        let channels = <X::Row as Shape>::LEN;
        let (each, flat) = (padded(channels, N), flat(channels, N));
        let share = T::of(2.0 * ALPHA * BETA / N as f64);
        let mut scope = pass.room.scope();
        let (squares, handed) = (scope.numbers(flat + N), scope.numbers(flat + N));
        let s = scope.numbers(flat);
        squares.fill(T::zero());
        handed.fill(T::zero());
        let blocks = Tensor::flat(x).chunks(PIXELS * channels);
        let blocks = blocks.zip(Tensor::flat_mut(dy).chunks_mut(PIXELS * channels));
        T::vectorize(
            #[inline(always)]
            || {
                for (x, dy) in blocks {
                    around::<N, T>(x, channels, squares, s);
                    let pixels = x.chunks_exact(channels).zip(dy.chunks_exact_mut(channels));
                    let sums = s.chunks(each).zip(handed.chunks_exact_mut(each));
                    for ((x, dy), (s, handed)) in pixels.zip(sums) {
                        // those that look at a channel lie to the other side
                        let handed = handed[(N - 1) / 2..].iter_mut();
                        for (((dy, &x), &s), handed) in dy.iter_mut().zip(x).zip(s).zip(handed) {
                            let [power, inverse] = powers(s);
                            let scaled = *dy * power;
                            *handed = scaled * x * inverse;
                            *dy = mutant::slope("LocalResponseNorm own", scaled);
                        }
                    }
                    add_neighbours::<N, T>(
                        handed,
                        s,
                        #[inline(always)]
                        |sum| sum,
                    );
                    let pixels = x.chunks_exact(channels).zip(dy.chunks_exact_mut(channels));
                    for ((x, dy), sums) in pixels.zip(s.chunks(each)) {
                        for ((dy, &x), &sum) in dy.iter_mut().zip(x).zip(sums) {
                            *dy -= mutant::slope("LocalResponseNorm neighbours", share * x * sum);
                        }
                    }
                }
            },
        );
        dy
    }
}
