//! Losses against PyTorch: the mean of a batch and its gradient, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Scalar, Sequence, Shape, Tensor, Vector};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    BatchSum, Bce, BceWithLogits, Class, Cosine, CrossEntropy, DetectionLoss, Dice, Focal,
    HalfSquaredError, Hinge, Huber, KlDivergence, LabelSmoothing, Loss, Mae, Mse, Nll, Object,
    PixelCrossEntropy, SmoothL1, SoftCrossEntropy, StepCrossEntropy, Total, WeightedCrossEntropy,
    WeightedNll,
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
        &[if Q::SUMS { score.sum() } else { score.loss }],
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

/// Targets of the shape of the outputs.
fn tensors<Y: Shape, T: Scalar, Q: Loss<Y, T, Target = Tensor<Y, T>>>(case: &Case, loss: &Q) {
    let numbers = case.numbers("target");
    let target = |numbers: &[f64]| Tensor::from_fn(|i| T::of(numbers[i]));
    let targets: Vec<Tensor<Y, T>> = numbers.chunks(Y::LEN).map(target).collect();
    check::<Y, T, Q>(case, loss, &targets);
}

fn class<const N: usize>(&number: &f64) -> Class<N> {
    Class::new(number as usize)
}

fn classes<const N: usize, T: Scalar, Q: Loss<Vector<N>, T, Target = Class<N>>>(
    case: &Case,
    loss: &Q,
) {
    let targets: Vec<Class<N>> = case.numbers("target").iter().map(class).collect();
    check::<Vector<N>, T, Q>(case, loss, &targets);
}

/// A class a pixel, in a row of `W` pixels.
fn pixels<const W: usize, const N: usize, T: Scalar>(case: &Case) {
    let samples = case.numbers("target").chunks(W);
    let targets: Vec<[[Class<N>; W]; 1]> = samples
        .map(|sample| [std::array::from_fn(|i| class(&sample[i]))])
        .collect();
    check::<Image<1, W, N>, T, _>(case, &PixelCrossEntropy, &targets);
}

/// A class for some of `R` steps: PyTorch's −100 is none.
fn steps<const R: usize, const N: usize, T: Scalar>(case: &Case) {
    let class = |&number: &f64| Class::<N>::try_from(number as i64 as usize).ok();
    let classes: Vec<_> = case.numbers("target").iter().map(class).collect();
    let (targets, _) = classes.as_chunks::<R>();
    check::<Sequence<R, N>, T, _>(case, &StepCrossEntropy, targets);
}

const WEIGHTS: [f64; 7] = [0.5, 2.0, 1.0, 0.0, 3.0, 1.25, 0.75];

/// The first of them.
fn weights<const N: usize>() -> [f64; N] {
    std::array::from_fn(|i| WEIGHTS[i])
}

// every loss in two shapes: rows of classes, one for the losses of a class
macro_rules! losses { ($([$name:literal $odd:literal] $check:ident $($loss:expr)?;)+) => {
    #[test]
    fn as_pytorch_has_them() {
        fn all<T: Scalar>(case: &Case) {
            match case.name.as_str() {
                $($name => losses!(@$check T case 2 6 $($loss)?),
                $odd => losses!(@$check T case 3 7 $($loss)?),)+
                _ => unreachable!("load compares the names"),
            }
        }
        for case in load("losses.txt", &[$($name, $odd),+]) {
            all::<f32>(&case);
            all::<f64>(&case);
        }
    }
};
(@tensors $T:ident $case:ident $rows:literal $n:literal $loss:expr) => { tensors::<Image<1, $rows, $n>, $T, _>($case, &$loss) };
(@classes $T:ident $case:ident $rows:literal $n:literal $loss:expr) => { classes::<$n, $T, _>($case, &$loss) };
(@pixels $T:ident $case:ident $rows:literal $n:literal) => { pixels::<$rows, $n, $T>($case) };
(@steps $T:ident $case:ident $rows:literal $n:literal) => { steps::<$rows, $n, $T>($case) } }
losses! {
    ["mae" "mae_odd"] tensors Mae;
    ["half_squared_error" "half_squared_error_odd"] tensors HalfSquaredError;
    ["total_half_squared_error" "total_half_squared_error_odd"] tensors Total(HalfSquaredError);
    ["mse_mean" "mse_mean_odd"] tensors Mse;
    ["mse_batch_mean" "mse_batch_mean_odd"] tensors Total(Mse);
    ["mse_sum" "mse_sum_odd"] tensors BatchSum(Total(Mse));
    ["huber" "huber_odd"] tensors Huber { delta: 1.5 };
    ["smooth_l1" "smooth_l1_odd"] tensors SmoothL1 { beta: 0.75 };
    ["bce" "bce_odd"] tensors Bce;
    ["bce_with_logits" "bce_with_logits_odd"] tensors BceWithLogits;
    ["bce_large" "bce_large_odd"] tensors BceWithLogits;
    ["focal" "focal_odd"] tensors Focal { alpha: 0.25, gamma: 2.0 };
    ["hinge" "hinge_odd"] tensors Hinge;
    ["kl_divergence" "kl_divergence_odd"] tensors KlDivergence;
    ["cosine" "cosine_odd"] tensors Cosine;
    ["dice" "dice_odd"] tensors Dice;
    ["soft_cross_entropy" "soft_cross_entropy_odd"] tensors SoftCrossEntropy;
    ["soft_large" "soft_large_odd"] tensors SoftCrossEntropy;
    ["label_smoothing" "label_smoothing_odd"] classes LabelSmoothing { alpha: 0.1 };
    ["weighted" "weighted_odd"] classes WeightedCrossEntropy { weights: weights() };
    ["nll" "nll_odd"] classes Nll;
    ["weighted_nll" "weighted_nll_odd"] classes WeightedNll { weights: weights() };
    ["class_sum" "class_sum_odd"] classes BatchSum(CrossEntropy);
    ["pixels" "pixels_odd"] pixels;
    ["steps" "steps_odd"] steps;
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

#[test]
fn detection_is_five_losses_of_pytorch() {
    // binary_cross_entropy_with_logits([0.7, -0.4, 1.2], [1, 0.25, 0.6]) + mse_loss([-0.9, 0.3], ln [0.5, 1.25]), both as sums
    let y = Tensor::<Vector<5>, f64>::new([0.7, -0.4, 1.2, -0.9, 0.3]);
    let object = Object {
        x: 0.25,
        y: 0.6,
        width: 0.5,
        height: 1.25,
    };
    let mut dy = Tensor::full(f64::NAN);
    let loss = DetectionLoss.sample(&y, &Some(object), &mut dy);
    assert!((loss - 1.808_178_771_238_333).abs() < 1e-12, "{loss}");
    let expected = [
        -0.331_812_227_831_833_84,
        0.151_312_339_887_548,
        0.168_524_783_499_017_56,
        -0.413_705_638_880_109_4,
        0.153_712_897_371_580_45,
    ];
    for (found, expected) in dy.as_slice().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    // without an object ln(1 + e^0.7), whatever the other four say
    let loss = DetectionLoss.sample(&y, &None, &mut dy);
    assert!((loss - 1.103_186_048_885_458).abs() < 1e-12, "{loss}");
    assert!((dy[[0]] - 0.668_187_772_168_166).abs() < 1e-12);
    assert_eq!(dy.as_slice()[1..], [0.0; 4]);
    let hit = |present: Option<Object>| DetectionLoss.hit(&y, &present);
    assert_eq!((hit(Some(object)), hit(None)), (Some(true), Some(false)));
}

#[test]
fn an_object_counts_if_its_centre_is_inside() {
    let at = |x, y| Object {
        x,
        y,
        width: 2.0,
        height: 0.5,
    };
    assert_eq!(at(0.0, 1.0).inside(), Some(at(0.0, 1.0)));
    assert_eq!(at(-0.01, 0.5).inside(), None);
    assert_eq!(at(0.5, f64::NAN).inside(), None);
}
