//! The fully connected layer, with and without a bias.

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
///
/// Rosenblatt: The perceptron (1958).
#[repr(C, align(64))]
pub struct Linear<const I: usize, const O: usize, T: Scalar = f32> {
    /// `W`, a row for each input
    pub weight: Tensor<Matrix<I, O>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

params!([const I: usize, const O: usize] Linear<I, O> { weight: Weight Matrix<I, O>, bias: Bias Vector<O> });

/// A [`Linear`] without a bias: `y = x·W`. It suits what is shifted afterwards anyway (by a normalisation), and projections.
///
/// # Shapes
/// `x`: `Vector<I>`, `y`: `Vector<O>`, `W`: `Matrix<I, O>`.
///
/// # Gradient
/// `dW = xᵀ·dy`, `dx = dy·Wᵀ`.
///
/// The projections of Vaswani et al.: Attention is all you need (2017) are such.
#[repr(C, align(64))]
pub struct LinearNoBias<const I: usize, const O: usize, T: Scalar = f32> {
    /// `W`, a row for each input
    pub weight: Tensor<Matrix<I, O>, T>,
}

params!([const I: usize, const O: usize] LinearNoBias<I, O> { weight: Weight Matrix<I, O> });

/// `y = start + x·w`, for each row of `x`.
pub(crate) fn forward<T: Scalar>(
    [i, o]: [usize; 2],
    x: &[T],
    w: &[T],
    start: Start<'_, T>,
    y: &mut [T],
) {
    let product = Product {
        m: x.len() / i.max(1),
        k: i,
        n: o,
        layout: Layout::Nn,
    };
    T::matmul(product, x, w, start, y);
}

/// `dx = dy·wᵀ`
pub(crate) fn by_input<T: Scalar>([i, o]: [usize; 2], dy: &[T], w: &[T], dx: &mut [T]) {
    let product = Product {
        m: dy.len() / o.max(1),
        k: o,
        n: i,
        layout: mutant::layout("Linear input", Layout::Nt),
    };
    T::matmul(product, dy, w, Start::Zero, dx);
    mutant::values("Linear input", dx);
}

/// `dw = start + xᵀ·dy`
pub(crate) fn by_weight<T: Scalar>(
    [i, o]: [usize; 2],
    x: &[T],
    dy: &[T],
    start: Start<'_, T>,
    dw: &mut [T],
) {
    let product = Product {
        m: i,
        k: x.len() / i.max(1),
        n: o,
        layout: mutant::layout("Linear weight", Layout::Tn),
    };
    mutant::sum("Linear weight", start, dw, |start, dw| {
        T::matmul(product, x, dy, start, dw);
    });
}

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
        let start = Start::Row(self.bias.as_slice());
        forward(
            [I, O],
            Tensor::flat(x),
            self.weight.as_slice(),
            start,
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
        by_input(
            [I, O],
            Tensor::flat(dy),
            self.weight.as_slice(),
            Tensor::flat_mut(dx),
        );
        self.backward_first(x, dy, grad, pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        x: Batch<'_, Vector<I>, T>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let dy = Tensor::flat(dy);
        by_weight(
            [I, O],
            Tensor::flat(x),
            dy,
            pass.start(),
            grad.weight.as_mut_slice(),
        );
        let bias = grad.bias.as_mut_slice();
        mutant::sum("Linear bias", pass.start(), bias, |start, bias| {
            T::sum_rows(dy, start, bias);
        });
    }
}

impl<const I: usize, const O: usize, T: Scalar> Layer<Vector<I>, T> for LinearNoBias<I, O, T> {
    type Y = Vector<O>;
    type Saved<'a> = Batch<'a, Vector<I>, T>;
    const NAME: &'static str = "LinearNoBias";
    const FLOPS: u64 = 2 * (I * O) as u64;
    const ROOM: Room = Room::new(O, I);

    fn forward<'a>(
        &self,
        x: Batch<'a, Vector<I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
        let y = pass.batch(x.len());
        let w = self.weight.as_slice();
        forward([I, O], Tensor::flat(x), w, Start::Zero, Tensor::flat_mut(y));
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
        by_input(
            [I, O],
            Tensor::flat(dy),
            self.weight.as_slice(),
            Tensor::flat_mut(dx),
        );
        self.backward_first(x, dy, grad, pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        x: Batch<'_, Vector<I>, T>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let (x, dy) = (Tensor::flat(x), Tensor::flat(dy));
        by_weight([I, O], x, dy, pass.start(), grad.weight.as_mut_slice());
    }
}
