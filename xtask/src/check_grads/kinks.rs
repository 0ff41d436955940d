//! What is handed back at a kink, where a difference says nothing: asserted from a table.
//!
//! Where the function is convex the convention is checked once more, as a subgradient: `f(x) − f(x₀) ≥ v·(x − x₀)` for every `x`. Of a
//! concave one the negative is convex.

use autodiff::{Dual, Tape, Var};
use core_tensor::{Image, Real, Tensor, Vector};
use nn::{MaxPool2d, Relu};

use super::case::{Case, Finding, Level, Pair};
use super::evaluate;
use super::point::{Draw, Number, Point, Run, Values, unit};

/// How the function bends at large.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bend {
    Convex,
    Concave,
    Neither,
}
use Bend::{Concave, Convex, Neither};

/// The derivatives at a point.
type Way = fn(&[f64]) -> Vec<f64>;

/// A kink, and the ways to a derivative there.
struct Kink {
    at: Vec<f64>,
    slopes: Vec<f64>,
    bend: Bend,
    value: fn(&[f64]) -> f64,
    ways: Vec<Way>,
}

// name, point => slopes, bend: formula
macro_rules! functions { ($($name:literal $at:expr, $slopes:expr, $bend:ident: |$($x:ident)+| $formula:expr;)+) => { [$({
    fn f<R: Real>(x: &[R]) -> R {
        let &[$($x),+] = x else { unreachable!("as many numbers as arguments") };
        $formula
    }
    fn slopes<T: Number>(x: &[f64]) -> Vec<f64> {
        let slope = |i| {
            let number = |(j, &x): (usize, &f64)| Dual { value: T::join(x, 0.0), partials: [T::join(f64::from(u8::from(i == j)), 0.0)] };
            f(&x.iter().enumerate().map(number).collect::<Vec<Dual<T>>>()).partials[0].split()[0]
        };
        (0..x.len()).map(slope).collect()
    }
    Kink::case(Level::Op, $name, stringify!($formula), &$at, || Kink { at: $at.into(), slopes: $slopes.into(), bend: $bend, value: f::<f64>, ways: vec![slopes::<f64>, slopes::<f32>, slopes::<Dual<f64>>] })
}),+] } }

// name, point => gradient of the sum of outputs, bend: shape => layer
macro_rules! layers { ($($name:ident $at:expr, $slopes:expr, $bend:ident: $x:ty => $layer:ty;)+) => { [$({
    fn run<T: Number>(x: &[f64], run: Run) -> Values {
        let outputs = evaluate::layer_sizes::<$x, $layer, f64>().output;
        evaluate::layer::<$x, $layer, T>(&Point { at: x.to_vec(), inputs: x.len(), cotangent: vec![1.0; outputs], ..Point::default() }, run)
    }
    fn value(x: &[f64]) -> f64 { run::<f64>(x, Run::Forward).y.value.iter().sum() }
    fn back<T: Number>(x: &[f64]) -> Vec<f64> { run::<T>(x, Run::Backward).gradient.value }
    fn forward(x: &[f64]) -> Vec<f64> {
        let point = |i| Point { at: x.to_vec(), inputs: x.len(), along: unit(x.len(), i), ..Point::default() };
        (0..x.len()).map(|i| evaluate::layer::<$x, $layer, Dual<f64>>(&point(i), Run::Forward).y.slope.iter().sum()).collect()
    }
    Kink::case(Level::Layer, stringify!($name), stringify!($layer), &$at, || Kink { at: $at.into(), slopes: $slopes.into(), bend: $bend, value, ways: vec![back::<f64>, back::<f32>, back::<Dual<f64>>, forward] })
}),+] } }

// name, point => slopes, bend: operation on a vector on a tape
macro_rules! tapes { ($($name:literal $at:expr, $slopes:expr, $bend:ident: |$x:ident| $operation:expr;)+) => { [$({
    fn run<T: Number>(x: &[f64]) -> (f64, Vec<f64>) {
        let x = Tensor::<Vector<3>, T>::from_fn(|i| T::of(x[i]));
        Tape::new().record(|tape| {
            let $x = Var::tensor_on(tape, &x, true);
            let y: Var<'_, T> = $operation;
            let slopes = y.backward().tensor(&$x);
            (y.tensor().as_slice()[0].split()[0], slopes.as_slice().iter().map(|slope| slope.split()[0]).collect())
        })
    }
    Kink::case(Level::Op, $name, stringify!($operation), &$at, || Kink { at: $at.into(), slopes: $slopes.into(), bend: $bend, value: |x| run::<f64>(x).0, ways: vec![|x| run::<f64>(x).1, |x| run::<f32>(x).1, |x| run::<Dual<f64>>(x).1] })
}),+] } }

/// The kinks of functions, then of layers.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    let functions = functions! {
        "abs" [0.0], [0.0], Convex: |x| x.abs();
        "abs" [-0.0], [0.0], Convex: |x| x.abs();
        "max" [1.5, 1.5], [1.0, 0.0], Convex: |x y| x.max(y);
        "min" [1.5, 1.5], [1.0, 0.0], Concave: |x y| x.min(y);
        "abs_sub" [1.5, 1.5], [0.0, 0.0], Convex: |x y| x.abs_sub(y);
        "hypot" [0.0, 0.0], [0.0, 0.0], Convex: |x y| x.hypot(y);
        "atan2" [0.0, 0.0], [0.0, 0.0], Neither: |y x| y.atan2(x);
        "copysign" [0.0, 1.0], [0.0, 0.0], Neither: |x sign| x.copysign(sign);
        "signum" [0.0], [0.0], Neither: |x| x.signum();
        "floor" [1.0], [0.0], Neither: |x| x.floor();
        "ceil" [1.0], [0.0], Neither: |x| x.ceil();
        "round" [0.5], [0.0], Neither: |x| x.round();
        "trunc" [1.0], [0.0], Neither: |x| x.trunc();
        "fract" [1.0], [1.0], Neither: |x| x.fract();
        "Rem" [4.0, 2.0], [1.0, -2.0], Neither: |x y| x % y;
    };
    let layers = layers! {
        Relu [0.0, -0.0, 1.0, -1.0], [0.0, 0.0, 1.0, 0.0], Convex: Vector<4> => Relu;
        MaxPool2d [2.0, 2.0, 2.0, 1.0], [1.0, 0.0, 0.0, 0.0], Convex: Image<2, 2, 1> => MaxPool2d<2>;
        MaxPool2d [1.0, 2.0, 2.0, 2.0], [0.0, 1.0, 0.0, 0.0], Convex: Image<2, 2, 1> => MaxPool2d<2>;
        MaxPool2d [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0], Convex: Image<3, 3, 1> => MaxPool2d<2, 1>;
    };
    let tapes = tapes! {
        "Var::relu" [0.0, -0.0, 1.0], [0.0, 0.0, 1.0], Convex: |x| x.relu().sum();
        "Var::abs" [0.0, -0.0, -1.0], [0.0, 0.0, -1.0], Convex: |x| x.abs().sum();
        "Var::largest" [1.0, 2.0, 2.0], [0.0, 1.0, 0.0], Convex: |x| x.largest();
        "Var::smallest" [1.0, 2.0, 1.0], [1.0, 0.0, 0.0], Concave: |x| x.smallest();
    };
    // no kink, but no function of its numbers either: what is detached counts as a constant
    let detached = tapes! { "Var::detach" [3.0, 0.5, -2.0], [3.0, 0.5, -2.0], Neither: |x| (x * x.detach()).sum(); };
    let detached = detached.map(|case| Case { covers: true, ..case });
    functions.into_iter().chain(layers).chain(tapes).chain(detached).collect()
}

impl Kink {
    fn case(
        level: Level,
        name: &'static str,
        what: &str,
        at: &[f64],
        kink: impl Fn() -> Self + Send + Sync + 'static,
    ) -> Case {
        let what = format!("{what} at the kink {at:?}");
        Case {
            covers: false,
            ..Case::listed(level, name, &what, move |seed| kink().check(seed))
        }
    }

    fn check(&self, seed: u64) -> Finding {
        let mut complaints = Vec::new();
        for (way, slopes) in self.ways.iter().enumerate() {
            let found = slopes(&self.at);
            if found != self.slopes {
                complaints.push(format!(
                    "way {way} gives {found:?}, the convention is {:?}",
                    self.slopes
                ));
            }
        }
        let sign = match self.bend {
            Convex => 1.0,
            Concave => -1.0,
            Neither => 0.0,
        };
        let (mut draw, here) = (Draw::new(seed), (self.value)(&self.at));
        for _ in 0..64 {
            let step = draw.numbers(self.at.len(), 2.0);
            let there: Vec<f64> = self.at.iter().zip(&step).map(|(x, d)| x + d).collect();
            let line: f64 = self.slopes.iter().zip(&step).map(|(v, d)| v * d).sum();
            if sign * ((self.value)(&there) - here - line) < -1e-12 {
                complaints.push(format!(
                    "no subgradient: f({there:.3?}) lies below its line"
                ));
                break;
            }
        }
        let mut exact = autodiff::check::Comparison::default();
        for slopes in &self.ways {
            for (at, (a, b)) in slopes(&self.at).into_iter().zip(&self.slopes).enumerate() {
                exact.add(at, a, *b);
            }
        }
        let place = format!("∂{}", exact.at);
        Finding {
            shapes: format!("{} ways", self.ways.len()),
            pairs: vec![(Pair::Formula, exact, place)],
            seed,
            redrawn: 0,
            complaints,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abs(slopes: [f64; 1], bend: Bend) -> Finding {
        let kink = Kink {
            at: vec![0.0],
            slopes: slopes.into(),
            bend,
            value: |x| x[0].abs(),
            ways: vec![|_| vec![0.0]],
        };
        kink.check(0)
    }

    #[test]
    fn a_convention_that_is_not_kept_is_caught() {
        assert!(abs([0.0], Convex).passes());
        assert!(
            abs([0.5], Convex)
                .why()
                .iter()
                .any(|why| why.contains("convention"))
        );
    }

    #[test]
    fn a_line_above_the_function_is_no_subgradient() {
        assert!(
            abs([1.5], Convex)
                .why()
                .iter()
                .any(|why| why.contains("subgradient"))
        );
        assert!(
            abs([0.0], Concave)
                .why()
                .iter()
                .any(|why| why.contains("subgradient"))
        );
    }
}
