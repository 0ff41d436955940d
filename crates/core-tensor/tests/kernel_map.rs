//! The element-wise kernels against exact values, and their conventions at kinks.

use core_tensor::random::half;
use core_tensor::{Real, Scalar};

/// Units in the last place between a number and the exact result.
fn ulps(got: f32, exact: f64) -> f64 {
    let nearest = exact as f32;
    if got == nearest || (got.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    let ulp = f64::from(nearest.abs().next_up()) - f64::from(nearest.abs());
    (f64::from(got) - exact).abs()
        / if ulp.is_finite() {
            ulp
        } else {
            f64::from(f32::MAX) * 2f64.powi(-24)
        }
}

#[test]
fn elementary_functions_within_two_ulps() {
    let mut x: Vec<f32> = (0..=u32::MAX).step_by(40_009).map(f32::from_bits).collect();
    x.extend((0..40_000).map(|i| (i as f32 - 20_000.0) / 190.0));
    x.extend([
        0.0,
        -0.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        88.722_84,
        88.73,
        -87.4,
        -103.97,
        -103.98,
        1e-40,
        -1e-40,
        0.625,
    ]);
    type Case = (&'static str, fn(&[f32], &mut [f32]), fn(f64) -> f64);
    let cases: [Case; 5] = [
        ("exp", f32::exp_all, f64::exp),
        ("tanh", f32::tanh_all, f64::tanh),
        ("sigmoid", f32::sigmoid_all, |x| 1.0 / (1.0 + (-x).exp())),
        (
            "tanh in place",
            |x, y| {
                y.copy_from_slice(x);
                f32::tanh_in_place(y);
            },
            f64::tanh,
        ),
        (
            "sigmoid in place",
            |x, y| {
                y.copy_from_slice(x);
                f32::sigmoid_in_place(y);
            },
            |x| 1.0 / (1.0 + (-x).exp()),
        ),
    ];
    for (name, function, exact) in cases {
        let mut y = vec![f32::NAN; x.len()];
        function(&x, &mut y);
        for (&x, &y) in x.iter().zip(&y) {
            let error = ulps(y, exact(f64::from(x)));
            assert!(error <= 2.0, "{name}({x:e}) is {y:e}: {error} ulps");
        }
    }
    type Lane = (&'static str, fn(f32) -> f32, fn(f64) -> f64);
    let cases: [Lane; 7] = [
        ("exp", f32::lane_exp, f64::exp),
        ("exp_m1", f32::lane_exp_m1, f64::exp_m1),
        ("ln", f32::lane_ln, f64::ln),
        ("ln_1p", f32::lane_ln_1p, f64::ln_1p),
        ("tanh", f32::lane_tanh, f64::tanh),
        ("erf", f32::lane_erf, <f64 as Real>::erf),
        ("softplus", f32::lane_softplus, |x| {
            x.max(0.0) + (-x.abs()).exp().ln_1p() + if x.is_nan() { x } else { 0.0 }
        }),
    ];
    for (name, function, exact) in cases {
        for x in x.iter().flat_map(|&x| [x, x.abs(), x.abs() / 1e3]) {
            let error = ulps(function(x), exact(f64::from(x)));
            assert!(
                error <= 2.0,
                "{name}({x:e}) is {:e}: {error} ulps",
                function(x)
            );
        }
    }
}

/// Of every kind of number that it is made for.
#[test]
fn the_inverse_fourth_root() {
    let normal = f32::MIN_POSITIVE.to_bits()..=f32::MAX.to_bits();
    let near = (0..2_000_000).map(|i| 1.0 + i as f32 * 1e-6);
    for x in normal.step_by(4_001).map(f32::from_bits).chain(near) {
        let y = x.lane_inverse_root4();
        let error = ulps(y, f64::from(x).powf(-0.25));
        assert!(error <= 2.0, "{x:e}^-1/4 is {y:e}: {error} ulps");
    }
    assert_eq!(f32::INFINITY.lane_inverse_root4(), 0.0);
    assert!(f32::NAN.lane_inverse_root4().is_nan());
    assert_eq!(16f64.lane_inverse_root4(), 0.5);
}

/// Numbers of every size, and many between −6.6 and 6.6, but none that is not a number.
fn near_and_all() -> impl Iterator<Item = f32> {
    let near = (0..80_000).map(|i| (i as f32 - 40_000.0) / 6_100.0);
    let all = (0..=u32::MAX).step_by(40_009).map(f32::from_bits);
    near.chain(all).filter(|x| !x.is_nan())
}

/// Above one half to its own last places, below to those of 1.
#[test]
fn the_normal_distribution() {
    for x in near_and_all() {
        let exact = 0.5 * (1.0 + Real::erf(f64::from(x) / 2f64.sqrt()));
        for y in [f32::lane_normal_cdf(x), f32::lane_normal_cdf_exp(x)[0]] {
            let error = (f64::from(y) - exact).abs() * 2f64.powi(24);
            assert!(error <= 2.0, "Φ({x:e}) is {y:e}: {error} ulps");
        }
    }
    // Abramowitz, Stegun: Handbook of mathematical functions, table 26.1
    for (x, phi) in [
        (0.0, 0.5),
        (1.0, 0.841_344_746_068_5),
        (2.0, 0.977_249_868_051_8),
    ] {
        assert!((f64::from(f32::lane_normal_cdf(x as f32)) - phi).abs() < 1.2e-7);
        assert!((f64::normal_cdf(-x) - (1.0 - phi)).abs() < 1e-13);
    }
    for (x, end) in [
        (6.0, 1.0),
        (f32::INFINITY, 1.0),
        (-6.0, 0.0),
        (f32::NEG_INFINITY, 0.0),
    ] {
        assert_eq!(f32::lane_normal_cdf(x), end);
    }
    assert!(f32::lane_normal_cdf(f32::NAN).is_nan());
}

/// The square is rounded, so the error grows with it.
#[test]
fn the_exponential_beside_the_normal_distribution() {
    for x in near_and_all() {
        let (exp, square) = (f32::lane_normal_cdf_exp(x)[1], f64::from(x) * f64::from(x));
        let exact = (-square / 2.0).exp();
        let most = if x.abs() > 13.0 {
            exact
        } else {
            (2.0 + square) * 2f64.powi(-24) * exact
        };
        assert!(
            (f64::from(exp) - exact).abs() <= most,
            "e^(−{x:e}²/2) is {exp:e}, not {exact:e}"
        );
    }
    for (x, ends) in [
        (0.0, [0.5, 1.0]),
        (f32::INFINITY, [1.0, 0.0]),
        (f32::NEG_INFINITY, [0.0, 0.0]),
    ] {
        assert_eq!(f32::lane_normal_cdf_exp(x), ends);
    }
    assert!(
        f32::lane_normal_cdf_exp(f32::NAN)
            .iter()
            .all(|y| y.is_nan())
    );
    let [phi, exp] = f64::lane_normal_cdf_exp(-1.5);
    assert_eq!(phi, f64::normal_cdf(-1.5));
    assert!((exp - (-1.125f64).exp()).abs() < 1e-15);
}

#[test]
fn the_logistic_function_and_its_slope() {
    for x in near_and_all() {
        let [value, slope] = f32::lane_sigmoid_slope(x);
        let z = (-f64::from(x).abs()).exp();
        let exact = if x < 0.0 { z } else { 1.0 } / (1.0 + z);
        let exact_slope = z / (1.0 + z) / (1.0 + z);
        for (y, exact, most) in [(value, exact, 3.0), (slope, exact_slope, 5.0)] {
            let error = ulps(y, exact);
            assert!(
                error <= most,
                "σ({x:e}) or its slope is {y:e}: {error} ulps"
            );
        }
    }
    assert_eq!(f32::lane_sigmoid_slope(0.0), [0.5, 0.25]);
    assert_eq!(f32::lane_sigmoid_slope(f32::INFINITY), [1.0, 0.0]);
    assert_eq!(f32::lane_sigmoid_slope(f32::NEG_INFINITY), [0.0, 0.0]);
    assert!(f32::lane_sigmoid_slope(f32::NAN).iter().all(|y| y.is_nan()));
    let [value, slope] = f64::lane_sigmoid_slope(-40.0);
    assert!((slope / value - 1.0).abs() < 1e-15);
}

#[test]
fn the_exponential_beside_erf() {
    let mut x: Vec<f32> = (0..=u32::MAX).step_by(40_009).map(f32::from_bits).collect();
    x.extend((0..40_000).map(|i| (i as f32 - 20_000.0) / 1900.0));
    for x in x {
        let [erf, exp] = f32::lane_erf_exp(x);
        assert_eq!(erf.to_bits(), f32::lane_erf(x).to_bits());
        let exact = (-f64::from(x * x)).exp();
        if exact < 2e-38 {
            assert!(exp <= 2e-38, "e^(−{x:e}²) is {exp:e}");
        } else {
            assert!(ulps(exp, exact) <= 2.0, "e^(−{x:e}²) is {exp:e}");
        }
    }
}

#[test]
fn elementary_functions_in_f64() {
    // The standard library's functions are within an ulp; two of ours more make three.
    let x: Vec<f64> = (0..60_000)
        .map(|i| (f64::from(i) - 30_000.0) / 39.7)
        .chain([
            0.0,
            1e-310,
            -1e-9,
            0.624,
            0.626,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ])
        .collect();
    type Case = (&'static str, fn(&[f64], &mut [f64]), fn(f64) -> f64);
    let cases: [Case; 3] = [
        ("exp", f64::exp_all, f64::exp),
        ("tanh", f64::tanh_all, f64::tanh),
        ("sigmoid", f64::sigmoid_all, |x| {
            if x < 0.0 {
                x.exp() / (1.0 + x.exp())
            } else {
                1.0 / (1.0 + (-x).exp())
            }
        }),
    ];
    for (name, function, exact) in cases {
        let mut y = vec![f64::NAN; x.len()];
        function(&x, &mut y);
        for (&x, &y) in x.iter().zip(&y) {
            let exact = exact(x);
            let ulp = exact.abs().next_up() - exact.abs();
            assert!(
                y == exact || (y - exact).abs() <= 3.0 * ulp,
                "{name}({x:e}) is {y:e}, not {exact:e}"
            );
        }
    }
}

#[test]
fn kinks_and_slopes() {
    let x = [-1.0f32, -0.0, 0.0, 2.0, f32::NAN];
    let mut y = [9.0; 5];
    f32::relu_all(&x, &mut y);
    assert_eq!(y[..4], [0.0, 0.0, 0.0, 2.0]);
    assert!(y[4].is_nan());
    let mut dy = [3.0; 4];
    f32::relu_backward(&y[..4], &mut dy);
    assert_eq!(dy, [0.0, 0.0, 0.0, 3.0]);
    let mut dy = [2.0f32; 2];
    f32::tanh_backward(&[0.5, 1.0], &mut dy);
    assert_eq!(dy, [1.5, 0.0]);
    let mut dy = [2.0f32; 2];
    f32::sigmoid_backward(&[0.5, 1.0], &mut dy);
    assert_eq!(dy, [0.5, 0.0]);
    let mut sum = [1.0f32, 2.0];
    f32::add_to(&[3.0, 4.0], &mut sum);
    assert_eq!(sum, [4.0, 6.0]);
}

/// A number is dropped by the bits of its place: where a slice begins does not matter, nor which kind of number it holds.
#[test]
fn dropped_by_place() {
    let mut all = [1.0_f32; 10_007];
    f32::drop_out(5, 0, 0.25, 1.5, &mut all);
    let dropped = all.iter().filter(|&&x| x == 0.0).count() as f64 / 10_007.0;
    // a deviation of 0.0043
    assert!((dropped - 0.25).abs() < 0.02, "{dropped}");
    for (i, &x) in all.iter().enumerate() {
        let kept = half(5, i as u64) >= 1 << 30;
        assert_eq!(x, if kept { 1.5 } else { 0.0 }, "place {i}");
    }
    let mut part = [1.0_f64; 601];
    for first in [1234, 1235] {
        part.fill(1.0);
        f64::drop_out(5, first, 0.25, 1.5, &mut part);
        let same = |(&a, &b): (&f64, &f32)| a == f64::from(b);
        assert!(part.iter().zip(&all[first..]).all(same), "from {first}");
    }
    // what is dropped is gone, whatever it was
    let mut lost = [f32::NAN; 64];
    f32::drop_out(5, 0, 0.999, 1.0, &mut lost);
    assert_eq!(lost, [0.0; 64]);
    let mut none = [2.0_f32; 33];
    f32::drop_out(5, 0, 0.0, 1.0, &mut none);
    assert_eq!(none, [2.0; 33]);
}
