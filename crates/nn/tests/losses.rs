//! Losses against PyTorch: the mean of a batch and its gradient, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Scalar, Shape, Tensor, Vector};
use fixture::{Case, load};
use near::{close, scalars};
use nn::{
    Bce, BceWithLogits, Class, Cosine, DetectionLoss, Dice, Focal, HalfSquaredError, Hinge, Huber,
    KlDivergence, LabelSmoothing, Loss, Mae, Nll, Object, PixelCrossEntropy, SmoothL1,
    SoftCrossEntropy, Total, WeightedCrossEntropy,
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
