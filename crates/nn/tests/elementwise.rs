//! Activations and losses of one formula, against derivatives by hand: at many places, at kinks, where `0·∞` lurks, in `f32`, `f64` and
//! dual numbers, inside of networks.

#[path = "common/pass.rs"]
mod pass;

use autodiff::Dual;
use core_tensor::{Matrix, Real, Rule, Scalar, Tensor, Vector, Zeroed};
use nn::{
    Elementwise, ElementwiseLoss, Formula, Layer, Linear, Loss, LossFormula, Mse, Network, Pass,
    Relu, Tanh, training_room,
};
use pass::{fill, run};

macro_rules! formulas { ($($name:ident |$x:ident| $value:expr;)+) => {$(
    struct $name;
    impl Formula for $name {
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = 3;
        #[inline(always)]
        fn value<R: Real>($x: R) -> R { $value }
    }
)+} }
formulas! {
    Cubic |x| x + x * x * x / R::of(3.0);
    Silu |x| x / (R::one() + (-x).exp());
    Softsign |x| x / (R::one() + x.abs());
    ZeroFirst |x| R::zero().max(x);
    ZeroLast |x| x.max(R::zero());
    Leaky |x| if x > R::zero() { x } else { x * R::of(0.1) };
    RootTimes |x| x * x.sqrt();
    Log |x| x.ln();
    Tangent |x| x.tanh();
    Ruled |x| R::by_rule(&Half, [x]);
}

/// `x`, with a derivative that nobody would guess.
struct Half;
impl Rule for Half {
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x
    }
    fn slopes<R: Real>(&self, _: [R; 1]) -> [R; 1] {
        [R::of(0.5)]
    }
}

/// 100 numbers on either side of 0, as one sample.
type Many = Vector<201>;
fn many() -> [Tensor<Many, f64>; 1] {
    [Tensor::from_fn(|i| (i as f64 - 100.0) / 16.0)]
}

/// Values and slopes of a formula at the numbers of `x`, by a layer in `f64`.
fn both<F: Formula>(x: &[Tensor<Many, f64>]) -> (Vec<f64>, Vec<f64>) {
    let layer = Elementwise::<F>::boxed();
    run::<Many, _>(&*layer, x, &vec![1.0; x.len() * 201], &mut ())
}

fn compare<F: Formula>(f: impl Fn(f64) -> f64, df: impl Fn(f64) -> f64) {
    let x = many();
    let (y, dx) = both::<F>(&x);
    for ((&x, y), dx) in x[0].as_slice().iter().zip(y).zip(dx) {
        let (f, df) = (f(x), df(x));
        assert!((y - f).abs() <= 1e-14 * f.abs(), "{}({x}) = {y}", F::NAME);
        assert!((dx - df).abs() <= 1e-14, "{}'({x}) = {dx}, {df}", F::NAME);
    }
}

#[test]
fn slopes_by_hand() {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    compare::<Cubic>(|x| x + x.powi(3) / 3.0, |x| 1.0 + x * x);
    compare::<Silu>(
        |x| x * sigmoid(x),
        |x| sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))),
    );
    compare::<Softsign>(|x| x / (1.0 + x.abs()), |x| (1.0 + x.abs()).powi(-2));
    compare::<Tangent>(f64::tanh, |x| x.cosh().powi(-2));
    compare::<Leaky>(|x| x.max(0.1 * x), |x| if x > 0.0 { 1.0 } else { 0.1 });
    compare::<Ruled>(|x| x, |_| 0.5);
}

/// The documented rule: a tie of `max` belongs to its first argument.
#[test]
fn relu_both_ways() {
    compare::<ZeroFirst>(|x| x.max(0.0), |x| f64::from(u8::from(x > 0.0)));
    compare::<ZeroLast>(|x| x.max(0.0), |x| f64::from(u8::from(x >= 0.0)));
    let x = many();
    let cotangent: Vec<f64> = (0..201).map(|i| f64::from(i) - 50.0).collect();
    let by_formula = run::<Many, _>(&*Elementwise::<ZeroFirst>::boxed(), &x, &cotangent, &mut ());
    let by_layer = run::<Many, _>(&Relu, &x, &cotangent, &mut ());
    assert_eq!(by_formula, by_layer);
}

/// Where plain arithmetic would find `0·∞`.
#[test]
fn slopes_that_hide_behind_a_nan() {
    let mut x = many();
    for (i, far) in [(3, -1e3), (77, -1e300), (200, f64::NEG_INFINITY)] {
        x[0][[i]] = far;
    }
    let (_, dx) = both::<Silu>(&x);
    assert_eq!([dx[3], dx[77]], [0.0; 2]);
    assert_eq!(dx[100], 0.5); // x = 0
    assert_eq!(dx.iter().filter(|dx| dx.is_nan()).count(), 1); // −∞/∞ has no value and no slope
    assert!(dx[200].is_nan());

    // (x·√x)' = 1.5·√x, 0 at 0, and outside of the domain there is none
    let (_, dx) = both::<RootTimes>(&many());
    assert!((dx[116] - 1.5).abs() < 1e-15 && dx[100] == 0.0 && dx[99].is_nan());

    // infinite is not doubtful
    let (y, dx) = both::<Log>(&many());
    assert_eq!((y[100], dx[100]), (f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn in_f32_and_in_odd_numbers() {
    let layer = Elementwise::<Cubic>::boxed();
    for n in [1, 7, 16, 17, 63, 64, 65, 130] {
        let numbers: Vec<f32> = (0..n).map(|i| i as f32 / 32.0 - 1.0).collect();
        let x = Tensor::<Vector<1>>::batch(&numbers);
        let mut room = vec![f32::NAN; training_room::<Vector<1>, Elementwise<Cubic>, f32>(n)];
        let mut pass = Pass::train(&mut room, 0);
        let (y, saved) = layer.forward(x, &mut pass);
        let y = Tensor::flat(y).to_vec();
        let dy = pass.batch::<Vector<1>>(n);
        Tensor::flat_mut(dy).fill(2.0);
        let dx = layer.backward(saved, dy, None, &mut pass);
        for ((&x, y), &dx) in numbers.iter().zip(y).zip(Tensor::flat(dx)) {
            assert!((y - (x + x.powi(3) / 3.0)).abs() < 2e-7);
            assert!((dx - 2.0 * (1.0 + x * x)).abs() < 5e-7);
        }
    }
}

/// In dual numbers the slope carries the second derivative: (x + x³/3)'' = 2x.
#[test]
fn in_dual_numbers() {
    type Two = Vector<2>;
    let x = [Tensor::new([0.75, -2.0]).map(|&x| Dual::<f64>::variable(x, 0))];
    let layer = Elementwise::<Cubic>::boxed();
    let mut room = vec![Dual::default(); training_room::<Two, Elementwise<Cubic>, Dual<f64>>(1)];
    let mut pass = Pass::train(&mut room, 0);
    let (_, saved) = layer.forward(&x, &mut pass);
    let dy = pass.batch::<Two>(1);
    Tensor::flat_mut(dy).fill(Dual::constant(1.0));
    let dx = layer.backward(saved, dy, None, &mut pass);
    let found = Tensor::flat(dx).iter().map(|d| (d.value, d.partials[0]));
    assert_eq!(found.collect::<Vec<_>>(), [(1.5625, 1.5), (5.0, -4.0)]);
}

/// A network with tanh as a formula is the network with the layer [`Tanh`].
#[test]
fn inside_a_network() {
    type Net<A> = (Linear<3, 4, f64>, A, Linear<4, 2, f64>);
    fn gradient<A: Layer<Vector<4>, f64, Y = Vector<4>>>() -> (f64, Vec<f64>)
    where
        Net<A>: Layer<Vector<3>, f64, Y = Vector<2>>,
        (Linear<3, 4, f64>, A::Grad, Linear<4, 2, f64>): Zeroed,
    {
        let mut net = Network::<Vector<3>, Net<A>, f64>::new(5);
        fill::<_, f64>(&mut *net.layers, |i| (i as f64 * 1.7).sin());
        let x: Vec<_> = (0..5)
            .map(|n| Tensor::from_fn(|i| (n * 3 + i) as f64 / 8.0 - 0.7))
            .collect();
        let targets: Vec<_> = (0..5)
            .map(|n| Tensor::from_fn(|i| (n + i) as f64 / 4.0))
            .collect();
        let mut grad = net.new_gradient();
        let score = net.gradient(&Mse, &x, &targets, &mut grad, nn::Gradients::Overwrite, 0);
        let flat = pass::gradients(&mut *net.layers, &mut grad);
        (
            score.loss,
            flat.into_iter().flat_map(|(_, numbers)| numbers).collect(),
        )
    }
    let (by_formula, by_layer) = (gradient::<Elementwise<Tangent>>(), gradient::<Tanh>());
    assert!((by_formula.0 - by_layer.0).abs() < 1e-14);
    assert_eq!(by_formula.1.len(), 26);
    for (a, b) in by_formula.1.iter().zip(&by_layer.1) {
        assert!((a - b).abs() < 1e-14, "{a} {b}");
    }
}

struct Huber(f64);
impl LossFormula for Huber {
    #[inline(always)]
    fn value<R: Real>(&self, y: R, target: R) -> R {
        let (delta, half, size) = (R::of(self.0), R::of(0.5), (y - target).abs());
        if size <= delta {
            half * size * size
        } else {
            delta * (size - half * delta)
        }
    }
}
struct Poisson;
impl LossFormula for Poisson {
    #[inline(always)]
    fn value<R: Real>(&self, y: R, target: R) -> R {
        y.exp() - target * y
    }
}
struct Square;
impl LossFormula for Square {
    #[inline(always)]
    fn value<R: Real>(&self, y: R, target: R) -> R {
        (y - target) * (y - target)
    }
}
struct Root;
impl LossFormula for Root {
    #[inline(always)]
    fn value<R: Real>(&self, y: R, target: R) -> R {
        (y - target) * (y - target).sqrt()
    }
}

fn judge<Q: Loss<Matrix<2, 2>, T, Target = Tensor<Matrix<2, 2>, T>>, T: Scalar>(
    loss: &Q,
    y: [f64; 4],
    t: [f64; 4],
) -> (f64, [f64; 4]) {
    let tensor = |numbers: [f64; 4]| Tensor::from_fn(|i| T::of(numbers[i]));
    let mut dy = tensor([f64::NAN; 4]);
    let value = loss.sample(&tensor(y), &tensor(t), &mut dy);
    let double = |x: T| x.to_f64().expect("a number");
    (
        double(value),
        std::array::from_fn(|i| double(dy.as_slice()[i])),
    )
}

#[test]
fn losses_by_hand() {
    let huber = ElementwiseLoss(Huber(0.5));
    // errors 2, −¼, 0 and ½, which is the border
    let found = judge::<_, f64>(&huber, [3.0, 0.75, 1.0, 0.0], [1.0, 1.0, 1.0, -0.5]);
    let value = (0.5 * (2.0 - 0.25) + 0.03125 + 0.0 + 0.125) / 4.0;
    assert_eq!(found, (value, [0.125, -0.0625, 0.0, 0.125]));
    assert_eq!(
        found,
        judge::<_, f32>(&huber, [3.0, 0.75, 1.0, 0.0], [1.0, 1.0, 1.0, -0.5])
    );

    let e = core::f64::consts::E;
    let (value, slopes) = judge::<_, f64>(
        &ElementwiseLoss(Poisson),
        [0.0, 1.0, -1.0, 0.0],
        [3.0, 2.0, 1.0, 0.0],
    );
    assert!((value - (1.0 + (e - 2.0) + (1.0 / e + 1.0) + 1.0) / 4.0).abs() < 1e-15);
    let expected = [1.0 - 3.0, e - 2.0, 1.0 / e - 1.0, 1.0].map(|d| d / 4.0);
    assert!(
        slopes
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-15)
    );

    // (y − t)·√(y − t) is flat at 0, though its factors are not
    let found = judge::<_, f64>(
        &ElementwiseLoss(Root),
        [4.0, 1.0, 1.0, 2.0],
        [0.0, 1.0, 0.0, 2.0],
    );
    assert_eq!(found, (9.0 / 4.0, [0.75, 0.0, 0.375, 0.0]));
}

#[test]
fn the_square_is_the_mean_squared_error() {
    let (y, t) = ([0.3, -1.5, 2.25, 7.0], [1.0, 0.5, -0.125, 6.5]);
    assert_eq!(
        judge::<_, f64>(&ElementwiseLoss(Square), y, t),
        judge::<_, f64>(&Mse, y, t)
    );
}
