//! Activations of one formula: smooth ones, and ones made of pieces. The derivative comes from [`Dual`](autodiff::Dual).

use core_tensor::{Batch, BatchMut, Real, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::elementwise::{Formula, times_slopes, values};
use crate::{Layer, Pass};

// one activation: its doc, its name with parameters, its cost, its formula, which is no closure, for that may stay outside of the loop
macro_rules! formulas { ($($(#[$doc:meta])* $name:ident $(($p:ident / $q:ident = $a:literal / $b:literal $(, $p2:ident / $q2:ident = $a2:literal / $b2:literal)?))? $flops:literal |$x:ident: R| $formula:expr;)+) => {$(
    $(#[$doc])*
    pub struct $name $(<const $p: i64 = $a, const $q: i64 = $b $(, const $p2: i64 = $a2, const $q2: i64 = $b2)?>)?;
    no_params!([$(const $p: i64, const $q: i64 $(, const $p2: i64, const $q2: i64)?)?] $name $(<$p, $q $(, $p2, $q2)?>)?);

    impl $(<const $p: i64, const $q: i64 $(, const $p2: i64, const $q2: i64)?>)? Formula for $name $(<$p, $q $(, $p2, $q2)?>)? {
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = $flops;
        #[inline(always)]
        fn value<R: Real>($x: R) -> R {
            $formula
        }
    }

    impl<X: Shape, T: Scalar $(, const $p: i64, const $q: i64 $(, const $p2: i64, const $q2: i64)?)?> Layer<X, T> for $name $(<$p, $q $(, $p2, $q2)?>)? {
        type Y = X;
        type Saved<'a> = Batch<'a, X, T>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = $flops * X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) { let y = pass.batch::<X>(x.len()); values::<Self, T>(Tensor::flat(x), Tensor::flat_mut(y)); (y, x) }
        fn backward<'a>(&self, x: Self::Saved<'_>, dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> { times_slopes::<Self, T>(Tensor::flat(x), Tensor::flat_mut(dy)); mutant::back(stringify!($name), dy) }
    }
)+} }

formulas! {
    /// `y = x`: where an activation is asked for and none is wanted.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1
    Identity 0 |x: R| x;
    /// A line in place of the logistic function: `y = min(max(α·x + β, 0), 1)` with `α = P/Q` and `β = A/B`, a sixth and a half unless said
    /// otherwise.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `α` where `0 < α·x + β < 1`, else 0, at the kinks too.
    ///
    /// Howard et al.: Searching for MobileNetV3 (2019); PyTorch's form. Courbariaux et al.: BinaryConnect (2015) has 1/2 for `α`, Keras 1/5.
    HardSigmoid(P/Q = 1/6, A/B = 1/2) 4 |x: R| R::one().min(R::zero().max(ratio::<R>(P, Q) * x + ratio(A, B)));
    /// `y = min(max(x, −1), 1)`
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1 for `−1 < x < 1`, else 0, at the kinks too.
    ///
    /// Collobert: Large scale machine learning (2004).
    HardTanh 2 |x: R| R::one().min((-R::one()).max(x));
    /// `y = min(max(x, 0), 6)`
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1 for `0 < x < 6`, else 0, at the kinks too.
    ///
    /// Krizhevsky: Convolutional deep belief networks on CIFAR-10 (2010).
    Relu6 2 |x: R| R::of(6.0).min(R::zero().max(x));
    /// `y = x` for `x > 0`, else `P/Q·x`: `LeakyRelu` has the slope 1/100, `LeakyRelu<1, 5>` a fifth. Two pieces, so the slope may be above 1,
    /// where `max(αx, x)` is another function.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1 for `x > 0`, else `P/Q`, at the kink too.
    ///
    /// Maas, Hannun, Ng: Rectifier nonlinearities improve neural network acoustic models (2013).
    LeakyRelu(P/Q = 1/100) 2 |x: R| R::choose(x > R::zero(), x, ratio::<R>(P, Q) * x);
    /// `y = x` for `x > 0`, else `α·(eˣ − 1)` with `α = P/Q`, 1 unless said otherwise.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1 for `x > 0`, else `α·eˣ`; at 0 it is `α`.
    ///
    /// Clevert, Unterthiner, Hochreiter: Fast and accurate deep network learning by exponential linear units (2015).
    Elu(P/Q = 1/1) 20 |x: R| R::choose(x > R::zero(), x, ratio::<R>(P, Q) * x.exp_m1());
    /// [`Elu`] scaled so that means of 0 and variances of 1 stay: `y = λ·x` for `x > 0`, else `λ·α·(eˣ − 1)`, `λ ≈ 1.0507`, `α ≈ 1.6733`.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `λ` for `x > 0`, else `λ·α·eˣ`, at 0 too.
    ///
    /// Klambauer et al.: Self-normalizing neural networks (2017).
    Selu 21 |x: R| R::of(1.050_700_987_355_480_5) * R::choose(x > R::zero(), x, R::of(1.673_263_242_354_377_2) * x.exp_m1());
    /// `y = x` for `x > 0`, else `α·(e^(x/α) − 1)` with `α = P/Q`: an [`Elu`] whose slope has no step.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1 for `x > 0`, else `e^(x/α)`: 1 at 0.
    ///
    /// Barron: Continuously differentiable exponential linear units (2017).
    Celu(P/Q = 1/1) 21 |x: R| R::choose(x > R::zero(), x, ratio::<R>(P, Q) * (x / ratio(P, Q)).exp_m1());
    /// Gaussian error linear unit, exact: `y = x·Φ(x)` with the chance `Φ(x) = (1 + erf(x/√2)) / 2` of a standard normal number below `x`.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `Φ(x) + x·e^(−x²/2)/√(2π)`
    ///
    /// Hendrycks, Gimpel: Gaussian error linear units (2016).
    Gelu 25 |x: R| x * x.normal_cdf();
    /// [`Gelu`] by the hyperbolic tangent: `y = x/2·(1 + tanh u)` with `u = √(2/π)·(x + 0.044715·x³)`, which is `x·σ(2u)`. It differs by up to
    /// 5e-4.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `s + 2·x·u'·s·(1 − s)` with `s = σ(2u)` and `u' = √(2/π)·(1 + 0.134145·x²)`
    ///
    /// Hendrycks, Gimpel: Gaussian error linear units (2016).
    GeluTanh 28 |x: R| x * (x * (R::of(1.595_769_121_605_730_8) + R::of(0.071_354_816_272_600_25) * x * x)).sigmoid();
    /// [`Gelu`] by the logistic function: `y = x·σ(1.702·x)`. It differs by up to 0.02.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `σ(z)·(1 + z·(1 − σ(z)))` with `z = 1.702·x`
    ///
    /// Hendrycks, Gimpel: Gaussian error linear units (2016).
    QuickGelu 22 |x: R| x * (R::of(1.702) * x).sigmoid();
    /// Sigmoid linear unit: `y = x·σ(x)`.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `σ(x)·(1 + x·(1 − σ(x)))`
    ///
    /// Elfwing, Uchibe, Doya: Sigmoid-weighted linear units (2017).
    Silu 21 |x: R| x * x.sigmoid();
    /// `y = x·σ(β·x) = x / (1 + e^(−β·x))` with a fixed `β = P/Q`; [`LearnedSwish`](crate::LearnedSwish) learns it.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `σ(z)·(1 + z·(1 − σ(z)))` with `z = β·x`
    ///
    /// Ramachandran, Zoph, Le: Searching for activation functions (2017).
    Swish(P/Q = 1/1) 22 |x: R| x * (ratio::<R>(P, Q) * x).sigmoid();
    /// `y = x·tanh(ln(1 + eˣ))`, which is `x·n/(n + 2)` with `n = eˣ·(eˣ + 2)`.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `t + x·σ(x)·(1 − t²)` with `t = tanh(ln(1 + eˣ))`
    ///
    /// Misra: Mish, a self regularized non-monotonic activation function (2019).
    Mish 45 |x: R| mish(x);
    /// `y = ln(1 + e^(β·x)) / β` with `β = P/Q`: a relu without a kink, stable everywhere.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `σ(β·x)`
    ///
    /// Dugas et al.: Incorporating second-order functional knowledge (2000).
    Softplus(P/Q = 1/1) 25 |x: R| (ratio::<R>(P, Q) * x).softplus() / ratio(P, Q);
    /// `y = ln σ(x)`, stable everywhere.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `σ(−x)`
    LogSigmoid 25 |x: R| -(-x).softplus();
    /// `y = x / (1 + |x|)`
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `1 / (1 + |x|)²`, 1 at 0.
    ///
    /// Turian, Bergstra, Bengio: Quadratic features and deep architectures for chunking (2009).
    Softsign 3 |x: R| x / (R::one() + x.abs());
    /// `y = x·min(max(x + 3, 0), 6) / 6`: [`Silu`] by lines and a parabola.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 0 for `x ≤ −3`, `x/3 + 1/2` between, 1 for `x ≥ 3`; at the kinks it is that of the straight side.
    ///
    /// Howard et al.: Searching for MobileNetV3 (2019).
    HardSwish 5 |x: R| x * R::of(6.0).min(R::zero().max(x + R::of(3.0))) / R::of(6.0);
}

/// `p/q`
#[inline(always)]
fn ratio<R: Real>(p: i64, q: i64) -> R {
    R::of(p as f64 / q as f64)
}

/// `x·n / (n + 2)`, which is `x` to the last digit above 40, and `n` may overflow only there.
#[inline(always)]
fn mish<R: Real>(x: R) -> R {
    let (e, two) = (x.exp(), R::of(2.0));
    let n = e * (e + two);
    R::choose(x > R::of(40.0), x, x * (n / (n + two)))
}
