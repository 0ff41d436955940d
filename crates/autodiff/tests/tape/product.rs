//! Products of matrices and convolutions, at sides that cross the edges of the kernels' tiles.

use autodiff::{Real, Tape};
use core_tensor::{Filter, Image, Matrix, Tensor, Vector};

use crate::agree::{agree, pull, pulled};

const WIDE: [f64; 2] = [-1.5, 1.5];

/// `yᵢⱼ = Σ aᵢₖ·bₖⱼ`, each factor read by its index.
fn product<R: Real>(
    [m, k, n]: [usize; 3],
    a: impl Fn(usize, usize) -> R,
    b: impl Fn(usize, usize) -> R,
) -> Vec<R> {
    let entry = |i: usize| (0..k).map(|j| a(i / n, j) * b(j, i % n)).sum();
    (0..m * n).map(entry).collect()
}

agree! {
    matmul in WIDE, (Tensor<Matrix<3, 5>, T>, Tensor<Matrix<5, 7>, T>): |tape, (a, b)| pull(tape, a.matmul(b));
        |x| pulled(product([3, 5, 7], |i, j| x[5 * i + j], |i, j| x[15 + 7 * i + j]));
    matmul_across_tiles in WIDE, (Tensor<Matrix<9, 17>, T>, Tensor<Matrix<17, 19>, T>): |tape, (a, b)| pull(tape, a.matmul(b));
        |x| pulled(product([9, 17, 19], |i, j| x[17 * i + j], |i, j| x[153 + 19 * i + j]));
    square_of_a_matrix in WIDE, Tensor<Matrix<3, 3>, T>: |tape, x| pull(tape, x.matmul(x));
        |x| pulled(product([3; 3], |i, j| x[3 * i + j], |i, j| x[3 * i + j]));
    matmul_nt in WIDE, (Tensor<Matrix<3, 5>, T>, Tensor<Matrix<7, 5>, T>): |tape, (a, b)| pull(tape, a.matmul_nt(b));
        |x| pulled(product([3, 5, 7], |i, j| x[5 * i + j], |i, j| x[15 + 5 * j + i]));
    matmul_nt_of_itself in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.matmul_nt(x));
        |x| pulled(product([3, 5, 3], |i, j| x[5 * i + j], |i, j| x[5 * j + i]));
    matmul_tn in WIDE, (Tensor<Matrix<5, 3>, T>, Tensor<Matrix<5, 7>, T>): |tape, (a, b)| pull(tape, a.matmul_tn(b));
        |x| pulled(product([3, 5, 7], |i, j| x[3 * j + i], |i, j| x[15 + 7 * i + j]));
    matmul_tn_of_itself in WIDE, Tensor<Matrix<5, 3>, T>: |tape, x| pull(tape, x.matmul_tn(x));
        |x| pulled(product([3, 5, 3], |i, j| x[3 * j + i], |i, j| x[3 * i + j]));
    matvec in WIDE, (Tensor<Matrix<3, 5>, T>, Tensor<Vector<5>, T>): |tape, (a, b)| pull(tape, a.matvec(b));
        |x| pulled(product([3, 5, 1], |i, j| x[5 * i + j], |i, _| x[15 + i]));
    dot in WIDE, (Tensor<Vector<9>, T>, Tensor<Vector<9>, T>): |_, (a, b)| a.dot(b);
        |x| (0..9).map(|i| x[i] * x[9 + i]).sum();
    dot_with_itself in WIDE, Tensor<Vector<9>, T>: |_, x| x.dot(x); |x| x.iter().map(|&x| x * x).sum();
    transpose in WIDE, Tensor<Matrix<3, 5>, T>: |tape, x| pull(tape, x.transpose());
        |x| pulled((0..15).map(|i| x[5 * (i % 3) + i / 3]));
    products_in_a_row in WIDE, (Tensor<Matrix<2, 3>, T>, Tensor<Matrix<3, 2>, T>): |tape, (a, b)| {
        let mut y = a.matmul(b);
        for _ in 0..3 {
            y = y.matmul(a).matmul(b).transpose() * y / T::of(4.0);
        }
        pull(tape, y)
    }; |x| {
        let mut y = product([2, 3, 2], |i, j| x[3 * i + j], |i, j| x[6 + 2 * i + j]);
        for _ in 0..3 {
            let za = product([2, 2, 3], |i, j| y[2 * i + j], |i, j| x[3 * i + j]);
            let zb = product([2, 3, 2], |i, j| za[3 * i + j], |i, j| x[6 + 2 * i + j]);
            y = (0..4).map(|i| zb[2 * (i % 2) + i / 2] * y[i] / R::of(4.0)).collect();
        }
        pulled(y)
    };

    conv in WIDE, (Tensor<Image<5, 4, 2>, T>, Tensor<Filter<3, 3, 2, 3>, T>): |tape, (x, f)| pull(tape, x.conv2d::<1, 0, _, _>(f));
        |x| pulled(Conv { input: [5, 4, 2], outputs: 3, kernel: 3, stride: 1, padding: 0 }.of(x));
    conv_with_padding in WIDE, (Tensor<Image<4, 5, 3>, T>, Tensor<Filter<3, 3, 3, 2>, T>): |tape, (x, f)| pull(tape, x.conv2d::<1, 1, _, _>(f));
        |x| pulled(Conv { input: [4, 5, 3], outputs: 2, kernel: 3, stride: 1, padding: 1 }.of(x));
    conv_with_stride in WIDE, (Tensor<Image<6, 7, 2>, T>, Tensor<Filter<2, 2, 2, 5>, T>): |tape, (x, f)| pull(tape, x.conv2d::<2, 1, _, _>(f));
        |x| pulled(Conv { input: [6, 7, 2], outputs: 5, kernel: 2, stride: 2, padding: 1 }.of(x));
    conv_that_skips in WIDE, (Tensor<Image<8, 7, 1>, T>, Tensor<Filter<2, 2, 1, 2>, T>): |tape, (x, f)| pull(tape, x.conv2d::<3, 0, _, _>(f));
        |x| pulled(Conv { input: [8, 7, 1], outputs: 2, kernel: 2, stride: 3, padding: 0 }.of(x));
    conv_of_conv in WIDE, (Tensor<Image<4, 4, 2>, T>, Tensor<Filter<3, 3, 2, 2>, T>): |tape, (x, f)| pull(tape, x.conv2d::<1, 1, _, _>(f).tanh().conv2d::<1, 0, _, _>(f));
        |x| {
            let (image, filter) = x.split_at(32);
            let first = Conv { input: [4, 4, 2], outputs: 2, kernel: 3, stride: 1, padding: 1 }.of(x);
            let bent: Vec<R> = first.iter().map(|y| y.tanh()).chain(filter.iter().copied()).collect();
            assert_eq!(image.len() + filter.len(), bent.len());
            pulled(Conv { input: [4, 4, 2], outputs: 2, kernel: 3, stride: 1, padding: 0 }.of(&bent))
        };
}

/// A convolution as its definition: `y[r, c, o] = Σ x[r·S + i − P, c·S + j − P, k]·f[i, j, k, o]`.
struct Conv {
    input: [usize; 3],
    outputs: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
}

impl Conv {
    /// The image and then the filter in one list.
    fn of<R: Real>(&self, x: &[R]) -> Vec<R> {
        let [h, w, channels] = self.input;
        let (image, filter) = x.split_at(h * w * channels);
        let positions = |side: usize| (side + 2 * self.padding - self.kernel) / self.stride + 1;
        let mut y = Vec::new();
        for r in 0..positions(h) {
            for c in 0..positions(w) {
                for o in 0..self.outputs {
                    let mut sum = R::zero();
                    for (i, j, k) in taps(self.kernel, channels) {
                        let (at_r, at_c) = (r * self.stride + i, c * self.stride + j);
                        let inside = |at: usize, side: usize| {
                            (self.padding..self.padding + side).contains(&at)
                        };
                        if inside(at_r, h) && inside(at_c, w) {
                            let pixel = (at_r - self.padding) * w + at_c - self.padding;
                            let tap = (i * self.kernel + j) * channels + k;
                            sum += image[pixel * channels + k] * filter[tap * self.outputs + o];
                        }
                    }
                    y.push(sum);
                }
            }
        }
        y
    }
}

fn taps(kernel: usize, channels: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..kernel * kernel * channels)
        .map(move |i| (i / channels / kernel, i / channels % kernel, i % channels))
}

/// What is not wanted is not worked out, and what is comes out as if all were.
#[test]
fn one_factor_may_be_constant() {
    let (a, b) = (
        Tensor::<Matrix<2, 2>, f64>::new([[1.0, 2.0], [3.0, 4.0]]),
        Tensor::<Matrix<2, 2>, f64>::new([[5.0, 6.0], [7.0, 8.0]]),
    );
    Tape::new().record(|tape| {
        let (a, b) = (tape.variable(&a), tape.constant(&b));
        let gradients = a.matmul(b).sum().backward();
        // each row the sums of the rows of b
        assert_eq!(gradients.of(&a), Tensor::new([[11.0, 15.0], [11.0, 15.0]]));
        assert_eq!(gradients.of(&b), Tensor::zeros());
        let gradients = b.matmul(a).sum().backward();
        // each column the sums of the columns of b
        assert_eq!(gradients.of(&a), Tensor::new([[12.0, 12.0], [14.0, 14.0]]));
        assert!(b.matmul(b).is_constant());
        // d tr(AᵀA) = 2A
        let trace = (a * a).sum();
        assert_eq!(
            trace.backward().of(&a),
            Tensor::new([[2.0, 4.0], [6.0, 8.0]])
        );
    });
}
