//! Activations.
//!
//! * this file: those whose derivative is known from their output, with kernels of their own
//! * `formula`: those of one formula
//! * `learned`: those with a number that is learned
//! * `step`: those that are flat
//! * `random`: the one that draws
//! * `gated`, `row`: those that look at more than one number

mod formula;
mod gated;
mod learned;
mod random;
mod row;
mod step;

pub use formula::{
    Celu, Elu, Gelu, GeluTanh, HardSigmoid, HardSwish, HardTanh, Identity, LeakyRelu, LogSigmoid,
    Mish, QuickGelu, Relu6, Selu, Silu, Softplus, Softsign, Swish,
};
pub use gated::Glu;
pub use learned::{LearnedSwish, PRelu};
pub use random::RRelu;
pub use row::{LogSoftmax, Softmax};
pub use step::{Heaviside, Sign};

use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Pass};

// an activation whose derivative is known from its output, which is what it saves; backward works in place
macro_rules! activations { ($($(#[$doc:meta])* $name:ident $forward:ident $backward:ident $flops:literal;)+) => {$(
    $(#[$doc])* pub struct $name;
    no_params!([] $name);
    impl<X: Shape, T: Scalar> Layer<X, T> for $name {
        type Y = X;
        type Saved<'a> = Batch<'a, X, T>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = $flops * X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) { let y = pass.batch::<X>(x.len()); T::$forward(Tensor::flat(x), Tensor::flat_mut(y)); (y, y) }
        fn backward<'a>(&self, y: Self::Saved<'_>, dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> { T::$backward(Tensor::flat(y), Tensor::flat_mut(dy)); mutant::back(stringify!($name), dy) }
    }
)+} }
activations! {
    /// Rectified linear unit: `y = max(x, 0)`.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// 1 for x > 0, else 0; at the kink `x = 0` it is 0 (Bertoin et al. 2021; as JAX and PyTorch).
    ///
    /// Nair, Hinton: Rectified linear units improve restricted Boltzmann machines (2010).
    Relu relu_all relu_backward 1;
    /// Hyperbolic tangent: `y = tanh x`, between −1 and 1.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `1 − y²`
    ///
    /// LeCun et al.: Efficient backprop (1998) on why it learns faster than the logistic function.
    Tanh tanh_all tanh_backward 20;
    /// Logistic function: `y = 1 / (1 + e⁻ˣ)`, between 0 and 1.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `y·(1 − y)`
    ///
    /// Rumelhart, Hinton, Williams: Learning representations by back-propagating errors (1986).
    Sigmoid sigmoid_all sigmoid_backward 20;
}
