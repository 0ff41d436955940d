//! Batch normalisation and the activation after it as one layer.

use core_tensor::shape::Channels;
use core_tensor::{Batch, BatchMut, Room, Scalar, Tensor, inner_params, mutant};

use super::batch::{self, BatchNorm, statistics};
use crate::{Layer, Pass};

/// A [`BatchNorm`] with a [`Relu`](crate::Relu) after it, in one pass over the numbers: `y = max(γ·(x − µ)/√(σ² + ε) + β, 0)`. What lies
/// between the two is not kept, which is a third of the memory of convolution, normalisation and activation.
///
/// # Shapes
/// Any shape whose last side is `C`, which stays.
///
/// # Gradient
/// That of [`BatchNorm`] with `dy` where `y > 0`, else 0; at the kink it is 0.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{BatchNormRelu, Init, Network};
/// let mut net = Network::<Vector<2>, BatchNormRelu<2, f64>, f64>::new(1);
/// net.init(Init::HeNormal, 0);
/// let y = net.predict(&[Tensor::new([3.0, -4.0])])[0].as_slice().to_vec();
/// assert!((y[0] - 3.0 / 1.00001_f64.sqrt()).abs() < 1e-15 && y[1] == 0.0);
/// ```
///
/// Ioffe, Szegedy: Batch normalization (2015); Rota Bulò, Porzi, Kontschieder: In-place activated BatchNorm (2018), which keeps less still
/// for activations that can be undone.
pub struct BatchNormRelu<const C: usize, T: Scalar = f32, const E: u32 = 5>(
    /// the normalisation, whose tensors are named as if they were this layer's own
    pub BatchNorm<C, T, E>,
);
inner_params!(T: [const C: usize, T: Scalar, const E: u32] BatchNormRelu<C, T, E> { BatchNorm<C, T, E> });

impl<X: Channels<C>, const C: usize, T: Scalar, const E: u32> Layer<X, T>
    for BatchNormRelu<C, T, E>
{
    type Y = X;
    type Saved<'a> = (batch::Saved<'a, X, T>, Batch<'a, X, T>);
    const NAME: &'static str = "BatchNormRelu";
    const FLOPS: u64 = 9 * X::LEN as u64;
    const ROOM: Room = Room::new(X::LEN, 0).then(statistics(C));
    const ACROSS: usize = 1 + 2 * C;

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let y = pass.batch::<X>(x.len());
        let saved = self.0.saved(x, pass);
        let (scale, shift) = (self.0.scale.as_slice(), self.0.shift.as_slice());
        saved.each(
            Tensor::flat_mut(y),
            #[inline(always)]
            |c, normal, _| {
                let y = normal * scale[c] + shift[c];
                // so that what is no number stays none
                if y < T::zero() { T::zero() } else { y }
            },
        );
        (y, (saved, y))
    }

    fn backward<'a>(
        &self,
        (saved, y): Self::Saved<'_>,
        dy: BatchMut<'a, X, T>,
        grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        T::relu_backward(Tensor::flat(y), Tensor::flat_mut(dy));
        mutant::values("BatchNormRelu bend", Tensor::flat_mut(dy));
        let dx = Layer::<X, T>::backward(&self.0, saved, dy, grad, pass);
        mutant::back("BatchNormRelu", dx)
    }
}
