//! Losses against PyTorch: the mean of a batch and its gradient, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Scalar, Shape, Tensor, Vector};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    Bce, BceWithLogits, Class, Cosine, Dice, Focal, HalfSquaredError, Hinge, Huber, KlDivergence,
    LabelSmoothing, Loss, Mae, Nll, PixelCrossEntropy, SmoothL1, SoftCrossEntropy, Total,
    WeightedCrossEntropy,
};

/// A few roundings on either side.
const EPSILONS: f64 = 32.0;

fn check<Y: Shape, T: Scalar, Q: Loss<Y, T>>(case: &Case, loss: &Q, targets: &[Q::Target]) {
    let y = scalars::<T>(case.numbers("y"));
    let mut dy = vec![T::nan(); y.len()];
    let score = loss.batch(
        Tensor::<Y, T>::batch(&y),
        targets.iter(),
        Tensor::batch_mut(&mut dy),
    );
    close(
        &format!("{}: loss", case.title),
        &[score.loss],
        case.numbers("loss"),
        EPSILONS,
    );
    close(
        &format!("{}: dy", case.title),
        &dy,
        case.numbers("dy"),
        EPSILONS,
    );
}

/// Targets of the shape of the outputs: two rows of six a sample.
type Y = Image<1, 2, 6>;

fn tensors<T: Scalar, Q: Loss<Y, T, Target = Tensor<Y, T>>>(case: &Case, loss: &Q) {
    let numbers = case.numbers("target");
    let target = |numbers: &[f64]| Tensor::from_fn(|i| T::of(numbers[i]));
    let targets: Vec<Tensor<Y, T>> = numbers.chunks(Y::LEN).map(target).collect();
    check::<Y, T, Q>(case, loss, &targets);
}

fn classes<T: Scalar, Q: Loss<Vector<6>, T, Target = Class<6>>>(case: &Case, loss: &Q) {
    let class = |&number: &f64| Class::new(number as usize);
    let targets: Vec<Class<6>> = case.numbers("target").iter().map(class).collect();
    check::<Vector<6>, T, Q>(case, loss, &targets);
}

fn pixels<T: Scalar>(case: &Case) {
    let class = |i: usize| Class::<6>::new(case.numbers("target")[i] as usize);
    let targets = [0, 1, 2].map(|sample| [[class(2 * sample), class(2 * sample + 1)]]);
    check::<Y, T, _>(case, &PixelCrossEntropy, &targets);
}

macro_rules! losses { ($($name:literal $check:ident $($loss:expr)?;)+) => {
    #[test]
    fn as_pytorch_has_them() {
        fn all<T: Scalar>(case: &Case) {
            match case.name.as_str() {
                $($name => $check::<T $(, losses!(@any $loss))?>(case $(, &$loss)?),)+
                _ => unreachable!("load compares the names"),
            }
        }
        for case in load("losses.txt", &[$($name),+]) {
            all::<f32>(&case);
            all::<f64>(&case);
        }
    }
};
(@any $loss:expr) => { _ } }
losses! {
    "mae" tensors Mae;
    "half_squared_error" tensors HalfSquaredError;
    "total_half_squared_error" tensors Total(HalfSquaredError);
    "huber" tensors Huber { delta: 1.5 };
    "smooth_l1" tensors SmoothL1 { beta: 0.75 };
    "bce" tensors Bce;
    "bce_with_logits" tensors BceWithLogits;
    "bce_large" tensors BceWithLogits;
    "focal" tensors Focal { alpha: 0.25, gamma: 2.0 };
    "hinge" tensors Hinge;
    "kl_divergence" tensors KlDivergence;
    "cosine" tensors Cosine;
    "dice" tensors Dice;
    "soft_cross_entropy" tensors SoftCrossEntropy;
    "soft_large" tensors SoftCrossEntropy;
    "label_smoothing" classes LabelSmoothing { alpha: 0.1 };
    "weighted" classes WeightedCrossEntropy { weights: [0.5, 2.0, 1.0, 0.0, 3.0, 1.25] };
    "nll" classes Nll;
    "pixels" pixels;
}

#[test]
fn probabilities_of_nought_and_one_are_clamped() {
    let y = Tensor::<Vector<2>, f64>::new([0.0, 1.0]);
    let mut dy = Tensor::zeros();
    // both wrong: −ln 0 counts as 100 for each
    let wrong = Bce.sample(&y, &Tensor::new([1.0, 0.0]), &mut dy);
    assert_eq!((wrong, dy.array()), (100.0, &[0.0, 0.0]));
    assert_eq!(Bce.sample(&y, &Tensor::new([0.0, 1.0]), &mut dy), 0.0);
}

#[test]
fn at_kinks() {
    let mut dy = Tensor::<Vector<1>, f64>::zeros();
    let mut slope = |loss: &dyn Fn(&mut Tensor<Vector<1>, f64>) -> f64| {
        loss(&mut dy);
        dy[[0]]
    };
    let at = |x: f64| Tensor::<Vector<1>, f64>::new([x]);
    assert_eq!(slope(&|dy| Mae.sample(&at(2.0), &at(2.0), dy)), 0.0);
    assert_eq!(slope(&|dy| Hinge.sample(&at(1.0), &at(1.0), dy)), 0.0);
    let huber = Huber { delta: 1.0 };
    assert_eq!(slope(&|dy| huber.sample(&at(1.0), &at(0.0), dy)), 1.0);
    assert_eq!(slope(&|dy| huber.sample(&at(-5.0), &at(0.0), dy)), -1.0);
}
