//! A fully connected layer that forgets connections in training.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Batch, BatchMut, Matrix, Room, Scalar, Tensor, Vector, mutant, params};

use crate::dropout::chance;
use crate::linear::{by_input, by_weight, forward};
use crate::{Layer, Mode, Pass};

/// A [`Linear`](crate::Linear) that drops each weight with the chance `p = P/Q` in training, and enlarges the others by `1 / (1 − p)`:
/// `y = x·(M ∘ W) + b`, so that the mean of `y` is that of use, `x·W + b`. `DropConnect<64, 10>` drops a half.
///
/// Every sample has a mask `M` of its own, as in the paper: a number is drawn for each weight and sample, forward and once more on the way
/// back, since nothing is stored. In use the paper samples the outputs of the units behind from their mean and deviation; this takes the
/// mean.
///
/// # Shapes
/// `x`: `Vector<I>`, `y`: `Vector<O>`, `W` and `M`: `Matrix<I, O>`, `b`: `Vector<O>`.
///
/// # Gradient
/// `dW = Σ M ∘ (xᵀ·dy)`, `db = Σ dy`, `dx = dy·(M ∘ W)ᵀ`, where `M` is 0 or `1 / (1 − p)` and the sums are over the samples.
///
/// Wan et al.: Regularization of neural networks using DropConnect (2013).
#[repr(C, align(64))]
pub struct DropConnect<
    const I: usize,
    const O: usize,
    T: Scalar = f32,
    const P: u32 = 1,
    const Q: u32 = 2,
> {
    /// `W`, a row for each input
    pub weight: Tensor<Matrix<I, O>, T>,
    /// `b`
    pub bias: Tensor<Vector<O>, T>,
}

params!(T: [const I: usize, const O: usize, T: Scalar, const P: u32, const Q: u32] DropConnect<I, O, T, P, Q> { weight: Weight Matrix<I, O>, bias: Bias Vector<O> });

/// Loops over the samples of a batch, each with weights that are left of all: `left` is room for them.
#[derive(Clone, Copy)]
struct Draw {
    key: u64,
    p: f64,
    /// inputs and outputs
    sides: [usize; 2],
}

impl Draw {
    /// What those that stay are multiplied by.
    fn scale<T: Scalar>(self) -> T {
        T::of(1.0 / (1.0 - self.p))
    }

    /// One row by a matrix.
    fn product(self, layout: Layout) -> Product {
        let [i, o] = self.sides;
        let [m, k, n] = match layout {
            Layout::Nn => [1, i, o],
            Layout::Nt => [1, o, i],
            Layout::Tn => [i, 1, o],
        };
        Product { m, k, n, layout }
    }

    /// Zeroes what sample `n` drops.
    fn drop_out<T: Scalar>(self, n: usize, left: &mut [T]) {
        T::drop_out(self.key, n * left.len(), self.p, T::one(), left);
    }

    /// `y = x·(M ∘ W) + b`
    #[inline(never)]
    fn forward<T: Scalar>(self, x: &[T], [weight, bias]: [&[T]; 2], left: &mut [T], y: &mut [T]) {
        let ([i, o], scale, product) = (self.sides, self.scale::<T>(), self.product(Layout::Nn));
        let samples = x.chunks_exact(i).zip(y.chunks_exact_mut(o));
        for (n, (x, y)) in samples.enumerate() {
            left.copy_from_slice(weight);
            self.drop_out(n, left);
            T::matmul(product, x, left, Start::Zero, y);
            for (y, &b) in y.iter_mut().zip(bias) {
                *y = scale * *y + b;
            }
        }
    }

    /// `dx = dy·(M ∘ W)ᵀ`
    #[inline(never)]
    fn by_input<T: Scalar>(self, dy: &[T], weight: &[T], left: &mut [T], dx: &mut [T]) {
        let ([i, o], scale, product) = (self.sides, self.scale::<T>(), self.product(Layout::Nt));
        let samples = dy.chunks_exact(o).zip(dx.chunks_exact_mut(i));
        for (n, (dy, dx)) in samples.enumerate() {
            left.copy_from_slice(weight);
            self.drop_out(n, left);
            T::matmul(product, dy, left, Start::Zero, dx);
            dx.iter_mut().for_each(|dx| *dx *= scale);
        }
        mutant::values("DropConnect input", dx);
    }

    /// `dW += Σ M ∘ (xᵀ·dy)`
    #[inline(never)]
    fn by_weight<T: Scalar>(self, [x, dy]: [&[T]; 2], left: &mut [T], dweight: &mut [T]) {
        let ([i, o], scale, product) = (self.sides, self.scale::<T>(), self.product(Layout::Tn));
        let (left, scaled) = left.split_at_mut(i * o);
        let samples = x.chunks_exact(i).zip(dy.chunks_exact(o));
        for (n, (x, dy)) in samples.enumerate() {
            for (scaled, &x) in scaled.iter_mut().zip(x) {
                *scaled = scale * x;
            }
            T::matmul(product, scaled, dy, Start::Zero, left);
            self.drop_out(n, left);
            T::add_to(left, dweight);
        }
    }
}

impl<const I: usize, const O: usize, const P: u32, const Q: u32, T: Scalar>
    DropConnect<I, O, T, P, Q>
{
    fn drawn(key: u64) -> Draw {
        Draw {
            key,
            p: const { chance(P, Q) },
            sides: [I, O],
        }
    }
}

impl<const I: usize, const O: usize, const P: u32, const Q: u32, T: Scalar> Layer<Vector<I>, T>
    for DropConnect<I, O, T, P, Q>
{
    type Y = Vector<O>;
    /// the input and what was drawn; none in use
    type Saved<'a> = (Batch<'a, Vector<I>, T>, Option<u64>);
    const NAME: &'static str = "DropConnect";
    const FLOPS: u64 = 2 * (I * O) as u64;
    const ROOM: Room = Room::new(O, I).with_scratch(I * O + I);

    fn forward<'a>(
        &self,
        x: Batch<'a, Vector<I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
        let y = pass.batch(x.len());
        let (weight, bias) = (self.weight.as_slice(), self.bias.as_slice());
        let (numbers, sum) = (Tensor::flat(x), Tensor::flat_mut(y));
        if pass.mode == Mode::Infer {
            forward([I, O], numbers, weight, Start::Row(bias), sum);
            return (y, (x, None));
        }
        let key = pass.draw();
        let mut scope = pass.room.scope();
        let left = scope.numbers(I * O);
        Self::drawn(key).forward(numbers, [weight, bias], left, sum);
        (y, (x, Some(key)))
    }

    fn backward<'a>(
        &self,
        (x, key): Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Vector<I>, T> {
        let dx = pass.batch(dy.len());
        let (slopes, sum, weight) = (
            Tensor::flat(dy),
            Tensor::flat_mut(dx),
            self.weight.as_slice(),
        );
        match key {
            None => by_input([I, O], slopes, weight, sum),
            Some(key) => {
                let mut scope = pass.room.scope();
                let left = scope.numbers(I * O);
                Self::drawn(key).by_input(slopes, weight, left, sum);
            }
        }
        self.backward_first((x, key), dy, grad, pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        (x, key): Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let (start, x, dy) = (pass.start(), Tensor::flat(x), Tensor::flat(dy));
        let bias = grad.bias.as_mut_slice();
        mutant::sum("DropConnect bias", start, bias, |start, bias| {
            T::sum_rows(dy, start, bias);
        });
        let (weight, start) = (grad.weight.as_mut_slice(), pass.start());
        let Some(key) = key else {
            return by_weight([I, O], x, dy, start, weight);
        };
        let mut scope = pass.room.scope();
        let left = scope.numbers(I * O + I);
        mutant::sum("DropConnect weight", start, weight, |start, weight| {
            if let Start::Zero = start {
                weight.fill(T::zero());
            }
            Self::drawn(key).by_weight([x, dy], left, weight);
        });
    }
}
