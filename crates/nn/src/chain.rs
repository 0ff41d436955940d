//! Tuples of up to 16 layers, one after another; they nest.

use alloc::vec;

use core_tensor::kernel::Start;
use core_tensor::{Batch, BatchMut, Path, Room, Scalar, Shape, Tensor, mutant};

use crate::peers::largest;
use crate::{Field, Layer, Part, Pass, Place};

// the tuple that ends in `$last`: its first layer, the others with their predecessors, the others from the last to the second, and those
// before the last
macro_rules! chain { ($first:ident [$($l:ident $i:tt $previous:ident)*] [$($r:ident $ri:tt)*] $last:ident [$($($f:ident $fi:tt $p:ident)* => $last_i:tt)?]) => {
    impl<X: Shape, T: Scalar, $first: Layer<X, T>, $($l: Layer<$previous::Y, T>),*> Layer<X, T> for ($first, $($l,)*) {
        type Y = $last::Y;
        type Saved<'a> = ($first::Saved<'a>, $($l::Saved<'a>,)*);
        const NAME: &'static str = "chain";
        const FLOPS: u64 = $first::FLOPS $(+ $l::FLOPS)*;
        const ROOM: Room = $first::ROOM $(.then($l::ROOM))*;
        $(const ROOM_ONTO: Room = $first::ROOM $(.then($f::ROOM))* .then($last::ROOM_ONTO);)?
        const FIELD: Field = $first::FIELD $(.then($l::FIELD))*;
        const ACROSS: usize = largest(&[$first::ACROSS, $($l::ACROSS),*]);

        #[expect(non_snake_case, reason = "a value is named like its layer's type")]
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
            let (y, $first) = pass.through(Place::Index(0), &self.0, x);
            $(let (y, $l) = pass.through(Place::Index($i), &self.$i, y);)*
            (y, ($first, $($l,)*))
        }

        $(
        #[expect(non_snake_case, reason = "a value is named like its layer's type")]
        fn forward_onto<'a>(&self, x: Batch<'a, X, T>, start: Start<'_, T>, sum: &mut [Tensor<Self::Y, T>], pass: &mut Pass<'a, T>) -> Self::Saved<'a> {
            let (x, $first) = pass.through(Place::Index(0), &self.0, x);
            $(let (x, $f) = pass.through(Place::Index($fi), &self.$fi, x);)*
            let $last = pass.through_onto(Place::Index($last_i), &self.$last_i, x, start, sum);
            ($first, $($f,)* $last)
        }
        )?

        fn backward<'a>(&self, saved: Self::Saved<'_>, dy: BatchMut<'a, Self::Y, T>, mut grad: Option<&mut Self::Grad>, pass: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            $(let dy = pass.back(Place::Index($ri), &self.$ri, saved.$ri, dy, grad.as_deref_mut().map(|g| &mut g.$ri));)*
            mutant::back("tuple", pass.back(Place::Index(0), &self.0, saved.0, dy, grad.as_deref_mut().map(|g| &mut g.0)))
        }

        fn backward_first<'a>(&self, saved: Self::Saved<'_>, dy: BatchMut<'a, Self::Y, T>, mut grad: Option<&mut Self::Grad>, pass: &mut Pass<'a, T>) {
            let learns = [$first::LEARNS, $($l::LEARNS),*];
            $(
                if !learns[..$ri].contains(&true) {
                    return pass.back_first(Place::Index($ri), &self.$ri, saved.$ri, dy, grad.map(|g| &mut g.$ri));
                }
                let dy = pass.back(Place::Index($ri), &self.$ri, saved.$ri, dy, grad.as_deref_mut().map(|g| &mut g.$ri));
            )*
            if learns[0] {
                pass.back_first(Place::Index(0), &self.0, saved.0, dy, grad.as_deref_mut().map(|g| &mut g.0));
            }
        }

        fn describe(path: &Path<'_>) -> Part {
            Part::chain::<Self, X, T>(path, vec![$first::describe(&path.index(0)), $($l::describe(&path.index($i))),*])
        }
    }
} }

// every beginning of the list is a chain of its own
macro_rules! chains {
    ($first:ident $done:tt $reversed:tt $last:ident $onto:tt;) => { chain! { $first $done $reversed $last $onto } };
    ($first:ident [$($done:tt)*] [$($reversed:tt)*] $last:ident $onto:tt; $next:ident $i:tt $($rest:tt)*) => {
        chain! { $first [$($done)*] [$($reversed)*] $last $onto }
        chains! { $first [$($done)* $next $i $last] [$next $i $($reversed)*] $next [$($done)* => $i]; $($rest)* }
    };
}
chains! { L0 [] [] L0 []; L1 1 L2 2 L3 3 L4 4 L5 5 L6 6 L7 7 L8 8 L9 9 L10 10 L11 11 L12 12 L13 13 L14 14 L15 15 }
