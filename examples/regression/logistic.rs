//! Logistic regression as a network of one layer, by descent and by Newton's method.

use core_tensor::{Tensor, Vector};
use nn::{BceWithLogits, Linear};
use optim::{Data, Momentum, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::linear::solve;

/// Two clouds that overlap: points, and 0 or 1 for each.
pub(crate) fn clouds() -> (Vec<[f64; 2]>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    // a sum of uniform numbers is nearly normal
    let mut near = |middle: f64| middle + (0..4).map(|_| rng.random_range(-0.5..0.5)).sum::<f64>();
    let all = (0..120).map(|i| {
        let class = f64::from(i % 2);
        ([near(class - 0.5), near(0.6 * class - 0.3)], class)
    });
    all.unzip()
}

/// `1 / (1 + e⁻ˣ)`
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `w₁, w₂, b` by 2,000 steps of descent, and the share of points on their side.
pub(crate) fn by_descent() -> ([f64; 3], f64) {
    let (x, t) = clouds();
    let samples: Vec<_> = x.iter().map(|&x| Tensor::new(x)).collect();
    let targets: Vec<_> = t.iter().map(|&t| Tensor::new([t])).collect();
    let momentum = Momentum::new(0.3, 0.9);
    let mut trainer = Trainer::<Vector<2>, Linear<2, 1, f64>, _, _, f64>::new(
        BceWithLogits,
        momentum,
        samples.len(),
    );
    for _ in 0..2000 {
        trainer.step(&samples, &targets);
    }
    let score = trainer.score(Data::new(&samples, &targets));
    let layer = &trainer.network.layers;
    let found = [layer.weight[[0, 0]], layer.weight[[1, 0]], layer.bias[[0]]];
    let right = x.iter().zip(&t).filter(|(x, t)| {
        let y = found[0] * x[0] + found[1] * x[1] + found[2];
        (y > 0.0) == (**t > 0.5)
    });
    assert!(score.loss.is_finite());
    (found, right.count() as f64 / x.len() as f64)
}

/// The same weights by Newton's method: `w ← w + (XᵀSX)⁻¹·Xᵀ(t − p)` with `S = p(1 − p)` on the diagonal.
pub(crate) fn by_newton(steps: usize) -> [f64; 3] {
    let (x, t) = clouds();
    let mut w = [0.0; 3];
    for _ in 0..steps {
        let (mut hessian, mut gradient) = (vec![vec![0.0; 3]; 3], vec![0.0; 3]);
        for (&[x1, x2], t) in x.iter().zip(&t) {
            let row = [x1, x2, 1.0];
            let p = logistic(w[0] * x1 + w[1] * x2 + w[2]);
            for i in 0..3 {
                gradient[i] += (t - p) * row[i];
                for j in 0..3 {
                    hessian[i][j] += p * (1.0 - p) * row[i] * row[j];
                }
            }
        }
        let step = solve(hessian, gradient).expect("points of both classes overlap");
        w.iter_mut().zip(step).for_each(|(w, step)| *w += step);
    }
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descent_ends_where_newton_does() {
        let ((found, accuracy), right) = (by_descent(), by_newton(8));
        assert!(
            (0..3).all(|i| (found[i] - right[i]).abs() < 1e-6),
            "{found:?} {right:?}"
        );
        assert!((0.75..1.0).contains(&accuracy), "{accuracy}");
        // at the best weights the mistakes of probability are balanced along every feature
        let (x, t) = clouds();
        let miss =
            |(x, t): (&[f64; 2], &f64)| logistic(right[0] * x[0] + right[1] * x[1] + right[2]) - t;
        let sum: f64 = x.iter().zip(&t).map(miss).sum();
        assert!(sum.abs() < 1e-9, "{sum}");
    }
}
