//! Ways that lie side by side: inception.

use alloc::vec;

use core_tensor::kernel::Start;
use core_tensor::shape::Join;
use core_tensor::{Batch, BatchMut, Path, Room, Scalar, Shape, Tensor, inner_params, mutant};

use super::{collect, put, take};
use crate::peers::largest;
use crate::{Field, Layer, Merge, Part, Pass, Place};

/// A tuple of two to eight layers, or tuples of them, that all take the same input, with their outputs side by side along the last side:
/// `y = [A(x), B(x), …]`.
///
/// # Shapes
/// What the ways return may differ in the last side only, which is added up: `Image<H, W, 3>` and `Image<H, W, 5>` to `Image<H, W, 8>`,
/// `Vector<3>` and `Vector<5>` to `Vector<8>`.
///
/// # Gradient
/// `dx = A'(x)ᵀ·dy₁ + B'(x)ᵀ·dy₂ + …` with the parts of `dy` that belong to each.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Concat, Identity, Network, Relu};
/// let mut net = Network::<Vector<2>, Concat<(Relu, Identity)>>::new(1);
/// assert_eq!(net.predict(&[Tensor::new([3.0, -4.0])])[0], Tensor::new([3.0, 0.0, 3.0, -4.0]));
/// ```
///
/// Szegedy et al.: Going deeper with convolutions (2014).
pub struct Concat<Ways>(pub Ways);
inner_params!([Ways: core_tensor::Zeroed] Concat<Ways> { Ways });

/// Side by side.
type Joined<A, B> = <A as Join<B>>::Out;

/// The columns of a shape.
const fn columns<S: Shape>() -> usize {
    <S::Row as Shape>::LEN
}

/// What belongs to one way, from column `at` on.
fn cut<P: Shape, Y: Shape, T: Scalar>(dy: &[Tensor<Y, T>], at: usize, part: &mut [Tensor<P, T>]) {
    let part = Tensor::flat_mut(part);
    take(Tensor::flat(dy), columns::<Y>(), at, part, columns::<P>());
    mutant::values("Concat cut", part);
}

// the ways of a tuple, what must be joined on the way, and what comes out
macro_rules! concat { ([$($way:ident $i:tt)+] [$($before:ty, $next:ty;)+] $y:ty) => {
    impl<X: Shape, T: Scalar, $($way: Layer<X, T>),+> Layer<X, T> for Concat<($($way,)+)> where $($before: Join<$next>),+ {
        type Y = $y;
        type Saved<'a> = ($($way::Saved<'a>,)+);
        const NAME: &'static str = "Concat";
        const FLOPS: u64 = 0 $(+ $way::FLOPS)+;
        // backward: each way in a scope of its own with its part of `dy`, and the sum of what they hand down
        const ROOM: Room = Room::new(<$y>::LEN, X::LEN) $(.then($way::ROOM.then(Room::new(0, $way::Y::LEN)).scope()))+;
        const FIELD: Field = A::FIELD $(.or($way::FIELD))+;
        const ACROSS: usize = largest(&[$($way::ACROSS),+]);

        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, $y, T>, Self::Saved<'a>) {
            let ways = ($(pass.through(Place::Index($i), &self.0.$i, x),)+);
            let y = pass.batch::<$y>(x.len());
            let (flat, width, mut at) = (Tensor::flat_mut(y), columns::<$y>(), 0);
            $(
                put(Tensor::flat(ways.$i.0), columns::<$way::Y>(), flat, width, at);
                at += columns::<$way::Y>();
            )+
            debug_assert_eq!(at, width);
            (y, ($(ways.$i.1,)+))
        }

        fn backward<'a>(&self, saved: Self::Saved<'_>, dy: BatchMut<'a, $y, T>, mut grad: Option<&mut Self::Grad>, pass: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            let dx = pass.batch::<X>(dy.len());
            let (mut start, mut at) = (Start::Zero, 0);
            $({
                let mut inner = pass.scope();
                let part = inner.batch::<$way::Y>(dy.len());
                cut(dy, at, part);
                at += columns::<$way::Y>();
                let part = inner.back(Place::Index($i), &self.0.$i, saved.$i, part, grad.as_deref_mut().map(|g| &mut g.$i));
                let (part, sum) = (Tensor::flat(part), Tensor::flat_mut(dx));
                mutant::sum("Concat sum", start, sum, |start, sum| collect(start, part, sum));
                start = Start::Output;
            })+
            let _ = (start, at);
            dx
        }

        fn backward_first<'a>(&self, saved: Self::Saved<'_>, dy: BatchMut<'a, $y, T>, mut grad: Option<&mut Self::Grad>, pass: &mut Pass<'a, T>) {
            let mut at = 0;
            $(
                if $way::LEARNS {
                    let mut inner = pass.scope();
                    let part = inner.batch::<$way::Y>(dy.len());
                    cut(dy, at, part);
                    inner.back_first(Place::Index($i), &self.0.$i, saved.$i, part, grad.as_deref_mut().map(|g| &mut g.$i));
                }
                at += columns::<$way::Y>();
            )+
            let _ = at;
        }

        fn describe(path: &Path<'_>) -> Part {
            let ways = vec![$($way::describe(&path.index($i))),+];
            Part::fork::<Self, X, T>(path, Merge::Concat, [0, <$y>::LEN], ways)
        }
    }
} }

// every beginning of the list, from two ways on, is joined
macro_rules! concats {
    ($ways:tt $joins:tt [$y:ty]) => {};
    ([$($way:ident $i:tt)+] [$($joins:tt)*] [$y:ty] $next:ident $n:tt $($rest:tt)*) => {
        concat! { [$($way $i)+ $next $n] [$($joins)* $y, $next::Y;] Joined<$y, $next::Y> }
        concats! { [$($way $i)+ $next $n] [$($joins)* $y, $next::Y;] [Joined<$y, $next::Y>] $($rest)* }
    };
}
concats! { [A 0] [] [A::Y] B 1 C 2 D 3 E 4 F 5 G 6 H 7 }
