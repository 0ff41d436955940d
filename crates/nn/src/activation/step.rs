//! Steps, for the classical neuron. They are flat, so no gradient passes them.

use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, no_params};

use crate::{Layer, Pass};

/// The classical neuron's threshold: `y = 1` for `x > 0`, else 0.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// 0 everywhere, at the step too: nothing before it learns by descent.
///
/// McCulloch, Pitts: A logical calculus of the ideas immanent in nervous activity (1943).
pub struct Heaviside;

/// The sign: `y = 1` for `x > 0`, −1 for `x < 0`, 0 at 0.
///
/// # Shapes
/// Any shape, which stays.
///
/// # Gradient
/// 0 everywhere, as [`Heaviside`].
///
/// Rosenblatt: The perceptron (1958).
pub struct Sign;

// a step: what it makes of a number
macro_rules! steps { ($($name:ident |$x:ident: T| $of:expr;)+) => {$(
    no_params!([] $name);
    impl<X: Shape, T: Scalar> Layer<X, T> for $name {
        type Y = X;
        type Saved<'a> = ();
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, ()) {
            let y = pass.batch::<X>(x.len());
            let pairs = Tensor::flat_mut(y).iter_mut().zip(Tensor::flat(x));
            T::vectorize(#[inline(always)] || pairs.for_each(|(y, &$x)| *y = $of));
            (y, ())
        }
        fn backward<'a>(&self, (): (), dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            Tensor::flat_mut(dy).fill(T::zero());
            dy
        }
    }
)+} }
steps! {
    Heaviside |x: T| if x > T::zero() { T::one() } else { T::zero() };
    Sign |x: T| if x > T::zero() { T::one() } else if x < T::zero() { -T::one() } else { T::zero() };
}
