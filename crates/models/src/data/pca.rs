//! Principal components: the plane, or the flat space of any dimension, that lies nearest to samples.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Scalar, Shape, Tensor};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::normalise::number;

/// Samples that are turned to `f64` at once.
const CHUNK: usize = 256;
/// Iterations at most: eigenvalues as close as that to the first one left out are equal for any use.
const MOST: usize = 1000;
/// How far an eigenvector may be turned by the matrix from its own direction, as a share of the largest eigenvalue.
const CLOSE: f64 = 1e-11;

/// The linear code of the least squared error: `z = W·(x − mean)`, and back `x̂ = mean + Wᵀ·z`. The rows of `W`, the components, are the
/// eigenvectors of the covariance `Σ (x − mean)·(x − mean)ᵀ / (n − 1)` with the largest eigenvalues; of the two directions of each, the one
/// whose number of the largest size is positive.
///
/// Fitted in `f64`, by block power iteration with rotations by Jacobi's method.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::data::Pca;
///
/// // points on the line through (1, 2) and (4, 6)
/// let line = |t: f32| Tensor::<Vector<2>>::new([1.0 + 3.0 * t, 2.0 + 4.0 * t]);
/// let pca = Pca::fit(&[line(0.0), line(0.5), line(1.0)], 1);
/// assert!((pca.components[0][0] - 0.6).abs() < 1e-12 && (pca.components[0][1] - 0.8).abs() < 1e-12);
/// assert!((pca.code(&line(1.0))[0] - 2.5).abs() < 1e-6);
/// let back = pca.restore::<f32>(&[-2.5]);
/// assert!((back[[0]] - 1.0).abs() < 1e-6 && (back[[1]] - 2.0).abs() < 1e-6);
/// ```
///
/// Pearson: On lines and planes of closest fit to systems of points in space (1901).
#[derive(Clone, PartialEq, Debug)]
pub struct Pca<X> {
    /// of the samples
    pub mean: Vec<f64>,
    /// of length 1 and at right angles, the one along which samples vary most first
    pub components: Vec<Vec<f64>>,
    /// the variance along each of them
    pub variances: Vec<f64>,
    shape: core::marker::PhantomData<fn(X)>,
}

impl<X: Shape> Pca<X> {
    /// The first `count` components.
    ///
    /// # Panics
    /// If there are fewer than two samples, if they have fewer numbers than `count`, or if one of these is not finite.
    #[track_caller]
    pub fn fit<T: Scalar>(samples: &[Tensor<X, T>], count: usize) -> Self {
        let (n, d) = (samples.len(), X::LEN);
        assert!(n > 1, "{n} samples do not vary; give at least 2");
        assert!(
            count <= d,
            "samples of {d} numbers have no {count} components; ask for at most {d}"
        );
        let mut mean = vec![0.0; d];
        for sample in samples {
            for (mean, &x) in mean.iter_mut().zip(sample.as_slice()) {
                *mean += number(x) / n as f64;
            }
        }
        assert!(
            mean.iter().all(|x| x.is_finite()),
            "a sample holds a number that is not finite; leave it out"
        );
        let (variances, components) = leading(&covariance(samples, &mean), d, count);
        Self {
            mean,
            components: components.chunks(d.max(1)).map(upright).collect(),
            variances,
            shape: core::marker::PhantomData,
        }
    }

    /// How far a sample lies along each component.
    pub fn code<T: Scalar>(&self, x: &Tensor<X, T>) -> Vec<f64> {
        let off = x.as_slice().iter().zip(&self.mean);
        let off: Vec<f64> = off.map(|(&x, mean)| number(x) - mean).collect();
        self.components.iter().map(|w| dot(w, &off)).collect()
    }

    /// The sample of a code; numbers that the code has not are 0.
    pub fn restore<T: Scalar>(&self, code: &[f64]) -> Tensor<X, T> {
        let mut x = self.mean.clone();
        for (&z, w) in code.iter().zip(&self.components) {
            x.iter_mut().zip(w).for_each(|(x, w)| *x += z * w);
        }
        Tensor::from_fn(|i| T::of(x[i]))
    }
}

/// `Σ (x − mean)·(x − mean)ᵀ / (n − 1)`
fn covariance<X: Shape, T: Scalar>(samples: &[Tensor<X, T>], mean: &[f64]) -> Vec<f64> {
    let d = X::LEN;
    let mut sum = vec![0.0; d * d];
    let mut centred = Vec::with_capacity(CHUNK * d);
    for chunk in samples.chunks(CHUNK) {
        centred.clear();
        for sample in chunk {
            let off = sample.as_slice().iter().zip(mean);
            centred.extend(off.map(|(&x, mean)| number(x) - mean));
        }
        let product = Product {
            m: d,
            k: chunk.len(),
            n: d,
            layout: Layout::Tn,
        };
        f64::matmul(product, &centred, &centred, Start::Output, &mut sum);
    }
    let rest = (samples.len() - 1) as f64;
    sum.iter_mut().for_each(|x| *x /= rest);
    sum
}

/// The `count` largest eigenvalues of a symmetric matrix of `d` rows that has none below zero, and their eigenvectors in rows.
fn leading(matrix: &[f64], d: usize, count: usize) -> (Vec<f64>, Vec<f64>) {
    // more than are asked for: the error shrinks by the ratio of the first value outside of the block to the last one asked for
    let block = (2 * count + 8).min(d);
    let times = |rows: usize, a: &[f64], b: &[f64], n: usize, layout: Layout| {
        let product = Product {
            m: rows,
            k: d,
            n,
            layout,
        };
        let mut c = vec![0.0; rows * n];
        f64::matmul(product, a, b, Start::Zero, &mut c);
        c
    };
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut rows: Vec<f64> = (0..block * d)
        .map(|_| rng.random_range(-1.0..1.0))
        .collect();
    let mut values = vec![0.0; block];
    for _ in 0..MOST {
        orthonormal(&mut rows, d, &mut rng);
        // the matrix is symmetric: rows times it are it times columns
        let turned = times(block, &rows, matrix, d, Layout::Nn);
        let mut small = times(block, &turned, &rows, block, Layout::Nt);
        let mut rotation = jacobi(&mut small, block);
        let mut order: Vec<usize> = (0..block).collect();
        order.sort_by(|&a, &b| small[b * (block + 1)].total_cmp(&small[a * (block + 1)]));
        values = order.iter().map(|&i| small[i * (block + 1)]).collect();
        rotation = order
            .iter()
            .flat_map(|&i| rotation[i * block..][..block].to_vec())
            .collect();
        let rotated = |x: &[f64]| {
            let product = Product {
                m: block,
                k: block,
                n: d,
                layout: Layout::Nn,
            };
            let mut y = vec![0.0; block * d];
            f64::matmul(product, &rotation, x, Start::Zero, &mut y);
            y
        };
        rows = rotated(&rows);
        let turned = rotated(&turned);
        let off = |i: usize| {
            let pairs = turned[i * d..][..d].iter().zip(&rows[i * d..][..d]);
            pairs.map(|(t, r)| (t - values[i] * r).powi(2)).sum::<f64>()
        };
        let bound = CLOSE * values.first().copied().unwrap_or(0.0).abs();
        if (0..count).all(|i| off(i).sqrt() <= bound) {
            break;
        }
        rows = turned;
    }
    orthonormal(&mut rows, d, &mut rng);
    values.truncate(count);
    rows.truncate(count * d);
    (values, rows)
}

/// Makes rows of `d` numbers orthonormal, each by what those before it leave of it; where they leave nothing, by what they leave of another.
fn orthonormal(rows: &mut [f64], d: usize, rng: &mut ChaCha8Rng) {
    for i in 0..rows.len() / d.max(1) {
        let (before, row) = rows.split_at_mut(i * d);
        let row = &mut row[..d];
        loop {
            let long = dot(row, row).sqrt();
            if long > f64::MIN_POSITIVE {
                row.iter_mut().for_each(|x| *x /= long);
                // twice is enough (Kahan, Parlett)
                for _ in 0..2 {
                    for other in before.chunks(d) {
                        let share = dot(row, other);
                        row.iter_mut().zip(other).for_each(|(x, o)| *x -= share * o);
                    }
                }
                let left = dot(row, row).sqrt();
                if left > 1e-10 {
                    row.iter_mut().for_each(|x| *x /= left);
                    break;
                }
            }
            row.iter_mut()
                .for_each(|x| *x = rng.random_range(-1.0..1.0));
        }
    }
}

/// Turns a symmetric matrix of `n` rows into a diagonal one of its eigenvalues; returns their eigenvectors in rows.
///
/// Jacobi: Über ein leichtes Verfahren, die in der Theorie der Säcularstörungen vorkommenden Gleichungen numerisch aufzulösen (1846).
fn jacobi(a: &mut [f64], n: usize) -> Vec<f64> {
    let mut rows: Vec<f64> = (0..n * n)
        .map(|i| f64::from(u8::from(i / n == i % n)))
        .collect();
    // it converges quadratically: ten sweeps are many
    for _ in 0..50 {
        let size = dot(a, a);
        let off: f64 = (0..n * n)
            .filter(|i| i / n != i % n)
            .map(|i| a[i] * a[i])
            .sum();
        if off <= 1e-30 * size {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p * n + q] == 0.0 {
                    continue;
                }
                let slope = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
                let tan = slope.signum() / (slope.abs() + slope.hypot(1.0));
                let cos = 1.0 / tan.hypot(1.0);
                let sin = tan * cos;
                for k in 0..n {
                    let [x, y] = [a[k * n + p], a[k * n + q]];
                    [a[k * n + p], a[k * n + q]] = [cos * x - sin * y, sin * x + cos * y];
                }
                for k in 0..n {
                    for m in [&mut *a, &mut rows] {
                        let [x, y] = [m[p * n + k], m[q * n + k]];
                        [m[p * n + k], m[q * n + k]] = [cos * x - sin * y, sin * x + cos * y];
                    }
                }
            }
        }
    }
    rows
}

/// The direction whose number of the largest size is positive.
fn upright(row: &[f64]) -> Vec<f64> {
    let largest = row
        .iter()
        .copied()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()));
    let sign = largest.unwrap_or(1.0).signum();
    row.iter().map(|x| sign * x).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_by_hand() {
        // 2 on the diagonal, −1 beside it: 2 − 2·cos(kπ/5), its vectors sin(jkπ/5)
        let n = 4;
        let mut a: Vec<f64> = (0..n * n)
            .map(|i| match usize::abs_diff(i / n, i % n) {
                0 => 2.0,
                1 => -1.0,
                _ => 0.0,
            })
            .collect();
        let (values, rows) = leading(&a, n, 2);
        let pi = std::f64::consts::PI;
        for (k, value) in [4.0, 3.0].into_iter().zip(&values) {
            assert!((value - (2.0 - 2.0 * (k * pi / 5.0).cos())).abs() < 1e-12);
        }
        let sines: Vec<f64> = (1..5)
            .map(|j| (f64::from(j) * 4.0 * pi / 5.0).sin())
            .collect();
        let cosine = dot(&rows[..n], &sines) / dot(&sines, &sines).sqrt();
        assert!((cosine.abs() - 1.0).abs() < 1e-12);
        jacobi(&mut a, n);
        let sum: f64 = (0..n).map(|i| a[i * (n + 1)]).sum();
        assert!((sum - 8.0).abs() < 1e-12, "the trace stays");
    }

    #[test]
    fn what_does_not_vary_has_no_variance() {
        use core_tensor::Vector;
        let pca = Pca::fit(
            &[1.0, 3.0].map(|x| Tensor::<Vector<3>>::new([x, 5.0, x])),
            3,
        );
        assert!((pca.variances[0] - 4.0).abs() < 1e-12);
        assert!(pca.variances[1..].iter().all(|v| v.abs() < 1e-12));
        let along = |a: usize, b: usize| dot(&pca.components[a], &pca.components[b]);
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            assert!(along(a, b).abs() < 1e-12 && (along(b, b) - 1.0).abs() < 1e-12);
        }
    }
}
