//! The fully connected layer.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Batch, BatchMut, Matrix, Room, Scalar, Tensor, Vector, mutant, params};

use crate::{Layer, Pass};

/// A fully connected layer: `y = x·W + b`.
///
/// # Shapes
/// `x`: `Vector<I>`, `y`: `Vector<O>`, `W`: `Matrix<I, O>` (row by input, unlike PyTorch's), `b`: `Vector<O>`.
///
/// # Gradient
/// `dW = xᵀ·dy`, `db = Σ dy` over the batch, `dx = dy·Wᵀ`.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Network};
/// let mut net = Network::<Vector<2>, Linear<2, 1>>::new(1);
/// net.layers.weight = Tensor::new([[3.0], [-1.0]]);
/// net.layers.bias = Tensor::new([0.5]);
/// assert_eq!(net.predict(&[Tensor::new([1.0, 2.0])])[0], Tensor::new([1.5]));
/// ```
pub struct Linear<const I: usize, const O: usize, T: Scalar = f32> {
    /// `W`, a row for each input
    pub weight: Tensor<Matrix<I, O>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

params!([const I: usize, const O: usize] Linear<I, O> { weight: Weight Matrix<I, O>, bias: Bias Vector<O> });

impl<const I: usize, const O: usize, T: Scalar> Layer<Vector<I>, T> for Linear<I, O, T> {
    type Y = Vector<O>;
    type Saved<'a> = Batch<'a, Vector<I>, T>;
    const NAME: &'static str = "Linear";
    const FLOPS: u64 = 2 * (I * O) as u64;
    const ROOM: Room = Room::new(O, I);

    fn forward<'a>(
        &self,
        x: Batch<'a, Vector<I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
        let y = pass.batch(x.len());
        let product = Product {
            m: x.len(),
            k: I,
            n: O,
            layout: Layout::Nn,
        };
        T::matmul(
            product,
            Tensor::flat(x),
            self.weight.as_slice(),
            Start::Row(self.bias.as_slice()),
            Tensor::flat_mut(y),
        );
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Batch<'_, Vector<I>, T>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Vector<I>, T> {
        let dx = pass.batch(x.len());
        let product = Product {
            m: x.len(),
            k: O,
            n: I,
            layout: mutant::layout("Linear input", Layout::Nt),
        };
        T::matmul(
            product,
            Tensor::flat(dy),
            self.weight.as_slice(),
            Start::Zero,
            Tensor::flat_mut(dx),
        );
        self.backward_first(x, dy, grad, pass);
        mutant::back("Linear input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Batch<'_, Vector<I>, T>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let product = Product {
            m: I,
            k: x.len(),
            n: O,
            layout: mutant::layout("Linear weight", Layout::Tn),
        };
        let (x, dy) = (Tensor::flat(x), Tensor::flat(dy));
        let weight = grad.weight.as_mut_slice();
        mutant::sum("Linear weight", pass.start(), weight, |start, weight| {
            T::matmul(product, x, dy, start, weight);
        });
        let bias = grad.bias.as_mut_slice();
        mutant::sum("Linear bias", pass.start(), bias, |start, bias| {
            T::sum_rows(dy, start, bias);
        });
    }
}
