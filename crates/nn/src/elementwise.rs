//! Activations and losses of your own: one formula, whose derivative comes out of it.
//!
//! Forward is the formula on [`Plain`] numbers. Backward evaluates it on [`Dual<Plain<T>>`](Plain) in the same vector loop, and once more on
//! the careful [`Dual<T>`](Dual) where the slope came out as `NaN`. Backward keeps the input and not the slopes: for a cheap formula
//! writing and reading them takes longer than making them again (2,048 numbers of a cubic in `f32`, forward and backward: 217 ns
//! against 131), and using a network needs none.

use core::marker::PhantomData;

use autodiff::{Dual, Plain};
use core_tensor::{
    Batch, BatchMut, Look, Params, Path, Real, Room, Scalar, Shape, Tensor, Visit, mutant, zeroed,
};

use crate::{Layer, Loss, Pass};

/// A function of one number, for [`Elementwise`].
///
/// It is a type without values, as zeroed memory must be a valid layer; what it depends on goes into const parameters
/// (`struct Leaky<const PERCENT: i32>`).
pub trait Formula: 'static {
    /// The layer's name in tables.
    const NAME: &'static str;
    /// Additions and multiplications of one evaluation.
    const FLOPS: u64;

    /// `f(x)`. Mark it `#[inline(always)]`, or it may stay outside of the loop that is compiled for the machine's widest vectors.
    fn value<R: Real>(x: R) -> R;
}

/// Any activation: `y = f(x)` for every number of a sample, without weights.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `f'(x)` by [`Dual`], exact and with its conventions at kinks: `|x|'(0) = 0`, and a tie of `max` belongs to its first argument. So
/// `R::zero().max(x)` is relu as everybody has it, 0 at 0, and `x.max(R::zero())` has the slope 1 there. `0·∞` is 0.
/// A comparison of your own takes the derivative of the branch that it takes.
///
/// ```
/// use core_tensor::{Real, Tensor, Vector};
/// use nn::{Elementwise, Formula, Linear, Network};
///
/// /// `x·σ(x)` (Elfwing, Uchibe, Doya 2017)
/// struct Silu;
/// impl Formula for Silu {
///     const NAME: &'static str = "Silu";
///     const FLOPS: u64 = 20;
///     #[inline(always)]
///     fn value<R: Real>(x: R) -> R {
///         x / (R::one() + (-x).exp())
///     }
/// }
///
/// let mut net = Network::<Vector<1>, (Linear<1, 1>, Elementwise<Silu>)>::new(1);
/// net.layers.0.weight = Tensor::new([[2.0]]);
/// let y = net.predict(&[Tensor::new([1.0])])[0][[0]];
/// assert!((y - 1.761_594_2).abs() < 1e-6);
/// ```
pub struct Elementwise<F>(PhantomData<F>);
zeroed!([F: Formula] Elementwise<F> { 0 });

impl<T: Scalar, F: Formula> Params<T> for Elementwise<F> {
    type Grad = ();
    const COUNT: usize = 0;
    fn visit<const K: usize>(&mut self, _: [&mut (); K], _: &Path<'_>, _: &mut impl Visit<T, K>) {}
    fn look(&self, _: &Path<'_>, _: &mut impl Look<T>) {}
}

impl<X: Shape, T: Scalar, F: Formula> Layer<X, T> for Elementwise<F> {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = F::NAME;
    const FLOPS: u64 = F::FLOPS * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        values::<F, T>(Tensor::flat(x), Tensor::flat_mut(y));
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Batch<'_, X, T>,
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        times_slopes::<F, T>(Tensor::flat(x), Tensor::flat_mut(dy));
        mutant::back("Elementwise", dy)
    }
}

/// `y = f(x)`
#[inline(never)]
pub(crate) fn values<F: Formula, T: Scalar>(x: &[T], y: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = F::value(Plain::new(x)).get();
            }
        },
    );
}

/// `dy ← dy · f'(x)`
#[inline(never)]
pub(crate) fn times_slopes<F: Formula, T: Scalar>(x: &[T], dy: &mut [T]) {
    // not a `bool`, whose sum the compiler does not find vectors for
    let mut doubts = 0_u32;
    T::vectorize(
        #[inline(always)]
        || {
            let mut doubts_here = 0_u32;
            for (dy, &x) in dy.iter_mut().zip(x) {
                let slope = plain_slope::<F, T>(x);
                let doubtful = slope.doubtful();
                doubts_here |= if doubtful { u32::MAX } else { 0 };
                // a choice of factors: one of what is stored would become a store under a mask
                *dy *= if doubtful { T::one() } else { slope.get() };
            }
            doubts = doubts_here;
        },
    );
    if doubts > 0 {
        times_doubtful_slopes::<F, T>(x, dy);
    }
}

/// What the loop of [`times_slopes`] left out.
#[cold]
#[inline(never)]
fn times_doubtful_slopes<F: Formula, T: Scalar>(x: &[T], dy: &mut [T]) {
    for (dy, &x) in dy.iter_mut().zip(x) {
        if plain_slope::<F, T>(x).doubtful() {
            *dy *= F::value(Dual::<T>::variable(x, 0)).partials[0];
        }
    }
}

#[inline(always)]
fn plain_slope<F: Formula, T: Scalar>(x: T) -> Plain<T> {
    F::value(Dual::<Plain<T>>::variable(Plain::new(x), 0)).partials[0]
}

/// How wrong one number is, for [`ElementwiseLoss`].
pub trait LossFormula {
    /// `f(y, t)` of an output and its target. Mark it `#[inline(always)]`, as a [`Formula`].
    fn value<R: Real>(&self, y: R, target: R) -> R;
}

/// Any element-wise loss: `Σ f(y, t) / n` over the `n` numbers of a sample.
///
/// # Shapes
/// Any shape against a tensor of the same.
///
/// # Gradient
/// `∂f/∂y / n`, with the conventions of [`Elementwise`].
///
/// ```
/// use core_tensor::{Real, Tensor, Vector};
/// use nn::{ElementwiseLoss, Loss, LossFormula};
///
/// /// `(y − t)²/2` near the target, `δ·(|y − t| − δ/2)` far from it (Huber 1964)
/// struct Huber { delta: f64 }
/// impl LossFormula for Huber {
///     #[inline(always)]
///     fn value<R: Real>(&self, y: R, target: R) -> R {
///         let (delta, half, size) = (R::of(self.delta), R::of(0.5), (y - target).abs());
///         if size <= delta { half * size * size } else { delta * (size - half * delta) }
///     }
/// }
///
/// let loss = ElementwiseLoss(Huber { delta: 1.0 });
/// let (y, target) = (Tensor::<Vector<2>>::new([3.0, 0.5]), Tensor::new([0.0, 0.0]));
/// let mut dy = Tensor::zeros();
/// assert_eq!(loss.sample(&y, &target, &mut dy), (2.5 + 0.125) / 2.0);
/// assert_eq!(dy, Tensor::new([0.5, 0.25]));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ElementwiseLoss<F>(pub F);

impl<Y: Shape, T: Scalar, F: LossFormula> Loss<Y, T> for ElementwiseLoss<F> {
    type Target = Tensor<Y, T>;

    fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
        let share = T::of(1.0 / Y::LEN as f64);
        let (y, target, dy) = (y.as_slice(), target.as_slice(), dy.as_mut_slice());
        let mut sum = T::zero();
        T::vectorize(
            #[inline(always)]
            || {
                for ((&y, &t), d) in y.iter().zip(target).zip(dy) {
                    sum += self.0.value(y, t);
                    *d = mutant::slope("ElementwiseLoss", slope_by_y(&self.0, y, t) * share);
                }
            },
        );
        sum * share
    }
}

/// `∂f/∂y`
#[inline(always)]
fn slope_by_y<F: LossFormula, T: Scalar>(f: &F, y: T, target: T) -> T {
    let plain = Dual::<Plain<T>>::variable(Plain::new(y), 0);
    let slope = f.value(plain, Dual::constant(Plain::new(target))).partials[0];
    if slope.doubtful() {
        careful_slope_by_y(f, y, target)
    } else {
        slope.get()
    }
}

#[cold]
#[inline(never)]
fn careful_slope_by_y<F: LossFormula, T: Scalar>(f: &F, y: T, target: T) -> T {
    f.value(Dual::<T>::variable(y, 0), Dual::constant(target))
        .partials[0]
}
