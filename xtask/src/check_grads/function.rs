//! A function with a backward pass, and the check that everything must stand: backward, dual numbers and differences against one another.

use autodiff::check::{Branches, Comparison, Differences};

use super::case::{Case, Finding, Level, Pair};
use super::evaluate::Sizes;
use super::invariants;
use super::point::{Draw, Point, Run, Values, dot, unit};
use super::probe;

/// How often a point is drawn anew that lies on a kink.
const DRAWS: u64 = 20;
/// Up to so many inputs and weights each of them is checked, else random ones and random directions.
const EVERY: usize = 5000;
/// Up to so many numbers a Jacobian is checked whole.
const JACOBIAN: usize = 10_000;

pub(crate) type Evaluate = fn(&Point, Run) -> Values;

/// A layer, a loss, a network or an operation of a tape, on each kind of number.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) sizes: Sizes,
    pub(crate) samples: usize,
    /// inputs lie in this range
    pub(crate) range: [f64; 2],
    /// weights lie in ± this
    pub(crate) weights: f64,
    pub(crate) double: Evaluate,
    pub(crate) single: Evaluate,
    pub(crate) dual: Evaluate,
    /// on numbers that note the branches taken, in `f64` and in `f32`
    pub(crate) probes: [Evaluate; 2],
    /// the sum of two of it that share their inputs, each with the same weights
    pub(crate) twins: Option<Evaluate>,
    /// whether the gradient is pulled back from a cotangent as wide as the outputs; that of a loss begins with 1
    pub(crate) pulls: bool,
    /// whether it has weights whose gradient can be added to another
    pub(crate) adds: bool,
}

// an evaluation that is generic in the number, on each of them
macro_rules! function {
    ($sizes:expr, $values:ident) => {
        $crate::function::Function {
            sizes: $sizes,
            samples: 1,
            range: [-1.0, 1.0],
            weights: 0.75,
            double: $values::<f64>,
            single: $values::<f32>,
            dual: $values::<autodiff::Dual<f64>>,
            probes: [
                $values::<$crate::probe::Probe<f64>>,
                $values::<$crate::probe::Probe<f32>>,
            ],
            twins: None,
            pulls: false,
            adds: false,
        }
    };
}
pub(crate) use function;

impl Case {
    /// The case of a function.
    pub(crate) fn of(
        level: Level,
        name: &'static str,
        what: &str,
        function: impl Fn() -> Function + Send + Sync + 'static,
    ) -> Self {
        Self::listed(level, name, what, move |seed| function().check(seed))
    }
}

impl Function {
    /// How many inputs there are, and how many numbers in all.
    pub(crate) fn lengths(&self) -> [usize; 2] {
        let inputs = self.samples * self.sizes.input;
        let weights: usize = self.sizes.weights.iter().map(|(_, len)| len).sum();
        [inputs, inputs + weights]
    }

    /// What entry `at` of a gradient is called.
    pub(crate) fn place(&self, at: usize) -> String {
        let [inputs, all] = self.lengths();
        if at >= all {
            return format!("direction {}", at - all);
        }
        let Some(mut at) = at.checked_sub(inputs) else {
            return format!("x[{at}]");
        };
        for (name, len) in &self.sizes.weights {
            match at.checked_sub(*len) {
                Some(less) => at = less,
                None => return format!("{name}[{at}]"),
            }
        }
        format!("?[{at}]")
    }

    /// A point drawn from `seed`.
    pub(crate) fn draw(&self, seed: u64) -> Point {
        let mut draw = Draw::new(seed);
        let [inputs, all] = self.lengths();
        let mut at: Vec<f64> = (0..inputs).map(|_| draw.between(self.range)).collect();
        at.extend(draw.numbers(all - inputs, self.weights));
        let outputs = self.samples * self.sizes.output;
        Point {
            at,
            inputs,
            along: Vec::new(),
            cotangent: if self.pulls {
                draw.numbers(outputs, 1.0)
            } else {
                vec![1.0]
            },
            then: if self.pulls {
                draw.numbers(outputs, 1.0)
            } else {
                vec![-0.5]
            },
            targets: draw.numbers(if outputs == 0 { inputs } else { outputs }, 2.0),
        }
    }

    fn branches(&self, point: &Point) -> [Branches; 2] {
        self.probes
            .map(|probe| probe::branches(|| drop(probe(point, Run::Forward))))
    }

    /// `Σ c·y` differentiated along a direction on dual numbers.
    fn along(&self, point: &Point, direction: Vec<f64>) -> f64 {
        let values = (self.dual)(&point.looking(direction), Run::Forward);
        dot(&values.y.slope, &point.cotangent)
    }

    /// Checks it at points drawn from `seed` on, the first of which no kink comes in the way of.
    pub(crate) fn check(&self, seed: u64) -> Finding {
        let mut redrawn = 0;
        for seed in (0..DRAWS).map(|draw| seed.wrapping_add(draw)) {
            let point = self.draw(seed);
            let [double, single] = self.branches(&point);
            if double == single {
                let (mut finding, missed) = self.check_at(&point, seed);
                finding.redrawn += redrawn;
                if missed == 0 {
                    return finding;
                }
                redrawn = finding.redrawn;
            }
            redrawn += 1;
        }
        Finding {
            seed,
            redrawn,
            complaints: vec![format!("a kink comes in the way of each of {DRAWS} points")],
            ..Finding::default()
        }
    }

    /// What is found at a point, and how many entries lie on kinks.
    fn check_at(&self, point: &Point, seed: u64) -> (Finding, usize) {
        let [mut reverse_dual, mut reverse, mut dual] = [Comparison::default(); 3];
        let values = (self.double)(point, Run::Backward);
        let gradient = &values.gradient.value;
        let all = point.at.len();
        let mut complaints = Vec::new();
        if gradient.len() != all {
            let len = gradient.len();
            complaints.push(format!(
                "the gradient holds {len} numbers, inputs and weights {all}"
            ));
            return (self.finding(seed, complaints, []), 0);
        }
        let differences = Differences {
            every: EVERY,
            draws: 32,
            seed,
            ..Differences::default()
        };
        let value = |moved: autodiff::check::Displacement<'_>| {
            let at = point
                .at
                .iter()
                .enumerate()
                .map(|(i, x)| x + moved.by(i))
                .collect();
            let there = Point {
                at,
                ..point.clone()
            };
            let y = (self.double)(&there, Run::Forward).y.value;
            (dot(&y, &point.cotangent), self.branches(&there)[0])
        };
        let [skipped, missed] = differences.each(gradient, value, |at, direction, difference| {
            let [by_reverse, by_dual] = [
                direction.dot(gradient),
                self.along(point, (0..all).map(|i| direction.by(i)).collect()),
            ];
            reverse_dual.add(at, by_reverse, by_dual);
            reverse.add(at, by_reverse, difference);
            dual.add(at, by_dual, difference);
        });
        if self.pulls && all * values.y.value.len() <= JACOBIAN {
            self.jacobian(point, &values, &mut reverse_dual);
        }
        let single = (self.single)(point, Run::Backward);
        let list = |values: &Values| [&values.y.value[..], &values.gradient.value].concat();
        let mut single = Comparison::of(list(&single), list(&values));
        // outputs have no name of their own
        single.at = single.at.saturating_sub(values.y.value.len());
        complaints.extend(invariants::broken(self, point, &values));
        let pairs = [
            (Pair::ReverseDual, reverse_dual),
            (Pair::ReverseDifferences, reverse),
            (Pair::DualDifferences, dual),
            (Pair::Single, single),
        ];
        let mut finding = self.finding(seed, complaints, pairs);
        finding.redrawn = skipped;
        (finding, missed)
    }

    /// Every row by backward, every column on dual numbers; and the value of both.
    fn jacobian(&self, point: &Point, values: &Values, comparison: &mut Comparison) {
        let (all, outputs) = (point.at.len(), values.y.value.len());
        let columns: Vec<Values> = (0..all)
            .map(|i| (self.dual)(&point.looking(unit(all, i)), Run::Forward))
            .collect();
        for j in 0..outputs {
            let row = (self.double)(&point.pulled(unit(outputs, j)), Run::Backward);
            for (i, column) in columns.iter().enumerate() {
                let entry = row.gradient.value.get(i).copied();
                comparison.add(i, entry.unwrap_or(f64::NAN), column.y.slope[j]);
            }
        }
    }

    fn finding<const N: usize>(
        &self,
        seed: u64,
        complaints: Vec<String>,
        pairs: [(Pair, Comparison); N],
    ) -> Finding {
        let place =
            |(pair, comparison): (Pair, Comparison)| (pair, comparison, self.place(comparison.at));
        Finding {
            shapes: format!("{} × {}", self.samples, self.sizes.shapes),
            pairs: pairs.into_iter().map(place).collect(),
            seed,
            redrawn: 0,
            complaints,
        }
    }
}
