//! Losses towards classes: one of them, a mixture of them, one for every pixel or step.

use core_tensor::{Image, Scalar, Sequence, Shape, Tensor, Vector, mutant};

use crate::{Class, Loss};

/// Softmax cross-entropy of logits towards a mixture of classes: `ln Σ e^y·Σ t − Σ t·y`. For a one-hot target it is
/// [`CrossEntropy`](crate::CrossEntropy).
///
/// # Shapes
/// Any shape against a tensor of the same; the classes are the last side, and the loss is the mean over the rows.
///
/// # Gradient
/// `softmax(y)·Σ t − t`, over the number of rows
///
/// Hinton, Vinyals, Dean: Distilling the knowledge in a neural network (2015), for the outputs of another network as targets.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SoftCrossEntropy;

impl<Y: Shape, T: Scalar> Loss<Y, T> for SoftCrossEntropy {
    type Target = Tensor<Y, T>;

    fn sample(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>, dy: &mut Tensor<Y, T>) -> T {
        let row = <Y::Row as Shape>::LEN;
        let share = T::of(row as f64 / Y::LEN as f64);
        let (y, target, dy) = (y.as_slice(), target.as_slice(), dy.as_mut_slice());
        let mut loss = T::zero();
        let rows = y.chunks_exact(row).zip(target.chunks_exact(row));
        for ((y, t), dy) in rows.zip(dy.chunks_exact_mut(row)) {
            loss += towards(y, t, dy);
            dy.iter_mut().for_each(|d| *d *= share);
        }
        loss * share
    }

    fn hit(&self, y: &Tensor<Y, T>, target: &Tensor<Y, T>) -> Option<bool> {
        // over rows there is no single class
        (<Y::Row as Shape>::LEN == Y::LEN).then(|| y.argmax() == target.argmax())
    }
}

/// `ln Σ e^y·Σ t − Σ t·y`; `dy` becomes the gradient.
fn towards<T: Scalar>(y: &[T], t: &[T], dy: &mut [T]) -> T {
    let [largest, log_sum] = T::softmax_row(y, dy);
    let whole: T = t.iter().copied().sum();
    let mut loss = T::zero();
    for ((d, &y), &t) in dy.iter_mut().zip(y).zip(t) {
        *d = mutant::slope("SoftCrossEntropy softmax", *d * whole);
        *d -= mutant::slope("SoftCrossEntropy target", t);
        // the difference first: large logits would drown the logarithm
        if !t.is_zero() {
            loss += t * ((largest - y) + log_sum);
        }
    }
    loss
}

/// Softmax cross-entropy that is not too sure: towards `1 − α + α/N` for the class and `α/N` for the others.
///
/// # Shapes
/// `Vector<N>` against [`Class<N>`].
///
/// # Gradient
/// `softmax(y) − t`
///
/// Szegedy et al.: Rethinking the Inception architecture (2015); PyTorch's form.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LabelSmoothing {
    /// `α`, between 0 and 1: 0.1 in the paper
    pub alpha: f64,
}

impl<const N: usize, T: Scalar> Loss<Vector<N>, T> for LabelSmoothing {
    type Target = Class<N>;

    fn sample(
        &self,
        y: &Tensor<Vector<N>, T>,
        class: &Class<N>,
        dy: &mut Tensor<Vector<N>, T>,
    ) -> T {
        let share = T::of(self.alpha / N as f64);
        let [largest, log_sum] = T::softmax_row(y.as_slice(), dy.as_mut_slice());
        let mut loss = T::zero();
        for (i, (d, &y)) in dy.as_mut_slice().iter_mut().zip(y.as_slice()).enumerate() {
            let rest = if i == class.index() {
                T::of(1.0 - self.alpha)
            } else {
                T::zero()
            };
            *d = mutant::slope("LabelSmoothing", *d - share - rest);
            loss += (share + rest) * ((largest - y) + log_sum);
        }
        loss
    }

    fn hit(&self, y: &Tensor<Vector<N>, T>, class: &Class<N>) -> Option<bool> {
        Some(y.argmax() == class.index())
    }
}

/// Softmax cross-entropy in which classes count differently: `w_class·(ln Σ e^y − y_class)`. The mean over a batch divides by the number of
/// samples, not by the sum of their weights as PyTorch's does.
///
/// # Shapes
/// `Vector<N>` against [`Class<N>`].
///
/// # Gradient
/// `w_class·(softmax(y) − one-hot(class))`
///
/// King, Zeng: Logistic regression in rare events data (2001).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WeightedCrossEntropy<const N: usize> {
    /// the weight of each class
    pub weights: [f64; N],
}

impl<const N: usize, T: Scalar> Loss<Vector<N>, T> for WeightedCrossEntropy<N> {
    type Target = Class<N>;

    fn sample(
        &self,
        y: &Tensor<Vector<N>, T>,
        class: &Class<N>,
        dy: &mut Tensor<Vector<N>, T>,
    ) -> T {
        let weight = T::of(self.weights[class.index()]);
        let loss = crate::CrossEntropy.sample(y, class, dy);
        let slope = mutant::slope("WeightedCrossEntropy", weight);
        dy.as_mut_slice().iter_mut().for_each(|d| *d *= slope);
        weight * loss
    }

    fn hit(&self, y: &Tensor<Vector<N>, T>, class: &Class<N>) -> Option<bool> {
        Some(y.argmax() == class.index())
    }
}

/// Negative log-likelihood of logarithms of probabilities: `−y_class`, after [`LogSoftmax`](crate::LogSoftmax).
///
/// # Shapes
/// `Vector<N>` against [`Class<N>`].
///
/// # Gradient
/// `−one-hot(class)`
///
/// Fisher: On the mathematical foundations of theoretical statistics (1922), as the maximum of likelihood.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nll;

impl<const N: usize, T: Scalar> Loss<Vector<N>, T> for Nll {
    type Target = Class<N>;

    fn sample(
        &self,
        y: &Tensor<Vector<N>, T>,
        class: &Class<N>,
        dy: &mut Tensor<Vector<N>, T>,
    ) -> T {
        dy.as_mut_slice().fill(T::zero());
        dy[[class.index()]] = mutant::slope("Nll", -T::one());
        -y[[class.index()]]
    }

    fn hit(&self, y: &Tensor<Vector<N>, T>, class: &Class<N>) -> Option<bool> {
        Some(y.argmax() == class.index())
    }
}

/// [`Nll`] in which classes count differently: `−w_class·y_class`; a weight of 0 leaves a class out. The mean over a batch divides by the
/// number of samples, as that of [`WeightedCrossEntropy`].
///
/// # Shapes
/// `Vector<N>` against [`Class<N>`].
///
/// # Gradient
/// `−w_class·one-hot(class)`
///
/// King, Zeng: Logistic regression in rare events data (2001).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WeightedNll<const N: usize> {
    /// the weight of each class
    pub weights: [f64; N],
}

impl<const N: usize, T: Scalar> Loss<Vector<N>, T> for WeightedNll<N> {
    type Target = Class<N>;

    fn sample(
        &self,
        y: &Tensor<Vector<N>, T>,
        class: &Class<N>,
        dy: &mut Tensor<Vector<N>, T>,
    ) -> T {
        let weight = T::of(self.weights[class.index()]);
        dy.as_mut_slice().fill(T::zero());
        dy[[class.index()]] = mutant::slope("WeightedNll", -weight);
        -weight * y[[class.index()]]
    }

    fn hit(&self, y: &Tensor<Vector<N>, T>, class: &Class<N>) -> Option<bool> {
        Some(y.argmax() == class.index())
    }
}

/// Softmax cross-entropy of every pixel towards a class of its own, the mean over the pixels: segmentation.
///
/// # Shapes
/// `Image<H, W, N>` against `[[Class<N>; W]; H]`.
///
/// # Gradient
/// `(softmax(y) − one-hot(class)) / (H·W)` for each pixel
///
/// Long, Shelhamer, Darrell: Fully convolutional networks for semantic segmentation (2015).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PixelCrossEntropy;

impl<const H: usize, const W: usize, const N: usize, T: Scalar> Loss<Image<H, W, N>, T>
    for PixelCrossEntropy
{
    type Target = [[Class<N>; W]; H];

    fn sample(
        &self,
        y: &Tensor<Image<H, W, N>, T>,
        classes: &[[Class<N>; W]; H],
        dy: &mut Tensor<Image<H, W, N>, T>,
    ) -> T {
        let share = T::of(1.0 / (H * W) as f64);
        let mut loss = T::zero();
        let pixels = y
            .as_slice()
            .chunks_exact(N)
            .zip(dy.as_mut_slice().chunks_exact_mut(N));
        for ((y, dy), class) in pixels.zip(classes.as_flattened()) {
            let [largest, log_sum] = T::softmax_row(y, dy);
            dy[class.index()] -= mutant::slope("PixelCrossEntropy class", T::one());
            let slope = mutant::slope("PixelCrossEntropy share", share);
            dy.iter_mut().for_each(|d| *d *= slope);
            loss += (largest - y[class.index()]) + log_sum;
        }
        loss * share
    }
}

/// Softmax cross-entropy of every step of a sequence towards a class of its own, the mean over the steps that have one: the next character,
/// or an answer behind a question. A step without a class counts nothing, as PyTorch's `ignore_index`. What it counts as hits are the
/// sequences of which every class is named.
///
/// # Shapes
/// `Sequence<L, N>` against `[Option<Class<N>>; L]`.
///
/// # Gradient
/// `(softmax(y) − one-hot(class)) / n` for each of the `n` steps that have a class, 0 for the others
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{Class, Loss, StepCrossEntropy};
/// let y = Tensor::<Sequence<3, 2>>::zeros();
/// let target = [None, Some(Class::new(1)), Some(Class::new(0))];
/// let mut dy = Tensor::zeros();
/// assert_eq!(StepCrossEntropy.sample(&y, &target, &mut dy), 2_f32.ln());
/// assert_eq!(dy, Tensor::new([[0.0, 0.0], [0.25, -0.25], [-0.25, 0.25]]));
/// ```
///
/// Bengio et al.: A neural probabilistic language model (2003), for the word that follows each.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct StepCrossEntropy;

impl<const L: usize, const N: usize, T: Scalar> Loss<Sequence<L, N>, T> for StepCrossEntropy {
    type Target = [Option<Class<N>>; L];

    fn sample(
        &self,
        y: &Tensor<Sequence<L, N>, T>,
        classes: &[Option<Class<N>>; L],
        dy: &mut Tensor<Sequence<L, N>, T>,
    ) -> T {
        let judged = classes.iter().flatten().count();
        let share = T::of(1.0 / judged.max(1) as f64);
        let mut loss = T::zero();
        let steps = y.as_slice().chunks_exact(N);
        let steps = steps.zip(dy.as_mut_slice().chunks_exact_mut(N));
        for ((y, dy), class) in steps.zip(classes) {
            let Some(class) = class else {
                dy.fill(T::zero());
                continue;
            };
            let [largest, log_sum] = T::softmax_row(y, dy);
            dy[class.index()] -= mutant::slope("StepCrossEntropy class", T::one());
            let slope = mutant::slope("StepCrossEntropy share", share);
            dy.iter_mut().for_each(|d| *d *= slope);
            loss += (largest - y[class.index()]) + log_sum;
        }
        loss * share
    }

    fn hit(&self, y: &Tensor<Sequence<L, N>, T>, classes: &[Option<Class<N>>; L]) -> Option<bool> {
        let steps = y.as_slice().chunks_exact(N).zip(classes);
        let mut judged = steps
            .filter_map(|(y, class)| Some((y, (*class)?)))
            .peekable();
        judged.peek()?;
        Some(judged.all(|(y, class)| {
            let y = Tensor::<Vector<N>, T>::batch(y);
            y[0].argmax() == class.index()
        }))
    }
}
