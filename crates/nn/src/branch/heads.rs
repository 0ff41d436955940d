//! Auxiliary heads: further outputs from the middle of a network.

use alloc::vec;

use core_tensor::kernel::Start;
use core_tensor::{Batch, BatchMut, Pair, Path, Room, Scalar, Shape, Tensor, mutant};

use super::{collect, put, take};
use crate::peers::largest;
use crate::{Field, Layer, Merge, Part, Pass, Place};

/// The rest of a network and, from the same point, an auxiliary head, which sends a gradient into the middle of a deep network. The output
/// is a pair: first that of the rest, then that of the head.
///
/// The head is worked out where a loss will judge it: in training, and in [`score`](crate::Network::score). A network that only predicts
/// leaves it out, and zeros stand in its place.
///
/// `Aux<Head1, (…, Aux<Head2, Rest>)>` has two heads: its output is a `Pair<Pair<Rest, Head2>, Head1>`.
///
/// # Shapes
/// Any that `Head` and `Rest` accept, to `Pair<Rest::Y, Head::Y>`.
///
/// # Gradient
/// `dx = Rest'(x)ᵀ·dy₁ + Head'(x)ᵀ·dy₂`
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Aux, Auxiliary, Class, CrossEntropy, Linear, Network, Relu};
///
/// type Head = Linear<4, 3>;
/// type Net = (Linear<2, 4>, Relu, Aux<Head, (Linear<4, 4>, Relu, Linear<4, 3>)>);
/// let mut net = Network::<Vector<2>, Net>::new(1);
/// let x = [Tensor::zeros()];
/// assert_eq!(net.predict(&x)[0].parts().0, &Tensor::<Vector<3>>::zeros());
/// // the loss of the rest, and 0.3 of the head's towards the same class
/// let loss = Auxiliary { main: CrossEntropy, head: CrossEntropy, weight: 0.3 };
/// let score = net.score(&loss, &x, &[Class::new(2)]);
/// assert!((score.loss - 1.3 * 3_f32.ln()).abs() < 1e-6);
/// ```
///
/// Szegedy et al.: Going deeper with convolutions (2014).
pub struct Aux<Head, Rest>(pub Head, pub Rest);

impl<X: Shape, T: Scalar, A: Layer<X, T>, B: Layer<X, T>> Layer<X, T> for Aux<A, B> {
    type Y = Pair<B::Y, A::Y>;
    type Saved<'a> = (Option<A::Saved<'a>>, B::Saved<'a>);
    const NAME: &'static str = "Aux";
    const FLOPS: u64 = A::FLOPS + B::FLOPS;
    // backward: each way in a scope of its own with its part of `dy`, and the sum of what they hand down
    const ROOM: Room = A::ROOM
        .then(Room::new(0, <A::Y as Shape>::LEN))
        .scope()
        .then(B::ROOM.then(Room::new(0, <B::Y as Shape>::LEN)).scope())
        .then(Room::new(<Self::Y as Shape>::LEN, X::LEN));
    const FIELD: Field = A::FIELD.or(B::FIELD);
    const ACROSS: usize = largest(&[A::ACROSS, B::ACROSS]);

    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let head = pass
            .heads
            .then(|| pass.through(Place::Index(0), &self.0, x));
        let (rest, saved_rest) = pass.through(Place::Index(1), &self.1, x);
        let y = pass.batch::<Self::Y>(x.len());
        paste(rest, 0, y);
        match &head {
            Some((head, _)) => paste(head, <B::Y as Shape>::LEN, y),
            None => y
                .iter_mut()
                .for_each(|y| y.parts_mut().1.as_mut_slice().fill(T::zero())),
        }
        (y, (head.map(|(_, saved)| saved), saved_rest))
    }

    fn backward<'a>(
        &self,
        (head, rest): Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T> {
        let dx = pass.batch::<X>(dy.len());
        {
            let mut inner = pass.scope();
            let d = inner.batch::<B::Y>(dy.len());
            cut(dy, 0, d);
            let grad = grad.as_deref_mut().map(|g| &mut g.1);
            let d = inner.back(Place::Index(1), &self.1, rest, d, grad);
            collect(Start::Zero, Tensor::flat(d), Tensor::flat_mut(dx));
        }
        if let Some(head) = head {
            let mut inner = pass.scope();
            let d = inner.batch::<A::Y>(dy.len());
            cut(dy, <B::Y as Shape>::LEN, d);
            let grad = grad.map(|g| &mut g.0);
            let d = inner.back(Place::Index(0), &self.0, head, d, grad);
            let (d, sum) = (Tensor::flat(d), Tensor::flat_mut(dx));
            mutant::sum("Aux sum", Start::Output, sum, |start, sum| {
                collect(start, d, sum);
            });
        }
        dx
    }

    fn backward_first<'a>(
        &self,
        (head, rest): Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        mut grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        if B::LEARNS {
            let mut inner = pass.scope();
            let d = inner.batch::<B::Y>(dy.len());
            cut(dy, 0, d);
            let grad = grad.as_deref_mut().map(|g| &mut g.1);
            inner.back_first(Place::Index(1), &self.1, rest, d, grad);
        }
        if let Some(head) = head.filter(|_| A::LEARNS) {
            let mut inner = pass.scope();
            let d = inner.batch::<A::Y>(dy.len());
            cut(dy, <B::Y as Shape>::LEN, d);
            let grad = grad.map(|g| &mut g.0);
            inner.back_first(Place::Index(0), &self.0, head, d, grad);
        }
    }

    fn describe(path: &Path<'_>) -> Part {
        let ways = vec![A::describe(&path.index(0)), B::describe(&path.index(1))];
        Part::fork::<Self, X, T>(path, Merge::Apart, [0, <Self::Y as Shape>::LEN], ways)
    }
}

/// Writes the numbers of `part` from number `at` of each pair on.
fn paste<P: Shape, Y: Shape, T: Scalar>(part: Batch<'_, P, T>, at: usize, y: &mut [Tensor<Y, T>]) {
    put(Tensor::flat(part), P::LEN, Tensor::flat_mut(y), Y::LEN, at);
}

/// The reverse of [`paste`], of gradients.
fn cut<P: Shape, Y: Shape, T: Scalar>(dy: &[Tensor<Y, T>], at: usize, part: &mut [Tensor<P, T>]) {
    let part = Tensor::flat_mut(part);
    take(Tensor::flat(dy), Y::LEN, at, part, P::LEN);
    mutant::values("Aux cut", part);
}
