//! Duals of many directions, which are worked out by vectors, keep to the same edges as those of one: a direction that does not move stays
//! zero, and zero times infinity is zero.

use autodiff::Dual;
use num_traits::Float;

const INF: f64 = f64::INFINITY;

type Wide = Dual<f64, 10>;

/// The slopes of `f` at `x` in direction 7, and in all others, which must be alike.
fn slopes(f: impl Fn(Wide) -> Wide, x: f64) -> (f64, f64) {
    let partials = f(Wide::variable(x, 7)).partials;
    let others = partials.iter().enumerate().filter(|&(i, _)| i != 7);
    assert!(others.clone().all(|(_, &slope)| slope == partials[0]));
    (partials[7], partials[0])
}

#[test]
fn edges_are_those_of_one_direction() {
    let zero = Wide::constant(0.0);
    assert_eq!(slopes(|x| x * x, 3.0), (6.0, 0.0));
    assert_eq!(slopes(|x| x.sqrt(), 0.0), (INF, 0.0));
    assert_eq!(slopes(|x| x.sqrt() * 2.0, 0.0), (INF, 0.0));
    assert_eq!(slopes(|x| x * x.sqrt(), 0.0), (0.0, 0.0));
    assert_eq!(slopes(|x| zero * x.sqrt(), 0.0), (0.0, 0.0));
    assert_eq!(slopes(|x| (x * x).sqrt(), 0.0), (0.0, 0.0));
    assert_eq!(slopes(|x| x / (x.sqrt() + 1.0), 0.0), (1.0, 0.0));
    let sigmoid = |x: Wide| ((-x).exp() + 1.0).recip();
    assert_eq!(slopes(sigmoid, -1000.0), (0.0, 0.0));
    assert_eq!(slopes(sigmoid, 0.0), (0.25, 0.0));
}

#[test]
fn only_the_direction_that_moves_is_lost() {
    let (own, others) = slopes(|x| x.ln(), -1.0);
    assert!(own.is_nan());
    assert_eq!(others, 0.0);
    let (own, others) = slopes(|x| x * f64::NAN, 1.0);
    assert!(own.is_nan());
    assert_eq!(others, 0.0);
}

/// `(x·y)'' = y''·x + 2·x'·y' + x''·y`, where a factor is zero too.
#[test]
fn second_derivatives_at_zero() {
    let x = Dual::<Dual<f64>, 4>::variable(Dual::variable(0.0, 0), 2);
    assert_eq!((x * x).partials[2].partials, [2.0]);
    assert_eq!(x.powi(3).partials[2].partials, [0.0]);
    assert_eq!((x * x.exp()).partials[2].partials, [2.0]);
    assert_eq!((x * x.exp()).partials[2].value, 1.0);
    assert_eq!((x * x).partials[1].partials, [0.0]);
}
