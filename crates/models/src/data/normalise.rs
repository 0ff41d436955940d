//! Numbers brought to a common scale, by statistics of the training part alone.

use core_tensor::{Scalar, Shape, Tensor};

/// What is taken off every number and what it is then divided by: `y = (x − shift) / scale`, one of each for every place of the last side,
/// which are the features of a `Vector` and the channels of an `Image`.
///
/// Fit it to the training part and apply it to all: what is held out must not be looked at.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use models::data::Normaliser;
///
/// let mut train = [[1.0, 5.0], [3.0, 5.0]].map(Tensor::<Vector<2>>::new);
/// let normaliser = Normaliser::standard(&train);
/// assert_eq!(normaliser.shift, Tensor::new([2.0, 5.0]));
/// normaliser.apply(&mut train);
/// // a number that never changes stays at 0
/// assert_eq!(train, [[-1.0, 0.0], [1.0, 0.0]].map(Tensor::new));
/// ```
#[derive(PartialEq)]
pub struct Normaliser<X: Shape, T: 'static = f32> {
    /// what is taken off
    pub shift: Tensor<X::Row, T>,
    /// what it is divided by, above 0
    pub scale: Tensor<X::Row, T>,
}

impl<X: Shape, T: Scalar> Normaliser<X, T> {
    /// To mean 0 and standard deviation 1 (of the population, as scikit-learn's `StandardScaler`). What is always the same is divided by 1.
    ///
    /// # Panics
    /// If there are no samples, or one holds a number that is not finite.
    #[track_caller]
    pub fn standard(samples: &[Tensor<X, T>]) -> Self {
        check(samples);
        let mean = means(samples, |_, x| x);
        let variance = means(samples, |i, x| (x - mean[i]).powi(2));
        let deviation = variance.iter().map(|v| v.sqrt());
        Self::of(&mean, deviation)
    }

    /// To the range from 0 to 1 (as scikit-learn's `MinMaxScaler`). What is always the same is divided by 1.
    ///
    /// # Panics
    /// If there are no samples, or one holds a number that is not finite.
    #[track_caller]
    pub fn min_max(samples: &[Tensor<X, T>]) -> Self {
        check(samples);
        let row = <X::Row as Shape>::LEN;
        let (mut low, mut high) = (vec![f64::INFINITY; row], vec![f64::NEG_INFINITY; row]);
        for numbers in Tensor::flat(samples).chunks_exact(row) {
            for (i, x) in numbers.iter().enumerate() {
                let x = number(*x);
                (low[i], high[i]) = (low[i].min(x), high[i].max(x));
            }
        }
        Self::of(&low, low.iter().zip(&high).map(|(low, high)| high - low))
    }

    fn of(shift: &[f64], scale: impl Iterator<Item = f64>) -> Self {
        let scale: Vec<f64> = scale
            .map(|scale| if scale > 0.0 { scale } else { 1.0 })
            .collect();
        Self {
            shift: Tensor::from_fn(|i| T::of(shift[i])),
            scale: Tensor::from_fn(|i| T::of(scale[i])),
        }
    }

    /// Normalises samples in place.
    pub fn apply(&self, samples: &mut [Tensor<X, T>]) {
        self.each(samples, |x, shift, scale| (x - shift) / scale);
    }

    /// The way back: `x = y·scale + shift`.
    pub fn undo(&self, samples: &mut [Tensor<X, T>]) {
        self.each(samples, |y, shift, scale| y * scale + shift);
    }

    fn each(&self, samples: &mut [Tensor<X, T>], f: impl Fn(T, T, T) -> T) {
        let (shift, scale) = (self.shift.as_slice(), self.scale.as_slice());
        for row in Tensor::flat_mut(samples).chunks_exact_mut(shift.len()) {
            for ((x, &shift), &scale) in row.iter_mut().zip(shift).zip(scale) {
                *x = f(*x, shift, scale);
            }
        }
    }
}

impl<X: Shape, T: Scalar> core::fmt::Debug for Normaliser<X, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Normaliser")
            .field("shift", &self.shift.as_slice())
            .field("scale", &self.scale.as_slice())
            .finish()
    }
}

#[track_caller]
fn check<X: Shape, T: Scalar>(samples: &[Tensor<X, T>]) {
    assert!(
        !samples.is_empty(),
        "no samples came to fit a normalisation to; give those of the training part"
    );
    let wrong = |sample: &&Tensor<X, T>| sample.as_slice().iter().any(|x| !number(*x).is_finite());
    if let Some(i) = samples.iter().position(|sample| wrong(&sample)) {
        panic!(
            "sample {i} (counted from 0) holds a number that is not finite; leave it out or mend it"
        );
    }
}

pub(super) fn number<T: Scalar>(x: T) -> f64 {
    x.to_f64().unwrap_or(f64::NAN)
}

/// The mean of `f(i, x)` over the numbers `x` at each place `i` of the last side.
fn means<X: Shape, T: Scalar>(samples: &[Tensor<X, T>], f: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let row = <X::Row as Shape>::LEN;
    let mut means = vec![0.0; row];
    let mut rows = 0.0;
    for numbers in Tensor::flat(samples).chunks_exact(row) {
        rows += 1.0;
        for (i, (mean, x)) in means.iter_mut().zip(numbers).enumerate() {
            *mean += (f(i, number(*x)) - *mean) / rows;
        }
    }
    means
}
