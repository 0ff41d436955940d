//! What holds of every derivative, whatever the function: one check each.

use autodiff::check::Comparison;

use super::function::Function;
use super::point::{Draw, Point, Run, Values, dot, unit};

/// Both sides of an identity: rounding is all that may lie between them.
const TOLERANCE: f64 = 1e-12;
/// Up to so many inputs and weights the Hessian is compared entry by entry, else along random directions.
const HESSIAN: usize = 24;
/// How many random directions.
const DIRECTIONS: usize = 8;

type Invariant = fn(&Function, &Point, &Values) -> Option<String>;

/// The invariants by name.
const ALL: [(&str, Invariant); 9] = [
    ("⟨ȳ, J·ẋ⟩ = ⟨Jᵀ·ȳ, ẋ⟩", adjoint),
    ("the value on dual numbers", value),
    ("no cotangent, no gradient", zero_cotangent),
    ("linear in the cotangent", linear),
    ("adding to a gradient", accumulation),
    ("backward_first", first),
    ("fan-out", fan_out),
    ("the Hessian is symmetric", symmetric),
    ("the same bits twice", same_bits),
];

/// The invariants that do not hold, and how.
pub(crate) fn broken(function: &Function, point: &Point, values: &Values) -> Vec<String> {
    let say = |&(name, check): &(&str, Invariant)| {
        check(function, point, values).map(|how| format!("does not hold: {name} ({how})"))
    };
    ALL.iter().filter_map(say).collect()
}

/// What is wrong if the two sides differ.
fn equal(
    function: &Function,
    a: impl IntoIterator<Item = f64>,
    b: impl IntoIterator<Item = f64>,
) -> Option<String> {
    let comparison = Comparison::of(a, b);
    let is_right = comparison.is_within(TOLERANCE);
    (!is_right).then(|| {
        format!(
            "{:.1e} at {}",
            comparison.worst,
            function.place(comparison.at)
        )
    })
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// Random directions of unit length, other ones at each point.
fn directions(point: &Point) -> impl Iterator<Item = Vec<f64>> {
    let mut draw = Draw::new(point.at.iter().fold(1, |seed, x| seed ^ x.to_bits()));
    let len = point.at.len();
    (0..DIRECTIONS).map(move |_| draw.unit(len))
}

/// Backward and forward are transposes of one another.
fn adjoint(function: &Function, point: &Point, values: &Values) -> Option<String> {
    let (forward, back): (Vec<f64>, Vec<f64>) = directions(point)
        .map(|direction| {
            let back = dot(&values.gradient.value, &direction);
            let y = (function.dual)(&point.looking(direction), Run::Forward).y;
            (dot(&y.slope, &point.cotangent), back)
        })
        .unzip();
    equal(function, forward, back)
}

/// The plain loops of dual numbers and the kernels of `f64` are one function.
fn value(function: &Function, point: &Point, values: &Values) -> Option<String> {
    let dual = (function.dual)(point, Run::Backward);
    let all = |values: &Values| [&values.y.value[..], &values.gradient.value].concat();
    equal(function, all(&dual), all(values))
}

fn zero_cotangent(function: &Function, point: &Point, values: &Values) -> Option<String> {
    if !function.pulls && !function.adds {
        return None; // a loss has no cotangent of its own
    }
    let zeros = vec![0.0; point.cotangent.len()];
    let gradient = (function.double)(&point.pulled(zeros), Run::Backward)
        .gradient
        .value;
    let wrong = gradient.iter().position(|&g| g != 0.0);
    if gradient.len() != values.gradient.value.len() {
        return Some("entries are missing".to_owned());
    }
    wrong.map(|at| format!("{} at {}", gradient[at], function.place(at)))
}

/// `Jᵀ·(2a − b/2) = 2·Jᵀ·a − Jᵀ·b/2`
fn linear(function: &Function, point: &Point, values: &Values) -> Option<String> {
    if !function.pulls && !function.adds {
        return None; // a loss has no cotangent of its own
    }
    let mix = |a: &[f64], b: &[f64]| -> Vec<f64> {
        a.iter().zip(b).map(|(a, b)| 2.0 * a - 0.5 * b).collect()
    };
    let pulled = |cotangent| {
        (function.double)(&point.pulled(cotangent), Run::Backward)
            .gradient
            .value
    };
    let (other, both) = (
        pulled(point.then.clone()),
        pulled(mix(&point.cotangent, &point.then)),
    );
    equal(function, both, mix(&values.gradient.value, &other))
}

/// A gradient added to itself is twice itself, to another their sum; that of the inputs is never added.
fn accumulation(function: &Function, point: &Point, values: &Values) -> Option<String> {
    if !function.adds {
        return None;
    }
    let (first, inputs) = (&values.gradient.value, point.inputs);
    let sum = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a + b).collect() };
    [&point.cotangent, &point.then]
        .into_iter()
        .find_map(|cotangent| {
            let other = (function.double)(&point.pulled(cotangent.clone()), Run::Backward)
                .gradient
                .value;
            let again = Point {
                then: cotangent.clone(),
                ..point.clone()
            };
            let twice = (function.double)(&again, Run::Twice).gradient.value;
            let expected = [&other[..inputs], &sum(first, &other)[inputs..]].concat();
            equal(function, twice, expected)
        })
}

/// The gradient of the weights is the same where nobody wants that of the inputs.
fn first(function: &Function, point: &Point, values: &Values) -> Option<String> {
    if !function.adds {
        return None;
    }
    let first = (function.double)(point, Run::First).gradient.value;
    let weights = &values.gradient.value[point.inputs..];
    (!same(&first, weights)).then(|| "the gradients of the weights differ".to_owned())
}

/// Two of it share their inputs: the gradient of the inputs is twice as large, that of the weights is there twice.
fn fan_out(function: &Function, point: &Point, values: &Values) -> Option<String> {
    let twins = function.twins?;
    let ([inputs, weights], [dx, dw]) = (
        [&point.at[..point.inputs], &point.at[point.inputs..]],
        [
            &values.gradient.value[..point.inputs],
            &values.gradient.value[point.inputs..],
        ],
    );
    let shared = Point {
        at: [inputs, weights, weights].concat(),
        ..point.clone()
    };
    let found = twins(&shared, Run::Backward);
    let expected: Vec<f64> = dx.iter().map(|d| d + d).collect();
    equal(function, found.gradient.value, [&expected, dw, dw].concat()).or_else(|| {
        equal(
            function,
            found.y.value,
            values.y.value.iter().map(|y| y + y),
        )
    })
}

/// `uᵀ·(H·v) = vᵀ·(H·u)` by backward on dual numbers: entry by entry if there are few, else along random directions.
fn symmetric(function: &Function, point: &Point, _: &Values) -> Option<String> {
    let len = point.at.len();
    let directions: Vec<Vec<f64>> = if len <= HESSIAN {
        (0..len).map(|i| unit(len, i)).collect()
    } else {
        directions(point).collect()
    };
    let product = |v: &Vec<f64>| {
        (function.dual)(&point.looking(v.clone()), Run::Backward)
            .gradient
            .slope
    };
    let products: Vec<Vec<f64>> = directions.iter().map(product).collect();
    let pairs = (0..directions.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let (above, below): (Vec<f64>, Vec<f64>) = pairs
        .map(|(i, j)| {
            (
                dot(&directions[i], &products[j]),
                dot(&directions[j], &products[i]),
            )
        })
        .unzip();
    if above.is_empty() {
        return None;
    }
    equal(function, above, below)
}

fn same_bits(function: &Function, point: &Point, values: &Values) -> Option<String> {
    let again = (function.double)(point, Run::Backward);
    let is_same = same(&again.y.value, &values.y.value)
        && same(&again.gradient.value, &values.gradient.value);
    (!is_same).then(|| "they differ".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use autodiff::Dual;

    use super::super::toy::{right, toy, with_gradient};
    use super::*;

    /// The names of the invariants that the function breaks.
    fn broken_by(function: &Function) -> Vec<&'static str> {
        let point = function.draw(0);
        let values = (function.double)(&point, Run::Backward);
        let broken = |(_, check): &&(&str, Invariant)| check(function, &point, &values).is_some();
        ALL.iter().filter(broken).map(|(name, _)| *name).collect()
    }

    fn double(double: fn(&Point, Run) -> Values) -> Function {
        Function { double, ..right() }
    }

    #[test]
    fn a_right_derivative_breaks_none() {
        assert_eq!(broken_by(&right()), [""; 0]);
    }

    #[test]
    fn what_breaks_each() {
        let cases: [(&str, Function); 9] = [
            (
                "⟨ȳ, J·ẋ⟩ = ⟨Jᵀ·ȳ, ẋ⟩",
                double(|p, r| with_gradient(toy::<f64>(p, r), |_, g| g * (1.0 + 1e-9))),
            ),
            (
                "the value on dual numbers",
                double(|p, r| {
                    let mut values = toy::<f64>(p, r);
                    values.y.value[0] += 1e-9;
                    values
                }),
            ),
            (
                "no cotangent, no gradient",
                double(|p, r| with_gradient(toy::<f64>(p, r), |_, g| g + 1e-15)),
            ),
            (
                "linear in the cotangent",
                double(|p, r| {
                    let c = p.cotangent[0];
                    with_gradient(toy::<f64>(p, r), |_, g| g + 1e-9 * c * c)
                }),
            ),
            (
                "adding to a gradient",
                double(|p, r| {
                    let last = Point {
                        cotangent: p.then.clone(),
                        ..p.clone()
                    };
                    match r {
                        Run::Twice => toy::<f64>(&last, Run::Backward),
                        _ => toy::<f64>(p, r),
                    }
                }),
            ),
            (
                "backward_first",
                double(|p, r| match r {
                    Run::First => with_gradient(toy::<f64>(p, r), |_, g| g * (1.0 + 1e-15)),
                    _ => toy::<f64>(p, r),
                }),
            ),
            (
                "fan-out",
                Function {
                    twins: Some(|p, r| {
                        let twins = right().twins.expect("the toy has twins");
                        with_gradient(twins(p, r), |i, g| if i < 3 { g / 2.0 } else { g })
                    }),
                    ..right()
                },
            ),
            (
                "the Hessian is symmetric",
                Function {
                    dual: |p, r| {
                        let mut values = toy::<Dual<f64>>(p, r);
                        // ∂²/∂x∂w one way only
                        let by_x = values.gradient.slope.iter_mut().take(3);
                        by_x.for_each(|slope| *slope *= 1.0 + 1e-9);
                        values
                    },
                    ..right()
                },
            ),
            (
                "the same bits twice",
                double(|p, r| {
                    static ODD: AtomicBool = AtomicBool::new(false);
                    let off = if ODD.fetch_xor(true, Ordering::Relaxed) {
                        1.0
                    } else {
                        1.0 + 1e-15
                    };
                    with_gradient(toy::<f64>(p, r), |_, g| g * off)
                }),
            ),
        ];
        for (name, function) in cases {
            let broken = broken_by(&function);
            assert!(broken.contains(&name), "{name}: {broken:?}");
        }
    }
}
