//! Functions that bring their own derivative: every way to differentiate obeys it, and asks nothing else.

use autodiff::{Dual, Real, Rule, Tape, Var, derivative, grad, hessian, hvp, jvp, value_and_grad};
use core_tensor::{Tensor, Vector};

/// A value and slopes that have nothing to do with one another, so that who looks into the value is found out.
struct Odd1;
impl Rule<1> for Odd1 {
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x.floor() + R::of(0.5)
    }
    fn slopes<R: Real>(&self, [x]: [R; 1]) -> [R; 1] {
        [R::of(3.0) * x]
    }
}

struct Odd2;
impl Rule<2> for Odd2 {
    fn value<R: Real>(&self, [x, y]: [R; 2]) -> R {
        x - y
    }
    fn slopes<R: Real>(&self, [x, y]: [R; 2]) -> [R; 2] {
        [x * y, R::of(2.0) * y]
    }
}

struct Odd3(f64);
impl Rule<3> for Odd3 {
    fn value<R: Real>(&self, [x, y, z]: [R; 3]) -> R {
        R::of(self.0) * x * y * z
    }
    fn slopes<R: Real>(&self, [x, y, z]: [R; 3]) -> [R; 3] {
        [x + y, y * z, R::of(self.0)]
    }
}

#[test]
fn of_one_number() {
    // value 2.5, slope 3x, its derivative 3
    assert_eq!(f64::by_rule(&Odd1, [2.0]), 2.5);
    assert_eq!(derivative(|x| Dual::by_rule(&Odd1, [x]), 2.0), (2.5, 6.0));
    assert_eq!(
        value_and_grad(|x| Var::by_rule(&Odd1, x), &[2.0]),
        (2.5, [6.0])
    );
    let nested: Dual<Dual<f64>> = Dual::by_rule(&Odd1, [Dual::variable(Dual::variable(2.0, 0), 0)]);
    assert_eq!(nested.partials[0].partials[0], 3.0);
    assert_eq!(hessian(|x| Var::by_rule(&Odd1, x), &[2.0]), [[3.0]]);
    assert_eq!(
        hvp(|x| Var::by_rule(&Odd1, x), &[2.0_f32], &[5.0]),
        ([6.0], [15.0])
    );
    let (slope, [curvature]) =
        value_and_grad(|[x]| derivative(|x| Dual::by_rule(&Odd1, [x]), x).1, &[2.0]);
    assert_eq!((slope, curvature), (6.0, 3.0));
    // inside of other functions, and of every number of a tensor
    assert_eq!(
        value_and_grad(|[x]| Var::by_rule(&Odd1, [x * x]) * x, &[2.0]),
        (9.0, [4.5 + 2.0 * 12.0 * 4.0])
    );
    Tape::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<2>, f64>::new([1.0, 2.0]));
        let y = x.map(|x| Dual::by_rule(&Odd1, [x]));
        assert_eq!(
            (y.value(), y.sum().backward().of(&x)),
            ([1.5, 2.5], Tensor::new([3.0, 6.0]))
        );
    });
}

#[test]
fn of_two_numbers() {
    let x = [3.0, 5.0];
    assert_eq!(
        value_and_grad(|x| Var::by_rule(&Odd2, x), &x),
        (-2.0, [15.0, 10.0])
    );
    assert_eq!(
        jvp(|x| [Dual::by_rule(&Odd2, x)], &x, &[1.0, 10.0]),
        ([-2.0], [115.0])
    );
    // the slopes differentiated: they belong to no function, so neither does the Hessian
    assert_eq!(
        hessian(|x| Var::by_rule(&Odd2, x), &x),
        [[5.0, 3.0], [0.0, 2.0]]
    );
    // twice the same number, and one of them constant
    assert_eq!(grad(|[x]| Var::by_rule(&Odd2, [x, x]), &[3.0]), [15.0]);
    assert_eq!(
        grad(|[x]| Var::by_rule(&Odd2, [x, 5.0.into()]), &[3.0]),
        [15.0]
    );
    assert_eq!(
        grad(|[x]| Var::by_rule(&Odd2, [3.0.into(), x]), &[5.0]),
        [10.0]
    );
    Tape::new().record(|tape| {
        let x = x.map(|x| Tensor::<Vector<1>, f64>::new([x]));
        let [x, y] = tape.variable(&x);
        let gradients = x
            .zip(y, |x, y| Dual::by_rule(&Odd2, [x, y]))
            .sum()
            .backward();
        assert_eq!((gradients.of(&x)[[0]], gradients.of(&y)[[0]]), (15.0, 10.0));
    });
}

#[test]
fn of_three_numbers() {
    let x = [2.0, 3.0, 5.0];
    let (value, slopes) = value_and_grad(|x| Var::by_rule(&Odd3(0.5), x), &x);
    assert_eq!((value, slopes), (15.0, [5.0, 15.0, 0.5]));
    let duals: [Dual<f64, 3>; 3] = core::array::from_fn(|i| Dual::variable(x[i], i));
    let y = Dual::by_rule(&Odd3(0.5), duals);
    assert_eq!((y.value, y.partials), (15.0, slopes));
    assert_eq!(
        hessian(|x| Var::by_rule(&Odd3(0.5), x), &x),
        [[1.0, 1.0, 0.0], [0.0, 5.0, 3.0], [0.0; 3]]
    );
    // of constants it is one
    assert!(Var::<f64>::by_rule(&Odd3(1.0), x.map(Var::from)).is_constant());
}
