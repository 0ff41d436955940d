//! Layers that do not learn.

use core_tensor::{
    Batch, BatchMut, Leaf, Look, Params, Path, Room, Scalar, Shape, Visit, mutant, zeroed,
};

use crate::{Field, Layer, Mode, Part, Pass};

/// A layer, or a tuple of them, whose weights stay as they are: they have no gradient and no moments, and backward stops here where
/// nothing before it learns. It runs as in use, in training too: nothing in it is drawn at random, and running statistics stay and count
/// (PyTorch's `requires_grad_(False)` with `eval()`).
///
/// # Shapes
/// Those of `F`.
///
/// # Gradient
/// `dx` as in use; none of the weights.
///
/// Yosinski et al.: How transferable are features in deep neural networks? (2014).
pub struct Frozen<F>(pub F);
zeroed!([F: core_tensor::Zeroed] Frozen<F> { 0 });

/// A visitor that reports every tensor as frozen.
struct Still<'v, V, const K: usize>(&'v mut V);

impl<T, const K: usize, V: Visit<T, K>> Visit<T, 0> for Still<'_, V, K> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], _: [&mut [T]; 0]) {
        self.0.frozen(leaf, weight);
    }

    fn frozen(&mut self, leaf: Leaf<'_>, weight: &mut [T]) {
        self.0.frozen(leaf, weight);
    }
}

impl<T: Scalar, F: Params<T>> Params<T> for Frozen<F> {
    type Grad = ();
    const LEARNS: bool = false;
    const COUNT: usize = F::COUNT;

    fn visit<const K: usize>(
        &mut self,
        _: [&mut (); K],
        path: &Path<'_>,
        visit: &mut impl Visit<T, K>,
    ) {
        self.0.visit([], path, &mut Still::<_, K>(visit));
    }

    fn look(&self, path: &Path<'_>, look: &mut impl Look<T>) {
        self.0.look(path, look);
    }
}

impl<X: Shape, T: Scalar, F: Layer<X, T>> Layer<X, T> for Frozen<F> {
    type Y = F::Y;
    type Saved<'a> = F::Saved<'a>;
    const NAME: &'static str = F::NAME;
    const FLOPS: u64 = F::FLOPS;
    const ROOM: Room = F::ROOM;
    const FIELD: Field = F::FIELD;

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, F::Y, T>, F::Saved<'a>) {
        let mode = core::mem::replace(&mut pass.mode, Mode::Infer);
        let out = self.0.forward(x, pass);
        pass.mode = mode;
        out
    }

    fn backward<'a>(
        &self,
        saved: F::Saved<'_>,
        dy: BatchMut<'a, F::Y, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        mutant::back("Frozen", self.0.backward(saved, dy, None, pass))
    }

    fn backward_first<'a>(
        &self,
        _: F::Saved<'_>,
        _: BatchMut<'a, F::Y, T>,
        _: Option<&mut ()>,
        _: &mut Pass<'a, T>,
    ) {
    }

    fn describe(path: &Path<'_>) -> Part {
        F::describe(path).frozen()
    }
}
