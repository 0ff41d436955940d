//! What all convolutions do around their kernels: room for the result, room for scratch, flat numbers.

use core_tensor::kernel::{GroupedWindow2d, Start, Window2d};
use core_tensor::{Batch, BatchMut, Scalar, Shape, Tensor};

use crate::Pass;

/// A window with its kernels, and the passes over a batch that are made of them.
pub(crate) trait Convolution<T: Scalar> {
    /// How many numbers of scratch the kernels take.
    fn room(&self) -> usize;
    /// `y = start + x ∗ weight`
    fn forward(&self, x: &[T], weight: &[T], start: Start<'_, T>, y: &mut [T], scratch: &mut [T]);
    /// The gradient of `x`.
    fn by_data(&self, dy: &[T], weight: &[T], dx: &mut [T], scratch: &mut [T]);
    /// The gradient of the weight.
    fn by_weights(&self, x: &[T], dy: &[T], start: Start<'_, T>, dw: &mut [T], scratch: &mut [T]);

    /// The outputs of a batch.
    fn outputs<'a, X: Shape, Y: Shape>(
        &self,
        x: Batch<'_, X, T>,
        weight: &[T],
        start: Start<'_, T>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Y, T> {
        let y = pass.batch::<Y>(x.len());
        let mut scope = pass.room.scope();
        let scratch = scope.numbers(self.room());
        self.forward(Tensor::flat(x), weight, start, Tensor::flat_mut(y), scratch);
        y
    }

    /// The gradient of a batch.
    fn inputs<'a, X: Shape, Y: Shape>(
        &self,
        dy: Batch<'_, Y, T>,
        weight: &[T],
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        let mut scope = pass.room.scope();
        let scratch = scope.numbers(self.room());
        self.by_data(Tensor::flat(dy), weight, Tensor::flat_mut(dx), scratch);
        dx
    }

    /// The gradient of the weight over a batch.
    fn weights<X: Shape, Y: Shape>(
        &self,
        x: Batch<'_, X, T>,
        dy: Batch<'_, Y, T>,
        start: Start<'_, T>,
        dw: &mut [T],
        pass: &mut Pass<'_, T>,
    ) {
        let mut scope = pass.room.scope();
        let scratch = scope.numbers(self.room());
        self.by_weights(Tensor::flat(x), Tensor::flat(dy), start, dw, scratch);
    }
}

// a window and the kernels of `Scalar` that take it
macro_rules! kernels { ($($Window:ident: $forward:ident $by_data:ident $by_weights:ident;)+) => {$(
    impl<T: Scalar> Convolution<T> for $Window {
        fn room(&self) -> usize {
            self.scratch()
        }
        fn forward(&self, x: &[T], weight: &[T], start: Start<'_, T>, y: &mut [T], scratch: &mut [T]) {
            T::$forward(self, x, weight, start, y, scratch);
        }
        fn by_data(&self, dy: &[T], weight: &[T], dx: &mut [T], scratch: &mut [T]) {
            T::$by_data(self, dy, weight, dx, scratch);
        }
        fn by_weights(&self, x: &[T], dy: &[T], start: Start<'_, T>, dw: &mut [T], scratch: &mut [T]) {
            T::$by_weights(self, x, dy, start, dw, scratch);
        }
    }
)+} }
kernels! {
    Window2d: conv2d conv2d_by_data conv2d_by_weights;
    GroupedWindow2d: conv2d_grouped conv2d_grouped_by_data conv2d_grouped_by_weights;
}
