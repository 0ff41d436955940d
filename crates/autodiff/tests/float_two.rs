//! Every `Float` function and operator of two arguments: gradient and Hessian against formulas by
//! hand and five-point differences.

use autodiff::Dual;
use autodiff::check::{Branches, Differences, relative_error};
use num_traits::Float;

type Nested = Dual<Dual<f64, 2>, 2>;

/// `name |x, y| f, [f_x, f_y], [f_xx, f_xy, f_yy] => points`, the derivatives by hand.
macro_rules! cases {
    ($($name:ident |$x:ident, $y:ident| $f:expr, $slopes:expr, $curvatures:expr => $points:expr;)*) => {$(
        #[test]
        fn $name() {
            fn f<R: Float>($x: R, $y: R) -> R { $f }
            fn hand($x: f64, $y: f64) -> ([f64; 2], [f64; 3]) {
                let _ = ($x, $y);
                ($slopes, $curvatures)
            }
            for [x, y] in $points {
                verify([x, y], f, f, f, hand(x, y));
            }
        }
    )*};
}

fn verify(
    [x, y]: [f64; 2],
    plain: impl Fn(f64, f64) -> f64,
    first: impl Fn(Dual<f64, 2>, Dual<f64, 2>) -> Dual<f64, 2>,
    second: impl Fn(Nested, Nested) -> Nested,
    (slopes, curvatures): ([f64; 2], [f64; 3]),
) {
    let close = |what: &str, got: f64, expected: f64| {
        let error = relative_error(got, expected);
        assert!(
            error < 2e-14,
            "{what} at ({x}, {y}): {got}, not {expected}: {error:e}"
        );
    };
    let got = first(Dual::variable(x, 0), Dual::variable(y, 1));
    assert_eq!(got.value, plain(x, y), "the value is that of f64");
    close("∂x", got.partials[0], slopes[0]);
    close("∂y", got.partials[1], slopes[1]);

    // A constant argument takes its own direction away and leaves the other.
    let got = first(Dual::constant(x), Dual::variable(y, 1));
    assert_eq!(got.partials[0], 0.0);
    close("∂y alone", got.partials[1], slopes[1]);
    let got = first(Dual::variable(x, 0), Dual::constant(y));
    assert_eq!(got.partials[1], 0.0);
    close("∂x alone", got.partials[0], slopes[0]);

    let nested = second(
        Dual::variable(Dual::variable(x, 0), 0),
        Dual::variable(Dual::variable(y, 1), 1),
    );
    let [[xx, xy], [yx, yy]] = nested.partials.map(|d| d.partials);
    for (what, got, expected) in [
        ("∂x∂x", xx, curvatures[0]),
        ("∂x∂y", xy, curvatures[1]),
        ("∂y∂x", yx, curvatures[1]),
        ("∂y∂y", yy, curvatures[2]),
    ] {
        close(what, got, expected);
    }

    let report = Differences::default().compare(&slopes, |moved| {
        let value = plain(x + moved.by(0), y + moved.by(1));
        (value, Branches::default())
    });
    assert!(report.is_within(1e-9), "at ({x}, {y}): {report:?}");
}

const POSITIVE: [[f64; 2]; 4] = [[0.5, 3.0], [1.0, 0.75], [2.5, 2.0], [4.0, 0.5]];
const PLANE: [[f64; 2]; 5] = [
    [3.0, 4.0],
    [-1.0, 0.5],
    [0.25, -2.0],
    [-1.5, -0.75],
    [0.0, 1.0],
];

cases! {
    add |x, y| x + y, [1.0, 1.0], [0.0; 3] => PLANE;
    sub |x, y| x - y, [1.0, -1.0], [0.0; 3] => PLANE;
    mul |x, y| x * y, [y, x], [0.0, 1.0, 0.0] => PLANE;
    div |x, y| x / y, [1.0 / y, -x / (y * y)], [0.0, -1.0 / (y * y), 2.0 * x / (y * y * y)] => PLANE;
    rem |x, y| x % y, [1.0, -(x / y).trunc()], [0.0; 3]
        => [[7.0, 3.0], [-7.5, 2.0], [7.5, -2.0], [0.5, 3.0]];
    mul_add |x, y| x.mul_add(y, x), [y + 1.0, x], [0.0, 1.0, 0.0] => PLANE;
    powf |x, y| x.powf(y), [y * x.powf(y - 1.0), x.powf(y) * x.ln()], [
        y * (y - 1.0) * x.powf(y - 2.0),
        x.powf(y - 1.0) * (1.0 + y * x.ln()),
        x.powf(y) * x.ln() * x.ln(),
    ] => POSITIVE;
    log |x, y| x.log(y), [1.0 / (x * y.ln()), -x.ln() / (y * y.ln().powi(2))], [
        -1.0 / (x * x * y.ln()),
        -1.0 / (x * y * y.ln().powi(2)),
        x.ln() * (y.ln() + 2.0) / (y * y * y.ln().powi(3)),
    ] => POSITIVE;
    hypot |x, y| x.hypot(y), [x / x.hypot(y), y / x.hypot(y)],
        [y * y, -x * y, x * x].map(|n| n / x.hypot(y).powi(3)) => PLANE;
    atan2 |x, y| x.atan2(y), [y, -x].map(|n| n / (x * x + y * y)),
        [-2.0 * x * y, x * x - y * y, 2.0 * x * y].map(|n| n / (x * x + y * y).powi(2)) => PLANE;
    max |x, y| x.max(y), if x > y { [1.0, 0.0] } else { [0.0, 1.0] }, [0.0; 3] => PLANE;
    min |x, y| x.min(y), if x < y { [1.0, 0.0] } else { [0.0, 1.0] }, [0.0; 3] => PLANE;
    abs_sub |x, y| positive_difference(x, y), if x > y { [1.0, -1.0] } else { [0.0; 2] }, [0.0; 3] => PLANE;
    copysign |x, y| x.copysign(y), [(x * y).signum(), 0.0], [0.0; 3] => [[3.0, 4.0], [-1.0, 0.5], [0.25, -2.0]];
    clamp |x, y| R::one().clamp(x, y), if x > 1.0 { [1.0, 0.0] } else if y < 1.0 { [0.0, 1.0] } else { [0.0; 2] },
        [0.0; 3] => [[1.5, 2.0], [-0.5, 0.5], [-2.0, 3.0]];
}

/// The method of `f64` with this name is deprecated, so name the trait.
fn positive_difference<R: Float>(x: R, y: R) -> R {
    Float::abs_sub(x, y)
}

/// `∂f/∂xᵢ` of Rosenbrock's function in twelve variables at once.
#[test]
fn many_directions() {
    fn rosenbrock<R: Float>(x: &[R]) -> R {
        let (one, hundred) = (R::one(), R::from(100.0).unwrap());
        x.windows(2).fold(R::zero(), |sum, w| {
            sum + hundred * (w[1] - w[0] * w[0]).powi(2) + (one - w[0]).powi(2)
        })
    }
    let x: [f64; 12] = core::array::from_fn(|i| 0.1 * i as f64 - 0.4);
    let by_hand: [f64; 12] = core::array::from_fn(|i| {
        let left = if i > 0 {
            200.0 * (x[i] - x[i - 1] * x[i - 1])
        } else {
            0.0
        };
        let right = if i < 11 {
            -400.0 * x[i] * (x[i + 1] - x[i] * x[i]) - 2.0 * (1.0 - x[i])
        } else {
            0.0
        };
        left + right
    });
    let duals: [Dual<f64, 12>; 12] = core::array::from_fn(|i| Dual::variable(x[i], i));
    let got = rosenbrock(&duals);
    assert_eq!(got.value, rosenbrock(&x));
    for (got, by_hand) in got.partials.into_iter().zip(by_hand) {
        assert!(
            (got - by_hand).abs() < 1e-12,
            "{got} by dual, {by_hand} by hand"
        );
    }
}
