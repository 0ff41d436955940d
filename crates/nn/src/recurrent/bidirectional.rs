//! Two layers that read a sequence from both ends.

use alloc::vec;

use core_tensor::kernel::Start;
use core_tensor::shape::Join;
use core_tensor::{
    Batch, BatchMut, Look, Params, Path, Room, Scalar, Sequence, Shape, Tensor, Visit, each,
    mutant, zeroed,
};

use crate::{Field, Layer, Merge, Part, Pass, Place};

/// Two layers, one of which reads the steps from the last to the first: `Bidirectional<Lstm<I, N>>`. Their outputs lie side by side at the
/// step that they belong to, those of the second behind those of the first, as PyTorch has them.
///
/// # Shapes
/// `F` takes `Sequence<L, I>`. Of `Sequence<L, N>` it makes `Sequence<L, 2·N>`; a tuple of `F` and [`LastStep`](crate::LastStep) inside makes
/// `Vector<2·N>`, what each of both knows after its last step.
///
/// # Gradient
/// `dx` is that of the first plus that of the second in reverse.
///
/// ```
/// use core_tensor::{Sequence, Tensor};
/// use nn::{Bidirectional, Network, Rnn};
/// let mut net = Network::<Sequence<2, 1>, Bidirectional<Rnn<1, 1>>>::new(1);
/// net.layers.0.weight_ih = Tensor::new([[1.0]]);
/// net.layers.1.weight_hh = Tensor::new([[1.0]]);
/// net.layers.1.bias = Tensor::new([0.5]);
/// let x = [Tensor::full(0.25)];
/// let y = net.predict(&x)[0].as_slice();
/// // the first has no memory; the second begins at the last step
/// let (a, last) = (0.25_f32.tanh(), 0.5_f32.tanh());
/// let right = [a, (last + 0.5).tanh(), a, last];
/// assert!(y.iter().zip(right).all(|(y, right)| (y - right).abs() < 1e-6));
/// ```
///
/// Schuster, Paliwal: Bidirectional recurrent neural networks (1997).
pub struct Bidirectional<F>(pub F, pub F);
zeroed!([F: core_tensor::Zeroed] Bidirectional<F> { 0, 1 });

impl<T: Scalar, F: Params<T>> Params<T> for Bidirectional<F> {
    type Grad = (F::Grad, F::Grad);
    const LEARNS: bool = F::LEARNS;
    const COUNT: usize = 2 * F::COUNT;
    const TRAINABLE: usize = 2 * F::TRAINABLE;

    fn visit<const K: usize>(
        &mut self,
        mut beside: [&mut Self::Grad; K],
        path: &Path<'_>,
        visit: &mut impl Visit<T, K>,
    ) {
        self.0.visit(each!(beside.0), &path.way(0, ""), visit);
        self.1
            .visit(each!(beside.1), &path.way(1, "_reverse"), visit);
    }

    fn look(&self, path: &Path<'_>, look: &mut impl Look<T>) {
        self.0.look(&path.way(0, ""), look);
        self.1.look(&path.way(1, "_reverse"), look);
    }
}

/// The gradients of both outputs, the second in its own order of steps.
fn apart<Y: Shape, T: Scalar>(dy: &[T], da: BatchMut<'_, Y, T>, db: BatchMut<'_, Y, T>) {
    let n = <Y::Row as Shape>::LEN;
    let both = da.iter_mut().zip(db).zip(dy.chunks_exact(2 * Y::LEN));
    for ((da, db), dy) in both {
        let da = da.as_mut_slice().chunks_exact_mut(n);
        let db = db.as_mut_slice().chunks_exact_mut(n).rev();
        for ((da, db), dy) in da.zip(db).zip(dy.chunks_exact(2 * n)) {
            da.copy_from_slice(&dy[..n]);
            db.copy_from_slice(&dy[n..]);
        }
    }
}

impl<const L: usize, const I: usize, T: Scalar, F> Layer<Sequence<L, I>, T> for Bidirectional<F>
where
    F: Layer<Sequence<L, I>, T>,
    <F as Layer<Sequence<L, I>, T>>::Y: Join<<F as Layer<Sequence<L, I>, T>>::Y>,
{
    type Y = <F::Y as Join<F::Y>>::Out;
    type Saved<'a> = (F::Saved<'a>, F::Saved<'a>);
    const NAME: &'static str = "Bidirectional";
    const FLOPS: u64 = 2 * F::FLOPS;
    // forward: the reversed inputs and the joined outputs; backward: the gradients of both ways, of which only the sum outlives the layer
    const ROOM: Room = F::ROOM
        .then(F::ROOM)
        .then(Room::new(L * I, 2 * F::Y::LEN))
        .then(Room::new(2 * F::Y::LEN, 0))
        .then(Room {
            pieces: 1,
            ..Room::NONE
        })
        .scope()
        .then(Room::new(0, L * I));
    const FIELD: Field = Field::ALL;
    const ACROSS: usize = F::ACROSS;

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let reversed = pass.batch::<Sequence<L, I>>(x.len());
        for (x, reversed) in x.iter().zip(&mut *reversed) {
            let reversed = reversed.as_mut_slice().chunks_exact_mut(I).rev();
            for (x, reversed) in x.as_slice().chunks_exact(I).zip(reversed) {
                reversed.copy_from_slice(x);
            }
        }
        let (a, saved_a) = pass.through(Place::Index(0), &self.0, x);
        let (b, saved_b) = pass.through(Place::Index(1), &self.1, reversed);
        let (y, n) = (
            pass.batch::<Self::Y>(x.len()),
            <<F::Y as Shape>::Row as Shape>::LEN,
        );
        for ((a, b), y) in a.iter().zip(b).zip(&mut *y) {
            let rows = a
                .as_slice()
                .chunks_exact(n)
                .zip(b.as_slice().chunks_exact(n).rev());
            for ((a, b), y) in rows.zip(y.as_mut_slice().chunks_exact_mut(2 * n)) {
                y[..n].copy_from_slice(a);
                y[n..].copy_from_slice(b);
            }
        }
        (y, (saved_a, saved_b))
    }

    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, I>, T> {
        let dx = pass.batch::<Sequence<L, I>>(dy.len());
        let mut inner = pass.scope();
        let (da, db) = (inner.batch(dy.len()), inner.batch(dy.len()));
        apart::<F::Y, T>(Tensor::flat(dy), da, db);
        let first = grad.as_deref_mut().map(|g| &mut g.0);
        let dx_a = inner.back::<Sequence<L, I>, F>(Place::Index(0), &self.0, saved.0, da, first);
        Tensor::flat_mut(dx).copy_from_slice(Tensor::flat(dx_a));
        mutant::values("Bidirectional first", Tensor::flat_mut(dx));
        let second = grad.map(|g| &mut g.1);
        let dx_b = inner.back::<Sequence<L, I>, F>(Place::Index(1), &self.1, saved.1, db, second);
        let sum = Tensor::flat_mut(dx);
        mutant::sum("Bidirectional second", Start::Output, sum, |_, sum| {
            for (dx_b, sum) in dx_b.iter().zip(sum.chunks_exact_mut(L * I)) {
                let steps = dx_b.as_slice().chunks_exact(I).rev();
                steps
                    .zip(sum.chunks_exact_mut(I))
                    .for_each(|(dx_b, sum)| T::add_to(dx_b, sum));
            }
        });
        dx
    }

    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        let mut inner = pass.scope();
        let (da, db) = (inner.batch(dy.len()), inner.batch(dy.len()));
        apart::<F::Y, T>(Tensor::flat(dy), da, db);
        let first = grad.as_deref_mut().map(|g| &mut g.0);
        inner.back_first::<Sequence<L, I>, F>(Place::Index(0), &self.0, saved.0, da, first);
        let second = grad.map(|g| &mut g.1);
        inner.back_first::<Sequence<L, I>, F>(Place::Index(1), &self.1, saved.1, db, second);
    }

    fn describe(path: &Path<'_>) -> Part {
        let ways = vec![F::describe(&path.index(0)), F::describe(&path.index(1))];
        Part::fork::<Self, Sequence<L, I>, T>(
            path,
            Merge::Concat,
            [0, 2 * <F::Y as Shape>::LEN],
            ways,
        )
    }
}
