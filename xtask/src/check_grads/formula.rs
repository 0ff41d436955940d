//! A function of a few numbers, differentiated once and twice: on dual numbers, on dual numbers of dual numbers, on a tape, on a tape of
//! dual numbers; in `f64` and in `f32`.

use autodiff::check::{Comparison, STEP, five_point_unless_kink, relative_error};
use autodiff::{Dual, Tape, Var};
use core_tensor::{Real, Scalar, Tensor};

use super::case::{Case, Finding, Level, Pair};
use super::point::Draw;
use super::probe::{self, Probe};

/// How many points are drawn.
const POINTS: usize = 24;
/// How often a point is drawn anew that lies on a kink.
const DRAWS: usize = 20;
/// A mixed second derivative by both orders.
const TOLERANCE: f64 = 1e-12;

type Second = Dual<Dual<f64>>;

/// A formula on each kind of number.
pub(crate) struct Formula {
    pub(crate) ranges: Vec<[f64; 2]>,
    pub(crate) first: fn(&[Dual<f64>]) -> Dual<f64>,
    pub(crate) second: fn(&[Second]) -> Second,
    pub(crate) single: fn(&[Dual<f32>]) -> Dual<f32>,
    pub(crate) probe: fn(&[Probe<f64>]) -> Probe<f64>,
    /// the gradient by a tape
    pub(crate) reverse: fn(&[f64]) -> Vec<f64>,
    /// the same on dual numbers
    pub(crate) reverse_dual: fn(&[Dual<f64>]) -> Vec<Dual<f64>>,
}

// a function that is generic in the number, on each of them
macro_rules! formula {
    ($f:ident, $ranges:expr) => {
        $crate::formula::Formula {
            ranges: $ranges.into(),
            first: $f::<autodiff::Dual<f64>>,
            second: $f::<autodiff::Dual<autodiff::Dual<f64>>>,
            single: $f::<autodiff::Dual<f32>>,
            probe: $f::<$crate::probe::Probe<f64>>,
            reverse: |x| $crate::formula::on_tape(x, |x| $f(x)),
            reverse_dual: |x| $crate::formula::on_tape(x, |x| $f(x)),
        }
    };
}
pub(crate) use formula;

impl Case {
    /// The case of a formula.
    pub(crate) fn formula(
        name: &'static str,
        what: &str,
        formula: impl Fn() -> Formula + Send + Sync + 'static,
    ) -> Self {
        Self::listed(Level::Op, name, what, move |seed| formula().check(seed))
    }
}

/// The gradient of `f` by a tape.
pub(crate) fn on_tape<T: Scalar>(
    x: &[T],
    f: impl for<'t> Fn(&[Var<'t, T>]) -> Var<'t, T>,
) -> Vec<T> {
    Tape::new().record(|tape| {
        let mut variables: Vec<Var<'_, T>> = Vec::new();
        for &x in x {
            variables.push(Var::tensor_on(tape, &Tensor::full(x), true));
        }
        let gradients = f(&variables).backward();
        let mut slopes = Vec::new();
        for x in &variables {
            slopes.extend_from_slice(gradients.tensor(x).as_slice());
        }
        slopes
    })
}

/// One partial derivative at a time.
fn dual<T: Real>(x: &[T], i: usize) -> Vec<Dual<T>> {
    let unit = |j| if i == j { T::one() } else { T::zero() };
    let number = |(j, &value)| Dual {
        value,
        partials: [unit(j)],
    };
    x.iter().enumerate().map(number).collect()
}

/// A derivative at a point, by each way.
struct Derivative {
    what: String,
    reverse: f64,
    dual: f64,
    difference: f64,
}

/// The pairs compared so far, each with its worst place.
struct Pairs(Vec<(Pair, Comparison, String)>);

impl Pairs {
    fn add(&mut self, pair: Pair, a: f64, b: f64, place: impl Fn() -> String) {
        let found = self.0.iter().position(|found| found.0 == pair);
        let at = found.unwrap_or_else(|| {
            self.0.push((pair, Comparison::default(), place()));
            self.0.len() - 1
        });
        let (_, comparison, worst) = &mut self.0[at];
        let before = comparison.worst;
        comparison.add(comparison.count, a, b);
        if comparison.worst > before {
            *worst = place();
        }
    }
}

impl Formula {
    fn slope(&self, x: &[f64], i: usize) -> [f64; 2] {
        let y = (self.first)(&dual(x, i));
        [y.value, y.partials[0]]
    }

    /// `∂²f/∂xᵢ∂xⱼ`
    fn curvature(&self, x: &[f64], i: usize, j: usize) -> f64 {
        (self.second)(&dual(&dual(x, j), i)).partials[0].partials[0]
    }

    pub(crate) fn check(&self, seed: u64) -> Finding {
        let mut draw = Draw::new(seed);
        let mut pairs = Pairs(Vec::new());
        let (mut redrawn, mut complaints) = (0, Vec::new());
        for point in 0..POINTS {
            let found = (0..DRAWS).find_map(|_| {
                let x: Vec<f64> = self
                    .ranges
                    .iter()
                    .map(|&range| draw.between(range))
                    .collect();
                let found = self.derivatives(&x);
                redrawn += usize::from(found.is_none());
                found.map(|found| (x, found))
            });
            let Some((x, found)) = found else {
                complaints.push(format!("a kink comes in the way of point {point}"));
                continue;
            };
            for by in found {
                let place = || format!("{} at {x:.3?}", by.what);
                pairs.add(Pair::ReverseDual, by.reverse, by.dual, place);
                pairs.add(Pair::ReverseDifferences, by.reverse, by.difference, place);
                pairs.add(Pair::DualDifferences, by.dual, by.difference, place);
            }
            let x32: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            for i in 0..x.len() {
                let y = (self.single)(&dual(&x32, i));
                for (a, b) in [y.value, y.partials[0]].into_iter().zip(self.slope(&x, i)) {
                    pairs.add(Pair::Single, f64::from(a), b, || format!("∂{i} at {x:.3?}"));
                }
                for j in 0..i {
                    let both = [self.curvature(&x, i, j), self.curvature(&x, j, i)];
                    if relative_error(both[0], both[1]) > TOLERANCE {
                        complaints.push(format!("∂{i}∂{j} and ∂{j}∂{i} are {both:?} at {x:.3?}"));
                    }
                }
            }
        }
        Finding {
            shapes: format!("{POINTS} points in {:?}", self.ranges),
            pairs: pairs.0,
            seed,
            redrawn,
            complaints,
        }
    }

    /// Each first and second derivative; nothing if a difference crosses a kink.
    fn derivatives(&self, x: &[f64]) -> Option<Vec<Derivative>> {
        let mut found = Vec::new();
        let gradient = (self.reverse)(x);
        for (i, &reverse) in gradient.iter().enumerate() {
            let row = (self.reverse_dual)(&dual(x, i));
            found.push(Derivative {
                what: format!("∂{i}"),
                reverse,
                dual: self.slope(x, i)[1],
                difference: self.difference(x, i, |x| self.slope(x, 0)[0])?,
            });
            for (j, by_reverse) in row.iter().enumerate() {
                found.push(Derivative {
                    what: format!("∂{i}∂{j}"),
                    reverse: by_reverse.partials[0],
                    dual: self.curvature(x, i, j),
                    difference: self.difference(x, i, |x| self.slope(x, j)[1])?,
                });
            }
        }
        Some(found)
    }

    /// The derivative of `f` by number `i`, unless the formula has a kink on the way.
    fn difference(&self, x: &[f64], i: usize, f: impl Fn(&[f64]) -> f64) -> Option<f64> {
        let value = |t| {
            let mut x = x.to_vec();
            x[i] += t;
            let watched: Vec<Probe<f64>> = x.iter().copied().map(Probe).collect();
            let branches = probe::branches(|| _ = (self.probe)(&watched));
            (f(&x), branches)
        };
        five_point_unless_kink(value, STEP)
    }
}

#[cfg(test)]
mod tests {
    use core_tensor::Rule;

    use super::*;

    /// `x²` with a derivative that is off by a factor.
    struct OffBy(f64);

    impl Rule for OffBy {
        fn value<R: Real>(&self, [x]: [R; 1]) -> R {
            x * x
        }

        fn slopes<R: Real>(&self, [x]: [R; 1]) -> [R; 1] {
            [(x + x) * R::of(self.0)]
        }
    }

    fn right<R: Real>(x: &[R]) -> R {
        R::by_rule(&OffBy(1.0), [x[0]])
    }

    fn off<R: Real>(x: &[R]) -> R {
        R::by_rule(&OffBy(1.0 + 1e-7), [x[0]])
    }

    fn on_a_kink<R: Real>(x: &[R]) -> R {
        (x[0] * R::of(1e6)).fract()
    }

    #[test]
    fn a_wrong_derivative_is_caught() {
        assert!(formula!(right, [[0.5, 2.0]]).check(0).passes());
        let finding = formula!(off, [[0.5, 2.0]]).check(0);
        assert!(
            finding.why().iter().any(|why| why.starts_with("dual–diff")),
            "{:?}",
            finding.why()
        );
    }

    #[test]
    fn a_wrong_single_is_caught() {
        let formula = Formula {
            single: off_single,
            ..formula!(right, [[0.5, 2.0]])
        };
        fn off_single(x: &[Dual<f32>]) -> Dual<f32> {
            x[0] * x[0] * 1.0001
        }
        assert!(formula.check(0).why()[0].starts_with("f32–f64"));
    }

    #[test]
    fn a_function_of_kinks_is_not_forgiven() {
        let finding = formula!(on_a_kink, [[0.5, 2.0]]).check(0);
        assert!(finding.redrawn > 0 && !finding.passes());
    }
}
