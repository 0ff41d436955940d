//! Softmax and its logarithm: along the last side, so over the classes of a vector, the channels of a pixel.

use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Pass};

/// `yⱼ = e^xⱼ / Σ e^x` along the last side. For training towards classes, [`CrossEntropy`](crate::CrossEntropy) takes the logits instead.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `dxⱼ = yⱼ·(dyⱼ − Σ y·dy)`
///
/// Bridle: Probabilistic interpretation of feedforward classification network outputs (1990).
pub struct Softmax;

/// `yⱼ = xⱼ − ln Σ e^x` along the last side, finite wherever the differences of the logits are.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// `dxⱼ = dyⱼ − e^yⱼ·Σ dy`
///
/// Bridle: Probabilistic interpretation of feedforward classification network outputs (1990).
pub struct LogSoftmax;

// one of the two: its loops over a row
macro_rules! rows { ($($name:ident $forward:ident $backward:ident;)+) => {$(
    no_params!([] $name);
    impl<X: Shape, T: Scalar> Layer<X, T> for $name {
        type Y = X;
        type Saved<'a> = Batch<'a, X, T>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = 23 * X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) {
            let (y, row) = (pass.batch::<X>(x.len()), <X::Row as Shape>::LEN);
            let rows = Tensor::flat(x).chunks_exact(row).zip(Tensor::flat_mut(y).chunks_exact_mut(row));
            rows.for_each(|(x, y)| $forward(x, y));
            (y, y)
        }
        fn backward<'a>(&self, y: Self::Saved<'_>, dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            let row = <X::Row as Shape>::LEN;
            let rows = Tensor::flat(y).chunks_exact(row).zip(Tensor::flat_mut(dy).chunks_exact_mut(row));
            rows.for_each(|(y, dy)| T::$backward(y, dy));
            mutant::back(stringify!($name), dy)
        }
    }
)+} }
rows! {
    Softmax softmax softmax_backward;
    LogSoftmax log_softmax log_softmax_backward;
}

fn softmax<T: Scalar>(x: &[T], y: &mut [T]) {
    T::softmax_row(x, y);
}

fn log_softmax<T: Scalar>(x: &[T], y: &mut [T]) {
    T::log_softmax_row(x, y);
}
