//! Linear regression as a network of one layer: closed form and descent, solutions that are not unique, outliers.

use core_tensor::{Tensor, Vector};
use examples::lesson::{dot, spaced};
use nn::{Huber, Init, Layer, Linear, Loss, Mse, Network};
use optim::{Adam, Data, Optimizer, Progress, Sgd, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

type Target = Tensor<Vector<1>, f64>;

/// Solves `A·x = b` by elimination with pivots; none if `A` is singular, or nearly so.
pub(crate) fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    for column in 0..n {
        let size = |&i: &usize| a[i][column].abs();
        let pivot = (column..n).max_by(|i, j| size(i).total_cmp(&size(j)))?;
        if a[pivot][column].abs() < 1e-9 {
            return None;
        }
        a.swap(column, pivot);
        b.swap(column, pivot);
        for row in column + 1..n {
            let factor = a[row][column] / a[column][column];
            let above = a[column].clone();
            a[row]
                .iter_mut()
                .zip(above)
                .for_each(|(x, y)| *x -= factor * y);
            b[row] -= factor * b[column];
        }
    }
    for row in (0..n).rev() {
        b[row] = (b[row] - dot(&a[row][row + 1..], &b[row + 1..])) / a[row][row];
    }
    Some(b)
}

/// `(XᵀX)⁻¹·Xᵀy`, a row of `x` a sample; none if more than one solution is best.
pub(crate) fn closed_form(x: &[Vec<f64>], y: &[f64]) -> Option<Vec<f64>> {
    let features = x.first()?.len();
    let column = |i: usize| x.iter().map(|row| row[i]).collect::<Vec<_>>();
    let columns: Vec<_> = (0..features).map(column).collect();
    let gram = columns
        .iter()
        .map(|a| columns.iter().map(|b| dot(a, b)).collect());
    solve(gram.collect(), columns.iter().map(|a| dot(a, y)).collect())
}

/// Points near the line `y = 2x − 1`.
pub(crate) fn points() -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut near = |x: f64| [x, 2.0 * x - 1.0 + rng.random_range(-0.4..0.4)];
    spaced(-1.0, 1.0, 40).map(&mut near).collect()
}

/// The same, some of which were read wrong.
pub(crate) fn with_outliers() -> Vec<[f64; 2]> {
    let mut points = points();
    for i in [28, 30, 32, 34, 36, 38] {
        points[i][1] -= 6.0;
    }
    points
}

/// Slope and height of the best line, by the closed form.
pub(crate) fn best_line(points: &[[f64; 2]]) -> Option<[f64; 2]> {
    let x: Vec<_> = points.iter().map(|[x, _]| vec![*x, 1.0]).collect();
    let y: Vec<_> = points.iter().map(|[_, y]| *y).collect();
    closed_form(&x, &y)?.try_into().ok()
}

/// Slope and height of the line that descent with a loss finds.
pub(crate) fn learnt_line<Q>(points: &[[f64; 2]], loss: Q, steps: usize) -> [f64; 2]
where
    Q: Loss<Vector<1>, f64, Target = Target>,
{
    let x: Vec<_> = points.iter().map(|&[x, _]| Tensor::new([x])).collect();
    let y: Vec<_> = points.iter().map(|&[_, y]| Tensor::new([y])).collect();
    let sgd = Sgd { rate: 0.3 };
    let mut trainer = Trainer::<Vector<1>, Linear<1, 1, f64>, _, _, f64>::new(loss, sgd, x.len());
    for _ in 0..steps {
        trainer.step(&x, &y);
    }
    let line = &trainer.network.layers;
    [line.weight[[0, 0]], line.bias[[0]]]
}

/// The line that a loss which takes errors above 1/5 as lines draws through points with outliers.
pub(crate) fn robust_line() -> [f64; 2] {
    learnt_line(&with_outliers(), Huber { delta: 0.2 }, 3000)
}

/// Samples whose second feature is twice the first: `(2, −1)` is in the null space of `XᵀX`.
pub(crate) fn twice() -> (Vec<[f64; 2]>, Vec<f64>) {
    let points = points();
    let x = points.iter().map(|&[x, _]| [x, 2.0 * x]).collect();
    (x, points.iter().map(|&[_, y]| y + 1.0).collect())
}

/// The direction in which weights change nothing.
pub(crate) const NULL: [f64; 2] = [2.0, -1.0];

/// Where descent went, and how well it did.
pub(crate) struct Descent {
    /// the two weights after each step, the first before all
    pub(crate) path: Vec<[f64; 2]>,
    pub(crate) loss: f64,
}

impl Descent {
    /// Where it ended.
    pub(crate) fn end(&self) -> [f64; 2] {
        self.path[self.path.len() - 1]
    }
}

/// Descent on [`twice`] from two weights.
pub(crate) fn descend(start: [f64; 2]) -> Descent {
    let (x, y) = twice();
    let x: Vec<_> = x.into_iter().map(Tensor::new).collect();
    let y: Vec<_> = y.into_iter().map(|y| Tensor::new([y])).collect();
    let sgd = Sgd { rate: 0.1 };
    let mut trainer = Trainer::<Vector<2>, Linear<2, 1, f64>, _, _, f64>::new(Mse, sgd, x.len());
    trainer.network.layers.weight = Tensor::new(start.map(|w| [w]));
    let mut path = vec![start];
    for _ in 0..200 {
        trainer.step(&x, &y);
        let weight = &trainer.network.layers.weight;
        path.push([0, 1].map(|i| weight[[i, 0]]));
    }
    Descent {
        path,
        loss: trainer.score(Data::new(&x, &y)).loss,
    }
}

/// The largest difference between three linear layers and the one layer that their weights and biases make: `W₁W₂W₃` and
/// `(b₁W₂ + b₂)W₃ + b₃`.
pub(crate) fn stack_against_one() -> f64 {
    type Stack = (Linear<3, 5, f64>, Linear<5, 4, f64>, Linear<4, 2, f64>);
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut stack = Network::<Vector<3>, Stack, f64>::new(50);
    stack.init(Init::XavierNormal, 3);
    let (a, b, c) = &mut *stack.layers;
    for bias in [
        a.bias.as_mut_slice(),
        b.bias.as_mut_slice(),
        c.bias.as_mut_slice(),
    ] {
        bias.fill_with(|| rng.random_range(-1.0..1.0));
    }
    let through = |x: &Tensor<Vector<5>, f64>| {
        let middle = Tensor::<Vector<4>, f64>::from_fn(|j| {
            (0..5).map(|i| x[[i]] * b.weight[[i, j]]).sum::<f64>() + b.bias[[j]]
        });
        Tensor::<Vector<2>, f64>::from_fn(|k| {
            (0..4).map(|j| middle[[j]] * c.weight[[j, k]]).sum::<f64>() + c.bias[[k]]
        })
    };
    let mut one = Network::<Vector<3>, Linear<3, 2, f64>, f64>::new(50);
    one.layers.weight = a.weight.matmul(&b.weight).matmul(&c.weight);
    one.layers.bias = through(&a.bias);
    let x: Vec<_> = (0..50)
        .map(|_| Tensor::from_fn(|_| rng.random_range(-2.0..2.0)))
        .collect();
    let (by_stack, by_one) = (
        Tensor::flat(stack.predict(&x)),
        Tensor::flat(one.predict(&x)),
    );
    let differences = by_stack.iter().zip(by_one).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max)
}

/// What networks make of a parabola: `x, y` of a network at 41 places.
pub(crate) fn bend<L: Layer<Vector<1>, f64, Y = Vector<1>>>(
    optimizer: impl Optimizer<f64>,
) -> Vec<[f64; 2]> {
    let places: Vec<f64> = spaced(-1.0, 1.0, 41).collect();
    let x: Vec<_> = places.iter().map(|&x| Tensor::new([x])).collect();
    let y: Vec<_> = places.iter().map(|&x| Tensor::new([x * x])).collect();
    let mut trainer = Trainer::<Vector<1>, L, _, _, f64>::new(Mse, optimizer, x.len());
    trainer.network.init(Init::XavierNormal, 1);
    trainer.fit(Data::new(&x, &y), None, 600, &mut Progress::quiet());
    let outputs = trainer.network.predict(&x);
    places
        .iter()
        .zip(outputs)
        .map(|(&x, y)| [x, y[[0]]])
        .collect()
}

/// Three linear layers, and the same with bends between, on a parabola.
pub(crate) fn parabola() -> [Vec<[f64; 2]>; 2] {
    use nn::Tanh;
    type Straight = (Linear<1, 8, f64>, Linear<8, 8, f64>, Linear<8, 1, f64>);
    type Bent = (
        Linear<1, 8, f64>,
        Tanh,
        Linear<8, 8, f64>,
        Tanh,
        Linear<8, 1, f64>,
    );
    [
        bend::<Straight>(Adam::new(0.02)),
        bend::<Bent>(Adam::new(0.02)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use examples::lesson::norm;

    #[test]
    fn elimination_by_hand() {
        // 2x + y = 5, x − y = 1
        assert_eq!(
            solve(vec![vec![2.0, 1.0], vec![1.0, -1.0]], vec![5.0, 1.0]),
            Some(vec![2.0, 1.0])
        );
        assert_eq!(
            solve(vec![vec![1.0, 2.0], vec![2.0, 4.0]], vec![1.0, 2.0]),
            None
        );
        // the best line through (0, 0), (1, 1), (2, 1) is x/2 + 1/6
        let [slope, height] = best_line(&[[0.0, 0.0], [1.0, 1.0], [2.0, 1.0]]).unwrap();
        assert!((slope - 0.5).abs() < 1e-14 && (height - 1.0 / 6.0).abs() < 1e-14);
    }

    #[test]
    fn descent_finds_the_closed_form() {
        let (right, found) = (
            best_line(&points()).unwrap(),
            learnt_line(&points(), Mse, 500),
        );
        assert!(
            (0..2).all(|i| (right[i] - found[i]).abs() < 1e-10),
            "{right:?} {found:?}"
        );
        assert!((right[0] - 2.0).abs() < 0.2 && (right[1] + 1.0).abs() < 0.2);
    }

    #[test]
    fn solutions_differ_by_the_null_space() {
        let (x, y) = twice();
        let rows: Vec<_> = x.iter().map(|x| x.to_vec()).collect();
        assert_eq!(closed_form(&rows, &y), None);
        // XᵀX·a₀ = 0, as every sample says nothing in that direction
        assert!(x.iter().all(|x| dot(x, &NULL) == 0.0));
        let ends = [[0.0, 0.0], [2.0, 1.0], [-1.0, 1.5]].map(|start| (start, descend(start)));
        for (start, descent) in &ends {
            // nothing moves along a₀, and all reach the same loss
            let along = |w: &[f64]| dot(w, &NULL);
            assert!((along(&descent.end()) - along(start)).abs() < 1e-12);
            assert!((descent.loss - ends[0].1.loss).abs() < 1e-12);
        }
        let lengths = ends.map(|(_, descent)| norm(&descent.end()));
        assert!(
            lengths[0] < lengths[1] && lengths[0] < lengths[2],
            "{lengths:?}"
        );
    }

    #[test]
    fn stacked_lines_are_a_line() {
        assert!(stack_against_one() < 1e-13, "{}", stack_against_one());
        let [straight, bent] = parabola();
        // the best line under a parabola is level, at the mean of x²
        let level = 41.0_f64.recip() * straight.iter().map(|[x, _]| x * x).sum::<f64>();
        assert!(straight.iter().all(|[_, y]| (y - level).abs() < 0.01));
        assert!(bent.iter().all(|[x, y]| (y - x * x).abs() < 0.05));
    }

    #[test]
    fn huber_holds_against_outliers() {
        let [by_square, _] = best_line(&with_outliers()).unwrap();
        let [robust, height] = robust_line();
        assert!(by_square < 0.5, "{by_square}");
        assert!(
            (robust - 2.0).abs() < 0.3 && (height + 1.0).abs() < 0.3,
            "{robust} {height}"
        );
    }
}
