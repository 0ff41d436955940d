//! What derivatives cost beside what they are derivatives of: pairs of work, measured in turn.

use std::hint::black_box;

use autodiff::Dual;
use core_tensor::{
    Batch, BatchMut, Image, Real, Room, Scalar, Shape, Tensor, Vector, Zeroed, no_params,
};
use models::LeNet5;
use nn::{
    Class, CrossEntropy, DualNetwork, Elementwise, Formula, Gradients, Init, Layer, Network, Pass,
    training_room, weights,
};

use crate::{Work, numbers};

/// A piece of work beside another.
pub struct Ratio {
    /// what is measured
    pub work: Work,
    /// what it is compared with
    pub beside: Work,
    /// how many times as long it may take; `None` where the ratio is only reported
    pub at_most: Option<f64>,
}

impl Ratio {
    /// How many times as long the work takes, the median of several turns of both, each of `budget` seconds; and the seconds of both.
    pub fn measure(&mut self, budget: f64) -> (f64, [f64; 2]) {
        let mut turns: Vec<(f64, [f64; 2])> = (0..7)
            .map(|_| {
                let seconds =
                    [&mut self.work, &mut self.beside].map(|work| work.median_seconds(budget));
                (seconds[0] / seconds[1], seconds)
            })
            .collect();
        turns.sort_by(|a, b| a.0.total_cmp(&b.0));
        turns[turns.len() / 2]
    }
}

/// All of them.
pub fn ratios() -> Vec<Ratio> {
    let lenet = |beside, at_most| Ratio {
        work: hessian_product(),
        beside,
        at_most,
    };
    vec![
        Ratio {
            work: activation::<Elementwise<Cubic>>("x + x³/3 as a formula"),
            beside: activation::<CubicByHand>("x + x³/3 by hand"),
            at_most: Some(1.1),
        },
        lenet(
            gradient::<LeNet5<Dual<f64, 0>>, _>("without SIMD"),
            Some(3.5),
        ),
        lenet(gradient::<LeNet5<f64>, _>("with SIMD"), None),
    ]
}

/// `x + x³/3`, differentiated by dual numbers.
struct Cubic;

impl Formula for Cubic {
    const NAME: &'static str = "Cubic";
    const FLOPS: u64 = 4;
    #[inline(always)]
    fn value<R: Real>(x: R) -> R {
        x + x * x * x * R::of(1.0 / 3.0)
    }
}

/// The same with its derivative `1 + x²` written out.
struct CubicByHand;
no_params!([] CubicByHand);

impl<X: Shape, T: Scalar> Layer<X, T> for CubicByHand {
    type Y = X;
    type Saved<'a> = Batch<'a, X, T>;
    const NAME: &'static str = "CubicByHand";
    const FLOPS: u64 = 4 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let third = T::of(1.0 / 3.0);
        let (from, to) = (Tensor::flat(x), Tensor::flat_mut(y));
        T::vectorize(
            #[inline(always)]
            || {
                for (y, &x) in to.iter_mut().zip(from) {
                    *y = x + x * x * x * third;
                }
            },
        );
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let (from, to) = (Tensor::flat(x), Tensor::flat_mut(dy));
        T::vectorize(
            #[inline(always)]
            || {
                for (dy, &x) in to.iter_mut().zip(from) {
                    *dy *= T::one() + x * x;
                }
            },
        );
        dy
    }
}

/// Samples that fit the first cache with what is made of them.
const SAMPLES: usize = 32;
type Small = Vector<64>;

/// Forward and backward of an activation.
fn activation<L: Layer<Small, Y = Small> + 'static>(name: &str) -> Work {
    let x = numbers(SAMPLES * Small::LEN);
    let mut room = vec![0.0; training_room::<Small, L, f32>(SAMPLES)];
    // the gradient grows to infinity, which takes no longer
    let mut dy = vec![1.0; x.len()];
    let layer = L::boxed();
    let flops = 2 * L::FLOPS * SAMPLES as u64;
    Work::new(format!("activation {name}"), flops as f64, move || {
        let mut pass = Pass::train(&mut room, 0);
        let (y, saved) = layer.forward(Tensor::batch(black_box(&x)), &mut pass);
        black_box(y);
        let dy = Tensor::batch_mut(black_box(&mut dy));
        black_box(layer.backward(saved, dy, None, &mut pass));
    })
}

type Digit = Image<28, 28, 1>;
const DIGITS: usize = 8;

fn digits<T: Scalar>() -> (Vec<T>, Vec<Class<10>>) {
    let pixels = numbers(DIGITS * Digit::LEN);
    let pixels = pixels.iter().map(|&pixel| T::of(pixel.into())).collect();
    (pixels, (0..DIGITS).map(Class::new).collect())
}

/// The gradient of LeNet-5.
fn gradient<L: Layer<Digit, T, Y = Vector<10>> + 'static, T: Scalar>(how: &str) -> Work {
    let (x, targets) = digits::<T>();
    let mut net = Network::<Digit, L, T>::new(DIGITS);
    net.init(Init::HeNormal, 1);
    let mut grad = L::Grad::boxed();
    let flops = (3 * L::FLOPS * DIGITS as u64) as f64;
    Work::new(
        format!("gradient of LeNet-5 {how}, f64, batch {DIGITS}"),
        flops,
        move || {
            let x = Tensor::batch(black_box(&x));
            let overwrite = Gradients::Overwrite;
            black_box(net.gradient(&CrossEntropy, x, &targets, &mut grad, overwrite, 0));
        },
    )
}

/// A product with the Hessian of LeNet-5.
fn hessian_product() -> Work {
    let (x, targets) = digits::<f64>();
    let mut layers = LeNet5::<f64>::boxed();
    nn::init(&mut *layers, Init::HeNormal, 1);
    let direction = weights(&mut *layers);
    let mut dual = DualNetwork::<Digit, LeNet5<Dual<f64>>>::new(DIGITS);
    dual.set(&*layers);
    let flops = (9 * <LeNet5<f64> as Layer<Digit, f64>>::FLOPS * DIGITS as u64) as f64;
    Work::new(
        format!("Hessian-vector product of LeNet-5, f64, batch {DIGITS}"),
        flops,
        move || {
            let x = Tensor::batch(black_box(&x));
            black_box(dual.hvp(&CrossEntropy, x, &targets, &direction));
        },
    )
}
