//! Where a function is evaluated and what comes out, as plain lists of `f64`, so that what compares knows neither shapes nor scalars.

use autodiff::Dual;
use core_tensor::{BatchMut, Scalar, Shape};
use nn::{Layer, Pass};
use rand::SeedableRng;
use rand::distr::{Distribution, Uniform};
use rand::rngs::ChaCha8Rng;

use super::evaluate;
use super::probe::Probe;

/// Where a function is evaluated.
#[derive(Clone, Default)]
pub(crate) struct Point {
    /// the inputs of all samples (of a loss, the outputs that it judges), then every number that learns in the order of the visit
    pub(crate) at: Vec<f64>,
    /// how many of them are inputs
    pub(crate) inputs: usize,
    /// in which direction dual numbers look; no direction if empty
    pub(crate) along: Vec<f64>,
    /// `c`, of which the scalar `Σ c·y` is made
    pub(crate) cotangent: Vec<f64>,
    /// the cotangent of a second backward, whose gradient is added
    pub(crate) then: Vec<f64>,
    /// what the targets of a loss are made from
    pub(crate) targets: Vec<f64>,
}

impl Point {
    /// The inputs and the numbers that learn, as a layer's own kind of number.
    #[inline(never)]
    pub(crate) fn numbers<T: Number>(&self) -> (Vec<T>, Vec<T>) {
        let along = self.along.iter().copied().chain(std::iter::repeat(0.0));
        let mut all: Vec<T> = self
            .at
            .iter()
            .zip(along)
            .map(|(&x, dx)| T::join(x, dx))
            .collect();
        let weights = all.split_off(self.inputs);
        (all, weights)
    }

    /// The same with another direction.
    pub(crate) fn looking(&self, along: Vec<f64>) -> Self {
        Self {
            along,
            ..self.clone()
        }
    }

    /// The same with another cotangent.
    pub(crate) fn pulled(&self, cotangent: Vec<f64>) -> Self {
        Self {
            cotangent,
            ..self.clone()
        }
    }
}

/// What is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Run {
    Forward,
    /// forward and backward
    Backward,
    /// forward and `backward_first`, which leaves the gradient of the weights alone
    First,
    /// twice forward and backward, the second gradient added to the first
    Twice,
}

/// What comes out.
#[derive(Clone, Default)]
pub(crate) struct Values {
    pub(crate) y: Parts,
    /// the gradient of `Σ c·y` by everything in [`Point::at`]
    pub(crate) gradient: Parts,
}

/// Numbers, and beside them their derivatives in the direction of the point, if they were duals.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    pub(crate) value: Vec<f64>,
    pub(crate) slope: Vec<f64>,
}

impl Parts {
    #[inline(never)]
    pub(crate) fn extend<T: Number>(&mut self, numbers: &[T]) {
        for number in numbers {
            let [value, slope] = number.split();
            self.value.push(value);
            self.slope.push(slope);
        }
    }
}

/// The numbers that functions are run on.
pub(crate) trait Number: Scalar {
    fn join(value: f64, slope: f64) -> Self;
    fn split(self) -> [f64; 2];

    /// Takes a layer back.
    fn back<'a, X: Shape, L: Layer<X, Self>>(
        net: &mut L,
        saved: L::Saved<'_>,
        dy: BatchMut<'a, L::Y, Self>,
        grad: &mut L::Grad,
        pass: &mut Pass<'a, Self>,
        run: Run,
    ) -> Parts {
        evaluate::back::<X, L, Self>(net, saved, dy, grad, pass, run)
    }
}

macro_rules! plain { ($($T:ty)*) => {$(
    impl Number for $T {
        fn join(value: f64, _: f64) -> Self { core_tensor::Real::of(value) }
        fn split(self) -> [f64; 2] { [num_traits::ToPrimitive::to_f64(&self).unwrap_or(f64::NAN), 0.0] }
    }
)*} }
plain! { f32 f64 }

impl<T: Scalar> Number for Probe<T> {
    fn join(value: f64, _: f64) -> Self {
        Self(T::of(value))
    }

    fn split(self) -> [f64; 2] {
        [self.0.to_f64().unwrap_or(f64::NAN), 0.0]
    }

    /// Kinks are looked for on the way forward: no way back is compiled for numbers that only watch.
    fn back<'a, X: Shape, L: Layer<X, Self>>(
        _: &mut L,
        _: L::Saved<'_>,
        _: BatchMut<'a, L::Y, Self>,
        _: &mut L::Grad,
        _: &mut Pass<'a, Self>,
        _: Run,
    ) -> Parts {
        unreachable!("numbers that watch go forward only")
    }
}

impl Number for Dual<f64> {
    fn join(value: f64, slope: f64) -> Self {
        Dual {
            value,
            partials: [slope],
        }
    }

    fn split(self) -> [f64; 2] {
        [self.value, self.partials[0]]
    }
}

/// Numbers drawn from a seed that `f32` holds too: kernels are compared, not the rounding of their inputs.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// `n` numbers in `±scale`.
    pub(crate) fn numbers(&mut self, n: usize, scale: f64) -> Vec<f64> {
        (0..n).map(|_| self.between([-scale, scale])).collect()
    }

    pub(crate) fn between(&mut self, [low, high]: [f64; 2]) -> f64 {
        let uniform = Uniform::new(low, high).expect("a range is not empty");
        f64::from(uniform.sample(&mut self.0) as f32)
    }

    /// `n` numbers whose squares sum to 1.
    pub(crate) fn unit(&mut self, n: usize) -> Vec<f64> {
        let direction = self.numbers(n, 1.0);
        let length = dot(&direction, &direction).sqrt();
        direction.iter().map(|x| x / length).collect()
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(
        a.len(),
        b.len(),
        "as many numbers on one side as on the other"
    );
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `e_i` of `n` numbers.
pub(crate) fn unit(n: usize, i: usize) -> Vec<f64> {
    (0..n).map(|j| f64::from(u8::from(i == j))).collect()
}
