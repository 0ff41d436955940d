//! Every `Float` function of one argument: value, first and second derivative against formulas by
//! hand, published constants and five-point differences.

use std::f64::consts::{E, FRAC_1_SQRT_2, FRAC_PI_4, FRAC_PI_6, LN_2, LOG2_10, LOG10_2, SQRT_2};

use autodiff::check::{STEP, five_point, relative_error};
use autodiff::{Dual, derivative};
use num_traits::Float;

/// A constant in any scalar.
fn c<R: Float>(x: f64) -> R {
    R::from(x).unwrap()
}

#[track_caller]
fn close(what: &str, x: f64, got: f64, expected: f64, tolerance: f64) {
    let near = got == expected || (got - expected).abs() <= tolerance * expected.abs();
    assert!(
        near,
        "{what} at {x}: {got:e}, not {expected:e} within {tolerance:e}"
    );
}

/// `name |x| f, f', f'' => points`, the derivatives by hand.
macro_rules! cases {
    ($($name:ident |$x:ident| $f:expr, $slope:expr, $curvature:expr => $points:expr;)*) => {$(
        #[test]
        fn $name() {
            fn f<R: Float>($x: R) -> R { $f }
            fn hand($x: f64) -> [f64; 2] {
                let _ = $x;
                [$slope, $curvature]
            }
            let on_three = |x: f32| f(Dual::<f32, 3> { value: x, partials: [1.0, -2.0, 0.0] });
            for x in $points {
                verify(x, f::<f64>, f, f, on_three, hand);
            }
        }
    )*};
}

fn verify(
    x: f64,
    plain: impl Fn(f64) -> f64,
    first: impl Fn(Dual<f64>) -> Dual<f64>,
    second: impl Fn(Dual<Dual<f64>>) -> Dual<Dual<f64>>,
    on_three: impl Fn(f32) -> Dual<f32, 3>,
    hand: impl Fn(f64) -> [f64; 2],
) {
    let [slope, curvature] = hand(x);
    let (value, got) = derivative(&first, x);
    assert_eq!(value, plain(x), "the value at {x} is that of f64");
    close("derivative by hand", x, got, slope, 1e-14);

    let (inner, outer) = derivative(second, Dual::variable(x, 0));
    assert_eq!(inner.value, value);
    close("inner derivative", x, inner.partials[0], got, 0.0);
    close("outer derivative", x, outer.value, got, 1e-15);
    close(
        "second derivative by hand",
        x,
        outer.partials[0],
        curvature,
        1e-13,
    );

    // The nearest pole of all cases is a tenth away: shorter steps than for functions of size 1.
    let step = STEP / 8.0;
    let difference = five_point(|t| plain(x + t), step);
    let error = relative_error(got, difference);
    assert!(
        error < 1e-10,
        "difference at {x}: {got}, not {difference}: {error:e}"
    );
    let difference = five_point(|t| derivative(&first, x + t).1, step);
    let error = relative_error(curvature, difference);
    assert!(
        error < 1e-10,
        "second difference at {x}: {curvature}, not {difference}: {error:e}"
    );

    // The same in single precision, in several directions: linear in the direction, zero stays zero.
    let single = x as f32;
    let [slope, _] = hand(f64::from(single));
    let [one, minus_two, zero] = on_three(single).partials;
    close("derivative in f32", x, f64::from(one), slope, 2e-6);
    assert_eq!((minus_two, zero), (-2.0 * one, 0.0));
}

const ALL: [f64; 7] = [-3.2, -1.0, -0.3, 0.1, 0.75, 2.0, 5.5];
const POSITIVE: [f64; 5] = [0.1, 0.4, 1.0, 2.5, 30.0];
const INSIDE: [f64; 6] = [-0.9, -0.5, -0.01, 0.125, 0.6, 0.875];

cases! {
    recip |x| x.recip(), -1.0 / (x * x), 2.0 / (x * x * x) => [-3.0, -0.5, 0.4, 1.0, 7.0];
    sqrt |x| x.sqrt(), 0.5 / x.sqrt(), -0.25 / (x * x.sqrt()) => POSITIVE;
    cbrt |x| x.cbrt(), 1.0 / (3.0 * x.cbrt() * x.cbrt()), -2.0 / (9.0 * x * x.cbrt() * x.cbrt())
        => [-8.0, -0.3, 0.2, 1.0, 27.0];
    powi_0 |x| x.powi(0), 0.0, 0.0 => ALL;
    powi_1 |x| x.powi(1), 1.0, 0.0 => ALL;
    powi_2 |x| x.powi(2), 2.0 * x, 2.0 => ALL;
    powi_5 |x| x.powi(5), 5.0 * x * x * x * x, 20.0 * x * x * x => [-2.0, -0.3, 0.1, 1.5];
    powi_minus_3 |x| x.powi(-3), -3.0 / (x * x * x * x), 12.0 / (x * x * x * x * x) => [-2.0, -0.5, 0.5, 3.0];
    powf_half |x| x.powf(c(0.5)), 0.5 / x.sqrt(), -0.25 / (x * x.sqrt()) => POSITIVE;
    powf_2_5 |x| x.powf(c(2.5)), 2.5 * x * x.sqrt(), 3.75 * x.sqrt() => POSITIVE;
    powf_whole |x| x.powf(c(3.0)), 3.0 * x * x, 6.0 * x => ALL;
    power_of_constant |x| c::<R>(3.0).powf(x), 3f64.powf(x) * 3f64.ln(), 3f64.powf(x) * 3f64.ln().powi(2) => ALL;

    exp |x| x.exp(), x.exp(), x.exp() => ALL;
    exp2 |x| x.exp2(), x.exp2() * 2f64.ln(), x.exp2() * 2f64.ln().powi(2) => ALL;
    exp_m1 |x| x.exp_m1(), x.exp(), x.exp() => ALL;
    ln |x| x.ln(), 1.0 / x, -1.0 / (x * x) => POSITIVE;
    log2 |x| x.log2(), 1.0 / (x * 2f64.ln()), -1.0 / (x * x * 2f64.ln()) => POSITIVE;
    log10 |x| x.log10(), 1.0 / (x * 10f64.ln()), -1.0 / (x * x * 10f64.ln()) => POSITIVE;
    log_7 |x| x.log(c(7.0)), 1.0 / (x * 7f64.ln()), -1.0 / (x * x * 7f64.ln()) => POSITIVE;
    log_in_base |x| c::<R>(7.0).log(x), -7f64.ln() / (x * x.ln().powi(2)),
        7f64.ln() * (x.ln() + 2.0) / (x * x * x.ln().powi(3)) => [0.2, 0.5, 2.0, 9.0];
    ln_1p |x| x.ln_1p(), 1.0 / (1.0 + x), -1.0 / (1.0 + x).powi(2) => [-0.8, -0.25, 0.0, 0.5, 8.0];

    sin |x| x.sin(), x.cos(), -x.sin() => ALL;
    cos |x| x.cos(), -x.sin(), -x.cos() => ALL;
    sine_of_both |x| x.sin_cos().0, x.cos(), -x.sin() => ALL;
    cosine_of_both |x| x.sin_cos().1, -x.sin(), -x.cos() => ALL;
    tan |x| x.tan(), 1.0 / x.cos().powi(2), 2.0 * x.sin() / x.cos().powi(3) => [-1.2, -0.5, 0.1, 0.75, 1.0];
    asin |x| x.asin(), 1.0 / (1.0 - x * x).sqrt(), x / (1.0 - x * x).powf(1.5) => INSIDE;
    acos |x| x.acos(), -1.0 / (1.0 - x * x).sqrt(), -x / (1.0 - x * x).powf(1.5) => INSIDE;
    atan |x| x.atan(), 1.0 / (1.0 + x * x), -2.0 * x / (1.0 + x * x).powi(2) => ALL;
    to_degrees |x| x.to_degrees(), 180.0 / std::f64::consts::PI, 0.0 => ALL;
    to_radians |x| x.to_radians(), std::f64::consts::PI / 180.0, 0.0 => ALL;

    sinh |x| x.sinh(), x.cosh(), x.sinh() => ALL;
    cosh |x| x.cosh(), x.sinh(), x.cosh() => ALL;
    tanh |x| x.tanh(), 1.0 / x.cosh().powi(2), -2.0 * x.tanh() / x.cosh().powi(2) => ALL;
    asinh |x| x.asinh(), 1.0 / (1.0 + x * x).sqrt(), -x / (1.0 + x * x).powf(1.5) => ALL;
    acosh |x| x.acosh(), 1.0 / (x * x - 1.0).sqrt(), -x / (x * x - 1.0).powf(1.5) => [1.25, 2.0, 5.5, 40.0];
    atanh |x| x.atanh(), 1.0 / (1.0 - x * x), 2.0 * x / (1.0 - x * x).powi(2) => INSIDE;

    abs |x| x.abs(), if x > 0.0 { 1.0 } else { -1.0 }, 0.0 => ALL;
    signum |x| x.signum(), 0.0, 0.0 => ALL;
    floor |x| x.floor(), 0.0, 0.0 => [-1.5, -0.3, 0.25, 2.75];
    ceil |x| x.ceil(), 0.0, 0.0 => [-1.5, -0.3, 0.25, 2.75];
    round |x| x.round(), 0.0, 0.0 => [-1.25, -0.3, 0.25, 2.75];
    trunc |x| x.trunc(), 0.0, 0.0 => [-1.5, -0.3, 0.25, 2.75];
    fract |x| x.fract(), 1.0, 0.0 => [-1.5, -0.3, 0.25, 2.75];
    copysign |x| x.copysign(c(-1.0)), if x > 0.0 { -1.0 } else { 1.0 }, 0.0 => ALL;
    maximum |x| (x * x).max(c(2.0)), if x * x > 2.0 { 2.0 * x } else { 0.0 },
        if x * x > 2.0 { 2.0 } else { 0.0 } => ALL;
    minimum |x| (x * x).min(c(2.0)), if x * x > 2.0 { 0.0 } else { 2.0 * x },
        if x * x > 2.0 { 0.0 } else { 2.0 } => ALL;
    clamp |x| (x * x).clamp(c(0.5), c(2.0)), if (0.5..2.0).contains(&(x * x)) { 2.0 * x } else { 0.0 },
        if (0.5..2.0).contains(&(x * x)) { 2.0 } else { 0.0 } => ALL;
    square_by_mul_add |x| x.mul_add(x, x), 2.0 * x + 1.0, 2.0 => ALL;

    // Chains and identities: the rules at work together.
    normal_density |x| (-x * x / c(2.0)).exp(), -x * (-x * x / 2.0).exp(), (x * x - 1.0) * (-x * x / 2.0).exp() => [-1.5, 0.5, 2.0];
    sigmoid |x| R::one() / (R::one() + (-x).exp()), 0.25 / (0.5 * x).cosh().powi(2),
        -0.25 * (0.5 * x).tanh() / (0.5 * x).cosh().powi(2) => [-3.0, -0.5, 0.125, 2.0];
    x_to_the_x |x| x.powf(x), x.powf(x) * (x.ln() + 1.0), x.powf(x) * ((x.ln() + 1.0).powi(2) + 1.0 / x) => [0.5, 1.0, 2.5];
}

/// Values and slopes to 16 digits, from tables of constants.
#[test]
fn published_constants() {
    /// f, x, f(x), f'(x)
    type Row = (fn(Dual<f64>) -> Dual<f64>, f64, f64, f64);
    let table: [Row; 16] = [
        (Dual::exp, 1.0, E, E),
        (Dual::ln, 2.0, LN_2, 0.5),
        (Dual::log10, 2.0, LOG10_2, 0.2171472409516259),
        (Dual::log2, 10.0, LOG2_10, 0.14426950408889634),
        (Dual::sqrt, 2.0, SQRT_2, 0.3535533905932738),
        (Dual::cbrt, 2.0, 1.259921049894873, 0.20998684164914552),
        (Dual::exp2, 0.5, SQRT_2, 0.9802581434685472),
        (Dual::exp_m1, 1.0, 1.718281828459045, E),
        (Dual::ln_1p, 1.0, LN_2, 0.5),
        (Dual::sin, 1.0, 0.8414709848078965, 0.5403023058681398),
        (Dual::tan, 1.0, 1.557407724654902, 3.425518820814759),
        (Dual::atan, 1.0, FRAC_PI_4, 0.5),
        (Dual::asin, 0.5, FRAC_PI_6, 1.1547005383792515),
        (Dual::tanh, 1.0, 0.7615941559557649, 0.4199743416140261),
        (Dual::asinh, 1.0, 0.881373587019543, FRAC_1_SQRT_2),
        (Dual::acosh, 2.0, 1.3169578969248166, 0.5773502691896258),
    ];
    for (f, x, value, slope) in table {
        let (got_value, got_slope) = derivative(f, x);
        close("value", x, got_value, value, 4e-16);
        close("slope", x, got_slope, slope, 4e-16);
    }
}

/// `1 − tanh² x` has no correct digit left at 20; `4·e⁻²ˣ` is right to `e⁻⁴ˣ`.
#[test]
fn no_cancellation() {
    let (_, slope) = derivative(Dual::tanh, 20.0);
    close("tanh", 20.0, slope, 4.0 * (-40f64).exp(), 1e-14);
    // At 1 − 2⁻⁴⁰, the slope of asin is 1/√(2⁻³⁹ − 2⁻⁸⁰).
    let (_, slope) = derivative(Dual::asin, 1.0 - 2f64.powi(-40));
    close(
        "asin",
        1.0,
        slope,
        1.0 / (2f64.powi(-39) - 2f64.powi(-80)).sqrt(),
        1e-15,
    );
    // Past √MAX, u² overflows.
    let (_, slope) = derivative(Dual::asinh, 1e200);
    close("asinh", 1e200, slope, 1e-200, 1e-15);
    let (_, slope) = derivative(Dual::acosh, 1e200);
    close("acosh", 1e200, slope, 1e-200, 1e-15);
}

/// Derivatives known without computing: `sin² + cos²` is constant, a function and its inverse give `x`.
#[test]
fn identities() {
    for x in ALL {
        let x = Dual::variable(Dual::variable(x, 0), 0);
        let circle = x.sin() * x.sin() + x.cos() * x.cos();
        let there_and_back = x.sinh().asinh();
        let [[a, b], [c, d]] = [circle, there_and_back]
            .map(|y: Dual<Dual<f64>>| [y.partials[0].value, y.partials[0].partials[0]]);
        assert!(
            a.abs() < 1e-15 && b.abs() < 1e-15,
            "sin² + cos² is constant: {a:e} {b:e}"
        );
        assert!(
            (c - 1.0).abs() < 1e-12 && d.abs() < 1e-12,
            "asinh ∘ sinh is x: {c} {d:e}"
        );
    }
    for x in POSITIVE {
        let x = Dual::<f64>::variable(x, 0);
        assert!((x.ln().exp().partials[0] - 1.0).abs() < 1e-14);
        assert!((x.sqrt().powi(2).partials[0] - 1.0).abs() < 1e-14);
        assert!((x.atan().tan().partials[0] - 1.0).abs() < 1e-12);
    }
}

/// The n-th derivative of `1/(1 − x)` at 0 is n!, of `eˣ` 1: four duals deep.
#[test]
fn fourth_derivatives() {
    type Four = Dual<Dual<Dual<Dual<f64>>>>;
    let at = |x: f64| -> Four {
        Dual::variable(
            Dual::variable(Dual::variable(Dual::variable(x, 0), 0), 0),
            0,
        )
    };
    let innermost = |y: Four| y.partials[0].partials[0].partials[0].partials[0];
    assert_eq!(innermost((c::<Four>(1.0) - at(0.0)).recip()), 24.0);
    assert_eq!(innermost(at(0.0).exp()), 1.0);
    assert_eq!(innermost(at(2.0).powi(4)), 24.0);
    assert_eq!(innermost(at(0.0).powi(4)), 24.0);
    assert_eq!(innermost(at(0.0).powf(c(4.0))), 24.0);
    assert_eq!(innermost(at(0.0).sin()), 0.0);
}
