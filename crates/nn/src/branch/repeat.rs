//! The same kind of layer, many times.

use core_tensor::shape::Same;
use core_tensor::{Batch, BatchMut, Path, Room, Scalar, Shape, Tensor, inner_params, mutant};

use super::same;
use crate::{Field, Layer, Part, Pass, Place};

/// `N` layers of one type, or tuples of them, one after another, each with weights of its own. However many they are, the compiler builds
/// one.
///
/// # Shapes
/// `F` must return the shape that it is given.
///
/// # Gradient
/// That of each layer, from the last to the first.
///
/// ```
/// use core_tensor::{Params, Tensor, Vector};
/// use nn::{Linear, Network, Repeat};
/// let mut net = Network::<Vector<1>, Repeat<Linear<1, 1>, 3>>::new(1);
/// for layer in &mut net.layers.0 {
///     layer.weight = Tensor::new([[2.0]]);
/// }
/// assert_eq!(net.predict(&[Tensor::new([1.5])])[0], Tensor::new([12.0]));
/// assert_eq!(<Repeat<Linear<1, 1>, 3> as Params<f32>>::COUNT, 6);
/// ```
pub struct Repeat<F, const N: usize>(pub [F; N]);
inner_params!([F: core_tensor::Zeroed, const N: usize] Repeat<F, N> { [F; N] });

impl<X: Shape, T: Scalar, F: Layer<X, T, Y: Same<X>>, const N: usize> Layer<X, T> for Repeat<F, N> {
    type Y = X;
    type Saved<'a> = [F::Saved<'a>; N];
    const NAME: &'static str = "Repeat";
    const FLOPS: u64 = N as u64 * F::FLOPS;
    const ROOM: Room = F::ROOM.times(N);
    const ACROSS: usize = F::ACROSS;
    const FIELD: Field = {
        let (mut field, mut i) = (Field::POINT, 0);
        while i < N {
            field = field.then(F::FIELD);
            i += 1;
        }
        field
    };

    fn forward<'a>(
        &self,
        mut x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, X, T>, Self::Saved<'a>) {
        let saved = core::array::from_fn(|i| {
            let (y, saved) = pass.through(Place::Index(i), &self.0[i], x);
            x = Tensor::batch(Tensor::flat(y));
            saved
        });
        (x, saved)
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        mut dy: BatchMut<'a, X, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        for (i, saved) in saved.into_iter().enumerate().rev() {
            let grad = grad.as_deref_mut().map(|g| &mut g[i]);
            dy = pass.back(Place::Index(i), &self.0[i], saved, same(dy), grad);
        }
        mutant::back("Repeat", dy)
    }

    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        mut dy: BatchMut<'a, X, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        if !F::LEARNS {
            return;
        }
        for (i, saved) in saved.into_iter().enumerate().rev() {
            let grad = grad.as_deref_mut().map(|g| &mut g[i]);
            if i == 0 {
                return pass.back_first(Place::Index(i), &self.0[i], saved, same(dy), grad);
            }
            dy = pass.back(Place::Index(i), &self.0[i], saved, same(dy), grad);
        }
    }

    fn describe(path: &Path<'_>) -> Part {
        let parts = (0..N).map(|i| F::describe(&path.index(i))).collect();
        Part::chain::<Self, X, T>(path, parts)
    }
}
