//! The race: each optimizer with its best rate of one grid, all with the same budget.

use core_tensor::{Tensor, Vector, Zeroed, params};
use optim::{
    AdaGrad, Adadelta, Adam, AdamW, Adamax, AmsGrad, Lbfgs, Lion, Momentum, NAdam, Nesterov,
    Optimizer, RAdam, RmsProp, Rprop, Sgd,
};

use crate::surfaces::Surface;

/// Gradients that each may ask for.
pub(crate) const BUDGET: usize = 2000;
/// The height below which the goal lies, with all that comes after.
pub(crate) const GOAL: f64 = 1e-3;
/// Who takes part, in the order of the films: a row of five is a family.
pub(crate) const NAMES: [&str; 15] = [
    "SGD", "momentum", "Nesterov", "Rprop", "L-BFGS", "AdaGrad", "Adadelta", "RMSprop", "Lion",
    "Adamax", "Adam", "AdamW", "AMSGrad", "NAdam", "RAdam",
];

/// The rates that are tried: 1, 2 and 5 times the powers of ten from 10⁻⁴ to 10, and 100.
pub(crate) fn grid() -> impl Iterator<Item = f64> {
    let powers = (-4..2).flat_map(|power| [1.0, 2.0, 5.0].map(|x| x * 10_f64.powi(power)));
    powers.chain([100.0])
}

/// How one of them fared.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// the best of the grid; none where none is needed
    pub(crate) rate: Option<f64>,
    /// the points where the gradient was asked for, the start among them
    pub(crate) path: Vec<[f64; 2]>,
    /// how many steps it took until the value was below the goal for good
    pub(crate) steps: Option<usize>,
    /// the last value
    pub(crate) end: f64,
}

/// A point of the plane, as a network of two weights.
pub(crate) struct Point {
    pub(crate) at: Tensor<Vector<2>, f64>,
}
params!(f64: [] Point<> { at: Weight Vector<2> });

/// Runs all, in the order of the names.
pub(crate) fn race(surface: &Surface) -> [Run; 15] {
    let s = surface;
    [
        best(s, |rate| Sgd { rate }),
        best(s, |rate| Momentum::new(rate, 0.9)),
        best(s, |rate| Nesterov::new(rate, 0.9)),
        best(s, Rprop::new),
        lbfgs(s),
        best(s, AdaGrad::new),
        best(s, Adadelta::new),
        best(s, RmsProp::new),
        best(s, Lion::new),
        best(s, Adamax::new),
        best(s, Adam::new),
        best(s, AdamW::new),
        best(s, AmsGrad::new),
        best(s, NAdam::new),
        best(s, RAdam::new),
    ]
}

/// The run with the rate of the grid that reaches the goal soonest or, if none does, ends lowest; one that leaves the map is out.
fn best<O: Optimizer<f64>>(surface: &Surface, at_rate: impl Fn(f64) -> O) -> Run {
    let runs = grid().map(|rate| Run {
        rate: Some(rate),
        ..run(surface, &at_rate(rate), BUDGET)
    });
    let key = |run: &Run| (run.steps.unwrap_or(usize::MAX), run.end);
    let least = runs.min_by(|a, b| {
        let ((a, a_end), (b, b_end)) = (key(a), key(b));
        a.cmp(&b).then(a_end.total_cmp(&b_end))
    });
    least.expect("the grid holds rates")
}

/// As many steps as the budget allows.
pub(crate) fn run<O: Optimizer<f64>>(surface: &Surface, optimizer: &O, budget: usize) -> Run {
    let (mut point, mut grad) = (Point::boxed(), Point::boxed());
    point.at = Tensor::new(surface.start);
    let mut state = optimizer.start();
    let mut path = vec![surface.start];
    for _ in 0..budget {
        optimizer.before(&mut *point, &mut state);
        grad.at = Tensor::new((surface.at)(place(&point)).1);
        optimizer.step(&mut *point, &mut *grad, &mut state);
        path.push(place(&point));
        if !surface.near(place(&point)) {
            break;
        }
    }
    judged(surface, path)
}

fn place(point: &Point) -> [f64; 2] {
    [point.at[[0]], point.at[[1]]]
}

/// L-BFGS finds its own steps; what its searches try counts as well.
fn lbfgs(surface: &Surface) -> Run {
    let mut point = Point::boxed();
    point.at = Tensor::new(surface.start);
    let mut path = vec![];
    Lbfgs::default().minimise(&mut *point, |point, grad| {
        path.push(place(point));
        let (f, g) = (surface.at)(place(point));
        grad.at = Tensor::new(g);
        f
    });
    judged(surface, path)
}

fn judged(surface: &Surface, path: Vec<[f64; 2]>) -> Run {
    let value = |&at: &[f64; 2]| (surface.at)(at).0;
    let above = |at: &[f64; 2]| value(at).is_nan() || value(at) > GOAL;
    let last = path.last().filter(|&&at| surface.near(at));
    let end = last.map_or(f64::INFINITY, value);
    let reached = path.iter().rposition(above).map_or(0, |last| last + 1);
    Run {
        rate: None,
        steps: (reached < path.len() && end.is_finite()).then_some(reached),
        end,
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surfaces::{ALONG, CURVATURES, SURFACES};
    use examples::lesson::at_once;

    fn by_name(runs: &[Run; 15], name: &str) -> Run {
        let place = NAMES.iter().position(|&n| n == name);
        runs[place.expect("one of those who take part")].clone()
    }

    #[test]
    fn descent_in_a_valley_is_a_power_along_each_direction() {
        let surface = SURFACES[3];
        let rate = 0.1;
        let path = run(&surface, &Sgd { rate }, 60).path;
        let [c, s] = ALONG;
        let turned = |[x, y]: [f64; 2]| [c * x + s * y, c * y - s * x];
        let start = turned(surface.start);
        for (t, &at) in path.iter().enumerate() {
            let at = turned(at);
            for i in 0..2 {
                // θ ← θ − η·λ·θ
                let expected = start[i] * (1.0 - rate * CURVATURES[i]).powi(t as i32);
                assert!((at[i] - expected).abs() < 1e-12, "{t} {i}");
            }
        }
    }

    #[test]
    fn momentum_is_faster_in_a_long_valley() {
        let runs = race(&SURFACES[3]);
        let steps = |name| by_name(&runs, name).steps.expect("all arrive");
        // the largest stable rate of the grid, below 2/10, shrinks u by 1 − η·0.1 a step, until ½·0.1·u² ≤ 10⁻³
        let [c, s] = ALONG;
        let u = c * SURFACES[3].start[0] + s * SURFACES[3].start[1];
        let needed = |rate: f64| {
            let shrink: f64 = 1.0 - rate * CURVATURES[0];
            ((GOAL / (0.05 * u * u)).ln() / (2.0 * shrink.ln())).ceil() as usize
        };
        assert_eq!(by_name(&runs, "SGD").rate, Some(0.1));
        assert_eq!(steps("SGD"), needed(0.1));
        assert!(steps("momentum") * 3 < steps("SGD"));
        assert!(steps("Nesterov") * 5 < steps("SGD"));
        // a quadratic of two numbers: exact after two searches along lines, had they been exact
        assert!(steps("L-BFGS") < 20);
    }

    #[test]
    fn who_arrives() {
        // who divides by what was large long ago, or takes steps of one length, does not get round the bend of Rosenbrock's valley
        let late: [&[&str]; 4] = [
            &["AdaGrad", "Adadelta", "RMSprop", "Lion", "RAdam"],
            &["Adadelta", "RAdam"],
            &[],
            &[],
        ];
        let [rosenbrock, beale, himmelblau, valley] = &SURFACES;
        let races = at_once([
            &|| race(rosenbrock),
            &|| race(beale),
            &|| race(himmelblau),
            &|| race(valley),
        ]);
        for ((surface, late), runs) in SURFACES.iter().zip(late).zip(races) {
            for (name, run) in NAMES.iter().zip(runs) {
                let (arrived, shown) = (run.steps.is_some(), (name, surface.name, run.end));
                assert_eq!(arrived, !late.contains(name), "{shown:?}");
                let [x, y] = run.path[run.path.len() - 1];
                let away = surface.minima.iter().map(|m| (m[0] - x).hypot(m[1] - y));
                // a valley as flat as Beale's or the long one is below the goal over a fifth
                assert!(!arrived || away.fold(9.0, f64::min) < 0.2, "{shown:?}");
            }
        }
    }
}
