//! One of two inputs that come as a pair.

use core_tensor::{Batch, BatchMut, Pair, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Layer, Pass};

/// The first of a pair: `y = a` of `(a, b)`. `Sum<First, Second>` adds the two, `Concat<(First, Second)>` lays them side by side, and ways
/// that begin with it see nothing else.
///
/// # Shapes
/// `Pair<A, B>` to `A`.
///
/// # Gradient
/// `da = dy`, `db = 0`
///
/// ```
/// use core_tensor::{Pair, Tensor, Vector};
/// use nn::{First, Network, Second, Sum};
/// type Two = Pair<Vector<2>, Vector<2>>;
/// let mut net = Network::<Two, Sum<First, Second>>::new(1);
/// let x = Tensor::<Two>::from((Tensor::new([1.0, 2.0]), Tensor::new([10.0, 20.0])));
/// assert_eq!(net.predict(&[x])[0], Tensor::new([11.0, 22.0]));
/// ```
pub struct First;

/// The second of a pair: `y = b` of `(a, b)`.
///
/// # Shapes
/// `Pair<A, B>` to `B`.
///
/// # Gradient
/// `da = 0`, `db = dy`
pub struct Second;

/// `y` is the piece of each sample of `len` numbers that begins at `at`.
fn forward<T: Scalar>(x: &[T], len: usize, at: usize, piece: usize, y: &mut [T]) {
    for (x, y) in x.chunks_exact(len).zip(y.chunks_exact_mut(piece)) {
        y.copy_from_slice(&x[at..][..piece]);
    }
}

/// `dx` is `dy` there, and 0 elsewhere.
fn backward<T: Scalar>(dy: &[T], len: usize, at: usize, piece: usize, dx: &mut [T]) {
    dx.fill(T::zero());
    for (dx, dy) in dx.chunks_exact_mut(len).zip(dy.chunks_exact(piece)) {
        dx[at..][..piece].copy_from_slice(dy);
    }
}

// one of the two: its shape, and where it begins
macro_rules! picks { ($($name:ident $y:ident $at:expr;)+) => {$(
    no_params!([] $name);
    impl<A: Shape, B: Shape, T: Scalar> Layer<Pair<A, B>, T> for $name {
        type Y = $y;
        type Saved<'a> = ();
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = 0;
        const ROOM: Room = Room::new($y::LEN, A::LEN + B::LEN);
        fn forward<'a>(&self, x: Batch<'a, Pair<A, B>, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, $y, T>, ()) { let y = pass.batch(x.len()); forward(Tensor::flat(x), A::LEN + B::LEN, $at, $y::LEN, Tensor::flat_mut(y)); (y, ()) }
        fn backward<'a>(&self, (): (), dy: BatchMut<'a, $y, T>, _: Option<&mut ()>, pass: &mut Pass<'a, T>) -> BatchMut<'a, Pair<A, B>, T> { let dx = pass.batch(dy.len()); backward(Tensor::flat(dy), A::LEN + B::LEN, $at, $y::LEN, Tensor::flat_mut(dx)); mutant::back(stringify!($name), dx) }
    }
)+} }
picks! {
    First A 0;
    Second B A::LEN;
}
