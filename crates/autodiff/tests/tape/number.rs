//! Numbers on a tape: every function of `Float`, loops, branches, and what two numbers make.

use autodiff::{Dual, Real, Tape, grad, value_and_grad};
use core_tensor::{Tensor, Vector};
use num_traits::{Float, FromPrimitive, NumCast, One, ToPrimitive, Zero};

use crate::agree::agree;

// formulas of a few numbers, for any number: on the tape through handles, by hand through duals
macro_rules! formulas { ($($test:ident $n:literal in $range:expr, |$x:pat_param| $formula:expr;)+) => {
    mod formula {
        use super::*;
        $(pub(super) fn $test<R: Real>($x: [R; $n]) -> R { $formula })+
    }
    agree! { $($test in $range, Tensor<Vector<$n>, T>: |_, x| formula::$test(x.unstack()); |x| formula::$test(core::array::from_fn(|i| x[i]));)+ }
} }

const WIDE: [f64; 2] = [-1.5, 1.5];
const POSITIVE: [f64; 2] = [0.3, 2.0];
const UNIT: [f64; 2] = [-0.8, 0.8];
const ABOVE_ONE: [f64; 2] = [1.2, 3.0];

formulas! {
    operators 2 in POSITIVE, |[x, y]| (x + y) * (x - y) / y - x / (y * y) + -x;
    assigning 2 in POSITIVE, |[x, y]| { let mut z = x; z += y; z *= x; z -= y; z /= x; z };
    exponentials 2 in WIDE, |[x, y]| (x * y).exp() + (x + y).exp2() * (x - y).exp_m1();
    logarithms 2 in POSITIVE, |[x, y]| (x * y).ln() + (x + y).log2() * x.log10() - (x * y).ln_1p();
    roots 2 in POSITIVE, |[x, y]| (x * y).sqrt() - (x + y).cbrt() / x.recip();
    circular 2 in UNIT, |[x, y]| x.sin() * y.cos() + (x * y).tan() - x.asin() * y.acos() + (x + y).atan();
    both_at_once 2 in WIDE, |[x, y]| { let (s, c) = (x * y).sin_cos(); s * x + c * y };
    hyperbolic 2 in UNIT, |[x, y]| x.sinh() * y.cosh() + (x * y).tanh() - x.asinh() * y.atanh();
    area_cosine 2 in ABOVE_ONE, |[x, y]| x.acosh() * y + (x * y).acosh();
    powers 3 in POSITIVE, |[x, y, z]| x.powi(3) * y.powi(-2) + x.powf(y) - R::of(2.0).powf(z) + (x * y).powf(R::of(0.5)) + z.log(x + R::of(2.0));
    of_two 2 in POSITIVE, |[x, y]| x.hypot(y) * x.atan2(y) + (x * y).hypot(R::one()) - R::of(2.0).atan2(x);
    extremes 3 in WIDE, |[x, y, z]| x.max(y) * z + x.min(z) * y - x.abs_sub(y) * z.abs() + y.max(R::of(0.5)) + Float::clamp(z, R::of(-0.5), R::of(0.5));
    signs 2 in WIDE, |[x, y]| x.copysign(y) * y + x.signum() * y + x.fract() * y;
    remainders 2 in ABOVE_ONE, |[x, y]| (x * R::of(5.0)) % y * x + (x * R::of(3.0)) % R::of(2.0);
    degrees 1 in WIDE, |[x]| x.to_degrees() / R::of(100.0) * x.to_radians();
    error_function 2 in WIDE, |[x, y]| (x * y).erf() * x;
    distributions 2 in WIDE, |[x, y]| (x * y).normal_cdf() * x.softplus() - y.softplus();
    fused 3 in WIDE, |[x, y, z]| x.mul_add(y, z) * x.mul_add(x, x) + y.mul_add(R::of(2.0), z);
    sums 3 in WIDE, |x| { let sum: R = x.iter().map(|&x| x * x).sum(); sum * x[0] };
    steps_are_constants 2 in WIDE, |[x, y]| x.floor() * y + x.ceil() * y + (x * y).round() * x + y.trunc() * x;

    // Newton's iteration for the cube root, stopped by what it finds
    loop_that_stops 1 in POSITIVE, |[x]| {
        let mut y = R::one();
        while (y * y * y - x).abs() > R::of(1e-13).max(R::epsilon() * R::of(4.0)) {
            y -= (y * y * y - x) / (R::of(3.0) * y * y);
        }
        y * x
    };
    // another formula on either side of zero, each a polynomial
    branches 4 in WIDE, |x| x.into_iter().fold(R::one(), |y, x| if x > R::zero() { y * x } else { y - x * x });
    // the product of a number with itself, four times over: 2⁴ paths lead back
    doubling 1 in [0.9, 1.1], |[x]| { let mut y = x; for _ in 0..4 { y *= y; } y };
    fibonacci 2 in WIDE, |[a, b]| { let (mut a, mut b) = (a, b); for _ in 0..12 { (a, b) = (b, a * R::of(0.3) + b); } a * b };
    rosenbrock 7 in WIDE, |x| x.windows(2).map(|x| R::of(100.0) * (x[1] - x[0] * x[0]).powi(2) + (R::one() - x[0]).powi(2)).sum();
}

/// `x³ = a` has `dx/da = x/(3a)`, found by differentiating the loop; a published value of ∛2.
#[test]
fn derivative_of_a_loop() {
    let (x, [slope]) = value_and_grad(
        |[a]| {
            let mut x = a;
            for _ in 0..8 {
                x -= (x * x * x - a) / (x * x * 3.0);
            }
            x
        },
        &[2.0],
    );
    let cbrt2 = 1.259_921_049_894_873_2;
    assert!(
        (x - cbrt2).abs() < 1e-15 && (slope - cbrt2 / 6.0).abs() < 1e-15,
        "{x} {slope}"
    );
}

/// `Π xᵢ` has the derivative `Π / xᵢ`; the degree of a polynomial is the length of the chain.
#[test]
fn many_uses_add_up() {
    let x = [2.0, 3.0, 5.0, 7.0];
    assert_eq!(grad(|x| x.iter().product(), &x), [105.0, 70.0, 42.0, 30.0]);
    assert_eq!(grad(|x| x.iter().sum(), &x), [1.0; 4]);
    assert_eq!(grad(|[x]| (0..1000).map(|_| x).sum(), &[3.0]), [1000.0]);
    assert_eq!(grad(|[x]| (0..10).map(|_| x).product(), &[2.0]), [5120.0]); // 10·2⁹
    // numbers that depend on the same number twice removed
    assert_eq!(
        grad(|[x, y]| (x * y) * (x * y) - x * x * y * y + x, &[3.0, 4.0]),
        [1.0, 0.0]
    );
}

/// Ties go to the first, steps and kinks are flat.
#[test]
fn kinks() {
    assert_eq!(grad(|[x, y]| x.max(y), &[2.0, 2.0]), [1.0, 0.0]);
    assert_eq!(grad(|[x, y]| x.min(y), &[2.0, 2.0]), [1.0, 0.0]);
    assert_eq!(grad(|[x, y]| y.max(x), &[2.0, 2.0]), [0.0, 1.0]);
    assert_eq!(grad(|[x, y]| x.abs_sub(y), &[2.0, 2.0]), [0.0, 0.0]);
    assert_eq!(
        grad(|[x, y]| x.abs() * y + x.relu(), &[0.0, 3.0]),
        [0.0, 0.0]
    );
    assert_eq!(
        grad(|[x, y]| x.hypot(y) + x.atan2(y), &[0.0, 0.0]),
        [0.0, 0.0]
    );
    assert_eq!(grad(|[x]| Float::floor(x) + x.signum(), &[2.0]), [0.0]);
    assert_eq!(grad(|[x, y]| x.sqrt() * y, &[0.0, 0.0]), [0.0, 0.0]);
    assert_eq!(grad(|[x, y]| x.powf(y), &[0.0, 2.5]), [0.0, 0.0]);
    assert_eq!(grad(|[x, y]| x.max(y), &[f64::NAN, 2.0]), [0.0, 1.0]);
}

/// Conversions, constants and questions look at the value.
#[test]
fn small_traits() {
    Tape::<f64>::new().record(|tape| {
        let x = tape.variable(&-2.5_f64);
        assert_eq!(
            (x.to_i64(), x.to_f64(), x.to_u64()),
            (Some(-2), Some(-2.5), None)
        );
        assert!(x.is_finite() && x.is_sign_negative() && x.is_normal() && !x.is_nan());
        assert!(x < x + 1.0 && x == tape.constant(&-2.5));
        assert_eq!(format!("{x:.2} {x:?}"), "-2.50 Var -2.5");
        assert_eq!(x.integer_decode(), (-2.5_f64).integer_decode());
        let constants = [
            Zero::zero(),
            One::one(),
            Float::epsilon(),
            Float::max_value(),
            Real::of(3.0),
            4.0.into(),
        ];
        let three = [
            NumCast::from(3_u8),
            FromPrimitive::from_i64(3),
            FromPrimitive::from_f64(3.0),
        ];
        let constants = constants.into_iter().chain(three.map(Option::unwrap));
        let values: Vec<f64> = constants
            .map(|x: autodiff::Var<'_, f64>| {
                assert!(x.is_constant());
                x.value()
            })
            .collect();
        assert_eq!(
            values,
            [0.0, 1.0, f64::EPSILON, f64::MAX, 3.0, 4.0, 3.0, 3.0, 3.0]
        );
    });
}

/// A formula of constants, and of nothing, needs no tape.
#[test]
fn constants_record_nothing() {
    let mut tape = Tape::<f64>::new();
    tape.record(|tape| {
        let [x, y] = tape.constant(&[3.0, 4.0_f64]);
        let z = x.hypot(y) + x.sum() * y.softmax() - x.at([]).largest();
        assert!(z.is_constant() && z.value() == 5.0);
    });
    assert!(tape.is_empty());
    assert_eq!(value_and_grad(|[_]| 2.0.into(), &[1.0]), (2.0, [0.0]));
    assert_eq!(value_and_grad(|[x]| x.detach() * 3.0, &[1.0]), (3.0, [0.0]));
}

/// A handle carries its slope by one number along: only where two numbers meet, something is written.
#[test]
fn formulas_of_one_number_record_nothing() {
    let mut tape = Tape::new();
    let formula = |tape: &mut Tape<f64>| {
        tape.record(|tape| {
            let x = tape.variable(&2.0_f64);
            ((x * x + x.sin() * 3.0) / x - x.powf(x)).backward().of(&x)
        })
    };
    // 1 + 3·(x·cos x − sin x)/x² − xˣ·(ln x + 1)
    let (x, slope) = (2_f64, formula(&mut tape));
    let right = 1.0 + 3.0 * (x * x.cos() - x.sin()) / (x * x) - x.powf(x) * (x.ln() + 1.0);
    assert!((slope - right).abs() < 1e-14, "{slope} {right}");
    assert_eq!(tape.len(), 1);
}

/// A formula that is drawn: each number is made of two earlier ones, the last is the result.
fn drawn<R: Real>(x: [R; 4], seed: u64) -> R {
    let mut numbers = x.to_vec();
    let mut state = seed;
    let mut below = |end: usize| {
        // Knuth's generator, of which the upper bits are good
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    for _ in 0..40 {
        let (u, v) = (numbers[below(numbers.len())], numbers[below(numbers.len())]);
        numbers.push(match below(12) {
            0 => u + v,
            1 => u - v,
            2 => (u * v).tanh(),
            3 => u / (R::one() + v * v),
            4 => u.sin() * v,
            5 => (-u * u).exp(),
            6 => u.hypot(v + R::of(2.0)).ln(),
            7 => u.max(v),
            8 => u.min(-v),
            9 => {
                if u > v {
                    u.cos()
                } else {
                    v.atan()
                }
            }
            10 => (R::of(2.0) * u).tanh() - R::of(0.5),
            _ => u.mul_add(R::of(0.3), v),
        });
    }
    numbers[numbers.len() - 6..]
        .iter()
        .map(|x| x.tanh())
        .fold(R::zero(), |sum, x| sum + x)
}

/// Three hundred drawn formulas of four numbers, against duals with four directions.
#[test]
fn drawn_formulas() {
    let x = [0.7, -0.3, 1.1, 0.2];
    let mut moving = 0;
    for seed in 0..300 {
        let y = drawn(
            core::array::from_fn(|i| Dual::<f64, 4>::variable(x[i], i)),
            seed,
        );
        let (value, gradient) = value_and_grad(|x| drawn(x, seed), &x);
        assert!(
            (value - y.value).abs() <= 1e-14 * y.value.abs().max(1.0),
            "{seed}: {value}"
        );
        for (found, right) in gradient.iter().zip(y.partials) {
            assert!(
                (found - right).abs() <= 1e-12 * right.abs().max(1.0),
                "{seed}: {gradient:?} {:?}",
                y.partials
            );
        }
        if gradient.iter().all(|&g| g != 0.0) {
            moving += 1;
        }
    }
    assert!(moving > 200, "{moving} depend on all four");
}
