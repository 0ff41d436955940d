//! Where derivatives jump, end or run away: kinks, edges of domains, zeros, infinities, NaN.

use autodiff::{Dual, derivative};
use num_traits::Float;

const INF: f64 = f64::INFINITY;

/// A formula, the point, its derivative there.
type Row = (&'static str, fn(Dual<f64>) -> Dual<f64>, f64, f64);

const ZERO: Dual<f64> = Dual {
    value: 0.0,
    partials: [0.0],
};

#[track_caller]
fn assert_slopes<const ROWS: usize>(table: [Row; ROWS]) {
    for (what, f, x, expected) in table {
        let (value, slope) = derivative(f, x);
        let same = slope == expected || slope.is_nan() && expected.is_nan();
        assert!(
            same,
            "{what} at {x}: {value} has slope {slope}, not {expected}"
        );
    }
}

/// First and second derivative, from a dual of duals.
fn two_slopes(f: impl Fn(Dual<Dual<f64>>) -> Dual<Dual<f64>>, x: f64) -> [f64; 2] {
    let first = f(Dual::variable(Dual::variable(x, 0), 0)).partials[0];
    [first.value, first.partials[0]]
}

/// A constant of a dual of duals.
fn c(x: f64) -> Dual<Dual<f64>> {
    Dual::constant(Dual::constant(x))
}

#[test]
fn kinks() {
    assert_slopes([
        ("abs", |x| x.abs(), 0.0, 0.0),
        ("abs", |x| x.abs(), -0.0, 0.0),
        ("copysign", |x| x.copysign(ZERO), 0.0, 0.0),
        ("copysign", |x| x.copysign(-ZERO), 0.0, 0.0),
        ("hypot(x, x)", |x| x.hypot(x), 0.0, 0.0),
        ("hypot(x, 0)", |x| x.hypot(ZERO), 0.0, 0.0),
        ("sqrt(x²)", |x| (x * x).sqrt(), 0.0, 0.0),
        ("atan2(x, x)", |x| x.atan2(x), 0.0, 0.0),
        ("max(x, 0)", |x| x.max(ZERO), 0.0, 1.0),
        ("max(0, x)", |x| ZERO.max(x), 0.0, 0.0),
        ("min(x, 0)", |x| x.min(ZERO), 0.0, 1.0),
        ("min(0, x)", |x| ZERO.min(x), 0.0, 0.0),
        ("abs_sub(x, 0)", |x| Float::abs_sub(x, ZERO), 0.0, 0.0),
        ("clamp", |x| x.clamp(ZERO, ZERO + 1.0), 0.0, 1.0),
        ("clamp", |x| x.clamp(ZERO, ZERO + 1.0), 1.0, 1.0),
        ("clamp", |x| x.clamp(ZERO, ZERO + 1.0), 1.5, 0.0),
    ]);
}

#[test]
fn jumps_are_flat() {
    assert_slopes([
        ("signum", |x| x.signum(), 0.0, 0.0),
        ("floor", |x| x.floor(), 2.0, 0.0),
        ("ceil", |x| x.ceil(), 2.0, 0.0),
        ("round", |x| x.round(), 0.5, 0.0),
        ("trunc", |x| x.trunc(), 2.0, 0.0),
        ("fract", |x| x.fract(), 2.0, 1.0),
        ("x % 2", |x| x % 2.0, 4.0, 1.0),
        ("5 % x", |x| (ZERO + 5.0) % x, 2.5, -2.0),
    ]);
}

/// The double called 0.1 is a little more, so it goes 9 times into 1; the quotient rounds to 10.
#[test]
fn whole_part_of_a_remainder_is_not_rounded_up() {
    assert_eq!(1.0 / 0.1, 10.0);
    let (value, slope) = derivative(|y| Dual::constant(1.0) % y, 0.1);
    assert_eq!((value, slope), (1.0 % 0.1, -9.0));
    let (_, slope) = derivative(|y| Dual::constant(-6.0) % y, 0.1);
    assert_eq!(slope, 59.0);
}

#[test]
fn finite_where_the_derivative_exists() {
    assert_slopes([
        ("x^2.5", |x| x.powf(ZERO + 2.5), 0.0, 0.0),
        ("x^1", |x| x.powf(ZERO + 1.0), 0.0, 1.0),
        ("x^0", |x| x.powf(ZERO), 0.0, 0.0),
        ("x^0", |x| x.powi(0), 0.0, 0.0),
        ("x^1", |x| x.powi(1), 0.0, 1.0),
        ("x^2", |x| x.powi(2), 0.0, 0.0),
        ("x³ below 0", |x| x.powf(ZERO + 3.0), -2.0, 12.0),
        ("x³ below 0", |x| x.powi(3), -2.0, 12.0),
        ("0^x", |x| ZERO.powf(x), 2.0, 0.0),
        ("1^x", |x| (ZERO + 1.0).powf(x), 5.0, 0.0),
        ("x·√x", |x| x * x.sqrt(), 0.0, 0.0),
        ("0·√x", |x| ZERO * x.sqrt(), 0.0, 0.0),
        ("x/(1 + √x)", |x| x / (x.sqrt() + 1.0), 0.0, 1.0),
        ("√x of a constant", |_| ZERO.sqrt(), 0.0, 0.0),
        ("sigmoid", |x| ((-x).exp() + 1.0).recip(), -1000.0, 0.0),
        (
            "sigmoid",
            |x| (ZERO + 1.0) / ((-x).exp() + 1.0),
            -1000.0,
            0.0,
        ),
        ("exp(−1/x²)", |x| (-(x * x).recip()).exp(), 0.0, 0.0),
        ("tanh", |x| x.tanh(), 1000.0, 0.0),
        ("tanh", |x| x.tanh(), -INF, 0.0),
        ("atan", |x| x.atan(), INF, 0.0),
        ("exp", |x| x.exp(), -INF, 0.0),
        ("recip", |x| x.recip(), INF, 0.0),
        ("1/x", |x| (ZERO + 1.0) / x, INF, 0.0),
        ("ln", |x| x.ln(), INF, 0.0),
        ("sqrt", |x| x.sqrt(), INF, 0.0),
        ("hypot(x, 1)", |x| x.hypot(ZERO + 1.0), -INF, -1.0),
        ("hypot(x, ∞)", |x| x.hypot(ZERO + INF), 1.0, 0.0),
        ("atan2(x, ∞)", |x| x.atan2(ZERO + INF), 1.0, 0.0),
        ("atan2(x, −∞)", |x| x.atan2(ZERO - INF), 1.0, 0.0),
        ("atan2(1, x)", |x| (ZERO + 1.0).atan2(x), INF, 0.0),
        ("atan2(x, 1)", |x| x.atan2(ZERO + 1.0), -INF, 0.0),
        ("x % ∞", |x| x % INF, 3.0, 1.0),
        ("x % inf", |x| x % (x * INF), 3.0, 1.0),
    ]);
    assert_eq!(two_slopes(|x| x.powf(c(2.5)), 0.0), [0.0, 0.0]);
    assert_eq!(two_slopes(|x| x.powf(c(2.0)), 0.0), [0.0, 2.0]);
    assert_eq!(two_slopes(|x| x.powf(c(1.0)), 0.0), [1.0, 0.0]);
    assert_eq!(two_slopes(|x| x.powi(3), 0.0), [0.0, 0.0]);
    assert_eq!(two_slopes(|x| x.powi(2), 0.0), [0.0, 2.0]);
    assert_eq!(two_slopes(|x| x * x, 0.0), [0.0, 2.0]);
    assert_eq!(two_slopes(|x| (x * x).sqrt(), 0.0)[0], 0.0);
    assert_eq!(two_slopes(|x| x.hypot(c(0.0)), 0.0), [0.0, 0.0]);
    assert_eq!(two_slopes(|x| x.tanh(), 1000.0), [0.0, 0.0]);
    assert_eq!(two_slopes(|x| x.asinh(), INF), [0.0, 0.0]);
}

#[test]
fn infinite_where_the_derivative_is() {
    assert_slopes([
        ("√x", |x| x.sqrt(), 0.0, INF),
        ("√x", |x| x.sqrt(), -0.0, INF),
        ("−√x", |x| -x.sqrt(), 0.0, -INF),
        ("√(−x)", |x| (-x).sqrt(), 0.0, -INF),
        ("∛x", |x| x.cbrt(), 0.0, INF),
        ("∛x", |x| x.cbrt(), -0.0, INF),
        ("x^½", |x| x.powf(ZERO + 0.5), 0.0, INF),
        ("0^x", |x| ZERO.powf(x), 0.0, -INF),
        ("x⁻¹", |x| x.recip(), 0.0, -INF),
        ("x⁻¹", |x| x.powi(-1), 0.0, -INF),
        ("1/x", |x| (ZERO + 1.0) / x, 0.0, -INF),
        ("ln", |x| x.ln(), 0.0, INF),
        ("ln", |x| x.ln(), -0.0, INF),
        ("log2", |x| x.log2(), 0.0, INF),
        ("log10", |x| x.log10(), 0.0, INF),
        ("ln_1p", |x| x.ln_1p(), -1.0, INF),
        ("asin", |x| x.asin(), 1.0, INF),
        ("asin", |x| x.asin(), -1.0, INF),
        ("acos", |x| x.acos(), 1.0, -INF),
        ("acosh", |x| x.acosh(), 1.0, INF),
        ("atanh", |x| x.atanh(), 1.0, INF),
        ("atanh", |x| x.atanh(), -1.0, INF),
        ("exp", |x| x.exp(), INF, INF),
    ]);
    assert_eq!(two_slopes(|x| x.sqrt(), 0.0), [INF, -INF]);
    assert_eq!(two_slopes(|x| x.powf(c(1.5)), 0.0), [0.0, INF]);
    assert_eq!(two_slopes(|x| x * x.sqrt(), 0.0), [0.0, INF]);
    assert_eq!(two_slopes(|x| x.recip(), 0.0), [-INF, INF]);
    assert_eq!(two_slopes(|x| x.asin(), 1.0), [INF, INF]);
    assert_eq!(two_slopes(|x| x.acosh(), 1.0), [INF, -INF]);
}

#[test]
fn no_derivative_outside_of_the_domain() {
    let nan = f64::NAN;
    assert_slopes([
        ("√x", |x| x.sqrt(), -1.0, nan),
        ("ln", |x| x.ln(), -1.0, nan),
        ("log2", |x| x.log2(), -1.0, nan),
        ("log10", |x| x.log10(), -1.0, nan),
        ("log", |x| x.log(ZERO + 3.0), -1.0, nan),
        ("ln_1p", |x| x.ln_1p(), -2.0, nan),
        ("asin", |x| x.asin(), 2.0, nan),
        ("acos", |x| x.acos(), -2.0, nan),
        ("acosh", |x| x.acosh(), 0.5, nan),
        ("acosh", |x| x.acosh(), -2.0, nan),
        ("atanh", |x| x.atanh(), 2.0, nan),
        ("x^½", |x| x.powf(ZERO + 0.5), -1.0, nan),
        ("(−1)^x", |x| (ZERO - 1.0).powf(x), 2.0, nan),
        ("x^ε", |x| x.powf(ZERO + 1e-310), -1.0, nan),
        ("log in base 1", |x| x.log(ZERO + 1.0), 1.0, nan),
        ("1 in base x", |x| (ZERO + 1.0).log(x), 1.0, nan),
        ("0 in base x", |x| ZERO.log(x), 0.0, nan),
        ("x % 0", |x| x % 0.0, 3.0, nan),
        ("∞ % 2", |x| x % 2.0, INF, nan),
        ("3 % x", |x| (ZERO + 3.0) % x, 0.0, nan),
        ("sin", |x| x.sin(), INF, nan),
        ("exp", |x| x.exp(), nan, nan),
        ("abs", |x| x.abs(), nan, nan),
        ("fract", |x| x.fract(), nan, nan),
    ]);
    // A direction in which nothing moves keeps its zero, whatever happens in the others.
    let lost = Dual::<f64, 2>::variable(-1.0, 0).ln();
    assert!(lost.value.is_nan() && lost.partials[0].is_nan());
    assert_eq!(lost.partials[1], 0.0);
    let steep = Dual::<f64, 2>::variable(0.0, 1).sqrt() * 2.0;
    assert_eq!(steep.partials, [0.0, INF]);
}

#[test]
fn nan_loses_against_a_number() {
    let nan = Dual::<f64, 2>::variable(f64::NAN, 0);
    let one = Dual::<f64, 2>::variable(1.0, 1);
    for winner in [nan.max(one), one.max(nan), nan.min(one), one.min(nan)] {
        assert_eq!((winner.value, winner.partials), (1.0, [0.0, 1.0]));
    }
}

#[test]
fn extreme_powers() {
    let (value, slope) = derivative(|x| x.powi(i32::MIN), 1.0);
    assert_eq!((value, slope), (1.0, f64::from(i32::MIN)));
    // (−1)ⁿ for an even n is 1, and n·(−1)ⁿ⁻¹ = −n.
    let (value, slope) = derivative(|x| x.powi(i32::MIN), -1.0);
    assert_eq!((value, slope), (1.0, -f64::from(i32::MIN)));
    let (value, slope) = derivative(|x| x.powi(i32::MAX), 1.0);
    assert_eq!((value, slope), (1.0, f64::from(i32::MAX)));
}
