//! The operators, in every form, and the traits that a number is expected to have.

use autodiff::{Dual, derivative};
use num_traits::{Float, FromPrimitive, Num, NumCast, One, ToPrimitive, Zero};

type D = Dual<f64, 2>;

const X: D = Dual {
    value: 7.0,
    partials: [1.0, 0.5],
};
const Y: D = Dual {
    value: 2.0,
    partials: [0.0, -1.0],
};

#[track_caller]
fn assert_is(got: D, value: f64, partials: [f64; 2]) {
    assert_eq!((got.value, got.partials), (value, partials));
}

/// Each operator by value, by reference and assigning: the expected result by hand.
#[test]
fn all_forms() {
    macro_rules! forms {
        ($($op:tt $assign:tt $value:expr, $partials:expr;)*) => {$(
            for got in [X $op Y, X $op &Y, &X $op Y, &X $op &Y] {
                assert_is(got, $value, $partials);
            }
            let mut got = [X; 2];
            got[0] $assign Y;
            got[1] $assign &Y;
            assert_is(got[0], $value, $partials);
            assert_is(got[1], $value, $partials);
        )*};
    }
    forms! {
        + += 9.0, [1.0, -0.5];
        - -= 5.0, [1.0, 1.5];
        * *= 14.0, [2.0, -6.0];
        / /= 3.5, [0.5, 2.0];
        % %= 1.0, [1.0, 3.5];
    }
}

/// The same with a plain number on the right.
#[test]
fn plain_forms() {
    macro_rules! forms {
        ($($op:tt $assign:tt $value:expr, $partials:expr;)*) => {$(
            for got in [X $op 2.0, &X $op 2.0] {
                assert_is(got, $value, $partials);
            }
            let mut got = X;
            got $assign 2.0;
            assert_is(got, $value, $partials);
        )*};
    }
    forms! {
        + += 9.0, [1.0, 0.5];
        - -= 5.0, [1.0, 0.5];
        * *= 14.0, [2.0, 1.0];
        / /= 3.5, [0.5, 0.25];
        % %= 1.0, [1.0, 0.5];
    }
}

/// And on the left: `7 ∘ Y` for `Y = 2 ∂[0, −1]`.
#[test]
fn plain_forms_from_the_left() {
    macro_rules! forms {
        ($($op:tt $value:expr, $partial:expr;)*) => {$(
            for got in [7.0 $op Y, 7.0 $op &Y] {
                assert_is(got, $value, [0.0, $partial]);
            }
            let single: Dual<f32> = 7.0_f32 $op Dual { value: 2.0, partials: [-1.0] };
            assert_eq!((single.value, single.partials), ($value, [$partial]));
        )*};
    }
    forms! {
        + 9.0, -1.0;
        - 5.0, 1.0;
        * 14.0, -7.0;
        / 3.5, 1.75;
        % 1.0, 3.0;
    }
}

#[test]
fn negation() {
    assert_is(-X, -7.0, [-1.0, -0.5]);
    assert_is(-&X, -7.0, [-1.0, -0.5]);
}

/// A formula written for references only: `x²·y + x`.
#[test]
fn generic_by_reference() {
    fn f<R>(x: &R, y: &R) -> R
    where
        for<'a> &'a R: core::ops::Mul<Output = R> + core::ops::Add<Output = R>,
    {
        &(&(x * x) * y) + x
    }
    // ∂x = 2xy + 1, ∂y = x²
    let (x, y) = (D::variable(3.0, 0), D::variable(5.0, 1));
    assert_is(f(&x, &y), 48.0, [31.0, 9.0]);
}

#[test]
fn sums_and_products() {
    assert_is([X, Y, X].iter().sum(), 16.0, [2.0, 0.0]);
    assert_is([X, Y].into_iter().sum(), 9.0, [1.0, -0.5]);
    assert_is([X, Y].iter().product(), 14.0, [2.0, -6.0]);
    assert_is([X, Y].into_iter().product(), 14.0, [2.0, -6.0]);
    assert_is(core::iter::empty::<D>().sum(), 0.0, [0.0; 2]);
    assert_is(core::iter::empty::<D>().product(), 1.0, [0.0; 2]);
}

#[test]
fn constants_and_variables() {
    assert_is(D::constant(3.0), 3.0, [0.0; 2]);
    assert_is(3.0.into(), 3.0, [0.0; 2]);
    assert_is(D::variable(3.0, 1), 3.0, [0.0, 1.0]);
    assert_is(D::default(), 0.0, [0.0; 2]);
    assert_is(<D as bytemuck::Zeroable>::zeroed(), 0.0, [0.0; 2]);
    assert_is(D::zero(), 0.0, [0.0; 2]);
    assert_is(D::one(), 1.0, [0.0; 2]);
    assert_eq!(size_of::<Dual<f32, 7>>(), 8 * size_of::<f32>());
}

#[test]
#[should_panic(expected = "no direction 2 among 2")]
fn no_such_direction() {
    let _ = D::variable(3.0, 2);
}

/// By value, or a formula would branch elsewhere than on plain numbers. Only zero and one proper
/// are neutral.
#[test]
fn comparison_is_by_value() {
    assert_eq!(X, D::constant(7.0));
    assert!(Y < X && X > D::constant(6.5) && X >= D::constant(7.0));
    assert_eq!(X.partial_cmp(&D::constant(f64::NAN)), None);
    assert!(D::zero().is_zero() && !D::variable(0.0, 1).is_zero() && !Y.is_zero());
    assert!(D::one().is_one() && !D::variable(1.0, 0).is_one() && !Y.is_one());
}

#[test]
fn conversions() {
    assert_is(<D as NumCast>::from(2.5f32).unwrap(), 2.5, [0.0; 2]);
    assert_is(<D as NumCast>::from(-3i8).unwrap(), -3.0, [0.0; 2]);
    assert_is(D::from_f64(2.5).unwrap(), 2.5, [0.0; 2]);
    assert_is(D::from_i64(-4).unwrap(), -4.0, [0.0; 2]);
    assert_is(D::from_u128(1 << 80).unwrap(), 2f64.powi(80), [0.0; 2]);
    assert_is(D::from_str_radix("101.1", 2).unwrap(), 5.5, [0.0; 2]);
    assert!(D::from_str_radix("x", 10).is_err());

    let x = D { value: -2.75, ..X };
    assert_eq!(x.to_f64(), Some(-2.75));
    assert_eq!(x.to_f32(), Some(-2.75));
    assert_eq!(x.to_i64(), Some(-2));
    assert_eq!(x.to_u8(), None);
    assert_eq!(D::constant(2f64.powi(80)).to_u128(), Some(1 << 80));
    assert_eq!(D::constant(2f64.powi(80)).to_i64(), None);
}

#[test]
fn printing() {
    assert_eq!(X.to_string(), "7 ∂[1, 0.5]");
    assert_eq!(format!("{X:.2}"), "7.00 ∂[1.00, 0.50]");
    let nested = Dual::<Dual<f64>>::variable(Dual::variable(2.0, 0), 0).powi(3);
    assert_eq!(nested.to_string(), "8 ∂[12] ∂[12 ∂[12]]");
}

/// What looks at the value, and the constants.
#[test]
fn questions_and_bounds() {
    use core::num::FpCategory::{Infinite, Nan, Normal, Subnormal, Zero};
    let of = |value| D { value, ..X };
    for (value, class) in [
        (1.0, Normal),
        (-0.0, Zero),
        (f64::NEG_INFINITY, Infinite),
        (f64::NAN, Nan),
        (1e-310, Subnormal),
    ] {
        let x = of(value);
        assert_eq!(x.classify(), class);
        assert_eq!(x.is_nan(), class == Nan);
        assert_eq!(x.is_infinite(), class == Infinite);
        assert_eq!(x.is_finite(), class != Infinite && class != Nan);
        assert_eq!(x.is_normal(), class == Normal);
        assert_eq!(x.is_subnormal(), class == Subnormal);
        assert_eq!(x.is_sign_negative(), value.is_sign_negative());
        assert_eq!(x.is_sign_positive(), value.is_sign_positive());
    }
    assert_eq!(of(-1.5).integer_decode(), (3 << 51, -52, -1));
    for (bound, value) in [
        (D::infinity(), f64::INFINITY),
        (D::neg_infinity(), f64::NEG_INFINITY),
        (D::min_value(), f64::MIN),
        (D::max_value(), f64::MAX),
        (D::min_positive_value(), f64::MIN_POSITIVE),
        (D::epsilon(), f64::EPSILON),
        (D::neg_zero(), -0.0),
    ] {
        assert_is(bound, value, [0.0; 2]);
    }
    assert!(D::nan().value.is_nan());
    assert!(D::neg_zero().is_sign_negative());
}

/// The unknown of an outer derivative is a constant of the inner one, once it is lifted.
#[test]
fn nested_derivatives_keep_their_unknowns_apart() {
    // d/dx [x · d/dy (x·y²)] at y = 3 is d/dx [6x²] = 12x
    let outer = |x: Dual<f64>| {
        let inner = |y: Dual<Dual<f64>>| Dual::constant(x) * y * y;
        x * derivative(inner, Dual::constant(3.0)).1
    };
    assert_eq!(derivative(outer, 2.0), (24.0, 24.0));
}
