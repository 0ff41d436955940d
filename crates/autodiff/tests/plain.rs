//! Plain numbers inside of duals against careful duals, and tensors of duals against sums written out: also where `0·∞` lurks.

use autodiff::{Dual, Plain};
use core_tensor::kernel::{Layout, Product, Start, Window2d};
use core_tensor::{Real, Scalar};
use num_traits::Float;

/// Formulas with what can hide a `NaN`: choices, steps, products, quotients, powers.
fn formulas<R: Real>(x: R) -> [R; 20] {
    let (one, two) = (R::one(), R::of(2.0));
    [
        x + x * x * x / R::of(3.0),
        x / (one + (-x).exp()),
        (one + (-x).exp()).recip(),
        x * x.sqrt(),
        (x * x).sqrt(),
        x.sqrt() * x.sqrt(),
        x.ln() * x,
        x.powi(3) + x.powi(0) + x.powi(-1),
        x.powf(two) + x.powf(R::of(0.5)),
        two.powf(x),
        (x * x.sqrt()).max(x),
        x.max(R::zero()) + x.min(R::zero()),
        (x.ln() * x).floor() + x.fract(),
        x.abs() * x.signum(),
        x.hypot(R::zero()),
        x.atan2(R::zero()) + x.tanh() - x.erf(),
        (x / R::zero()).max(one),
        if x > R::zero() { x.sqrt() } else { x.cbrt() },
        (x * R::of(1e300)) * (x * R::of(1e300)),
        x.sin_cos().0 * x.exp_m1().ln_1p(),
    ]
}

/// Equal but for the rounding of the functions for vectors.
fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() < 1e-14 * b.abs().max(1.0)
}

#[test]
fn a_plain_slope_that_is_a_number_is_the_careful_one() {
    let (mut equal, mut found) = (0, 0);
    for x in [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.3,
        -2.5,
        30.0,
        -800.0,
        800.0,
        1e200,
        f64::INFINITY,
        f64::NAN,
    ] {
        let careful = formulas(Dual::<f64>::variable(x, 0));
        let plain = formulas(Dual::<Plain<f64>>::variable(Plain::new(x), 0));
        for (i, (careful, plain)) in careful.iter().zip(plain).enumerate() {
            let (value, slope) = (plain.value.get(), plain.partials[0]);
            assert!(same(value, careful.value), "{i} at {x}: {value}");
            if slope.get().is_nan() {
                found += usize::from(!careful.partials[0].is_nan());
                // a polynomial hides nothing before it overflows
                assert!(
                    slope.doubtful() || careful.partials[0].is_nan() || careful.value.is_infinite(),
                    "{i} at {x}"
                );
            } else {
                let (slope, careful) = (slope.get(), careful.partials[0]);
                assert!(same(slope, careful), "{i} at {x}: {slope} {careful}");
                equal += 1;
            }
        }
    }
    assert!(equal > 150, "{equal} slopes were numbers");
    assert!(
        found > 5,
        "{found} slopes were found by careful duals alone"
    );
}

#[test]
fn constants_cost_no_doubt() {
    let x = || Dual::<Plain<f64>>::variable(Plain::new(f64::NAN), 0);
    let three = Dual::of(3.0);
    // a slope of a polynomial is never doubtful, one that divides by an unknown may be
    assert!(!(x() * x() / three - three.sqrt()).partials[0].doubtful());
    assert!((three / x()).partials[0].doubtful());
    // the derivative of a constant is left out: ∞·0 never arises
    let steep = Dual::<Plain<f64>>::constant(Plain::new(f64::INFINITY));
    assert_eq!((three * steep).partials[0].get(), 0.0);
}

type D = Dual<f64, 2>;

/// Small whole numbers: sums are exact in any order.
fn whole(n: usize, seed: usize) -> Vec<D> {
    let number = |i: usize| ((i * 7 + seed * 5) * (i + 3) % 11) as f64 - 5.0;
    (0..n)
        .map(|i| Dual {
            value: number(i),
            partials: [number(i + 100), number(i + 200)],
        })
        .collect()
}

fn numbers(duals: &[D]) -> Vec<[f64; 3]> {
    duals
        .iter()
        .map(|d| [d.value, d.partials[0], d.partials[1]])
        .collect()
}

/// `u·v` by the product rule.
fn times(u: D, v: D) -> D {
    let partial = |i: usize| u.partials[i] * v.value + u.value * v.partials[i];
    Dual {
        value: u.value * v.value,
        partials: [partial(0), partial(1)],
    }
}

#[test]
fn matrix_products_of_duals() {
    for (m, k, n) in [(1, 1, 1), (2, 3, 1), (5, 7, 9), (17, 33, 19)] {
        for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
            for start in 0..3 {
                let (a, b, row, c) = (
                    whole(m * k, 1),
                    whole(k * n, 2),
                    whole(n, 3),
                    whole(m * n, 4),
                );
                let mut found = c.clone();
                let begin = [Start::Zero, Start::Row(&row), Start::Output][start];
                D::matmul(Product { m, k, n, layout }, &a, &b, begin, &mut found);
                let mut expected = Vec::new();
                for i in 0..m {
                    for j in 0..n {
                        let mut sum = [Dual::default(), row[j], c[i * n + j]][start];
                        for t in 0..k {
                            let u = a[if layout == Layout::Tn {
                                t * m + i
                            } else {
                                i * k + t
                            }];
                            let v = b[if layout == Layout::Nt {
                                j * k + t
                            } else {
                                t * n + j
                            }];
                            sum += times(u, v);
                        }
                        expected.push(sum);
                    }
                }
                assert_eq!(
                    numbers(&found),
                    numbers(&expected),
                    "{m}×{k}×{n} {layout:?} {start}"
                );
            }
        }
    }
}

/// A 3×3 window on two images of 5×4 with two channels, three channels out, padding 1.
const WINDOW: Window2d = Window2d {
    input: [5, 4, 2],
    output: [5, 4, 3],
    kernel: [3, 3],
    stride: [1, 1],
    padding: [1, 1],
};

/// Calls `f` with the places of every factor: output, input, filter.
fn taps(mut f: impl FnMut(usize, usize, usize)) {
    for place in 0..2 * 20 * 9 * 6 {
        let (sample, rest) = (place / 1080, place % 1080);
        let (pixel, tap, c, o) = (rest / 54, rest / 6 % 9, rest / 3 % 2, rest % 3);
        let (row, column) = (pixel / 4 + tap / 3, pixel % 4 + tap % 3);
        if (1..=5).contains(&row) && (1..=4).contains(&column) {
            let input = sample * 20 + (row - 1) * 4 + column - 1;
            f(
                (sample * 20 + pixel) * 3 + o,
                input * 2 + c,
                (tap * 2 + c) * 3 + o,
            );
        }
    }
}

#[test]
fn convolutions_of_duals() {
    let (x, filter, dy, bias) = (whole(80, 1), whole(54, 2), whole(120, 3), whole(3, 4));
    let mut scratch = vec![D::default(); WINDOW.scratch()];
    let (mut y, mut expected) = (vec![D::default(); 120], bias.repeat(40));
    D::conv2d(
        &WINDOW,
        &x,
        &filter,
        Start::Row(&bias),
        &mut y,
        &mut scratch,
    );
    taps(|to, from, tap| expected[to] += times(x[from], filter[tap]));
    assert_eq!(numbers(&y), numbers(&expected));

    let (mut dx, mut expected) = (whole(80, 9), vec![D::default(); 80]);
    D::conv2d_by_data(&WINDOW, &dy, &filter, &mut dx, &mut scratch);
    taps(|to, from, tap| expected[from] += times(dy[to], filter[tap]));
    assert_eq!(numbers(&dx), numbers(&expected));

    let (mut df, mut expected) = (whole(54, 8), whole(54, 8));
    D::conv2d_by_weights(&WINDOW, &x, &dy, Start::Output, &mut df, &mut scratch);
    taps(|to, from, tap| expected[tap] += times(x[from], dy[to]));
    assert_eq!(numbers(&df), numbers(&expected));
}

/// A steep number meets a zero that does not move: the rule of duals, and not the `NaN` of plain products.
#[test]
fn a_product_that_hides_behind_a_nan() {
    let p = Product {
        m: 8,
        k: 8,
        n: 8,
        layout: Layout::Nn,
    };
    let (mut a, mut b, mut c) = (whole(64, 1), whole(64, 2), whole(64, 3));
    a[8].partials[1] = f64::INFINITY; // row 1 is steep
    b[0].value = 0.0;
    D::matmul(p, &a, &b, Start::Output, &mut c);
    let mut expected = whole(64, 3)[8];
    for t in 0..8 {
        let mut term = times(a[8 + t], b[t * 8]);
        if t == 0 {
            term.partials[1] = a[8].value * b[0].partials[1];
        }
        expected += term;
    }
    assert_eq!(numbers(&c[8..9]), numbers(&[expected]));
    assert!(c.iter().all(|c| !c.value.is_nan()));
    assert!(
        c[..8]
            .iter()
            .all(|c| c.partials.iter().all(|d| d.is_finite()))
    );
}

/// A dual of duals comes apart twice.
#[test]
fn second_derivatives_of_products() {
    type Second = Dual<Dual<f64>>;
    let x = |value: f64| Second::variable(Dual::variable(value, 0), 0);
    let p = Product {
        m: 4,
        k: 16,
        n: 4,
        layout: Layout::Nn,
    };
    let (a, mut c) = (vec![x(3.0); 64], vec![Second::default(); 16]);
    Second::matmul(p, &a, &a, Start::Zero, &mut c);
    // 16·x²
    assert!(c.iter().all(|c| c.value.value == 144.0
        && c.partials[0].value == 96.0
        && c.partials[0].partials[0] == 32.0));
}
